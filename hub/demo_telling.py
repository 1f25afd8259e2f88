"""Telling a story on a running demo: observers, steps, presses and commands.

Owns what every story needs: it looks from all sides at once, keeps what each step observed, and
stops at the first that does not hold. Must not know any story.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

import aiohttp

from hub.demo_house import HOST, ROOMS, House
from hub.demo_probe import Json, MqttProbe, NotSeenError, PageProbe, TwinProbe, all_well
from hub.demo_report import Report, Step

READY_S = 40.0
"""From the first process to a floor in both rooms; a Raspberry Pi 3 takes about 20."""


class Telling(ABC):
    """One story being told; ``told`` hears each step as it ends. Subclasses say what happens."""

    name = ""
    """As the report calls it."""
    minutes = 0.0
    """How long it goes on, for stories that may be longer or shorter."""

    def __init__(self, house: House, run_dir: Path, told: Callable[[Step], None]) -> None:
        """The house has been started."""
        self.report = Report(self.name)
        self.mqtt = MqttProbe()
        self.page = PageProbe()
        self.twins = {room: TwinProbe(run_dir, room) for room in ROOMS}
        self._house = house
        self._told = told

    async def tell(self) -> Report:
        """The whole story; it ends at the first step that does not hold."""
        async with self._house.session() as session, self._observing(session):
            with contextlib.suppress(NotSeenError):
                await self.step("both rooms up", self._ready())
                await self._scenes(session)
        return self.report

    @abstractmethod
    async def _scenes(self, session: aiohttp.ClientSession) -> None:
        """What happens.

        Raises:
            NotSeenError: a step did not hold.
        """

    @contextlib.asynccontextmanager
    async def _observing(self, session: aiohttp.ClientSession) -> AsyncIterator[None]:
        followers = [
            asyncio.create_task(work, name="demo probe")
            for work in (
                self.mqtt.follow(HOST, self._house.mqtt_port),
                self.page.follow(self._house.page, session),
                *(twin.follow() for twin in self.twins.values()),
            )
        ]
        try:
            yield
        finally:
            for follower in followers:
                follower.cancel()
            await asyncio.wait(followers)

    async def step(self, name: str, work: Awaitable[Any], since_ns: int | None = None) -> None:
        """Do one step and keep what was observed; ``since_ns`` is the press it answers to.

        Raises:
            NotSeenError: it did not hold.
        """
        started_ns = since_ns if since_ns is not None else time.monotonic_ns()
        try:
            observed, ok = await work, True
        except NotSeenError as error:
            observed, ok = str(error), False
        ms = round((time.monotonic_ns() - started_ns) / 1e6, 1)
        step = Step(name, ok, ms, observed)
        self.report.steps.append(step)
        self._told(step)
        if not ok:
            raise NotSeenError(name)

    async def _ready(self) -> Json:
        """Hub, rooms and hardware are there, and the rooms follow the hub."""
        await self.page.until(
            lambda s: all(all_well(room)(s) for room in ROOMS),
            "both rooms on the page, led by the hub, every device proved",
            READY_S,
        )
        for room, twin in self.twins.items():
            await twin.until(lambda s: s, f"hardware of {room}", READY_S)
        return {"rooms": {r: len(self.page.seen["rooms"][r]["plan"]["seats"]) for r in ROOMS}}

    async def relay(self, twin: TwinProbe, number: str, wanted: bool, pressed_ns: int) -> Json:
        """Wait until the hardware of a microphone is open or closed."""
        await twin.until(
            lambda s: s[number]["microphone"] is wanted, f"microphone of {twin.room}/{number}"
        )
        at_ns = twin.times_ns.get((number, "microphone"), pressed_ns)
        return {"ms": span_ms(at_ns - pressed_ns), "relay": "closed" if wanted else "open"}

    async def queued(self, seat: str) -> None:
        """Wait until the page shows the seat in the queue."""
        await self.page.until(
            lambda s: seat in [w["seat"] for w in s["floor"]["queue"]], f"{seat} in the queue"
        )

    async def command(
        self, session: aiohttp.ClientSession, name: str, **body: Any
    ) -> dict[str, Any]:
        """Give a command as a page does.

        Raises:
            NotSeenError: it was refused.
        """
        url = f"{self._house.page}api/v1/commands/{name}"
        async with session.post(url, json=body) as response:
            answer: Json = await response.json()
        if response.status != 202:
            raise NotSeenError(f"{name}: {response.status} {answer}")
        return answer


async def all_of(steps: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Let every step end, then fail if one did not hold."""
    for result in await asyncio.gather(*steps, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


def span_ms(ns: int) -> float:
    """Milliseconds, one decimal."""
    return round(ns / 1e6, 1)
