"""From a vote key to its lamps and to the page: measured outside of the product.

Owns the measuring of votes at the seats of one room, real processes and a twin. A press counts
after ``vote_keys.CHORD_S``, in which a second key would spoil it: that wait is part of each
figure, and by far the longest part after the bus. A lamp that is *counted* is *recorded* too:
the hub often answers before the bus comes round with the first of the two.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from edge.twin.client import TwinClient
from tests.bench.page import Page
from tests.bench.press import Samples, Watch
from tests.rig import until_shown

HOLD_MS = 80
KEYS = ("yes", "no", "abstain")
LAMP_PATIENCE_S = 3.0
TOGETHER_S = 1.0
"""In the second half of a ballot's seats, everybody presses within this time."""

MEETING = """\
title = "Bench"
mode = "request"
"""


def ballot_ids(count: int) -> list[str]:
    """Ballots of one run."""
    return [f"bench-{number}" for number in range(1, count + 1)]


def meeting_text(ballots: list[str], room: str, seats: int) -> str:
    """Everybody of the room in the list, and the ballots to come."""
    items = [f'[[ballots]]\nid = "{b}"\ntext = {{ vi = "{b}", en = "{b}" }}' for b in ballots]
    places = [f'[[seats]]\nseat = "{room}/{number}"' for number in range(1, seats + 1)]
    return "\n".join([MEETING, *items, *places, ""])


class Votes:
    """Ballots in one room."""

    def __init__(self, page: Page, watch: Watch, samples: Samples, room: str, seats: int) -> None:
        self._page = page
        self._watch = watch
        self._samples = samples
        self._room = room
        self._seats = seats

    async def ballot(self, ballot: str, chance: random.Random) -> None:
        """One ballot: half of the seats one by one, the rest all together, then its result."""
        page, named = self._page, {"ballot": ballot, "generation": 1}
        await page.order("ready_ballot", **named)
        await page.order("open_ballot", **named, anyway=True)
        await until_shown(
            self._room,
            lambda s: all(seat["yes"] == "slow" for seat in s["seats"].values()),
            "every seat may vote",
        )
        order = list(range(1, self._seats + 1))
        chance.shuffle(order)
        half = self._seats // 2
        pressed: dict[int, tuple[int, str]] = {}
        self._watch.twin.clear()
        async with TwinClient(self._room) as twin:
            for number in order[:half]:
                key = chance.choice(KEYS)
                pressed[number] = await twin.press(str(number), key, HOLD_MS), key
                await asyncio.sleep(0.4 + 0.2 * chance.random())
            delays = sorted(chance.random() * TOGETHER_S for _ in order[half:])
            began_s = time.monotonic()
            for number, delay_s in zip(order[half:], delays, strict=True):
                await asyncio.sleep(max(0.0, began_s + delay_s - time.monotonic()))
                key = chance.choice(KEYS)
                pressed[number] = await twin.press(str(number), key, HOLD_MS), key
        last_ns = max(at_ns for at_ns, _ in pressed.values())
        shown_ns = await page.until(last_ns, lambda b: b["voted"] == self._seats, ballot)
        self._samples.add("25 seats: last press -> all votes on the page", last_ns, shown_ns)
        await until_shown(
            self._room,
            lambda s: all(s["seats"][str(n)][k] == "on" for n, (_, k) in pressed.items()),
            "every vote is counted",
        )
        self._lamps(pressed)
        closing_ns = time.monotonic_ns()
        await page.order("close_ballot", **named)
        counted_ns = await page.until(closing_ns, lambda b: b["counts"] is not None, ballot)
        self._samples.add("25 seats: close ordered -> result on the page", closing_ns, counted_ns)
        await page.order("announce_ballot", **named)

    def _lamps(self, pressed: dict[int, tuple[int, str]]) -> None:
        for number, (pressed_ns, key) in pressed.items():
            changes = [c for c in self._watch.twin if c.get("seat") == str(number)]
            for figure, modes in (("recorded", ("fast", "on")), ("counted", ("on",))):
                at_ns = _lit(changes, key, modes, pressed_ns)
                self._samples.add(f"vote key -> lamp {figure}", pressed_ns, at_ns)


def _lit(
    changes: list[dict[str, Any]], key: str, modes: tuple[str, ...], since_ns: int
) -> int | None:
    for change in changes:
        if change["time_ns"] >= since_ns and change["changed"].get(key) in modes:
            return int(change["time_ns"])
    return None
