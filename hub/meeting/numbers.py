"""Which numbers have been seen, as ranges.

Owns the arithmetic behind *every event up to here is committed*, and nothing else. Numbers
start at 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Numbers:
    """A set of numbers that mostly come in order: kept as few ranges, whatever its size."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        """Start from ``ranges``: first and last number of each, in order, not touching."""
        self._ranges = [list(pair) for pair in ranges]

    def __contains__(self, number: int) -> bool:
        """The number has been seen."""
        at = bisect_right(self._ranges, number, key=lambda pair: pair[0]) - 1
        return at >= 0 and number <= self._ranges[at][1]

    def add(self, number: int) -> None:
        """See ``number``; again changes nothing."""
        if self._ranges and number == self._ranges[-1][1] + 1:  # as nearly always
            self._ranges[-1][1] = number
            return
        if number in self:
            return
        at = bisect_right(self._ranges, number, key=lambda pair: pair[0])
        self._ranges.insert(at, [number, number])
        if at + 1 < len(self._ranges) and self._ranges[at + 1][0] == number + 1:
            self._ranges[at][1] = self._ranges.pop(at + 1)[1]
        if at > 0 and self._ranges[at - 1][1] == number - 1:
            self._ranges[at - 1][1] = self._ranges.pop(at)[1]

    def gap_before(self, number: int) -> int:
        """The largest number below ``number`` that has not been seen; 0 when there is none."""
        at = bisect_right(self._ranges, number - 1, key=lambda pair: pair[0]) - 1
        if at < 0 or self._ranges[at][1] < number - 1:
            return max(0, number - 1)
        return max(0, self._ranges[at][0] - 1)

    @property
    def upto(self) -> int:
        """Every number from 1 up to here has been seen; 0 when 1 has not."""
        if self._ranges and self._ranges[0][0] <= 1:
            return self._ranges[0][1]
        return 0

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The ranges, in order."""
        return tuple((first, last) for first, last in self._ranges)
