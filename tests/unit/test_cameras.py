"""Geometry against worked examples, and the director's rules."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.core.capability import Aim
from edge.camera.aim import Pose, aim_at, wide_aim, wrapped_deg
from edge.camera.director import WIDE, CameraView, Cut, Direction, Move, by_hand, direct
from edge.rules.reasons import Sentence

SPEAKS_OFF_AIR = Sentence("s1 phát biểu; camera đang không lên hình", "s1 speaks; off air")

FRONT = Pose((0.0, 0.0, 1.2), heading_deg=0.0)


@pytest.mark.parametrize(
    ("target", "pan_deg", "tilt_deg"),
    [
        ((0.0, 5.0, 1.2), 0.0, 0.0),
        ((5.0, 5.0, 1.2), 45.0, 0.0),
        ((-5.0, 5.0, 1.2), -45.0, 0.0),
        ((0.0, 5.0, 6.2), 0.0, 45.0),
        ((0.0, 5.0, -3.8), 0.0, -45.0),
        ((0.0, -5.0, 1.2), 180.0, 0.0),
    ],
)
def test_aim_by_hand_computed_examples(
    target: tuple[float, float, float], pan_deg: float, tilt_deg: float
) -> None:
    aim = aim_at(FRONT, target)
    assert aim.pan_deg == pytest.approx(pan_deg)
    assert aim.tilt_deg == pytest.approx(tilt_deg)


def test_the_heading_turns_the_pan_and_nothing_else() -> None:
    """A camera on the right wall looking along -x sees a seat straight ahead at pan 0."""
    aim = aim_at(Pose((10.0, 5.0, 1.2), 270.0), (0.0, 5.0, 1.2))
    assert aim.pan_deg == pytest.approx(0.0)
    assert aim.fov_deg == pytest.approx(math.degrees(2 * math.atan(0.06)))


def test_a_seat_at_the_lens_is_an_error() -> None:
    with pytest.raises(ValueError, match="at the camera"):
        aim_at(FRONT, FRONT.position_m)


@given(st.floats(-10_000, 10_000))
def test_wrapped_is_the_same_direction(angle_deg: float) -> None:
    wrapped = wrapped_deg(angle_deg)
    assert -180.0 < wrapped <= 180.0
    assert math.cos(math.radians(wrapped - angle_deg)) == pytest.approx(1.0)


def test_the_wide_shot_across_the_wrap_looks_back_not_ahead() -> None:
    """Seats at +170 and -170 degrees are twenty degrees apart."""
    aim = wide_aim(FRONT, [(1.0, -5.67, 1.2), (-1.0, -5.67, 1.2)])
    assert abs(aim.pan_deg) == pytest.approx(180.0)
    assert aim.fov_deg < 30.0


def view(arrived: bool | None = False, works: bool = True, **cost: float) -> CameraView:
    """A camera that sees everything unless told otherwise."""
    return CameraView(works, arrived, cost or {"s1": 1.0, "s2": 1.0, WIDE: 1.0})


def test_the_off_air_camera_swings_and_the_cut_waits_for_arrival() -> None:
    now = Direction(shots={"a": WIDE}, wanted="a", on_air="a")
    cameras = {"a": view(True), "b": view(False)}
    now, decisions = direct(now, ("s1",), cameras, 0.0)
    assert decisions == (Move("b", "s1", SPEAKS_OFF_AIR),)
    now, decisions = direct(now, ("s1",), cameras, 0.1)
    assert decisions == ()
    now, decisions = direct(now, ("s1",), {"a": view(True), "b": view(True)}, 0.2)
    assert decisions == (Cut("b", Sentence("s1: camera đã tới nơi", "s1: camera has arrived")),)


@pytest.mark.parametrize("arrived", [None, False])
def test_no_cut_on_a_guess(arrived: bool | None) -> None:
    now = Direction(shots={"b": "s1"}, wanted="b", on_air="a")
    assert direct(now, ("s1",), {"a": view(True), "b": view(arrived)}, 0.0)[1] == ()


def test_back_to_the_first_speaker_stays_on_the_camera_that_shows_him() -> None:
    """A swing that is no longer wanted is not cut to when it arrives."""
    now = Direction(shots={"a": "s1", "b": "s2"}, wanted="b", on_air="a")
    now, decisions = direct(now, ("s2", "s1"), {"a": view(True), "b": view(True)}, 0.0)
    assert decisions == ()
    assert now.on_air == "a"


def test_a_broken_camera_is_not_chosen() -> None:
    now = Direction(shots={"a": WIDE}, wanted="a", on_air="a")
    _, decisions = direct(now, ("s1",), {"a": view(True), "b": view(works=False)}, 0.0)
    assert decisions == (
        Move("a", "s1", Sentence("s1 phát biểu; chỉ còn camera này", "s1 speaks; the only camera")),
    )


def test_no_working_camera_decides_nothing() -> None:
    assert direct(Direction(), ("s1",), {"a": view(works=False)}, 0.0) == (Direction(), ())


def test_the_better_view_wins() -> None:
    cameras = {"a": view(s1=5.0), "b": view(s1=1.0)}
    _, decisions = direct(Direction(), ("s1",), cameras, 0.0)
    assert decisions == (
        Move("b", "s1", Sentence("s1 phát biểu; góc nhìn tốt nhất", "s1 speaks; best view")),
    )


def test_silence_shows_the_room_and_a_hand_holds_the_automatic_back() -> None:
    cameras = {"a": view(True), "b": view(True)}
    now, decisions = by_hand(Direction(on_air="a"), "a", "s2", "the technician", 0.0)
    assert decisions == (
        Move("a", "s2", Sentence("chỉnh tay: the technician", "aimed by hand: the technician")),
    )
    now, decisions = direct(now, (), cameras, 14.9)
    assert decisions == ()
    _, decisions = direct(now, (), cameras, 15.0)
    assert decisions[0] == Move(
        "b",
        WIDE,
        Sentence(
            "không ai phát biểu ở đây; camera đang không lên hình", "nobody speaks here; off air"
        ),
    )


def test_aims_are_values() -> None:
    assert Aim(1.0, 2.0, 3.0) == Aim(1.0, 2.0, 3.0)
