"""The master of one bus, without a wire and without a clock: bytes and time in, bytes out.

Owns the one question that is open, its time-out, the rest between frames, and the counters.
Must not touch a port or a timer: ``driver`` does, and so do tests, by hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.core.capability import KeyPress
from drivers.core.errors import ProtocolError
from drivers.delegate_unit.chatter import Chatter
from drivers.delegate_unit.frame import (
    EXCEPTION_BIT,
    EXCEPTION_LENGTH,
    LONGEST_FRAME,
    Failure,
    Message,
    decode,
    is_answer,
)
from drivers.delegate_unit.schedule import Schedule
from drivers.delegate_unit.unit import Ask, Unit

DAMAGED_GRACE_S = 0.003
"""A damaged answer of full length ends the wait after this: bytes may still trickle in."""

QUIET_S = 0.002
WAIT_MOST_S = 0.03
"""Who talks unasked is let finish before the next question, whose bytes would be spoilt: the line
must have been quiet so long. One who never stops is not waited for longer than this."""

USUAL_FADES = 0.99
"""With each answer, so that one that came late is forgotten."""

NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Timing:
    """What the line and the units on it need."""

    byte_s: float
    silence_s: float
    response_timeout_s: float
    cycle_s: float


@dataclass(slots=True)
class Counters:
    """What happened on the line since the start."""

    asked: int = 0
    answers: int = 0
    timeouts: int = 0
    damaged: int = 0
    exceptions: int = 0
    dropped_bytes: int = 0
    presses: int = 0
    opened: int = 0


class BusMaster:
    """Asks the units of one bus in turn.

    Call ``wake`` at ``wake_at_s`` and put what it returns on the wire; call ``receive`` with
    what comes back. After either, and after ``set_outputs``, ``wake_at_s`` may have changed.
    """

    def __init__(
        self, units: Iterable[Unit], timing: Timing, on_key: Callable[[KeyPress], None]
    ) -> None:
        """``on_key`` is called from ``receive``."""
        self.units = {unit.address: unit for unit in units}
        self.schedule = Schedule(self.units, timing.cycle_s)
        self.chatter = Chatter(self.units)
        self.counters = Counters()
        self.news = False
        """A unit said something else than last time; whoever looks sets it back."""
        self.wake_at_s = 0.0
        self.heard_at_s: float | None = None
        self._timing = timing
        self._on_key = on_key
        self._open: tuple[Unit, Ask] | None = None
        self._buffer = b""
        self._sent_at_s = 0.0
        self._deadline_s = 0.0
        self._free_at_s = 0.0
        self._noisy_from_s: float | None = None
        self._disturbed = False
        """Others have talked since the question was put."""
        self._usual_s = 0.0
        """How long answers take on this line: the longest of late."""
        self._last: dict[int, tuple[Ask, bytes, Message]] = {}
        self._farewells: deque[tuple[Unit, Ask]] | None = None

    @property
    def is_closed(self) -> bool:
        """``close`` was called and every unit has been told, or cannot be."""
        return self._farewells is not None and not self._farewells and self._open is None

    def link_up(self, now_s: float) -> None:
        """The wire is open: meet everybody."""
        self.counters.opened += 1
        self.schedule.reset()
        self.chatter.reset()
        self._open, self._farewells, self._buffer = None, None, b""
        self.wake_at_s = self._free_at_s = now_s

    def link_down(self, reason: str, now_s: float) -> None:
        """The wire is gone: nothing is known of anybody."""
        self._open = None
        for unit in self.units.values():
            unit.lost(reason, now_s, None)

    def hurry(self, address: int, now_s: float) -> None:
        """Something new is wanted from this unit: before the next poll."""
        self.schedule.hurry(address)
        if self._open is None:
            self.wake_at_s = min(self.wake_at_s, max(now_s, self._free_at_s))

    def close(self, now_s: float) -> None:
        """Ask nothing any more but what leaves outputs safe, open microphones first."""
        known = [u for u in self.units.values() if not self.schedule.is_silent(u.address)]
        known.sort(key=lambda unit: not unit.microphone_may_be_open)
        self._farewells = deque((unit, unit.farewell()) for unit in known)
        if self._open is None:
            self.wake_at_s = max(now_s, self._free_at_s)

    def wake(self, now_s: float) -> bytes | None:
        """It is time: give up on an answer that is overdue, and ask the next question."""
        if self._open is not None:
            if now_s < self._deadline_s:
                self.wake_at_s = self._deadline_s
                return None
            self._give_up(self._open[0], self._open[1], now_s)
        if now_s < self._free_at_s:
            self.wake_at_s = self._free_at_s
            return None
        self._open = turn = self._next_turn(now_s)
        if turn is None:
            rest_s = now_s + self._timing.cycle_s  # all is said
            if self._farewells is None:
                rest_s = self.schedule.rest_until_s(now_s)
            self.wake_at_s = max(now_s, rest_s)
            return None
        self._buffer, self._noisy_from_s, self._disturbed = b"", None, False
        ask, timing = turn[1], self._timing
        on_wire_s = (len(ask.frame) + ask.answer_length) * timing.byte_s
        self._sent_at_s = now_s
        self.wake_at_s = self._deadline_s = now_s + on_wire_s + timing.response_timeout_s
        self.counters.asked += 1
        return ask.frame

    def _next_turn(self, now_s: float) -> tuple[Unit, Ask] | None:
        if self._farewells is not None:
            return self._farewells.popleft() if self._farewells else None
        address = self.schedule.next(now_s)
        if address is None:
            return None
        unit = self.units[address]
        return unit, unit.next_ask(now_s)

    def _give_up(self, unit: Unit, ask: Ask, now_s: float) -> None:
        self._open = None
        if self._buffer:
            self.counters.damaged += 1
            self.counters.dropped_bytes += len(self._buffer)
            self.chatter.hear(self._buffer, now_s)
        else:
            self.counters.timeouts += 1
        self._free_at_s = now_s + self._timing.silence_s
        self.chatter.given_up(unit.address)
        unit.missed(ask)
        if self._farewells is not None:
            return
        silent = self.schedule.is_silent(unit.address)
        cost_s = now_s - self._sent_at_s
        if self.schedule.missed(unit.address, now_s, cost_s, self._disturbed) or silent:
            unit.lost(NO_ANSWER, now_s, False)

    def receive(self, data: bytes, now_s: float) -> None:
        """Take what came over the wire.

        What comes when no question is open, or fits no question, is dropped: a late answer
        can never answer a later question to another unit.
        """
        if self._open is None:
            self._overhear(data, now_s)
            return
        unit, ask = self._open
        self._buffer = data = self._buffer + data
        answer = self._find_answer(unit, ask, data, now_s)
        if answer is None:
            data = self._without_foreign(data, now_s)
            if len(data) >= ask.answer_length:
                self._deadline_s = min(self._deadline_s, now_s + DAMAGED_GRACE_S)
                self.wake_at_s = min(self.wake_at_s, self._deadline_s)
            return
        self._open = None
        self.heard_at_s = now_s
        self.wake_at_s = self._free_at_s = now_s + self._timing.silence_s
        if self._farewells is None:
            self._take(unit, ask, answer, now_s)

    def _without_foreign(self, data: bytes, now_s: float) -> bytes:
        """What may become an answer yet.

        A question that somebody chatters into was most likely not heard: its answer is waited
        for no longer than answers usually take. A late answer alone says nothing of that.
        """
        self._buffer = left = self.chatter.strip(data, now_s)
        if len(left) == len(data):
            return left
        self.counters.dropped_bytes += len(data) - len(left)
        if any(self.chatter.chatters(unit, now_s) for unit in self.units):
            self._disturbed = True
            self._deadline_s = min(self._deadline_s, now_s + self._usual_s + QUIET_S)
            self.wake_at_s = min(self.wake_at_s, self._deadline_s)
        return left

    def _overhear(self, data: bytes, now_s: float) -> None:
        """Somebody talks though nobody was asked: let it finish, for a while."""
        self.counters.dropped_bytes += len(data)
        self.chatter.hear(data, now_s)
        if self._noisy_from_s is None:
            self._noisy_from_s = now_s
        until_s = min(now_s + QUIET_S, self._noisy_from_s + WAIT_MOST_S)
        self._free_at_s = max(self._free_at_s, until_s)

    def _find_answer(self, unit: Unit, ask: Ask, data: bytes, now_s: float) -> Message | None:
        """The answer to ``ask`` in what has come so far, behind noise if need be."""
        last = self._last.get(unit.address)
        if last is not None and last[0] is ask and last[1] == data:
            return last[2]  # an idle unit says the same hundreds of times
        if len(data) > 2 * LONGEST_FRAME:
            self.counters.dropped_bytes += len(data)
            self._buffer = b""
        for start in range(len(data) - EXCEPTION_LENGTH + 1):
            if data[start] != unit.address:
                continue
            refused = data[start + 1] & EXCEPTION_BIT
            frame = data[start : start + (EXCEPTION_LENGTH if refused else ask.answer_length)]
            try:
                answer = decode(frame, "from_device")
            except ProtocolError:
                continue
            if is_answer(ask.request, answer):
                if len(data) > len(frame):
                    self.counters.dropped_bytes += len(data) - len(frame)
                    self.chatter.hear(data[:start] + data[start + len(frame) :], now_s)
                self._last[unit.address] = ask, frame, answer
                self.news = True
                return answer
        return None

    def _take(self, unit: Unit, ask: Ask, answer: Message, now_s: float) -> None:
        self.counters.answers += 1
        self._usual_s = max(now_s - self._sent_at_s, USUAL_FADES * self._usual_s)
        length = ask.answer_length
        if isinstance(answer, Failure):
            self.counters.exceptions += 1
            length = EXCEPTION_LENGTH
        # The unit looked at its keys before its answer took its time on the line.
        sampled_s = max(self._sent_at_s, now_s - length * self._timing.byte_s)
        presses = unit.answered(ask, answer, sampled_s)
        if unit.strange:
            self.schedule.silence(unit.address, now_s)
            return
        self.schedule.answered(unit.address)
        if unit.is_urgent(now_s):
            self.schedule.hurry(unit.address)
        else:
            self.schedule.calm(unit.address)
        active_until_s = unit.active_until_s()
        if active_until_s > now_s:
            self.schedule.favour(unit.address, active_until_s)
        for press in presses:
            self.counters.presses += not press.released
            self._on_key(press)
