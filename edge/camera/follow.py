"""Following one who walks: where will the head be when the command takes effect?

Theory. The loop's enemy is latency: a proportional loop alone lags or oscillates. An alpha-beta
filter holds angle and speed of the head in the room's angles, so that the camera's own motion
does not disturb it; it is read ahead by the age of the picture and the latency of commands, and
the speed goes straight to the motors (feedforward, after Corke). A jump restarts the filter
without speed: else a step overshoots by half. Latency believed too long costs little, too
short oscillates: round up.

Owns the filter and the speeds asked for. Must not detect, drive, or know a camera. Degrees,
degrees per second, monotonic seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from edge.camera.aim import wrapped_deg


@dataclass(frozen=True, slots=True)
class Loop:
    """How the head is followed (values measured by simulation, 150 to 400 ms of latency)."""

    alpha: float = 0.6
    beta: float = 0.25
    gain_per_s: float = 3.5
    """Speed per degree of error; plain loops need it below 0.3 over the latency."""
    jump_deg: float = 3.0
    """A larger surprise is a jump."""
    rest_deg: float = 0.6
    """Inside, the camera stands."""
    start_deg: float = 1.2
    """Outside, it starts again."""
    blind_s: float = 0.6
    """No face for so long: stop, do not hunt."""
    latency_s: float = 0.3
    """Of a command, until the picture moves; measured per camera, rounded up."""


@dataclass(frozen=True, slots=True)
class Track:
    """The head in the room's angles."""

    pan_deg: float
    tilt_deg: float
    at_s: float
    pan_deg_s: float = 0.0
    tilt_deg_s: float = 0.0
    moving: bool = False

    def at(self, when_s: float) -> tuple[float, float]:
        """Where it will be."""
        ahead_s = when_s - self.at_s
        return (
            wrapped_deg(self.pan_deg + self.pan_deg_s * ahead_s),
            self.tilt_deg + self.tilt_deg_s * ahead_s,
        )


def seen(track: Track | None, pan_deg: float, tilt_deg: float, at_s: float, loop: Loop) -> Track:
    """The track after a face was seen at these angles."""
    if track is None:
        return Track(pan_deg, tilt_deg, at_s)
    step_s = at_s - track.at_s
    if step_s <= 0.0:
        return track
    expected_pan, expected_tilt = track.at(at_s)
    miss_pan = wrapped_deg(pan_deg - expected_pan)
    miss_tilt = tilt_deg - expected_tilt
    if math.hypot(miss_pan, miss_tilt) > loop.jump_deg:
        return Track(pan_deg, tilt_deg, at_s, moving=track.moving)
    return replace(
        track,
        pan_deg=wrapped_deg(expected_pan + loop.alpha * miss_pan),
        tilt_deg=expected_tilt + loop.alpha * miss_tilt,
        pan_deg_s=track.pan_deg_s + loop.beta * miss_pan / step_s,
        tilt_deg_s=track.tilt_deg_s + loop.beta * miss_tilt / step_s,
        at_s=at_s,
    )


def drive(
    track: Track,
    camera_deg: tuple[float, float],
    now_s: float,
    loop: Loop,
    fastest_deg_s: tuple[float, float],
) -> tuple[Track, tuple[float, float]]:
    """The speeds to ask for now, zero when blind or close enough.

    ``camera_deg`` is where the camera is expected to look when the command takes effect.
    """
    if now_s - track.at_s > loop.blind_s:
        return replace(track, moving=False, pan_deg_s=0.0, tilt_deg_s=0.0), (0.0, 0.0)
    pan_deg, tilt_deg = track.at(now_s + loop.latency_s)
    error = wrapped_deg(pan_deg - camera_deg[0]), tilt_deg - camera_deg[1]
    off_deg = math.hypot(*error)
    moving = off_deg > (loop.rest_deg if track.moving else loop.start_deg)
    if not moving:
        return replace(track, moving=False), (0.0, 0.0)
    speeds = (
        _limited(loop.gain_per_s * error[0] + track.pan_deg_s, fastest_deg_s[0]),
        _limited(loop.gain_per_s * error[1] + track.tilt_deg_s, fastest_deg_s[1]),
    )
    return replace(track, moving=True), speeds


def _limited(speed: float, fastest: float) -> float:
    return max(-fastest, min(fastest, speed))
