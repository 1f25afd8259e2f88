"""Commands that were refused: what is recorded of them, and who has to slow down.

Theory. Whoever leads a meeting presses in vain now and then; a page that is broken, or somebody
with a script, does so a thousand times. The first refusal of a kind, which is a person, a command
and a reason, is recorded at once. What follows of the same kind is counted, and recorded with its
number as one when its window is over, so that the records have every refusal and do not grow with
a flood.

Each session of those who do not lead may be refused so many times in a row, and give ten times as
many commands that are carried out; what it sends then is not looked at until it has been quiet for
a moment. A chair is never held up.

Owns the counters, in memory: when the hub stops, the numbers of the open windows are lost, never a
kind. Must not decide what is refused.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from edge.rules.reasons import Reason
from hub.access.rights import Who, leads
from hub.meeting.access_events import CommandGiven

WINDOW_S = 30.0
"""What is refused again within this is told in one record."""

IN_A_ROW = 20.0
"""Refusals that a session may have at once: a person with a dead key gives up before."""

BACK_PER_S = 1.0
"""So many of them are forgiven in a second."""

CARRIED_OUT = 0.1
"""What a command that was carried out counts: nobody presses ten keys a second for long."""

KEPT = 5_000
"""Kinds and sessions that are counted; more push out the oldest."""

Kind = tuple[str, str, str, str]
"""Who, their role, the command, the reason's code."""


@dataclass(slots=True)
class _Window:
    ends_s: float
    more: int = 0


@dataclass(slots=True)
class _Left:
    refusals: float
    at_s: float


class Refusals:
    """Of one hub."""

    def __init__(self, record: Callable[[CommandGiven], None], now_s: Callable[[], float]) -> None:
        """``record`` takes what is for the records."""
        self._record = record
        self._now_s = now_s
        self._windows: OrderedDict[Kind, _Window] = OrderedDict()
        self._left: OrderedDict[bytes, _Left] = OrderedDict()

    def wait_s(self, who: Who) -> float:
        """How long this session has to be quiet; 0 when what it sends is looked at."""
        return 0.0 if leads(who) else max(0.0, (1.0 - self._now(who)) / BACK_PER_S)

    def told(self, name: str, who: Who, reason: Reason) -> None:
        """A command was refused: it counts for the session, and stands in the records."""
        self.counted(who)
        kind, now_s = (who.by, who.role.value, name, reason.value), self._now_s()
        window = self._windows.get(kind)
        if window is not None and now_s < window.ends_s:
            window.more += 1
            return
        self._close(kind)
        self._record(CommandGiven(now_s, name, who.by, who.role.value, reason.value))
        self._windows[kind] = _Window(now_s + WINDOW_S)
        while len(self._windows) > KEPT:
            self._close(next(iter(self._windows)))

    def counted(self, who: Who, as_much_as: float = 1.0) -> None:
        """It counts for the session alone: what was given or refused has a record of its own."""
        if leads(who):
            return
        self._left[who.session] = _Left(max(0.0, self._now(who) - as_much_as), self._now_s())
        self._left.move_to_end(who.session)
        while len(self._left) > KEPT:
            self._left.popitem(last=False)

    def _now(self, who: Who) -> float:
        known = self._left.get(who.session)
        if known is None:
            return IN_A_ROW
        return min(IN_A_ROW, known.refusals + (self._now_s() - known.at_s) * BACK_PER_S)

    def look(self) -> None:
        """Record what the windows that are over have counted."""
        now_s = self._now_s()
        for kind in [kind for kind, window in self._windows.items() if window.ends_s <= now_s]:
            self._close(kind)

    async def look_forever(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(WINDOW_S / 10)
            self.look()

    def _close(self, kind: Kind) -> None:
        window = self._windows.pop(kind, None)
        if window is not None and window.more:
            by, role, name, code = kind
            self._record(CommandGiven(self._now_s(), name, by, role, code, window.more))
