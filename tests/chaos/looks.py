"""Somebody who looks all the time whether everything is well.

Owns the looking, as a person at the technician's page would, and what counts as well. Must not
judge: it writes down what it sees.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tests.chaos.chair import Page
from tests.chaos.history import History
from tests.chaos.schedule import ROOMS

EVERY_S = 0.25
WELL_MOST_S = 40.0
"""Nobody waits longer until everything is well; the judges will say what is not."""

WAITS_S = 1.0
"""An event that people have just made is no trace of a fault."""

NO_PAGE = "the hub does not answer"

CHATTERS = "talks without being asked"
"""What an alarm of a seat says. Others come and go on a machine with far too much to do, whose
simulated units answer late."""


class Looker:
    """Looks at one site."""

    def __init__(
        self,
        page: Page,
        history: History,
        away: Callable[[], set[str]],
        oldest_event: Callable[[str], int | None],
    ) -> None:
        """``away`` names processes that do not run.

        ``oldest_event`` gives the number of the first event that waits in a room: 0 when none
        does, None when that cannot be read.
        """
        self._page = page
        self._history = history
        self._away = away
        self._oldest_event = oldest_event
        self._first: dict[str, tuple[int, float]] = {}
        """By room: which event is the first that waits, and since when."""

    async def run(self) -> None:
        """Look, write down, look again, until cancelled."""
        while True:
            wrong = await self.wrong()
            self._history.looks.append((time.monotonic(), wrong))
            await asyncio.sleep(EVERY_S)

    async def wrong(self) -> str:
        """The first thing that is not well, or nothing."""
        state = await self._page.get("state")
        if state is None:
            return NO_PAGE
        away = self._away()
        if away:
            return f"{min(away)} does not run"
        for room in ROOMS:
            shown = state["rooms"].get(room, {})
            if not shown.get("online"):
                return f"{room} is not with the hub"
            evidence = [each["evidence"] for each in shown["alerts"].values()]
            if any(CHATTERS in each for each in evidence):
                return f"a unit of {room} {CHATTERS}"
            if self._is_stuck(room):
                return f"events wait in {room}"
        return ""

    def _is_stuck(self, room: str) -> bool:
        """The same event is the first for longer than its way there and back takes."""
        now_s, number = time.monotonic(), self._oldest_event(room)
        if not number:
            return number is None
        known, since_s = self._first.get(room, (0, now_s))
        if known != number:
            since_s = now_s
        self._first[room] = number, since_s
        return now_s - since_s > WAITS_S

    async def well(self) -> None:
        """Wait until it is, and a look longer."""
        began_s = time.monotonic()
        while time.monotonic() < began_s + WELL_MOST_S:
            looks = [wrong for at_s, wrong in self._history.looks[-2:] if at_s > began_s]
            if len(looks) == 2 and not any(looks):
                return
            await asyncio.sleep(EVERY_S)
