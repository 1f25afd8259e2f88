"""Whose turn it is: the schedule alone, with turns as the unit of time."""

from __future__ import annotations

from drivers.delegate_unit.schedule import (
    MISSES_TO_SILENCE,
    PROBE_MOST_S,
    URGENT_RUN,
    Schedule,
)

TURN_S = 0.0025
TIMEOUT_S = 0.022


class Bus:
    """Plays a master: those in ``there`` answer at once, the others cost a time-out."""

    def __init__(self, units: int, there: set[int] | None = None, cycle_s: float = 0.1) -> None:
        self.schedule = Schedule(range(1, units + 1), cycle_s)
        self.there = set(range(1, units + 1)) if there is None else there
        self.now_s = 10.0
        self.turns: list[tuple[float, int]] = []

    def run(self, for_s: float) -> list[int]:
        """The turns in this time."""
        first, end_s = len(self.turns), self.now_s + for_s
        while self.now_s < end_s:
            unit = self.schedule.next(self.now_s)
            if unit is None:
                rest_s = self.schedule.rest_until_s(self.now_s)
                assert rest_s >= self.now_s
                self.now_s = min(end_s, max(rest_s, self.now_s + 1e-6))
                continue
            self.turns.append((self.now_s, unit))
            if unit in self.there:
                self.now_s += TURN_S
                self.schedule.answered(unit)
            else:
                self.now_s += TIMEOUT_S
                self.schedule.missed(unit, self.now_s, TIMEOUT_S)
        return [unit for _, unit in self.turns[first:]]


def test_everybody_is_asked_once_a_round_and_then_all_rest() -> None:
    bus = Bus(25)
    bus.run(1.0)
    turns = bus.run(1.0)
    assert {turns.count(unit) for unit in range(1, 26)} <= {9, 10, 11}
    assert bus.schedule.measured_cycle_s is not None
    assert abs(bus.schedule.measured_cycle_s - 0.1) < 0.001


def test_all_are_met_at_once_after_opening() -> None:
    bus = Bus(25)
    assert bus.run(24.5 * TURN_S) == list(range(1, 26))


def test_urgent_goes_first_but_never_alone() -> None:
    bus = Bus(10)
    bus.run(1.0)
    for unit in (7, 3, 9):
        bus.schedule.hurry(unit)
    turns = bus.run(0.25)
    assert turns[:URGENT_RUN] == [7, 3, 9, 7]
    others = [unit for unit in turns if unit not in (3, 7, 9)]
    assert len(others) >= len(turns) * 7 // 10 // (URGENT_RUN + 1)
    for unit in (7, 3, 9):
        bus.schedule.calm(unit)
    assert set(bus.run(0.1)) == set(range(1, 11))


def test_the_silent_are_asked_with_growing_pauses_and_once_a_round_at_most() -> None:
    bus = Bus(10, there=set(range(1, 8)))
    bus.run(20.0)
    turns = bus.run(20.0)
    for unit in (8, 9, 10):
        assert 20 / (PROBE_MOST_S + 0.3) <= turns.count(unit) <= 20 / PROBE_MOST_S + 1
    rounds = "".join(chr(unit) for unit in turns).split(chr(1))
    assert max(sum(unit in part for unit in "\x08\x09\x0a") for part in rounds) <= 1


def test_a_present_unit_becomes_silent_after_some_misses_only() -> None:
    schedule = Schedule([1, 2], 0.1)
    schedule.answered(1)
    lost = [schedule.missed(1, 1.0, TIMEOUT_S) for _ in range(MISSES_TO_SILENCE)]
    assert lost == [False] * (MISSES_TO_SILENCE - 1) + [True]
    assert schedule.is_silent(1)
    schedule.answered(1)
    assert not schedule.is_silent(1)
    schedule.missed(1, 1.0, TIMEOUT_S)
    schedule.answered(1)
    assert [schedule.missed(1, 1.0, TIMEOUT_S) for _ in range(3)] == [False] * 3


def test_a_favoured_unit_gets_more_turns_until_its_time_is_over() -> None:
    bus = Bus(25)
    bus.run(1.0)
    bus.schedule.favour(4, bus.now_s + 2.0)
    turns = bus.run(2.0)
    quiet = [turns.count(unit) for unit in range(1, 26) if unit != 4]
    assert turns.count(4) > 3 * max(quiet)
    assert min(quiet) >= 2.0 / 0.1
    after = bus.run(1.0)
    assert after.count(4) <= 11


def test_a_small_bus_with_an_active_unit_still_rests() -> None:
    bus = Bus(2)
    bus.run(1.0)
    bus.schedule.favour(1, bus.now_s + 100.0)
    assert len(bus.run(1.0)) <= 65


def test_when_nobody_is_there_the_line_is_mostly_quiet() -> None:
    bus = Bus(25, there=set())
    bus.run(10.0)
    assert len(bus.run(10.0)) * TIMEOUT_S < 10.0 / 3
    bus.there = set(range(1, 26))
    start_s = bus.now_s
    bus.run(PROBE_MOST_S + 0.5)
    heard = {unit for at_s, unit in bus.turns if at_s >= start_s}
    assert heard == bus.there


def test_urgency_of_a_silent_unit_waits_for_its_answer() -> None:
    schedule = Schedule([1], 0.1)
    schedule.hurry(1)
    assert schedule.next(0.0) == 1, "as a probe"
    schedule.missed(1, 0.0, TIMEOUT_S)
    assert schedule.next(0.0) is None
