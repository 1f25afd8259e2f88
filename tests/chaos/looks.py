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

NO_PAGE = "the hub does not answer"


class Looker:
    """Looks at one site."""

    def __init__(
        self,
        page: Page,
        history: History,
        away: Callable[[], set[str]],
        outbox_rows: Callable[[str], int | None],
    ) -> None:
        """``away`` names processes that do not run, ``outbox_rows`` the events in a room."""
        self._page = page
        self._history = history
        self._away = away
        self._outbox_rows = outbox_rows

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
            if alarms := [each for each in shown["alerts"].values() if each.get("seat")]:
                return f"{room}: {alarms[0]['text']['en']} ({alarms[0]['evidence']})"
            if self._outbox_rows(room) != 0:
                return f"events wait in {room}"
        return ""

    async def well(self) -> None:
        """Wait until it is, and a look longer."""
        began_s = time.monotonic()
        while time.monotonic() < began_s + WELL_MOST_S:
            looks = [wrong for at_s, wrong in self._history.looks[-2:] if at_s > began_s]
            if len(looks) == 2 and not any(looks):
                return
            await asyncio.sleep(EVERY_S)
