"""Following a walking head, in a simulated camera with latency: steps, walks, blindness."""

from __future__ import annotations

import math

import pytest

from edge.camera.follow import Loop, Track, drive, seen
from tests.camera_follow import follow, step_at, walk


@pytest.mark.parametrize("latency_s", [0.15, 0.275, 0.4])
def test_a_step_of_eight_degrees_overshoots_little_and_settles(latency_s: float) -> None:
    """Must: at most 10 % over, within 1 degree after 2 s."""
    for seed in range(6):
        errors = follow(step_at(2.0, 8.0), 8.0, latency_s, seed)
        after = [(t, e) for t, e in errors if t >= 2.0]
        assert max(e for _, e in after) <= 0.8 + 0.3  # the noise of the detector on top
        late = [abs(e) for t, e in after if t >= 4.0]
        assert sorted(late)[int(0.95 * len(late))] <= 1.5


def test_a_walk_is_followed() -> None:
    """Must: 8 degrees/s at 275 ms, 3 degrees RMS."""
    squares = []
    for seed in range(6):
        squares += [e * e for t, e in follow(walk(8.0), 20.0, 0.275, seed) if t > 3.0]
    assert math.sqrt(sum(squares) / len(squares)) <= 3.0


def test_who_stands_still_is_left_alone() -> None:
    errors = follow(lambda at_s: 0.3 * math.sin(at_s), 20.0, 0.275, 1)
    assert max(abs(e) for _, e in errors) < 2.5


def test_blind_is_still() -> None:
    loop = Loop()
    track = Track(10.0, 0.0, 0.0, pan_deg_s=8.0, moving=True)
    track, speeds = drive(track, (0.0, 0.0), 0.7, loop, (60.0, 60.0))
    assert speeds == (0.0, 0.0)
    assert not track.moving


def test_a_jump_forgets_the_speed() -> None:
    track = Track(0.0, 0.0, 0.0, pan_deg_s=8.0)
    track = seen(track, 20.0, 0.0, 0.1, Loop())
    assert (track.pan_deg, track.pan_deg_s) == (20.0, 0.0)


def test_an_older_picture_changes_nothing() -> None:
    track = Track(0.0, 0.0, 1.0, pan_deg_s=8.0)
    assert seen(track, 5.0, 0.0, 0.9, Loop()) is track


def test_speeds_stay_within_the_motors() -> None:
    track = Track(170.0, 0.0, 0.0)
    _, (pan, _) = drive(track, (0.0, 0.0), 0.0, Loop(), (30.0, 20.0))
    assert pan == 30.0
