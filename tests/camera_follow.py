"""The follower on the simulated plant: errors behind a head that steps, walks or stands.

Owns putting the two together. Must not judge.
"""

from __future__ import annotations

import random

from edge.camera.follow import Loop, drive, seen
from tests.camera_plant import FASTEST_DEG_S, Path, Plant

FRAME_S = 0.1
COMMAND_S = 0.075
LEAD_S = 0.09
"""Latency of a command as the loop believes it: rounded up."""


def follow(
    head: Path, seconds: float, latency_s: float, seed: int, frame_s: float = FRAME_S
) -> list[tuple[float, float]]:
    """Times and errors of the camera behind the head; ``latency_s`` of picture and command."""
    plant = Plant(random.Random(seed), video_s=latency_s - COMMAND_S, command_s=COMMAND_S)
    loop, track = Loop(latency_s=LEAD_S), None
    errors = []
    plant.run(0.5)
    for _ in range(round(seconds / frame_s)):
        offset, camera, taken_s = plant.look(head)
        track = seen(track, camera + offset, 0.0, taken_s, loop)
        track, (pan_speed, _) = drive(
            track,
            (plant.expected(loop.latency_s), 0.0),
            plant.now_s,
            loop,
            (FASTEST_DEG_S, FASTEST_DEG_S),
        )
        plant.command(pan_speed)
        for _ in range(10):
            plant.run(frame_s / 10)
            errors.append((plant.now_s, plant.pan_deg - head(plant.now_s)))
    return errors


def step_at(when_s: float, size_deg: float) -> Path:
    """Somebody else stands there from one moment to the next."""
    return lambda at_s: size_deg if at_s >= when_s else 0.0


def walk(deg_s: float) -> Path:
    """To and fro over 40 degrees from 1 s on; turns at the ends without slowing down."""

    def path(at_s: float) -> float:
        return 40.0 - abs((at_s * deg_s) % 80.0 - 40.0) if at_s > 1.0 else deg_s

    return path
