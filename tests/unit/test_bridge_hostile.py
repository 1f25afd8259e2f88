"""Poller and webhook where the other side is hostile, slow, behind a proxy, or gone for a day.

Owns what they bear. How they work with servers of good will: ``test_bridge_doors``.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from hub.bridges import poller, webhook
from hub.bridges.course import Course
from hub.meeting.session_events import MeetingEnded
from hub.meeting_form import MeetingForm
from hub.store.store import Stored
from tests.bridge_peers import (
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
from tests.certificates import Authority
from tests.meeting_house import House, house
from tests.ports import free_port

DAY_S = 86_400.0


@asynccontextmanager
async def talking(said: bytes) -> AsyncIterator[str]:
    """A server that says this whatever it is asked; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server:
        yield f"http://{host}:{port}/meetings"


def answer(body: bytes, *headers: bytes) -> bytes:
    """A whole answer."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


GOOD = json.dumps(head("a")).encode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "cannot be reached"),
        (b"\x00\xff garbage\r\n\r\n", "cannot be reached"),
        (b"HTTP/1.1 200 OK\r\nX: \x1b[31m\r\n\x00: 1\r\n\r\n", "cannot be reached"),
        (answer(GOOD, b"X: " + b"x" * 100_000), "cannot be reached"),
        (answer(GOOD)[:-5], "cannot be reached"),  # it ends before its end
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "answers 304"),  # of what? nothing was known
        (answer(gzip.compress(b" " * 2**24), b"Content-Encoding: gzip"), "answers in 'gzip'"),
        (answer(GOOD[:-1] + b',"\\u001b[2J\\nB":1}', b"Content-Type: text/html"), "no such key"),
    ],
)
async def test_whatever_is_answered_is_one_line_that_can_be_read(said: bytes, why: str) -> None:
    async with talking(said) as url:
        asking = Asking(url)
        await asking.ask(2)
    assert why in asking.troubles[0]
    assert all(line.isprintable() and len(line) < 600 for line in asking.troubles)
    assert asking.taken == []


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"x" * 5000, "dấu".encode()])
async def test_a_mark_that_cannot_be_sent_back_is_none(mark: bytes) -> None:
    async with talking(answer(GOOD, b"ETag: " + mark)) as url:
        asking = Asking(url)
        await asking.ask(2)
    assert asking.troubles == ["", ""]
    assert asking.taken == ["a ecabinet"] * 2


async def test_slow_answers_end_and_other_meetings_wait_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(poller, "ANSWER_S", 0.3)
    began = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        began.set()
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.02)
        return response

    async with served(drip) as url:
        asking = Asking(url)
        await asking.ask(1)
    assert began.is_set()
    assert "no answer within" in asking.troubles[0]


async def test_neither_token_nor_facts_follow_a_redirect_and_no_cookie_is_kept(
    tmp_path: Path,
) -> None:
    elsewhere, cookies = Receiver(), list[str | None]()

    async with served(elsewhere.take) as private:

        async def other(request: web.Request) -> web.Response:
            cookies.append(request.headers.get("Cookie"))
            return web.Response(
                status=307, headers={"Location": private, "Set-Cookie": "a=" + "x" * 3000}
            )

        async with house(tmp_path) as hub, served(other) as url:
            asking = Asking(url)
            await asking.ask(2)
            assert "answers 307" in asking.troubles[0]
            await prepare(hub)
            await speak(hub, "main/1")
            tried = Pauses(5)
            async with running(tried.of(hook(hub, url)).run()), asyncio.timeout(WAIT_S):
                await tried.enough.wait()
    assert elsewhere.tries == 0
    assert set(cookies) == {None}
    assert len(cookies) == 7


async def test_a_server_that_nobody_vouches_for_hears_neither_token_nor_facts(
    tmp_path: Path,
) -> None:
    authority, stranger = Authority(tmp_path / "ca"), Receiver()
    identity = authority.issue("stranger", 1)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{identity}.crt", f"{identity}.key")
    async with house(tmp_path / "hub") as hub, served(stranger.take, tls=tls) as url:
        asking = Asking(url)
        await asking.ask(1)
        await prepare(hub)
        await speak(hub, "main/1")
        troubles, tried = list[str](), Pauses(2)
        async with running(tried.of(hook(hub, url, troubles)).run()), asyncio.timeout(WAIT_S):
            await tried.enough.wait()
    assert stranger.tries == 0
    for said in (asking.troubles[0], troubles[0]):
        assert "cannot be reached" in said
        assert "certificate" in said.lower()


def test_a_time_to_wait_is_read_in_both_of_its_forms() -> None:
    later = datetime.now(UTC) + timedelta(seconds=500)
    assert 490 < poller.wait_s(format_datetime(later, usegmt=True)) <= 500
    assert poller.wait_s("120") == 120.0
    for nonsense in ("", "-5", "soon", "Mon, 99 Nov 2026 99:00:00 GMT", "1" * 400, "\ud800"):
        assert poller.wait_s(nonsense) == 0.0
    assert poller.wait_s("Mon, 30 Nov 2020 00:00:00 GMT") == 0.0


# --- the webhook -----------------------------------------------------------------------------


class Pauses:
    """Pauses that take no time, counted until there are enough."""

    def __init__(self, wanted: int) -> None:
        self.taken_s: list[float] = []
        self.enough = asyncio.Event()
        self._wanted = wanted

    def of(self, work: webhook.Webhook) -> webhook.Webhook:
        """Give these pauses to a webhook."""
        work._pause = self._pause
        return work

    async def _pause(self, seconds: float) -> None:
        self.taken_s.append(seconds)
        if len(self.taken_s) >= self._wanted:
            self.enough.set()
        await asyncio.sleep(0)


async def test_a_receiver_that_is_gone_for_a_day_gets_everything_afterwards_once(
    tmp_path: Path,
) -> None:
    """Nothing is kept for it in memory: what happens meanwhile is in the record alone."""
    receiver, troubles = Receiver(), list[str]()
    port = free_port()
    async with house(tmp_path) as hub:
        await prepare(hub)
        seats = ["main/1", "main/2", "main/3"] * 5
        tries = Pauses(10**9)
        work = tries.of(hook(hub, f"http://127.0.0.1:{port}/meetings", troubles))
        async with running(work.run()), asyncio.timeout(WAIT_S):
            for seat in seats:
                await speak(hub, seat)
                work.nudge()
            while sum(tries.taken_s) < DAY_S:
                await asyncio.sleep(0)
            assert max(tries.taken_s) <= webhook.PAUSE_MOST_S
            since_s = itertools.accumulate(tries.taken_s)
            assert sum(each < DAY_S for each in since_s) < 400  # it is not pestered
            assert "cannot be reached" in troubles[-1]
            async with served(receiver.take, port):
                await receiver.has(len(seats))
                assert [fact["data"]["seat"] for fact in receiver.facts()] == seats
                while troubles[-1]:
                    await asyncio.sleep(0)
    assert len({fact["id"] for fact in receiver.facts()}) == len(seats) == receiver.tries


@pytest.mark.parametrize("status", [401, 404, 429, 502, 503])
async def test_an_answer_that_is_not_about_the_fact_gives_none_up(
    tmp_path: Path, status: int
) -> None:
    """A receiver that is down for a day answers by the proxy before it."""
    receiver, troubles = Receiver(), list[str]()
    receiver.answers = [status] * (webhook.REFUSALS_MOST * 2)
    async with house(tmp_path) as hub, served(receiver.take) as url:
        await prepare(hub)
        for seat in ("main/1", "main/2"):
            await speak(hub, seat)
        async with running(hook(hub, url, troubles).run()):
            await receiver.has(2)
    assert [fact["data"]["seat"] for fact in receiver.facts()] == ["main/1", "main/2"]
    assert f"answers {status}" in troubles[0]
    assert not any("no longer" in line for line in troubles)


async def test_a_busy_receiver_is_asked_when_it_said(tmp_path: Path) -> None:
    busy = Pauses(3)

    async def other(_: web.Request) -> web.Response:
        after = "120" if len(busy.taken_s) < 2 else "999999"
        return web.Response(status=503, headers={"Retry-After": after})

    async with house(tmp_path) as hub, served(other) as url:
        await prepare(hub)
        await speak(hub, "main/1")
        async with running(busy.of(hook(hub, url)).run()), asyncio.timeout(WAIT_S):
            await busy.enough.wait()
    assert busy.taken_s[:3] == [120.0, 120.0, webhook.PAUSE_MOST_S]


async def test_what_was_given_up_stays_an_alarm_until_a_meeting_begins(tmp_path: Path) -> None:
    receiver, troubles = Receiver(), list[str]()
    receiver.answers = [422] * webhook.REFUSALS_MOST
    async with house(tmp_path) as hub, served(receiver.take) as url:
        await prepare(hub)
        for seat in ("main/1", "main/2"):
            await speak(hub, seat)
        work = hook(hub, url, troubles)
        async with running(work.run()), asyncio.timeout(WAIT_S):
            await receiver.has(1)
            while len(troubles) <= webhook.REFUSALS_MOST:
                await asyncio.sleep(0)
            assert "no longer" in troubles[-1]  # though the next one was taken
            assert troubles[-1].count("speech") == 1
            await begin(hub)
            work.nudge()
            while troubles[-1]:
                await asyncio.sleep(0)
    assert receiver.facts()[-1]["data"]["state"] == "begun"


async def begin(hub: House) -> None:
    """A meeting."""
    await hub.prepared.create("m1", MeetingForm(title="Họp"), "t")
    assert await hub.prepared.start("m1", "t") is None


async def test_a_receiver_that_answers_without_end_has_taken_it(tmp_path: Path) -> None:
    seats: list[str] = []
    done = asyncio.Event()

    async def flood(request: web.Request) -> web.StreamResponse:
        seats.append((await request.json())["data"]["seat"])
        if len(seats) == 2:
            done.set()
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65_536)
        return response

    async with house(tmp_path) as hub, served(flood) as url:
        await prepare(hub)
        for seat in ("main/1", "main/2"):
            await speak(hub, seat)
        async with running(hook(hub, url).run()), asyncio.timeout(WAIT_S):
            await done.wait()
    assert seats == ["main/1", "main/2"]


def test_a_fact_keeps_its_id_and_no_other_has_it_after_a_backup_was_put_back() -> None:
    def ident(ts: float) -> str:
        (fact,) = Course().step(Stored(7, ts, MeetingEnded(1.0, "m1", "Họp", "t")))
        return fact.id

    assert ident(1000.0) == ident(1000.0) == "7-0-1000000"
    assert ident(1000.5) != ident(1000.0)  # number 7 again, and something else
