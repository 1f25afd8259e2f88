"""The story of a lively debate over both rooms, and what the programme made of it.

Single speakers, two and three microphones at a time, answers from the satellite room, a dialogue
of two, a queue that is called, the chair's priority. Who presses when comes from a seed and is
compressed to the time there is; nothing physical is: cameras swing as fast as their motors do.
Meanwhile every report of every camera is judged (``demo_gallery``).

Owns the story. Must not know how anything of it is done.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from edge.contract.topics import down, up
from hub.demo_gallery import Gallery
from hub.demo_house import ROOMS
from hub.demo_probe import Json, NotSeenError
from hub.demo_telling import Telling

CHAIR = "main/1"
SEATS = {"main": [str(n) for n in range(3, 26)], "satellite-1": [str(n) for n in range(2, 7)]}
"""Delegates; the guests of the satellite room share one unit."""
SEED = 5
TURN_S = (6.0, 24.0)
"""How long a turn is in a debate of five minutes; shorter ones are compressed like it."""
SHORTEST_S = 1.2
RECENT = 4
FINGER_S = 0.2
"""A relay may be quicker than the finger leaves the key; a key that is down cannot be pressed."""
FULL_MINUTES = 5.0

Scene = Callable[[aiohttp.ClientSession], Awaitable[Json]]


class Debate(Telling):
    """Tells the story of a debate."""

    name = "debate"
    minutes = 1.5

    def __init__(self, *arguments: Any) -> None:
        """Nobody has pressed anything yet."""
        super().__init__(*arguments)
        self.galleries = {room: Gallery(room) for room in ROOMS}
        self._rnd = random.Random(SEED)
        self._turns = 0
        self._recent: deque[tuple[str, str]] = deque(maxlen=RECENT)
        self.mqtt.told.append(self._see)

    def _see(self, topic: str, payload: Any) -> None:
        for room, gallery in self.galleries.items():
            if topic == up(room, "state", "cameras") and payload:
                gallery.see(time.monotonic(), payload["cameras"])

    async def _scenes(self, session: aiohttp.ClientSession) -> None:
        self.galleries = {room: Gallery(room) for room in ROOMS}
        scenes: list[tuple[str, Scene]] = [
            ("one after the other", self._in_turn),
            ("two and three microphones at a time", self._together),
            ("the satellite room answers", self._answers),
            ("the chair takes priority", self._priority),
            ("two alternate", self._dialogue),
            ("a queue is called", self._queue),
        ]
        until_s = time.monotonic() + 60.0 * self.minutes
        await self.step("the chair opens the debate", self._open(session))
        rounds = 0
        while rounds == 0 or time.monotonic() < until_s:
            rounds += 1
            for name, scene in scenes:
                if rounds > 1 and time.monotonic() >= until_s:
                    break
                await self.step(f"round {rounds}: {name}", scene(session))
        await self.step("everybody is silent, both rooms show themselves", self._silence(session))
        self.report.figures["turns"] = self._turns
        for room in ROOMS:
            await self.step(f"{room}: the programme was calm and explained", self._judge(room))

    # --- scenes ------------------------------------------------------------------------------

    async def _open(self, session: aiohttp.ClientSession) -> Json:
        await self._mode(session, "open", 3)
        return {"mode": "open", "max_open": 3, "minutes": self.minutes}

    async def _in_turn(self, _: aiohttp.ClientSession) -> Json:
        spoke = []
        for room in ("main", "main", "satellite-1", "main"):
            (number,) = self._pick(room, 1)
            await self._switch(room, number, True)
            await self._talk()
            await self._switch(room, number, False)
            spoke.append(f"{room}/{number}")
        return {"spoke": spoke}

    async def _together(self, _: aiohttp.ClientSession) -> Json:
        numbers = self._pick("main", 3)
        for number in numbers:
            await self._switch("main", number, True)
            await self._talk(0.5)
        for number in numbers:
            await self._switch("main", number, False)
            await self._talk(0.3)
        return {"open at once": [f"main/{n}" for n in numbers]}

    async def _answers(self, _: aiohttp.ClientSession) -> Json:
        (asks,), (answers,) = self._pick("main", 1), self._pick("satellite-1", 1)
        for room, number in (("main", asks), ("satellite-1", answers)) * 2:
            await self._switch(room, number, True)
            await self._talk(0.6)
            await self._switch(room, number, False)
        return {"asks": f"main/{asks}", "answers": f"satellite-1/{answers}"}

    async def _priority(self, session: aiohttp.ClientSession) -> Json:
        (number,) = self._pick("main", 1)
        await self._switch("main", number, True)
        await self._talk(0.5)
        started_s = time.monotonic()
        await self.command(session, "take_priority", seat=CHAIR)
        await self._on_air("main", CHAIR)
        shown_s = time.monotonic() - started_s
        await self._talk(0.5)
        await self.command(session, "release_priority", seat=CHAIR)
        await self._on_air("main", f"main/{number}")
        await self._switch("main", number, False)
        return {"interrupted": f"main/{number}", "chair_on_air_s": round(shown_s, 2)}

    async def _dialogue(self, _: aiohttp.ClientSession) -> Json:
        start = self._rnd.randrange(3, 22)
        pair = str(start), str(start + 1)
        for number in pair * 3:
            await self._switch("main", number, True)
            await self._talk(0.3)
            await self._switch("main", number, False)
        return {"pair": [f"main/{number}" for number in pair]}

    async def _queue(self, session: aiohttp.ClientSession) -> Json:
        await self._mode(session, "request", 1)
        queue = [("main", n) for n in self._pick("main", 2)]
        queue += [("satellite-1", n) for n in self._pick("satellite-1", 1)]
        for room, number in queue:
            await self.twins[room].press(number)
            await self.queued(f"{room}/{number}")
        for room, number in queue:
            await self.command(session, "next")
            await self.relay(self.twins[room], number, True, time.monotonic_ns())
            self._turns += 1
            await self._talk()
            await self._switch(room, number, False)
        await self._open(session)
        return {"called": [f"{room}/{number}" for room, number in queue]}

    async def _silence(self, session: aiohttp.ClientSession) -> Json:
        await self.command(session, "all_off")
        for room in ROOMS:
            await self._on_air(room, "wide")
        return {"on air": "wide"}

    async def _judge(self, room: str) -> Json:
        gallery = self.galleries[room]
        for name, value in gallery.summary().items():
            self.report.figures[f"{room}.{name}"] = value
        if faults := gallery.judged():
            raise NotSeenError(f"{len(faults)} faults: " + "; ".join(faults[:8]))
        return gallery.summary()

    # --- parts -------------------------------------------------------------------------------

    def _pick(self, room: str, count: int) -> list[str]:
        """Delegates who have not just spoken: those may take their turn back, without a queue."""
        rested = [n for n in SEATS[room] if (room, n) not in self._recent]
        return self._rnd.sample(rested, count)

    async def _talk(self, share: float = 1.0) -> None:
        """So long somebody talks."""
        scale = min(1.0, self.minutes / FULL_MINUTES)
        await asyncio.sleep(max(SHORTEST_S, self._rnd.uniform(*TURN_S) * share * scale))

    async def _switch(self, room: str, number: str, on: bool) -> None:
        pressed_ns = await self.twins[room].press(number)
        await self.relay(self.twins[room], number, on, pressed_ns)
        await asyncio.sleep(FINGER_S)
        self._turns += on
        self._recent.append((room, number))

    async def _mode(self, session: aiohttp.ClientSession, mode: str, max_open: int) -> None:
        """Both rooms know it: a press before that would be judged by the mode before."""
        await self.command(session, "set_mode", mode=mode, max_open=max_open, queue_max=40)
        topics = [down(room, "floor") for room in ROOMS]
        await self.mqtt.until(
            lambda s: all(s[topic]["mode"] == mode for topic in topics), f"mode {mode}"
        )

    async def _on_air(self, room: str, target: str) -> None:
        topic = up(room, "state", "cameras")

        def shown(seen: Json) -> bool:
            return any(
                c["on_air"] and c["arrived"] and target in str(c["target"]).split("+")
                for c in seen[topic]["cameras"].values()
            )

        await self.mqtt.until(shown, f"{target} on air in {room}", 20.0)
