"""The other side of poller and webhook, for tests; the two themselves, with pauses of no time.

Owns these. Must not expect anything.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from edge.rules import floor as rules
from edge.rules.reasons import Reason
from hub.archive import Archive
from hub.bridges.document import MeetingDocument
from hub.bridges.poller import Poller
from hub.bridges.settings import Hook, Poll
from hub.bridges.telling import Telling
from hub.bridges.webhook import NOTE, Webhook
from hub.meeting import commands
from hub.store.prepared import NotSoError
from hub.store.reader import Reader
from tests import hub_room
from tests.meeting_house import House

SECRET = b"0123456789abcdef"
WAIT_S = 30.0

Handler = Callable[[web.Request], Any]


@asynccontextmanager
async def served(
    handler: Handler, port: int | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Another system; its address."""
    app = web.Application(client_max_size=2**20)
    app.router.add_route("*", "/{tail:.*}", handler)
    server = TestServer(app, port=port, scheme="http" if tls is None else "https")
    await server.start_server(ssl=tls)
    try:
        yield str(server.make_url("/meetings"))
    finally:
        await server.close()


@asynccontextmanager
async def running(work: Any) -> AsyncIterator[None]:
    """A part of the hub, cancelled at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def head(ident: str) -> dict[str, Any]:
    """The shortest document."""
    return {"format": "phonghop-meeting", "version": 1, "meeting": {"id": ident, "title": "Họp"}}


class Asking:
    """A poller whose pauses end at once, until ``rounds`` are over."""

    def __init__(self, url: str, refuse: dict[str, Reason] | None = None) -> None:
        self.taken: list[str] = []
        self.troubles: list[str] = []
        self.pauses: list[float] = []
        self.rounds = 0
        self.done = asyncio.Event()
        self._refuse = refuse or {}
        self.poller = Poller(
            Poll(url, "token-0123456789", 60.0), self._take, self.troubles.append, self._pause
        )

    async def _take(self, found: MeetingDocument, by: str) -> None:
        if found.meeting.id in self._refuse:
            raise NotSoError(self._refuse[found.meeting.id])
        self.taken.append(f"{found.meeting.id} {by}")

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) >= self.rounds:
            self.done.set()
            await asyncio.Event().wait()

    async def ask(self, rounds: int) -> None:
        """So many times."""
        self.rounds = rounds
        async with running(self.poller.run()), asyncio.timeout(WAIT_S):
            await self.done.wait()


class Receiver:
    """Takes what it is sent, after the answers that the test laid out."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.refused: list[str] = []
        self.tries = 0
        self.wanted = 0
        self.enough = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        self.tries += 1
        body = await request.read()
        status = self.answers.pop(0) if self.answers else 204
        if status == 204:
            self.got.append((dict(request.headers), body))
            if len(self.got) >= self.wanted:
                self.enough.set()
        else:
            self.refused.append(json.loads(body)["id"])
        return web.Response(status=status)

    def facts(self) -> list[dict[str, Any]]:
        """What it took."""
        return [json.loads(body) for _, body in self.got]

    async def has(self, many: int) -> None:
        """Wait until it took so many."""
        self.wanted = many
        if len(self.got) < many:
            self.enough.clear()
            async with asyncio.timeout(WAIT_S):
                await self.enough.wait()


async def at_once(_: float) -> None:
    """A pause of a test."""
    await asyncio.sleep(0)


def hook(hub: House, url: str, troubles: list[str] | None = None) -> Webhook:
    """The webhook of a hub."""
    told = troubles if troubles is not None else []
    return Webhook(Hook(url, SECRET), telling(hub, NOTE), told.append, at_once)


def telling(hub: House, note: str) -> Telling:
    """A way to tell of this hub."""
    archive = Archive(lambda: hub.desk.meeting, hub.store.lines)
    return Telling(note, hub.store, Reader(hub.store.path).events, archive.journal)


async def speak(hub: House, seat: str) -> None:
    """Somebody speaks."""
    for order in (rules.Give(seat), rules.Take(seat)):
        assert await hub.desk.ask(commands.FloorOrder(order, "t")) is None


async def prepare(hub: House) -> None:
    """A room, and the place up to which a webhook has told."""
    await hub.desk.ask(commands.StatusHeard("main", hub_room.status("online", "b1")))
    await hub.desk.ask(commands.DescribeHeard("main", hub_room.describe("b1")))
    await hub.desk.ask(commands.FloorHeard("main", hub_room.floor_state("b1"), 0.0, 1))
    await telling(hub, NOTE).begin()
