"""Delegates and chair at the simulated hardware: who presses what when, and who is watching.

Owns fingers and eyes. Must not know what a press should lead to.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from edge.twin.client import TwinClient
from tests.chaos.history import VOTE_KEYS, History, Press
from tests.chaos.schedule import ROOMS

SEATS = {"main": 25, "satellite-1": 8}
BOX_SEATS = {"satellite-1/7", "satellite-1/8"}
"""On a button box that counts no presses: a key is held for two polls of it."""

SHORT_MS, STUBBORN_MS, PRIORITY_MS = 90, 1500, 2500
INVITED_S = 12.0
"""Who is not asked to vote for so long presses all the same, or has missed it."""

PANEL_MS = 300
"""The console's pins are looked at by the controller itself: on a busy machine not every ten
milliseconds."""

FIRE_SHARE, CONSOLE_SHARE = 0.02, 0.18
"""Of everything that is pressed besides votes."""

FIRE_S = 3.0


class Hands:
    """All fingers of one room, through one connection to its twin."""

    def __init__(self, room: str, twin: TwinClient, history: History) -> None:
        """``twin`` is connected."""
        self.room = room
        self._twin = twin
        self._history = history

    async def press(self, who: str, key: str, hold_ms: int | None = None) -> Press:
        """Push a key of a seat or of the ``console`` and write it down."""
        if hold_ms is None:
            is_counted = who != "console" and f"{self.room}/{who}" not in BOX_SEATS
            hold_ms = SHORT_MS if is_counted else PANEL_MS
        pressed_ns = await self._twin.press(who, key, hold_ms)
        return self._history.press(self.room, who, key, pressed_ns)

    async def fire(self, on: bool) -> None:
        """The fire alarm's contact opens, or closes again."""
        await self._twin.contact("fire_alarm", active=on)
        key = "fire" if on else "fire_over"
        self._history.press(self.room, "console", key, time.monotonic_ns())


async def watch(room: str, history: History, watching: asyncio.Event) -> None:
    """Write down all that the seats of a room show, until cancelled."""
    async with TwinClient(room) as eyes, TwinClient(room) as first:
        async for change in eyes.watch("seats"):
            if change.get("watch") == "seat":
                at_s = change["time_ns"] / 1e9
                history.seat_changed(room, change["seat"], at_s, change["changed"])
            else:
                show = await first.show()
                for seat, shown in show["seats"].items():
                    history.seat_changed(room, seat, time.monotonic(), shown)
                watching.set()


async def speak(hands: Hands, seed: int) -> None:
    """Microphone keys, now and then the chair's console and a fire alarm, until cancelled."""
    chance = random.Random(f"speak {hands.room} {seed}")
    console = {"main": ("all_off", "priority", "next"), "satellite-1": ("all_off", "next")}
    while True:
        await asyncio.sleep(chance.uniform(0.3, 1.8))
        dice = chance.random()
        if dice < FIRE_SHARE:
            await hands.fire(on=True)
            await asyncio.sleep(FIRE_S)
            await hands.fire(on=False)
        elif dice < CONSOLE_SHARE:
            key = chance.choice(console[hands.room])
            # A tap on priority asks back; held, it acts.
            await hands.press("console", key, PRIORITY_MS if key == "priority" else PANEL_MS)
        else:
            await hands.press(str(chance.randint(1, SEATS[hands.room])), "mic")


# --- voting --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finger:
    """One press of a vote key; ``at_s`` counts from when the room was asked."""

    at_s: float
    room: str
    seat: str
    key: str
    hold_ms: int | None = None


def fingers(chance: random.Random, open_s: float) -> list[Finger]:
    """Who presses which vote key when, in order.

    Most press once, a third change their minds, some press two keys at once or lean on one,
    and some are too late.
    """
    found: list[Finger] = []
    for room in ROOMS:
        for seat in map(str, range(1, SEATS[room] + 1)):
            if chance.random() < 0.08:
                continue
            at_s = chance.uniform(0.2, open_s + 0.6)
            first, second = chance.sample(VOTE_KEYS, 2)
            dice = chance.random()
            found.append(Finger(at_s, room, seat, first, STUBBORN_MS if dice > 0.95 else None))
            if dice < 0.35:
                found.append(Finger(at_s + chance.uniform(1.0, 3.0), room, seat, second))
            elif dice < 0.40:
                found.append(Finger(at_s + 0.03, room, seat, second))
    return sorted(found, key=lambda finger: finger.at_s)


async def vote(hands: Hands, history: History, presses: Sequence[Finger]) -> None:
    """The presses of one room, each at its time after the lamps have asked for votes."""
    until_s = time.monotonic() + INVITED_S
    while time.monotonic() < until_s and not is_asked(history, hands.room):
        await asyncio.sleep(0.1)
    asked_s = time.monotonic()
    for finger in presses:
        if finger.room == hands.room:
            await asyncio.sleep(max(0.0, asked_s + finger.at_s - time.monotonic()))
            await hands.press(finger.seat, finger.key, finger.hold_ms)


def is_asked(history: History, room: str) -> bool:
    """A vote lamp blinks slowly at some seat: votes are wanted here."""
    return any(
        history.shown(seat).get(key) == "slow"
        for seat in history.lamps
        if seat.partition("/")[0] == room
        for key in VOTE_KEYS
    )
