"""A camera with absolute moves, and one who sits in front of it: the truth is known.

Owns the simulated head camera (motors, zoom, latency of picture and command) and the sitter, who
sways, leans and turns the head away. Pictures are boxes of a detector with noise and misses, by
plain vector geometry. Must not use the product's geometry.
"""

from __future__ import annotations

import bisect
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.core.capability import Aim
from edge.camera.faces import Face

STEP_S = 0.01
FASTEST_DEG_S = 60.0
ACCELERATION_DEG_S2 = 200.0
SIZE_PX = (640, 360)
FACE_M = 0.24 / 1.35
"""Height of a detector's box on a head of 24 cm."""

SWAY_M = 0.12

Vector = tuple[float, float, float]


@dataclass
class Motor:
    """One axis under position control with a trapezoid of speed."""

    at_deg: float = 0.0
    speed: float = 0.0
    goal_deg: float = 0.0

    def run(self) -> None:
        """Let ``STEP_S`` pass."""
        left = self.goal_deg - self.at_deg
        braking = math.sqrt(2.0 * ACCELERATION_DEG_S2 * abs(left))
        wanted = math.copysign(min(FASTEST_DEG_S, braking), left)
        most = ACCELERATION_DEG_S2 * STEP_S
        self.speed += max(-most, min(most, wanted - self.speed))
        if abs(left) < 0.02 and abs(self.speed) <= 1.5 * most:
            self.at_deg, self.speed = self.goal_deg, 0.0
        else:
            self.at_deg += self.speed * STEP_S

    @property
    def rests(self) -> bool:
        """At its goal."""
        return self.speed == 0.0 and self.at_deg == self.goal_deg


@dataclass
class HeadCamera:
    """Pan, tilt, zoom; pictures arrive ``video_s`` late and commands take ``command_s``."""

    rnd: random.Random
    video_s: float = 0.2
    command_s: float = 0.075
    jitter_s: float = 0.02
    noise_deg: float = 0.15
    miss: float = 0.15
    fov_deg: float = 20.0
    now_s: float = 0.0
    commands: int = 0
    pan: Motor = field(default_factory=Motor)
    tilt: Motor = field(default_factory=Motor)
    history: list[tuple[float, Aim, bool]] = field(default_factory=list)
    _orders: list[tuple[float, Aim]] = field(default_factory=list)

    def move(self, aim: Aim) -> None:
        """Ask for an absolute move."""
        self.commands += 1
        late_s = self.command_s + self.rnd.uniform(-self.jitter_s, self.jitter_s)
        self._orders.append((self.now_s + late_s, aim))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(max(1, round(seconds / STEP_S))):
            for at_s, aim in [o for o in self._orders if o[0] <= self.now_s]:
                self.pan.goal_deg, self.tilt.goal_deg = aim.pan_deg, aim.tilt_deg
                self.fov_deg = aim.fov_deg
                self._orders.remove((at_s, aim))
            self.pan.run()
            self.tilt.run()
            self.now_s += STEP_S
            self.history.append((self.now_s, self.aim, self.rests))

    @property
    def aim(self) -> Aim:
        """Where it looks."""
        return Aim(self.pan.at_deg, self.tilt.at_deg, self.fov_deg)

    @property
    def rests(self) -> bool:
        """No order is under way and both axes stand."""
        return not self._orders and self.pan.rests and self.tilt.rests

    def picture(self, head: Callable[[float], Vector]) -> tuple[float, Aim, list[Face]]:
        """The newest picture: when it was taken, where the camera looked then, the face in it."""
        taken_s = self.now_s - self.video_s + self.rnd.uniform(-self.jitter_s, self.jitter_s)
        place = bisect.bisect_right(self.history, taken_s, key=lambda one: one[0])
        _, aim, _ = self.history[max(0, place - 1)]
        if self.rnd.random() < self.miss:
            return taken_s, aim, []
        face = projected(head(taken_s), aim, SIZE_PX)
        if face is None:
            return taken_s, aim, []
        noise_px = self.noise_deg / aim.fov_deg * SIZE_PX[0]
        size = face.height * self.rnd.gauss(1.0, 0.04)
        centre = [c + self.rnd.gauss(0, noise_px) for c in face.centre]
        width = 0.75 * size
        return taken_s, aim, [Face(centre[0] - width / 2, centre[1] - size / 2, width, size, 0.9)]


