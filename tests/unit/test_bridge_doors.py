"""Fetching from an eCabinet application and telling a webhook, with servers that are not content.

Owns the poller and the webhook. Servers that are hostile or away: ``test_bridge_hostile``; what a
document leads to: ``test_bridge_import``; their file: ``test_bridge_settings``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from edge.rules import floor as rules
from edge.rules.reasons import Reason
from hub.bridges import notes, poller, webhook
from hub.bridges.document import MOST_BYTES
from hub.meeting import commands
from tests.bridge_peers import (
    SECRET,
    WAIT_S,
    Asking,
    Receiver,
    head,
    hook,
    prepare,
    running,
    served,
    speak,
)
from tests.meeting_house import house

DOCS = Path(__file__).parents[2] / "docs" / "bridges.md"


async def test_no_news_is_asked_with_the_marks_of_the_last_answer() -> None:
    asked: list[tuple[str | None, str | None, str]] = []

    async def other(request: web.Request) -> web.Response:
        told = request.headers
        asked.append(
            (told.get("If-None-Match"), told.get("If-Modified-Since"), told["Authorization"])
        )
        if len(asked) > 1:
            return web.Response(status=304)
        marks = {"ETag": '"e1"', "Last-Modified": "Mon, 30 Nov 2026 00:00:00 GMT"}
        return web.json_response({"meetings": [head("a"), head("b")]}, headers=marks)

    async with served(other) as url:
        asking = Asking(url)
        await asking.ask(3)
    bearer = "Bearer token-0123456789"
    marks = ('"e1"', "Mon, 30 Nov 2026 00:00:00 GMT", bearer)
    assert asked == [(None, None, bearer), marks, marks]
    assert asking.taken == ["a ecabinet", "b ecabinet"]
    assert asking.troubles == ["", "", ""]
    assert all(50 < pause <= 60 for pause in asking.pauses)


async def test_what_could_not_be_taken_in_is_said_and_fetched_again() -> None:
    asked: list[str | None] = []

    async def other(request: web.Request) -> web.Response:
        asked.append(request.headers.get("If-None-Match"))
        found = [{"x": 1}, head("b"), head("runs"), head("over")]
        return web.json_response(found, headers={"ETag": '"e1"'})

    async with served(other) as url:
        asking = Asking(url, {"runs": Reason.MEETING_RUNNING, "over": Reason.MEETING_OVER})
        await asking.ask(2)
    assert asked == [None, None]
    assert max(asking.pauses) <= 60  # the others are not held back
    assert asking.taken == ["b ecabinet"] * 2  # one bad meeting holds no other back
    assert "meeting 0: " in asking.troubles[0]
    assert "meeting 2: " in asking.troubles[0]
    assert "meeting 3: " not in asking.troubles[0]  # what is over is nobody's trouble
    assert "\n" not in asking.troubles[0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda: web.Response(status=401), "answers 401: check the token"),
        (lambda: web.Response(status=302, headers={"Location": "/else"}), "answers 302"),
        (lambda: web.Response(text="<html>"), "not JSON"),
        (lambda: web.Response(text="[" * 100_000), "not JSON"),
        (lambda: web.json_response(7), "a document or a list"),
        (lambda: web.json_response({"meetings": {}}), "a document or a list"),
        (lambda: web.json_response([head("a")] * 51), "at most 50"),
        (lambda: web.Response(body=b" " * (MOST_BYTES + 1)), "more than 4 MiB"),
    ],
)
async def test_an_answer_that_is_none_is_one_clear_line(
    answer: Callable[[], web.Response], why: str
) -> None:
    async def other(_: web.Request) -> web.Response:
        return answer()

    async with served(other) as url:
        asking = Asking(url)
        await asking.ask(1)
    assert why in asking.troubles[0]
    assert asking.troubles[0].count("\n") == 0
    assert asking.taken == []


async def test_pauses_grow_with_failures_and_keep_to_what_was_asked_for() -> None:
    async def other(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "500"})

    async with served(other) as url:
        asking = Asking(url)
        await asking.ask(7)
    assert min(asking.pauses) == 500.0
    assert max(asking.pauses) <= poller.PAUSE_MOST_S
    gone = Asking(url)  # nobody listens there any more
    await gone.ask(2)
    assert "cannot be reached" in gone.troubles[0]
    assert gone.pauses[1] > gone.pauses[0] > 100


# --- the webhook -----------------------------------------------------------------------------


def shown_code() -> dict[str, Any]:
    """What the page gives to whoever writes a receiver."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)  # noqa: S102  # our own page
    return found


