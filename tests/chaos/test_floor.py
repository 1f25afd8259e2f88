"""The judge of the microphones, with histories that are right and histories that are wrong.

Owns one case for each rule on each side. Must not start a process.
"""

from __future__ import annotations

import pytest

from tests.chaos import floor
from tests.chaos.history import History, Press, Span


def history(**seats: list[tuple[float, bool]]) -> History:
    """Relays by seat (``main_3``), looked at until 100 s."""
    found = History(ended_s=100.0)
    for name, changes in seats.items():
        room, _, number = name.partition("_")
        found.relays[f"{room}/{number}"] = changes
    return found


def wrongs(found: History, max_open: int = 2) -> list[str]:
    """What the judge says."""
    faults = [*floor.lockouts(found), *floor.without_right(found, max_open)]
    return [fault.what for fault in faults]


@pytest.mark.parametrize("key", ["all_off", "priority", "fire"])
def test_a_stop_that_closes_nothing_is_a_lockout(key: str) -> None:
    found = history(main_3=[(1.0, True), (20.0, False)])
    found.presses = [Press(10.0, "main", "console", key), Press(11.0, "main", "console", "x")]
    assert f"{key} in main left main/3 open" in wrongs(found)
    found.away["main"] = [Span(8.0, 9.0)]
    assert wrongs(found) == []


def test_a_stop_that_closes_in_time_is_right_whatever_opens_next() -> None:
    found = history(
        main_3=[(1.0, True), (10.8, False), (11.0, True), (12.0, False)],
        main_1=[(1.0, True)],
        main_5=[(10.1, True), (12.0, False)],
        other_4=[(1.0, True)],
    )
    found.presses = [Press(10.0, "main", "console", "all_off")]
    assert wrongs(found) == []


def test_a_chair_may_speak_through_all_off_but_not_through_fire() -> None:
    found = history(main_1=[(1.0, True)])
    found.presses = [
        Press(10.0, "main", "console", "fire"),
        Press(13.0, "main", "console", "fire_over"),
    ]
    assert wrongs(found) == ["main/1 open in a fire alarm"]
    found.relays["main/1"].append((11.0, False))
    assert wrongs(found) == []


def test_a_room_without_controller_closes_by_itself() -> None:
    found = history(main_3=[(1.0, True), (14.0, False)])
    found.away["main"] = [Span(10.0, 14.0)]
    assert wrongs(found) == ["main/3 open in a room without controller"]
    found.away["main"] = [Span(10.0, 12.0)]
    assert wrongs(found) == []
    box = history()
    box.relays["satellite-1/7"] = [(1.0, True)]
    box.away["satellite-1"] = [Span(10.0, 20.0)]
    assert wrongs(box) == []


def test_more_than_the_limit_may_only_overlap() -> None:
    found = history(main_3=[(1.0, True), (9.0, False)], main_4=[(4.0, True), (9.0, False)])
    assert wrongs(found, 2) == []
    assert wrongs(found, 1) == ["2 delegates heard in main: ['main/3', 'main/4']"]
    found.relays["main/3"][1] = (6.0, False)
    assert wrongs(found, 1) == []
    found.relays["main/1"] = [(1.0, True), (50.0, False)]
    assert wrongs(found, 1) == []


def test_the_room_must_know_of_every_open_microphone() -> None:
    found = history(main_3=[(10.0, True), (30.0, False)])
    named, empty = frozenset({"main/3"}), frozenset[str]()
    found.floors["main"] = [(5.0, empty), (10.1, named), (30.0, empty)]
    assert wrongs(found) == []
    found.floors["main"] = [(5.0, empty), (10.1, named), (20.0, empty), (22.0, empty)]
    assert wrongs(found) == ["main/3 open, and the room does not know it"]
    found.rough["link-main"] = [Span(15.0, 18.0)]
    assert wrongs(found) == []
    found.floors["main"] = [(5.0, empty), (10.1, named), (28.0, empty)]
    found.rough.clear()
    assert wrongs(found) == []
