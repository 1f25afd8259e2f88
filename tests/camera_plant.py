"""A camera with motors, latency and a noisy detector, and heads that move: one axis, true time.

Owns the simulated plant of the accuracy tables: pictures ten times a second, detector noise
0.15 degrees, 200 degrees/s2, at most 60 degrees/s in 24 steps, latency of picture and command
with jitter. Must not know how it is controlled.
"""

from __future__ import annotations

import bisect
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

STEP_S = 0.005
FASTEST_DEG_S = 60.0
ACCELERATION_DEG_S2 = 200.0
LEVELS = 24
SPEEDS = [0.0] + [0.5 * (FASTEST_DEG_S / 0.5) ** (n / (LEVELS - 1)) for n in range(LEVELS)]

Path = Callable[[float], float]
"""Angle of the head at a time."""


def nearest_speed(deg_s: float) -> float:
    """What the camera makes of a wanted speed: one of its levels."""
    wanted = abs(deg_s)
    place = bisect.bisect_left(SPEEDS, wanted)
    around = SPEEDS[max(0, place - 1) : place + 1]
    return math.copysign(min(around, key=lambda speed: abs(speed - wanted)), deg_s)


@dataclass
class Plant:
    """The camera's pan, driven by speeds that arrive late."""

    rnd: random.Random
    video_s: float = 0.2
    command_s: float = 0.075
    jitter_s: float = 0.02
    noise_deg: float = 0.15
    pan_deg: float = 0.0
    speed: float = 0.0
    now_s: float = 0.0
    commands: int = 0
    orders: list[tuple[float, float]] = field(default_factory=list)
    history: list[tuple[float, float]] = field(default_factory=list)
    wanted: float = 0.0
    last: float = 0.0

    def command(self, deg_s: float) -> None:
        """Ask for a speed; only changes are sent."""
        level = nearest_speed(deg_s)
        if level == self.last:
            return
        self.last = level
        self.commands += 1
        late = self.command_s + self.rnd.uniform(-self.jitter_s, self.jitter_s)
        self.orders.append((self.now_s + late, level))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / STEP_S)):
            due = [level for at_s, level in self.orders if at_s <= self.now_s]
            if due:
                self.wanted = due[-1]
                self.orders = [o for o in self.orders if o[0] > self.now_s]
            most = ACCELERATION_DEG_S2 * STEP_S
            self.speed += max(-most, min(most, self.wanted - self.speed))
            self.pan_deg += self.speed * STEP_S
            self.now_s += STEP_S
            self.history.append((self.now_s, self.pan_deg))

    def was(self, at_s: float) -> float:
        """Where it looked then."""
        if not self.history or at_s <= self.history[0][0]:
            return self.history[0][1] if self.history else self.pan_deg
        place = bisect.bisect_right(self.history, (at_s, math.inf))
        return self.history[max(0, place - 1)][1]

    def expected(self, after_s: float) -> float:
        """Where it will look by its own orders, as a controller that sent them knows it."""
        orders = sorted(self.orders)
        pan, speed, t = self.pan_deg, self.wanted, self.now_s
        for at_s, level in [*orders, (self.now_s + after_s, None)]:
            if at_s > t and at_s <= self.now_s + after_s:
                pan += speed * (at_s - t)
                t = at_s
            speed = speed if level is None else level
        return pan

    def look(self, head: Path) -> tuple[float, float, float]:
        """The newest picture: angle of the head measured in it, camera's angle then, its time."""
        taken_s = self.now_s - self.video_s + self.rnd.uniform(-self.jitter_s, self.jitter_s)
        truth = head(taken_s) - self.was(taken_s)
        return truth + self.rnd.gauss(0, self.noise_deg), self.was(taken_s), taken_s