async def test_facts_come_signed_in_order_and_the_shown_code_proves_them(tmp_path: Path) -> None:
    receiver = Receiver()
    async with house(tmp_path) as hub, served(receiver.take) as url:
        await prepare(hub)
        for seat in ("main/1", "main/2"):
            await speak(hub, seat)
        async with running(hook(hub, url).run()):
            await receiver.has(2)
    assert [fact["data"]["seat"] for fact in receiver.facts()] == ["main/1", "main/2"]
    is_genuine = shown_code()["is_genuine"]
    headers, body = receiver.got[0]
    assert headers["X-Phonghop-Delivery"] == receiver.facts()[0]["id"]
    assert is_genuine(SECRET, headers, body)
    assert not is_genuine(SECRET, headers, body + b" ")
    assert not is_genuine(b"another secret!!", headers, body)
    for stamp in ("0", "soon"):  # an old one again, and one made up
        assert not is_genuine(SECRET, headers | {"X-Phonghop-Timestamp": stamp}, body)
    old = str(int(headers["X-Phonghop-Timestamp"]) - 301)
    signed = {
        "X-Phonghop-Timestamp": old,
        "X-Phonghop-Signature": webhook.signature(SECRET, old, body),
    }
    assert not is_genuine(SECRET, signed, body)


async def test_a_killed_hub_goes_on_where_it_was(tmp_path: Path) -> None:
    receiver = Receiver()
    async with served(receiver.take) as url:
        async with house(tmp_path) as hub:
            await prepare(hub)
            await speak(hub, "main/1")
            await speak(hub, "main/3")
            work = hook(hub, url)
            async with running(work.run()):
                await receiver.has(2)
                assert await hub.desk.ask(commands.FloorOrder(rules.Give("main/2"), "t")) is None
        async with house(tmp_path) as hub:  # who began to speak before ends after
            work = hook(hub, url)
            async with running(work.run()):
                await hub.desk.ask(commands.FloorOrder(rules.Take("main/2"), "t"))
                work.nudge()
                async with asyncio.timeout(WAIT_S):
                    while receiver.facts()[-1]["data"]["seat"] != "main/2":
                        await receiver.has(len(receiver.got) + 1)
    told = list(dict.fromkeys((each["id"], each["data"]["seat"]) for each in receiver.facts()))
    assert [seat for _, seat in told] == ["main/1", "main/3", "main/2"]
    assert len(receiver.got) in (3, 4)  # the one in doubt at the kill may come twice, no other


async def test_a_receiver_that_fails_gets_it_later_and_one_that_refuses_holds_nothing_up(
    tmp_path: Path,
) -> None:
    receiver, troubles = Receiver(), list[str]()
    async with house(tmp_path) as hub, served(receiver.take) as url:
        await prepare(hub)
        for seat in ("main/1", "main/2"):
            await speak(hub, seat)
        receiver.answers = [500, 404, 302, 204] + [400] * webhook.REFUSALS_MOST
        await speak(hub, "main/3")
        async with running(hook(hub, url, troubles).run()):
            await receiver.has(2)
    assert [fact["data"]["seat"] for fact in receiver.facts()] == ["main/1", "main/3"]
    assert receiver.tries == 5 + webhook.REFUSALS_MOST
    assert any("no longer" in line for line in troubles)
    assert "" in troubles  # after the first was taken


async def test_who_cannot_be_reached_is_tried_for_ever(tmp_path: Path) -> None:
    receiver, troubles = Receiver(), list[str]()
    async with house(tmp_path) as hub:
        await prepare(hub)
        await speak(hub, "main/1")
        tried = asyncio.Event()
        async with served(receiver.take) as url:
            pass  # and it is gone
        work = hook(hub, url, troubles)

        async def pause(_: float) -> None:
            if len(troubles) > webhook.REFUSALS_MOST + 5:
                tried.set()
            await asyncio.sleep(0)

        work._pause = pause
        async with running(work.run()), asyncio.timeout(WAIT_S):
            await tried.wait()
        assert "cannot be reached" in troubles[-1]
        place = await notes.recall(hub.store, webhook.NOTE)
        assert place[1] > 100  # nothing was skipped: it stands where it began
    assert receiver.tries == 0
