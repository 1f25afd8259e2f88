"""The moment when a speaker's time gets short, or is over: nothing happens in the meeting then.

Owns the one timer that looks forward to it. Must not know what is done at that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from edge.rules.floor import Floor
from edge.rules.timers import next_phase_s

LATE_S = 0.01
"""So long after the moment: a timer that fires a little early would see nothing new."""


class NextPhase:
    """Calls ``come`` when a turn's phase changes next."""

    def __init__(self, come: Callable[[], None]) -> None:
        """Nothing is awaited."""
        self._come = come
        self._timer: asyncio.TimerHandle | None = None

    def await_next(self, floor: Floor, now_s: float) -> None:
        """Look forward by this floor; what was awaited before is not any more."""
        if self._timer is not None:
            self._timer.cancel()
        left_s = next_phase_s(floor, now_s)
        self._timer = None
        if left_s is not None:
            self._timer = asyncio.get_running_loop().call_later(left_s + LATE_S, self._come)
