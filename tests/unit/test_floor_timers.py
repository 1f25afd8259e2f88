"""Speaking time, silence and voice: what ends by itself, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.rules import timers
from edge.rules.floor import (
    Ask,
    Ended,
    Extend,
    ExtendTurns,
    Floor,
    Granted,
    Leave,
    Refused,
    RoomLost,
    SeatHeard,
    SeatSilent,
    SetRecess,
    Settings,
    Take,
    Tick,
    Turn,
    Waiting,
    step,
)
from edge.rules.reasons import Reason

ROLES = {"main/1": "chair", "main/2": "delegate", "main/3": "delegate", "sat/1": "delegate"}
TIMED = Settings(limit_s={"delegate": 300.0, "chair": 300.0}, at_limit="stop")
TURN = Turn("main/2", 100.0)


def floor(settings: Settings = TIMED, **changes: object) -> Floor:
    """Seat 2 speaks since 100 s."""
    base = Floor(max_open=1, roles=ROLES, speaking=(TURN,), settings=settings)
    return replace(base, **changes)


@pytest.mark.parametrize(
    ("now_s", "left_s", "phase"),
    [
        (100.0, 300.0, "calm"),
        (339.9, 60.1, "calm"),
        (340.0, 60.0, "warning"),
        (399.9, 0.1, "warning"),
        (400.0, 0.0, "over"),
        (500.0, -100.0, "over"),
    ],
)
def test_the_last_minute_and_overtime(now_s: float, left_s: float, phase: str) -> None:
    """As the seat's lamp shows it."""
    assert timers.left_s(floor(), TURN, now_s) == pytest.approx(left_s)
    assert timers.phase(floor(), TURN, now_s) == phase


def test_chairs_and_roles_without_a_limit_are_not_timed() -> None:
    """Zero is never."""
    assert timers.left_s(floor(), Turn("main/1", 0.0), 9999.0) is None
    assert timers.left_s(floor(Settings()), TURN, 9999.0) is None
    chair = floor(speaking=(Turn("main/1", 0.0),))
    assert timers.next_deadline(chair) is None


def test_stop_ends_the_turn_and_the_next_one_speaks() -> None:
    """Not a moment before the deadline."""
    now = floor(queue=(Waiting("main/3", 150.0),))
    assert timers.next_deadline(now) == 400.0
    assert step(now, Tick(), 399.9) == (now, ())
    after, effects = step(now, Tick(), 400.0)
    assert effects == (Ended("main/2", "time"), Granted("main/3"))
    assert after.totals_s == {"main/2": 300.0}


def test_overrun_goes_on() -> None:
    """Only the lamp tells."""
    now = floor(replace(TIMED, at_limit="overrun"))
    assert timers.next_deadline(now) is None
    assert step(now, Tick(), 9999.0) == (now, ())


def test_extending() -> None:
    """One seat, or every delegate who speaks; as often as wanted."""
    now, effects = step(floor(), Extend("main/2"), 200.0)
    assert effects == ()
    assert timers.next_deadline(now) == 460.0
    now, _ = step(now, ExtendTurns(), 200.0)
    assert timers.next_deadline(now) == 520.0
    assert step(now, Extend("main/3"), 200.0) == (
        now,
        (Refused("main/3", Reason.NOT_SPEAKING),),
    )


def test_clocks_stand_still_while_nobody_is_heard() -> None:
    """Recess here, loss of the link there."""
    now, _ = step(floor(), SetRecess(True), 150.0)
    assert timers.next_deadline(now) is None
    assert timers.elapsed_s(now.speaking[0], 250.0) == 50.0
    now, _ = step(now, SetRecess(False), 250.0)
    assert timers.next_deadline(now) == 500.0
    lost, _ = step(floor(speaking=(Turn("sat/1", 100.0),)), RoomLost("sat"), 130.0)
    assert timers.elapsed_s(lost.speaking[0], 500.0) == 30.0


def test_totals_add_up() -> None:
    """By seat, over all turns."""
    now = floor(totals_s={"main/2": 40.0, "main/3": 1.0})
    now, _ = step(now, Take("main/2"), 125.0)
    assert now.totals_s == {"main/2": 65.0, "main/3": 1.0}


def test_a_turn_in_which_nobody_is_heard_ends() -> None:
    """After the time that was set; being heard starts it anew; chairs are left alone."""
    quiet = Settings(silence_off_s=30.0)
    now, _ = step(floor(quiet), SeatSilent("main/2"), 110.0)
    again, _ = step(now, SeatSilent("main/2"), 120.0)
    assert again == now
    assert timers.next_deadline(now) == 140.0
    heard, _ = step(now, SeatHeard("main/2"), 130.0)
    assert timers.next_deadline(heard) is None
    assert step(now, Tick(), 140.0)[1] == (Ended("main/2", "silence"),)
    chair = floor(quiet, speaking=(Turn("main/1", 100.0),))
    chair, _ = step(chair, SeatSilent("main/1"), 110.0)
    assert timers.next_deadline(chair) is None


def test_silence_counts_only_while_the_seat_could_be_heard() -> None:
    """Before a recess, or before it switched off by accident: afterwards it counts anew."""
    silent, _ = step(floor(Settings(silence_off_s=30.0)), SeatSilent("main/2"), 110.0)
    now, _ = step(silent, SetRecess(True), 120.0)
    now, _ = step(now, SetRecess(False), 1000.0)
    assert timers.next_deadline(now) == 1030.0
    left, _ = step(silent, Leave("main/2"), 135.0)
    back, effects = step(left, Ask("main/2", 142.0), 142.0)
    assert effects == (Granted("main/2"),)
    assert timers.next_deadline(back) == 172.0


def test_a_turn_taken_back_goes_on_where_its_clock_stood() -> None:
    """Also when it was switched off in a recess, while its clock stood still already."""
    now, _ = step(floor(), SetRecess(True), 130.0)
    now, _ = step(now, Leave("main/2"), 140.0)
    now, _ = step(now, SetRecess(False), 144.0)
    now, _ = step(now, Ask("main/2", 146.0), 146.0)
    assert timers.elapsed_s(now.speaking[0], 150.0) == 34.0


def test_in_voice_mode_speaking_opens_and_silence_closes() -> None:
    """Four seconds after the voice; a microphone opened by its key stays."""
    now = floor(Settings(), mode="voice", speaking=())
    now, effects = step(now, SeatHeard("main/3"), 10.0)
    assert effects == (Granted("main/3"),)
    assert step(now, SeatHeard("main/2"), 11.0)[1] == (Refused("main/2", Reason.MIC_LIMIT),)
    now, _ = step(now, SeatSilent("main/3"), 20.0)
    assert step(now, Tick(), 23.9)[1] == ()
    assert step(now, Tick(), 24.0)[1] == (Ended("main/3", "silence"),)
    by_key, _ = step(floor(Settings(), mode="voice"), SeatSilent("main/2"), 110.0)
    assert timers.next_deadline(by_key) is None


def test_in_other_modes_a_voice_opens_nothing() -> None:
    """Listening may always tell what it hears."""
    now = floor(speaking=())
    assert step(now, SeatHeard("main/2"), 5.0) == (now, ())
