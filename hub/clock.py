"""The meeting's clock: monotonic while the hub runs, and carried over its restarts.

Theory. Times such as *asked at* and *speaking since* are kept in the store, but a monotonic
clock starts anew with the machine. So the hub's clock goes on from the last time that was
stored, plus the time the hub was away by the wall clock, never less than nothing. Stored
times then need no conversion, their order holds, and no duration is ever negative.

Owns the one clock of the hub. Must not be set by anything after the start.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_S = 864_000.0
"""Where the clock of a new database begins: ten days, longer than any sitting, so that what
a room reports from before the hub's first start is not negative."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The newest stored event: its time on the meeting's clock and on the wall clock."""

    at_s: float
    ts: float


class HubClock:
    """Seconds on the meeting's clock."""

    def __init__(
        self,
        last: LastSeen | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Go on from ``last``; None is a new database."""
        start_s = FIRST_S if last is None else last.at_s + max(0.0, wall() - last.ts)
        self._monotonic = monotonic
        self._offset_s = start_s - monotonic()

    def now_s(self) -> float:
        """Seconds; grows only."""
        return self._monotonic() + self._offset_s

    def now_ms(self) -> int:
        """Whole milliseconds, as on the wire."""
        return int(self.now_s() * 1000)
