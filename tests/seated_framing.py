"""Framing on the simulated head camera: from the command to rest, and while somebody sits.

Owns putting the two together as the room does: one aim, a report of arrival, pictures a few times
a second, a look at each. Must not judge.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from drivers.core.capability import Aim
from edge.camera.aim import HEAD_AND_SHOULDERS_M, composed
from edge.camera.framing import Framing, Manners, Seen, Target, arrived, look
from tests.seated_room import SIZE_PX, HeadCamera, Sitter, off_share, some_sitter

PICTURE_S = 0.2
"""Five pictures a second."""
POLL_S = 0.1
"""Between two questions where the camera is."""
TURN_DEG = 30.0
DEAD_ZONE = 0.10
"""Share of the width, as the bar has it."""


@dataclass(frozen=True)
class Sat:
    """What came of one move and the sitting after it."""

    framed_s: float
    """From the command until the head was inside the dead zone and the camera stood."""
    off: tuple[float, ...]
    """How far the head was off at rest, share of the width, every 0.2 s."""
    commands: int
    """After the first 10 s."""
    corrections: int
    minutes: float
    """For ``commands``."""


def sit(
    seed: int,
    seconds: float,
    latency_s: float = 0.275,
    aim_error_deg: float = 1.5,
    range_m: tuple[float, float] = (3.5, 4.5),
) -> Sat:
    """Move ``TURN_DEG`` to somebody, and stay for ``seconds``; ``aim_error_deg`` rms."""
    rnd = random.Random(seed)
    camera = HeadCamera(rnd, video_s=latency_s - 0.075)
    side = rnd.choice((-1, 1))
    sitter = some_sitter(rnd, side * TURN_DEG, range_m)
    camera.run(0.5)
    aim = composed(_seat_aim(sitter, rnd, aim_error_deg))
    framing = Framing(Target(aim, sitter.distance_m, gate_deg=6.0))
    start_s = camera.now_s
    camera.move(aim)
    manners, looked_s, early = Manners(), -1.0, 0
    offs: list[tuple[float, float]] = []
    while camera.now_s - start_s < seconds:
        camera.run(POLL_S)
        if framing.arrived_s is None and camera.rests:
            framing = arrived(framing, camera.now_s)
        if camera.now_s - looked_s >= PICTURE_S - 1e-6:
            looked_s = camera.now_s
            taken_s, looked, faces = camera.picture(sitter.head)
            framing, correction = look(
                framing, Seen(faces, looked, SIZE_PX, taken_s), manners, camera.now_s
            )
            if correction is not None:
                camera.move(correction.aim)
        if camera.now_s - start_s <= 10.0:
            early = camera.commands
        elif camera.rests:
            offs.append((camera.now_s, off_share(sitter.head(camera.now_s), camera.aim)))
    framed_s = _framed(camera, sitter, start_s)
    return Sat(
        framed_s,
        tuple(off for _, off in offs),
        camera.commands - early,
        framing.corrected,
        (seconds - 10.0) / 60.0,
    )


def _seat_aim(sitter: Sitter, rnd: random.Random, error_deg: float) -> Aim:
    """Where the head is believed to be."""
    fov_deg, sigma = (
        math.degrees(2 * math.atan(HEAD_AND_SHOULDERS_M / 2 / sitter.distance_m)),
        error_deg / math.sqrt(2),
    )
    return Aim(sitter.pan_deg + rnd.gauss(0, sigma), sitter.tilt_deg + rnd.gauss(0, sigma), fov_deg)


def _framed(camera: HeadCamera, sitter: Sitter, start_s: float) -> float:
    """The first time from which the head is inside and the camera stands."""
    for at_s, aim, rests in camera.history:
        is_there = at_s > start_s and rests and abs(aim.pan_deg) > TURN_DEG / 2
        if is_there and off_share(sitter.head(at_s), aim) <= DEAD_ZONE:
            return at_s - start_s
    return math.inf
