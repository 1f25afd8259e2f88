"""Geometry against worked examples."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.core.capability import Aim
from edge.camera.aim import Pose, aim_at, wide_aim, wrapped_deg

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
    assert aim.fov_deg == pytest.approx(math.degrees(2 * math.atan(0.07)))


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


def test_aims_are_values() -> None:
    assert Aim(1.0, 2.0, 3.0) == Aim(1.0, 2.0, 3.0)
