"""A meeting of seconds: pages come, people speak and vote, the chair ends it, pages go.

Owns what people do. Must not look at processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from edge.twin.client import TwinClient
from tests.chaos.people import SEATS, SHORT_MS

PAGES = 6
SPEECHES = 12
VOTERS = 20
PAUSE_S = 0.15
LOOK_EVERY_S = 0.1
PATIENCE_S = 180.0

Json = dict[str, Any]


class Table:
    """Everybody at the table of one site."""

    def __init__(
        self, session: aiohttp.ClientSession, twins: dict[str, TwinClient], chance: random.Random
    ) -> None:
        """``session`` is let in at the hub, ``twins`` are connected."""
        self._session = session
        self._twins = twins
        self._chance = chance

    async def meeting(self, number: int) -> None:
        """From the first page to the end.

        Raises:
            AssertionError: the hub refuses, or something does not come to its end.
        """
        ident, ballot = f"soak-{number}", f"b{number}"
        async with self._session.put(f"/api/v1/meetings/{ident}", json=form(number)) as answer:
            assert answer.status == 201, await answer.text()
        await self._order("start_meeting", meeting=ident)
        async with contextlib.AsyncExitStack() as pages:
            for page in range(PAGES):
                await pages.enter_async_context(self._page(public=page % 2 == 0))
            await self._speak()
            await self._vote(ballot)
        await self._order("end_meeting", meeting=ident)

    @contextlib.asynccontextmanager
    async def _page(self, *, public: bool) -> AsyncIterator[None]:
        """A page that is open: its stream is read until it goes."""
        query = {"audience": "public"} if public else {}
        async with self._session.get("/api/v1/stream", params=query) as answer:
            assert answer.status == 200, answer.status
            await answer.content.readany()
            reading = asyncio.create_task(_read(answer))
            try:
                yield
            finally:
                reading.cancel()
                await asyncio.wait({reading})
                answer.close()

    async def _speak(self) -> None:
        for _ in range(SPEECHES):
            await self._press("mic")

    async def _press(self, *keys: str) -> None:
        room = self._chance.choice(sorted(self._twins))
        seat = str(self._chance.randint(1, SEATS[room]))
        await self._twins[room].press(seat, self._chance.choice(keys), SHORT_MS)
        await asyncio.sleep(PAUSE_S)

    async def _vote(self, ballot: str) -> None:
        named = {"ballot": ballot, "generation": 1}
        await self._reach(named, "ready_check", "prepare_ballot", "ready_ballot")
        await self._reach(named, "open", "open_ballot", anyway=True)
        for _ in range(VOTERS):
            await self._press("yes", "no", "abstain")
        await self._reach(named, "closing", "close_ballot")
        await self._reach(named, "counted", "count_ballot")
        await self._reach(named, "announced", "announce_ballot", anyway=True)

    async def _order(self, name: str, **body: Any) -> None:
        async with self._session.post(f"/api/v1/commands/{name}", json=body) as answer:
            assert answer.status == 202, f"{name}: {await answer.text()}"

    async def _reach(self, ballot: Json, stage: str, *orders: str, **more: Any) -> None:
        """Give the orders until the ballot is there; what has happened already is refused."""
        until_s, answers = time.monotonic() + PATIENCE_S, list[str]()
        while await self._stage(ballot) not in STAGES[STAGES.index(stage) :]:
            assert time.monotonic() < until_s, f"{ballot} does not come to {stage}: {answers}"
            answers = []
            for name in orders:
                path = f"/api/v1/commands/{name}"
                async with self._session.post(path, json={**ballot, **more}) as answer:
                    answers.append(await answer.text())
            await asyncio.sleep(LOOK_EVERY_S)

    async def _stage(self, ballot: Json) -> str | None:
        async with self._session.get("/api/v1/ballots") as answer:
            found: list[Json] = await answer.json()
        own = [each["stage"] for each in found if each["ballot"] == ballot["ballot"]]
        return own[-1] if own else None


STAGES = ("draft", "ready_check", "open", "paused", "closing", "counted", "announced")
"""In the order in which a ballot goes through them."""


async def _read(answer: aiohttp.ClientResponse) -> None:
    async for _ in answer.content.iter_any():
        pass


def form(number: int) -> Json:
    """The meeting as the secretary sends it."""
    item, text = f"i{number}", {"vi": f"Việc {number}", "en": f"Item {number}"}
    question = {"id": f"b{number}", "on_room_lost": "continue_without"}
    return {
        "title": f"Họp {number}",
        "mode": "open",
        "max_open": 2,
        "agenda": [{"id": item, "title": text}],
        "seats": [{"seat": f"main/{seat}", "name": f"Đại biểu {seat}"} for seat in range(1, 26)],
        "ballots": [{**question, "item": item, "text": text}],
    }
