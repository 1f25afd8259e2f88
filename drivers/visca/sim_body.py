"""What a simulated camera is made of: its numbers, its motors and its lens.

Owns the physics of one axis and the figures of the bodies. Written from the makers' documents
and not from the driver's profiles, so that one cannot hide the other's mistakes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

STEP_S = 0.005
"""Physics is computed in steps so short that a 100°/s swing is off by half a degree at most."""

_SONY_PAN = "1.1 1.3 1.6 2.2 2.9 6.7 11 23 24 27 41 43 47 49 54 57 62 64 69 72 80 84 91 101"
_SONY_TILT = "1.1 1.3 1.6 2.2 2.9 6.7 11 16 26 29 31 34 50 52 54 57 62 64 69 72 80 84 91"


def _speeds(text: str) -> tuple[float, ...]:
    return tuple(float(word) for word in text.split())


@dataclass(frozen=True, slots=True)
class CameraBody:
    """One make of camera, in plain numbers: degrees, degrees per second, raw zoom units.

    ``lens`` pairs a zoom position with its magnification. ``nibbles`` is how many digits a
    position has. ``identity`` is the answer to the version inquiry. The shifts say where the
    status word keeps movement and initialisation.
    """

    units_per_deg: float
    pan_deg: tuple[float, float]
    tilt_deg: tuple[float, float]
    wide_deg: float
    lens: tuple[tuple[int, float], ...]
    identity: str
    pan_speeds_deg_s: tuple[float, ...] = _speeds(_SONY_PAN)
    tilt_speeds_deg_s: tuple[float, ...] = _speeds(_SONY_TILT)
    nibbles: int = 4
    acceleration_deg_s2: float = 200.0
    zoom_full_s: float = 3.0
    memories: int = 16
    movement_shift: int = 10
    initialised_shift: int = 12
    refuses_speed_zero: bool = True

    def magnification(self, zoom: float) -> float:
        """How many times narrower than the widest picture."""
        for (low, less), (high, more) in pairwise(self.lens):
            if zoom <= high:
                share = max(0.0, (zoom - low) / (high - low))
                return less * math.pow(more / less, share)
        return self.lens[-1][1]

    def width_deg(self, zoom: float) -> float:
        """Horizontal width of the picture."""
        wide = math.tan(math.radians(self.wide_deg) / 2)
        return math.degrees(2 * math.atan(wide / self.magnification(zoom)))


_LENS_30X = (
    (0x0000, 1.0), (0x16A1, 2.0), (0x2063, 3.0), (0x2628, 4.0), (0x2A1D, 5.0),
    (0x3486, 10.0), (0x3A0A, 15.0), (0x3D60, 20.0), (0x3F1E, 25.0), (0x4000, 30.0),
)  # fmt: skip


def _lens(ratio: float) -> tuple[tuple[int, float], ...]:
    """A lens of another ratio whose curve has the shape of the 30x one (an assumption)."""
    return tuple((zoom, math.pow(ratio, math.log(times, 30))) for zoom, times in _LENS_30X)


BODIES = {
    "sony-srg-300h": CameraBody(
        51.2, (-170, 170), (-20, 90), 65.0, _LENS_30X, "00 01 05 13 01 00 02"
    ),
    "sony-brc-x400": CameraBody(
        51.2, (-170, 170), (-20, 90), 70.0, _lens(20), "00 01 05 1C 01 00 02", memories=100
    ),
    "sony-brc-am7": CameraBody(
        1000.0,
        (-175, 175),
        (-30, 90),
        65.0,
        _lens(20),
        "00 01 05 1F 01 00 02",
        nibbles=5,
        memories=100,
        movement_shift=8,
        initialised_shift=10,
    ),
    "ptzoptics-20x": CameraBody(
        14.4,
        (-170, 170),
        (-30, 90),
        60.7,
        _lens(20),
        "00 01 02 03 04 05 06",  # another layout than Sony's: versions of parts, no vendor
        pan_speeds_deg_s=tuple(1.7 + 98.3 * i / 23 for i in range(24)),
        tilt_speeds_deg_s=tuple(1.7 + 68.2 * i / 19 for i in range(20)),
        memories=255,
        refuses_speed_zero=False,
    ),
}
"""Bodies by the model names of room files."""


class Axis:
    """One motor: goes somewhere, or keeps a speed, with a bounded acceleration. Raw units."""

    def __init__(self, low: float, high: float, acceleration: float) -> None:
        """At rest at 0, or at ``low`` when that is above 0."""
        self.low, self.high = low, high
        self.position = max(low, 0.0)
        self.velocity = 0.0
        self._acceleration = acceleration
        self._target: float | None = None
        self._top = 0.0
        self._drive = 0.0

    def go(self, target: float, top: float) -> None:
        """Move to ``target`` (held within the limits) at no more than ``top`` per second."""
        self._target, self._top = min(max(target, self.low), self.high), top

    def drive(self, velocity: float) -> None:
        """Keep this velocity until told otherwise; 0 stops."""
        self._target, self._drive = None, velocity

    @property
    def resting(self) -> bool:
        """Neither moving nor about to."""
        if self._target is not None:
            return self.position == self._target and self.velocity == 0
        return self.velocity == 0 and (self._drive == 0 or self._at_end(self._drive))

    def _at_end(self, direction: float) -> bool:
        return self.position >= self.high if direction > 0 else self.position <= self.low

    def advance(self, span_s: float) -> None:
        """Let ``span_s`` seconds pass."""
        while span_s > 1e-9 and not self.resting:
            step_s = min(STEP_S, span_s)
            self._step(step_s)
            span_s -= step_s

    def _step(self, step_s: float) -> None:
        wanted, distance = self._drive, 0.0
        if self._target is not None:
            distance = self._target - self.position
            brake = math.sqrt(2 * self._acceleration * abs(distance))
            wanted = math.copysign(min(self._top, brake), distance)
        change = self._acceleration * step_s
        self.velocity += min(max(wanted - self.velocity, -change), change)
        moved = self.velocity * step_s
        if self._target is not None and moved * distance >= 0 and abs(moved) >= abs(distance):
            self.position, self.velocity = self._target, 0.0
            return
        self.position += moved
        if not self.low < self.position < self.high:
            self.position = min(max(self.position, self.low), self.high)
            self.velocity = 0.0
