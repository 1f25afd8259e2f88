"""The hub's HTTP interface, served in-process on a real store, with a real door.

An input is a request as text: ``METHOD target``, the type of the content, an empty line, the
body. The hub may refuse with a reason of its own; it answers no request with a failure.

Owns this target. Must not know how inputs are made.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from edge.rules.reasons import Reason
from hub.access.book import Book
from hub.access.door import Door
from hub.access.rights import Who
from hub.api import http, models, openapi
from hub.api.ballot_records import BallotRecords
from hub.api.event_records import EventRecords
from hub.api.gate import Entrance
from hub.api.meeting_addresses import MeetingAddresses
from hub.api.pages import Pages
from hub.api.sign_in import SignIn
from hub.board import Board
from hub.meeting import commands
from hub.store.reader import Reader
from tests import hub_access, hub_room
from tests.fuzz.campaign import Judge, Target
from tests.meeting_house import House, house

Client = TestClient[Any, Any]

HEALTH = models.Health(
    ok=True, broker="connected", storage="ok", rooms_online=1, listeners=0, refused_messages=0,
    restarts={},
)  # fmt: skip

ENDLESS = "/api/v1/stream"
ANSWER_S = 60.0
OWN_FAILURES = {503}
"""*The disk does not take it* is an answer; all other 5xx are not."""

_METHOD = re.compile(r"[A-Z]{1,16}")
_PATH = re.compile(r"/[!-~]*")


def target() -> Target:
    """The whole interface as one reader."""
    return Target("http", samples(), _served)


def samples() -> tuple[bytes, ...]:
    """A request of every operation in the hub's own document, and a few with much in them."""
    found = [
        b"GET /api/v1/events?since=1&after=2&before=3&room=main&kind=press&limit=5\n\n\n",
        b"POST /api/v1/meetings/a/papers?item=bao-cao&title=x&readers=chair\n"
        b"application/octet-stream\n\n%PDF-1.4\n",
        b"POST /api/v1/roster\napplication/octet-stream\n\nGhe,Ten\n1,An\n",
        b'PUT /api/v1/meetings/a\napplication/json\n\n{"title":"H","agenda":[{"id":"bao-cao",'
        b'"title":{"vi":"B","en":"R"}}],"seats":[{"seat":"main/1","name":"An"}]}',
    ]
    document = openapi.document("9.9")
    for path, methods in document["paths"].items():
        for method in sorted(methods.keys() & {"get", "post", "put", "delete"}):
            if path != ENDLESS:
                filled = re.sub(r"\{[a-z]+\}", "main", path)
                found.append(f"{method.upper()} {filled}\napplication/json\n\n{{}}".encode())
    found += [
        f"POST /api/v1/commands/{name}\napplication/json\n\n{json.dumps(_example(model))}".encode()
        for name, model in sorted(models.COMMANDS.items())
    ]
    return tuple(found)


def _example(model: type[models.Body]) -> dict[str, Any]:
    """Every field, with something near what it may hold."""
    likely: dict[str, Any] = {"string": "main/1", "integer": 1, "number": 1.0, "boolean": True}
    fields = model.model_json_schema().get("properties", {})
    return {name: likely.get(field.get("type", ""), {}) for name, field in fields.items()}


@contextmanager
def _served() -> Iterator[Judge]:
    """The hub's interface, and one way in."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        opened = _hub(Path(folder))
        client = runner.run(opened.__aenter__())
        try:
            yield lambda data: runner.run(_ask(client, data))
        finally:
            runner.run(opened.__aexit__(None, None, None))


@asynccontextmanager
async def _hub(folder: Path) -> AsyncIterator[Client]:
    hub_access.prepare(folder)
    book = Book(folder)
    async with house(folder) as inner:
        await inner.desk.ask(commands.StatusHeard("main", hub_room.status("online", "b1")))
        await inner.desk.ask(commands.DescribeHeard("main", hub_room.describe("b1")))
        door = Door(book, lambda: 1000.0, lambda: "Giao ban", lambda seat: "")
        pages = _pages(inner)
        app = _application(inner, pages, door)
        client: Client = TestClient(TestServer(app), headers=hub_access.HEADERS)
        await client.start_server()
        try:
            yield client
        finally:
            pages.close()
            await client.close()
            door.close()
            book.close()


def _pages(inner: House) -> Pages:
    return Pages(
        lambda: inner.desk.meeting, Board(), lambda: {}, lambda: True, lambda: 1.0,
        inner.prepared.part,
    )  # fmt: skip


def _application(inner: House, pages: Pages, door: Door) -> aiohttp.web.Application:
    async def no_lines(_: Any) -> list[str]:
        return []

    async def carry_out(name: str, body: models.Body, who: Who) -> tuple[str, Reason | None]:
        doing = inner.orders.doing(body, who.by)
        return "abc", None if doing is None else await doing

    return http.application(
        pages, carry_out, lambda: HEALTH, "9.9",
        BallotRecords(lambda: inner.desk.meeting, no_lines, pages.ballots),
        EventRecords(Reader(inner.store.path).events, lambda: inner.desk.meeting),
        SignIn(door, Entrance(), lambda: {"main/1": "An"}),
        more=(MeetingAddresses(inner.prepared, lambda: inner.desk.meeting),),
    )  # fmt: skip


async def _ask(client: Client, data: bytes) -> None:
    head, _, body = data.partition(b"\n\n")
    first, _, kind = head.decode(errors="replace").partition("\n")
    method, _, path = first.partition(" ")
    if not _METHOD.fullmatch(method) or not _PATH.fullmatch(path) or path.startswith("//"):
        return  # the client cannot send it: what HTTP itself refuses is the server library's
    kind = "".join(letter for letter in kind if letter.isprintable() and letter.isascii()).strip()
    url = client.make_url("/").join(URL(path, encoded=True))
    asked = client.session.request(
        method,
        url,
        data=body,
        headers={**hub_access.HEADERS, "Content-Type": kind or "x/y"},
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=ANSWER_S),
    )
    async with asked as answer:
        if not answer.content_type.startswith("text/event-stream"):
            await answer.read()
        assert answer.status < 500 or answer.status in OWN_FAILURES, (
            f"{answer.status} {first[:200]}"
        )
