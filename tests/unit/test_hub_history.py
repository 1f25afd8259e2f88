"""The last hour in figures, and a check as it is recorded."""

from __future__ import annotations

import pytest

from edge.contract.devices import CheckState
from hub.board import Board
from hub.check_record import check_ended
from hub.history import MINUTES, SAMPLES_MOST, SERIES_MOST, History, Series
from hub.meeting.care import CareOrder
from hub.meeting.care_events import CheckEnded
from tests import hub_room
from tests.hub_live import Live


def test_a_minute_keeps_its_least_its_middle_and_its_most() -> None:
    series = Series()
    for value, at_s in ((5.0, 600.0), (1.0, 610.0), (90.0, 659.0), (7.0, 660.0)):
        series.add(value, at_s)
    bands = series.bands(665.0)
    assert len(bands) == MINUTES
    assert bands[-2:] == [(1.0, 5.0, 90.0), (7.0, 7.0, 7.0)]
    assert bands[:-2] == [None] * (MINUTES - 2)


def test_what_is_older_than_an_hour_is_gone_and_a_gap_stays_a_gap() -> None:
    series = Series()
    series.add(1.0, 0.0)
    series.add(2.0, 60.0 * 30)
    bands = series.bands(60.0 * 60)
    assert bands.count(None) == MINUTES - 1
    assert bands[29] == (2.0, 2.0, 2.0)


def test_nothing_grows_without_bound() -> None:
    history = History()
    for n in range(SAMPLES_MOST * 3):
        history.add("main", {f"x{n}": 1.0, "a": float(n), "bad": float("nan")}, 60.0 + n / 10)
    part = history.part("main", 100.0)
    assert len(part) == SERIES_MOST
    assert "bad" not in part
    assert history.part("elsewhere", 100.0) == {}


def test_a_round_trip_is_measured_by_the_answer_that_belongs_to_it() -> None:
    history = History()
    history.asked("main", 5_000, 5.0)
    history.answered("main", 4_000, 5.1)
    assert history.newest("main", "round_trip_ms", 6.0) is None
    history.asked("main", 15_000, 15.0)
    history.answered("main", 15_000, 15.004)
    history.answered("main", 15_000, 19.0)
    band = history.newest("main", "round_trip_ms", 20.0)
    assert band == (pytest.approx(4.0), pytest.approx(4.0), pytest.approx(4.0))


def state(check: str = "c1") -> CheckState:
    return CheckState(boot="b1", rev=1, check=check, by="An", running=False, done=0, of=0)


def test_the_hub_adds_what_only_it_sees() -> None:
    live, board = Live(), Board()
    live.room()
    board.hear_status("main", hub_room.status("online", "b1"))
    ended = check_ended("main", state(), live.meeting, board, live.now_s)
    assert {item.id: item.verdict for item in ended.items} == {
        "link": "unconfirmed",
        "clock": "unconfirmed",
    }
    board.history.add("main", {"round_trip_ms": 3.0}, live.now_s)
    board.room("main").apart_s = 40.0
    ended = check_ended("main", state(), live.meeting, board, live.now_s)
    assert {item.id: item.verdict for item in ended.items} == {"link": "pass", "clock": "fail"}
    assert all((item.todo is None) == (item.verdict == "pass") for item in ended.items)


def test_a_check_is_recorded_once_and_outlives_a_restart() -> None:
    live, board = Live(), Board()
    live.room()
    for _ in range(2):
        live.give(CareOrder(check_ended("main", state(), live.meeting, board, live.now_s)))
    kept = [event for event in live.happened if isinstance(event, CheckEnded)]
    assert [event.check for event in kept] == ["c1"]
    assert live.replayed().care.checks["main"] == kept[0]
