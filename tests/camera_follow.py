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


def walk(deg_s: float, turn_s: float = 0.8) -> Path:
    """To and fro over 40 degrees from 1 s on, turning round at the ends within ``turn_s``.

    ``turn_s`` 0 turns without slowing down, as nobody can.
    """
    half_turn_s = turn_s / 2
    leg_s = 40.0 / deg_s

    def path(at_s: float) -> float:
        on_s = max(0.0, at_s - 1.0) % (2 * leg_s)
        there = deg_s * (on_s if on_s <= leg_s else 2 * leg_s - on_s)
        to_end_s = min(abs(on_s - end_s) for end_s in (0.0, leg_s, 2 * leg_s))
        if to_end_s >= half_turn_s:
            return there
        # Constant deceleration and acceleration: a parabola that meets the two legs.
        short = deg_s * (half_turn_s - to_end_s) ** 2 / (2 * turn_s)
        return there - short if abs(on_s - leg_s) < half_turn_s else there + short

    return path
