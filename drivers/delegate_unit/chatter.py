"""Units that talk without being asked, found in what nobody asked for.

Theory. On a bus every unit is silent until its address is called. One whose firmware has gone
wrong talks by itself: its frames are whole and carry its address, and they spoil what others
say. A frame that answers no question may also be a late answer, one for each question that was
given up. What is more than that, and often, is chatter. A transmitter that sends no whole frame
cannot be named: then the line is only known to be noisy.

Owns the finding of such frames and the counting. Pure: bytes and time in. Must not decide what
is asked.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from drivers.delegate_unit.frame import (
    EXCEPTION_BIT,
    EXCEPTION_LENGTH,
    KNOWN,
    LONGEST_FRAME,
    READS,
    crc16,
)

FRAMES, WINDOW_S = 20, 2.0
"""So many frames nobody asked for within this, and the unit chatters."""

LATE_MOST = 4
"""Answers to questions that were given up may still come: so many at most."""

WRITE_ANSWER = 8


class Chatter:
    """What one bus has said unasked."""

    def __init__(self, units: Iterable[int]) -> None:
        """``units`` are the addresses on this line; frames of others are noise."""
        self._heard: dict[int, deque[float]] = {unit: deque(maxlen=FRAMES) for unit in units}
        self._late: Counter[int] = Counter()
        self._rest = b""

    def reset(self) -> None:
        """The line was opened anew."""
        for heard in self._heard.values():
            heard.clear()
        self._late.clear()
        self._rest = b""

    def given_up(self, unit: int) -> None:
        """A question to ``unit`` had no answer in time: one may come late."""
        self._late[unit] = min(LATE_MOST, self._late[unit] + 1)

    def hear(self, data: bytes, now_s: float) -> None:
        """Bytes that answer no question; a frame may go on in the next ones."""
        self._rest = self.strip(self._rest + data, now_s)[-LONGEST_FRAME:]

    def strip(self, data: bytes, now_s: float) -> bytes:
        """``data``, in which no answer is, without whole frames."""
        left, at = bytearray(), 0
        while at < len(data):
            length = self._frame_at(data, at)
            if length:
                self._count(data[at], now_s)
                at += length
            else:
                left.append(data[at])
                at += 1
        return bytes(left)

    def _frame_at(self, data: bytes, at: int) -> int:
        """How long the answer is that begins there; 0: none does, or not all of it is here."""
        if len(data) - at < EXCEPTION_LENGTH or data[at] not in self._heard:
            return 0
        function = data[at + 1]
        if function & EXCEPTION_BIT:
            length = EXCEPTION_LENGTH
        elif function in READS:
            length = data[at + 2] + EXCEPTION_LENGTH
        elif function in KNOWN:
            length = WRITE_ANSWER
        else:
            return 0
        frame = data[at : at + length]
        return length if len(frame) == length and crc16(frame) == 0 else 0

    def _count(self, unit: int, now_s: float) -> None:
        if self._late[unit]:
            self._late[unit] -= 1
        else:
            self._heard[unit].append(now_s)

    def chatters(self, unit: int, now_s: float) -> bool:
        """It has talked unasked, and goes on."""
        heard = self._heard[unit]
        return len(heard) == FRAMES and now_s - heard[0] <= WINDOW_S
