"""A camera with motors, late pictures and people in the room, for the eye alone: no pixels.

Owns the simulated plant: pan and tilt at 60 degrees/s with ramps, commands 75 ms and pictures
200 ms late, five pictures a second, boxes of faces by plain trigonometry with a little noise.
Must not know how it is controlled, but for the two calls of ``edge.camera.gaze``.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from drivers.core.capability import Aim
from edge.camera.aim import Pose, aim_at
from edge.camera.faces import Face
from edge.camera.framing import EYES_IN_FACE, HEAD_M, HEAD_OF_FACE, Manners
from edge.camera.gaze import Cells, Gaze, Glimpse
from edge.camera.targets import Bearings, Targets

Place = tuple[float, float, float]
SIZE_PX = (640, 360)
FASTEST_DEG_S, ACCELERATION_DEG_S2 = 60.0, 200.0
TICK_S, FRAME_S = 0.1, 0.2
BELIEVED_S = 0.2
"""What the room file says of the pictures' age."""
SEATS = {f"main/{n}": (0.8 * n, 4.0, 1.2) for n in range(1, 8)}
POSE = Pose((3.2, 0.0, 1.8), 0.0)


def wall(aim: Aim, rnd: random.Random) -> Cells:
    """A wall with stripes as the camera sees it, and somebody who moves before it."""
    across = aim.pan_deg + np.linspace(-0.5, 0.5, 64) * aim.fov_deg
    stripes = 128 + 60 * np.sin(across * 1.3) + 40 * math.sin(aim.tilt_deg)
    cells = np.repeat(stripes[None, :], 36, axis=0)
    cells[rnd.randrange(36)] += 30
    return cells.astype(np.int16)


@dataclass
class Head:
    """A face somewhere; ``sway_deg`` to each side as the camera sees it."""

    at_m: Place
    size: float = 1.0
    sway_deg: float = 0.0
    phase: float = 0.0
    period_s: float = 6.0
    until_s: float = math.inf

    def aim(self, at_s: float) -> Aim:
        """Where the camera would have to look for it."""
        aim = aim_at(POSE, self.at_m)
        aside = self.sway_deg * math.sin(2 * math.pi * at_s / self.period_s + self.phase)
        return Aim(aim.pan_deg + aside, aim.tilt_deg, aim.fov_deg)


@dataclass
class Plant:
    """One shot after the other; ``run`` lets time pass."""

    rnd: random.Random
    heads: list[Head]
    video_s: float = 0.2
    command_s: float = 0.075
    noise_px: float = 1.5
    frozen_from_s: float = math.inf
    now_s: float = 100.0
    commands: list[tuple[float, Aim]] = field(default_factory=list)
    moves: list[tuple[float, Aim, float, Aim]] = field(default_factory=list)
    """Start, from, end, to."""

    def __post_init__(self) -> None:
        """At rest straight ahead."""
        self.targets = Targets(Bearings(POSE), SEATS)
        self.gaze = Gaze(self.targets, BELIEVED_S, Manners())
        self.wanted = Aim(0.0, 0.0, 60.0)
        self.moves.append((0.0, self.wanted, 0.0, self.wanted))
        self._frame_s = self.now_s + self.rnd.uniform(0, FRAME_S)

    def was(self, at_s: float) -> Aim:
        """Where it looked then."""
        start_s, a, end_s, b = next(m for m in reversed(self.moves) if m[0] <= at_s)
        if at_s >= end_s:
            return b
        share = (at_s - start_s) / (end_s - start_s)
        share = share * share * (3 - 2 * share)
        return Aim(
            a.pan_deg + (b.pan_deg - a.pan_deg) * share,
            a.tilt_deg + (b.tilt_deg - a.tilt_deg) * share,
            a.fov_deg + (b.fov_deg - a.fov_deg) * share,
        )

    def send(self, aim: Aim) -> None:
        """An absolute move."""
        self.commands.append((self.now_s, aim))
        start_s = self.now_s + self.command_s
        here = self.was(start_s)
        far = max(abs(aim.pan_deg - here.pan_deg), abs(aim.tilt_deg - here.tilt_deg))
        ramp_deg = FASTEST_DEG_S**2 / ACCELERATION_DEG_S2
        takes_s = (
            far / FASTEST_DEG_S + FASTEST_DEG_S / ACCELERATION_DEG_S2
            if far > ramp_deg
            else 2 * math.sqrt(far / ACCELERATION_DEG_S2)
        )
        self.moves.append((start_s, here, start_s + takes_s + 1e-3, aim))
        self.wanted = aim

    def shoot(self, seat: str, wrong_by: tuple[float, float] = (0.0, 0.0)) -> None:
        """The director wants this seat; the computed aim is a little wrong."""
        aim = self.targets.aim(seat)
        assert aim is not None
        aim = Aim(aim.pan_deg + wrong_by[0], aim.tilt_deg + wrong_by[1], aim.fov_deg)
        self.gaze.ordered(seat, aim, self.was(self.now_s))
        self.send(aim)

    def _picture(self) -> Glimpse:
        taken_s = min(self.now_s, self.frozen_from_s) - self.video_s
        aim = self.was(taken_s)
        faces = [box for h in self.heads if (box := self._box(h, aim, taken_s)) is not None]
        return Glimpse(faces, SIZE_PX, self.now_s, wall(aim, self.rnd))

    def _box(self, head: Head, aim: Aim, taken_s: float) -> Face | None:
        if taken_s > head.until_s:
            return None
        there = head.aim(taken_s)
        focal = SIZE_PX[0] / 2 / math.tan(math.radians(aim.fov_deg) / 2)
        shrink = math.cos(math.radians(aim.tilt_deg))
        x = SIZE_PX[0] / 2 + focal * math.tan(math.radians((there.pan_deg - aim.pan_deg) * shrink))
        y = SIZE_PX[1] / 2 - focal * math.tan(math.radians(there.tilt_deg - aim.tilt_deg))
        if not (0 <= x <= SIZE_PX[0] and 0 <= y <= SIZE_PX[1]):
            return None
        high = head.size * HEAD_M / HEAD_OF_FACE / math.dist(POSE.position_m, head.at_m) * focal
        x += self.rnd.gauss(0, self.noise_px)
        y += self.rnd.gauss(0, self.noise_px)
        return Face(x - high * 0.4, y - high / 2, high * 0.8, high, 0.9)

    def off(self, head: Head) -> float:
        """How far the head is from where it belongs, as a share of the width, truly."""
        noise, self.noise_px = self.noise_px, 0.0
        box = self._box(head, self.was(self.now_s), self.now_s)
        self.noise_px = noise
        if box is None:
            return 1.0
        eyes_px = box.y + EYES_IN_FACE * box.height
        return math.hypot(box.centre[0] - SIZE_PX[0] / 2, eyes_px - SIZE_PX[1] / 3) / SIZE_PX[0]

    def run(self, seconds: float, look: Callable[[], None] = lambda: None) -> None:
        """Let time pass; ``look`` is called at every tick."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += TICK_S
            here = self.was(self.now_s)
            reached = self.now_s >= self.moves[-1][2] and here == self.wanted
            self.gaze.rests(reached, self.now_s)
            if self.now_s >= self._frame_s:
                self._frame_s += FRAME_S
                glimpse = self._picture()
                aim = self.gaze.look(glimpse, here, self.now_s)
                if aim is not None:
                    self.send(aim)
            look()
