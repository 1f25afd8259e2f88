"""Whose turn it is on a bus.

Owns the order of units: urgent ones first, silent ones rarely, active ones more often, and
nobody starved; and the pace: while nothing happens one round a cycle, then rest. Pure: time
comes in as an argument. Must not know what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MISSES_TO_SILENCE = 4
"""So many questions in a row without a good answer, and a unit counts as absent. Three would
now and then strike a unit on a line that damages every tenth frame."""

DISTURBED_SHARE = 0.25
"""How much of a miss it is when others talked into the question."""

PROBE_FIRST_S, PROBE_MOST_S = 0.1, 1.6
"""An absent unit is asked after this pause, doubling; a unit that comes back is found within
the longest, the length of one cycle and a time-out."""

PROBE_REST = 3.0
"""After a question into the void the bus is kept for the others for so many times as long:
absent units may cost at most a quarter of it."""

URGENT_RUN = 4
"""So many urgent turns in a row, then an ordinary one."""

ACTIVE_EVERY = 5
"""Every fifth ordinary turn goes to an active unit, if there is one."""


ACTIVE_CYCLE_SHARE = 0.5
"""While somebody is active a round may begin after this share of the cycle: a small bus would
otherwise be asked a thousand times a second for one open microphone."""


@dataclass(slots=True)
class _Standing:
    silent: bool = True
    misses: float = 0
    pause_s: float = PROBE_FIRST_S
    probe_at_s: float = 0.0
    active_until_s: float = 0.0


class Schedule:
    """The turns of one bus. Every unit is silent until it has answered once."""

    def __init__(self, units: Iterable[int], cycle_s: float) -> None:
        """``units`` are asked in rising order of their addresses, all within ``cycle_s``."""
        self.measured_cycle_s: float | None = None
        self._cycle_s = cycle_s
        self._ring = sorted(set(units))
        self._standing = {unit: _Standing() for unit in self._ring}
        self._place = -1
        self._round_at_s: float | None = None
        self._probed = False
        self._probe_rest_until_s = 0.0
        self._urgent: dict[int, None] = {}
        self._urgent_run = 0
        self._active: dict[int, None] = {}
        self._ordinary = 0
        self._present = 0

    def is_silent(self, unit: int) -> bool:
        """It does not answer, or never did."""
        return self._standing[unit].silent

    def next(self, now_s: float) -> int | None:
        """The unit whose turn it is; None when all rest until ``rest_until_s``."""
        if self._urgent and self._urgent_run < URGENT_RUN:
            self._urgent_run += 1
            unit = next(iter(self._urgent))
            self._urgent[unit] = self._urgent.pop(unit)  # to the end of the queue
            return unit
        self._urgent_run = 0
        probe = self._probe(now_s)
        if probe is not None:
            self._probed = True
            return probe
        self._ordinary += 1
        if self._ordinary % ACTIVE_EVERY == 0 and self._any_active(now_s):
            unit = next(iter(self._active))
            self._active[unit] = self._active.pop(unit)
            return unit
        return self._around(now_s)

    def rest_until_s(self, now_s: float) -> float:
        """When somebody is due again, after ``next`` gave None."""
        due = [standing.probe_at_s for standing in self._standing.values() if standing.silent]
        probe_s = max(min(due), self._probe_rest_until_s) if due else None
        if self._present:
            round_s = self._round_due_s(now_s)
            return round_s if probe_s is None or self._probed else min(round_s, probe_s)
        return now_s + self._cycle_s if probe_s is None else probe_s

    def _around(self, now_s: float) -> int | None:
        """The next present unit around the ring; None when the round came too early."""
        if not self._present:
            self._probed = False  # no round to wait for
            return None
        while True:
            place = self._place + 1
            if place == len(self._ring):
                if now_s < self._round_due_s(now_s):
                    return None
                self._round(now_s)
                place = 0
            self._place = place
            if not self._standing[self._ring[place]].silent:
                return self._ring[place]

    def _round_due_s(self, now_s: float) -> float:
        """When the next round may begin."""
        if self._round_at_s is None:
            return now_s
        share = ACTIVE_CYCLE_SHARE if self._any_active(now_s) else 1.0
        return self._round_at_s + share * self._cycle_s

    def _round(self, now_s: float) -> None:
        if self._round_at_s is not None:
            self.measured_cycle_s = now_s - self._round_at_s
        self._round_at_s = now_s
        self._probed = False

    def _probe(self, now_s: float) -> int | None:
        """The silent unit that has been due longest, when one may be asked now."""
        if self._probed or self._present == len(self._ring) or now_s < self._probe_rest_until_s:
            return None
        due_s, unit = min(
            (standing.probe_at_s, unit)
            for unit, standing in self._standing.items()
            if standing.silent
        )
        return unit if due_s <= now_s else None

    def answered(self, unit: int) -> None:
        """A good answer came: the unit is there, and others may be looked for at once."""
        standing = self._standing[unit]
        standing.misses = 0
        if standing.silent:
            standing.silent, standing.pause_s = False, PROBE_FIRST_S
            self._present += 1
            self._probed = False

    def missed(self, unit: int, now_s: float, cost_s: float, disturbed: bool = False) -> bool:
        """No good answer in ``cost_s``; True when the unit counts as silent from now on.

        ``disturbed``: others talked meanwhile, which says little of this unit.
        """
        standing = self._standing[unit]
        standing.misses += DISTURBED_SHARE if disturbed else 1
        if standing.silent:
            standing.pause_s = min(PROBE_MOST_S, 2 * standing.pause_s)
            standing.probe_at_s = now_s + standing.pause_s
            self._probe_rest_until_s = now_s + PROBE_REST * cost_s
            return False
        if standing.misses < MISSES_TO_SILENCE:
            return False
        self.silence(unit, now_s)
        return True

    def silence(self, unit: int, now_s: float) -> None:
        """Take a unit out of the round; it will be probed."""
        standing = self._standing[unit]
        if not standing.silent:
            standing.silent = True
            self._present -= 1
        else:
            standing.pause_s = min(PROBE_MOST_S, 2 * standing.pause_s)
        standing.probe_at_s = now_s + standing.pause_s
        standing.active_until_s = 0.0
        self.calm(unit)

    def hurry(self, unit: int) -> None:
        """Something must be told to or asked from this unit before the others' polls."""
        if not self._standing[unit].silent:
            self._urgent.setdefault(unit)

    def calm(self, unit: int) -> None:
        """Nothing is urgent there any more."""
        self._urgent.pop(unit, None)

    def favour(self, unit: int, until_s: float) -> None:
        """Something goes on at this unit: ask it more often until then."""
        self._standing[unit].active_until_s = until_s
        self._active.setdefault(unit)

    def _any_active(self, now_s: float) -> bool:
        """Forget those that have become quiet; True when one is left."""
        while self._active:
            unit = next(iter(self._active))
            if self._standing[unit].active_until_s > now_s:
                return True
            del self._active[unit]
        return False

    def reset(self) -> None:
        """The wire was opened anew: everybody is silent and due at once."""
        for standing in self._standing.values():
            standing.silent, standing.misses = True, 0
            standing.pause_s, standing.probe_at_s = PROBE_FIRST_S, 0.0
            standing.active_until_s = 0.0
        self._urgent.clear()
        self._active.clear()
        self._present, self._round_at_s, self._place = 0, None, -1
        self._probed, self._probe_rest_until_s = False, 0.0