def projected(point: Vector, aim: Aim, size_px: tuple[int, int]) -> Face | None:
    """The box of a face at ``point`` (right, ahead, up from the lens); None outside the picture."""
    pan, tilt = math.radians(aim.pan_deg), math.radians(aim.tilt_deg)
    x, y, z = point
    right, ahead = x * math.cos(pan) - y * math.sin(pan), x * math.sin(pan) + y * math.cos(pan)
    ahead, up = (
        ahead * math.cos(tilt) + z * math.sin(tilt),
        z * math.cos(tilt) - ahead * math.sin(tilt),
    )
    if ahead <= 0.1:
        return None
    focal_px = size_px[0] / 2 / math.tan(math.radians(aim.fov_deg) / 2)
    u, v = size_px[0] / 2 + focal_px * right / ahead, size_px[1] / 2 - focal_px * up / ahead
    height = focal_px * FACE_M / ahead
    if not (0 <= u <= size_px[0] and 0 <= v <= size_px[1]):
        return None
    return Face(u - 0.375 * height, v - height / 2, 0.75 * height, height, None)


def off_share(point: Vector, aim: Aim, eyes_at: float = 1 / 3, eyes_in_face: float = 0.4) -> float:
    """How far the eyes are from where they belong, as a share of the width; 1 when not seen."""
    face = projected(point, aim, SIZE_PX)
    if face is None:
        return 1.0
    eyes = face.y + eyes_in_face * face.height
    return math.hypot(face.centre[0] - SIZE_PX[0] / 2, eyes - eyes_at * SIZE_PX[1]) / SIZE_PX[0]


@dataclass(frozen=True)
class Sitter:
    """Somebody at a seat. Angles as seen from the lens, ``distance_m`` along the line of sight."""

    pan_deg: float
    tilt_deg: float
    distance_m: float
    sway_deg: float = 1.7
    """Largest excursion to either side; up and down a quarter of it."""
    periods_s: tuple[float, float, float] = (11.0, 5.3, 2.9)
    phases: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def head(self, at_s: float) -> Vector:
        """Where the head is: right, ahead, up from the lens, in metres."""
        waves = [
            math.sin(2 * math.pi * at_s / period + phase)
            for period, phase in zip(self.periods_s, self.phases, strict=True)
        ]
        sway = self.sway_deg * (0.5 * waves[0] + 0.3 * waves[1] + 0.2 * waves[2])
        pan = math.radians(self.pan_deg + sway)
        tilt = math.radians(self.tilt_deg + 0.25 * self.sway_deg * waves[1])
        return (
            self.distance_m * math.sin(pan) * math.cos(tilt),
            self.distance_m * math.cos(pan) * math.cos(tilt),
            self.distance_m * math.sin(tilt),
        )


def some_sitter(rnd: random.Random, pan_deg: float, range_m: tuple[float, float]) -> Sitter:
    """Somebody who sways by 12 cm to either side: 1.7 degrees at 4 m, in a view of 20 degrees."""
    distance_m = rnd.uniform(*range_m)
    return Sitter(
        pan_deg,
        rnd.uniform(-15, 0),
        distance_m,
        math.degrees(SWAY_M / distance_m),
        periods_s=(rnd.uniform(8, 15), rnd.uniform(4, 7), rnd.uniform(2, 3.5)),
        phases=(rnd.uniform(0, 6.28), rnd.uniform(0, 6.28), rnd.uniform(0, 6.28)),
    )
