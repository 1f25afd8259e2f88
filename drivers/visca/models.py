"""What differs between camera models: scales, limits, speeds, zoom, layouts. Data and its use.

Owns the conversions between degrees and a model's raw units. Must not know the wire. Sources
stand beside each table; figures marked *estimate* are to be measured on site and can be
overridden in the camera's settings.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drivers.core.capability import Aim
from drivers.core.unseen import PICTURE_RATIO

SRG_300H_PAN_DEG_S = (
    1.1, 1.3, 1.6, 2.2, 2.9, 6.7, 11, 23, 24, 27, 41, 43,
    47, 49, 54, 57, 62, 64, 69, 72, 80, 84, 91, 101,
)  # fmt: skip
"""Speed bytes 01h..18h, slow mode off (Sony SRG-300H manual)."""

SRG_300H_TILT_DEG_S = (
    1.1, 1.3, 1.6, 2.2, 2.9, 6.7, 11, 16, 26, 29, 31, 34,
    50, 52, 54, 57, 62, 64, 69, 72, 80, 84, 91,
)  # fmt: skip
"""Speed bytes 01h..17h, slow mode off (Sony SRG-300H manual)."""

ZOOM_30X = (
    (1.0, 0x0000), (2.0, 0x16A1), (3.0, 0x2063), (4.0, 0x2628), (5.0, 0x2A1D),
    (10.0, 0x3486), (15.0, 0x3A0A), (20.0, 0x3D60), (25.0, 0x3F1E), (30.0, 0x4000),
)  # fmt: skip
"""Magnification and zoom position (Sony SRG-300H manual)."""


PICTURES_PER_S = 4.0
"""A swing is no faster than so many widths of the picture a second: zoomed in, motors that
rush to a small correction overshoot what is seen."""

SWING_S = 1.0
"""But a long swing is never slowed down to more than about this."""

FOLLOWED_PICTURES_PER_S = 1.0
"""Nobody who crosses the picture faster than this can be followed."""

UNKNOWN_ZOOM_DEG_S = 15.0
"""Following while the width of the picture is unknown: a brisk walk at five metres."""

LIMIT_AHEAD_S = 0.3
"""A drive is ended so long before a limit: an answer's age and the way to stop."""


def _even_speeds(slowest: float, fastest: float, steps: int) -> tuple[float, ...]:
    return tuple(slowest + (fastest - slowest) * i / (steps - 1) for i in range(steps))


def _stretched(ratio: float) -> tuple[tuple[float, int], ...]:
    """The 30x curve over the logarithm of magnification, for a lens of another ratio."""
    power = math.log(ratio) / math.log(30.0)
    return tuple((magnification**power, units) for magnification, units in ZOOM_30X)


@dataclass(frozen=True, slots=True)
class StatusLayout:
    """Where the pan/tilt status word keeps its two-bit fields; None where it has none."""

    movement_shift: int = 10
    pan_fault_shift: int | None = 4
    tilt_fault_shift: int | None = 8

    def fault(self, word: int) -> str | None:
        """What the camera's own mechanics complain about."""
        for axis, shift in (("pan", self.pan_fault_shift), ("tilt", self.tilt_fault_shift)):
            if shift is not None and word >> shift & 3:
                return f"the camera reports a fault of its {axis} drive"
        return "the camera reports a failed movement" if self._movement(word) == 3 else None

    def _movement(self, word: int) -> int:
        return word >> self.movement_shift & 3


@dataclass(frozen=True, slots=True)
class Model:
    """One camera model. Signs say whether raw units grow to the right and upwards (+1) or not."""

    name: str
    units_per_deg: float
    pan_limits_deg: tuple[float, float]
    tilt_limits_deg: tuple[float, float]
    wide_fov_deg: float
    zoom: tuple[tuple[float, int], ...]
    pan_deg_s: tuple[float, ...] = SRG_300H_PAN_DEG_S
    tilt_deg_s: tuple[float, ...] = SRG_300H_TILT_DEG_S
    nibbles: int = 4
    pan_sign: int = 1
    tilt_sign: int = 1
    one_speed: bool = False
    status: StatusLayout | None = None
    memory_base: int = 0
    memories: int = 16
    sony_udp: bool = True
    acceleration_deg_s2: float = 200.0
    zoom_full_s: float = 3.0

    @property
    def zoom_most(self) -> int:
        """Zoom position of the longest optical focal length."""
        return self.zoom[-1][1]

    def to_units(self, aim: Aim) -> tuple[int, int, int]:
        """Raw pan, tilt and zoom position for an aim."""
        pan = round(aim.pan_deg * self.units_per_deg * self.pan_sign)
        tilt = round(aim.tilt_deg * self.units_per_deg * self.tilt_sign)
        return pan, tilt, self.zoom_units(aim.fov_deg)

    def to_aim(self, pan: int, tilt: int, zoom: int) -> Aim:
        """The aim a camera at these raw positions has."""
        return Aim(
            pan / self.units_per_deg * self.pan_sign,
            tilt / self.units_per_deg * self.tilt_sign,
            self.fov_deg(zoom),
        )

    def fov_deg(self, zoom: int) -> float:
        """Width of the picture at a zoom position."""
        half = math.tan(math.radians(self.wide_fov_deg / 2)) / self.magnification(zoom)
        return math.degrees(2 * math.atan(half))

    def zoom_units(self, fov_deg: float) -> int:
        """Zoom position for a width of the picture, held within what the lens can do."""
        wide = math.tan(math.radians(self.wide_fov_deg / 2))
        half = math.tan(math.radians(max(0.01, min(fov_deg, self.wide_fov_deg)) / 2))
        log = math.log(wide / half)
        logs = [math.log(magnification) for magnification, _ in self.zoom]
        return round(_interpolate(log, logs, [float(units) for _, units in self.zoom]))

    def magnification(self, zoom: int) -> float:
        """Straight between the table's points over the logarithm of magnification."""
        logs = [math.log(magnification) for magnification, _ in self.zoom]
        return math.exp(_interpolate(zoom, [float(units) for _, units in self.zoom], logs))

    def out_of_reach(self, aim: Aim) -> str | None:
        """Why the camera cannot look there, or None. The picture's width is never a reason."""
        picture = None if aim.fov_deg > 0 else f"a picture {aim.fov_deg:.1f}° wide is none"
        return aim.beyond(self.pan_limits_deg, self.tilt_limits_deg) or picture

    def within_reach(self, aim: Aim) -> tuple[Aim, str | None]:
        """The aim held within the limits, and what was held back, or None.

        Raises:
            ValueError: so far out that the target would not be in the picture; one line.
        """
        pan_deg = _held(aim.pan_deg, self.pan_limits_deg)
        tilt_deg = _held(aim.tilt_deg, self.tilt_limits_deg)
        seen_deg = self.fov_deg(self.zoom_units(aim.fov_deg)) / 2
        reason = self.out_of_reach(aim)
        if reason is None:
            return aim, None
        near = (
            abs(pan_deg - aim.pan_deg) < seen_deg
            and abs(tilt_deg - aim.tilt_deg) < seen_deg * PICTURE_RATIO
        )
        if not (near and aim.fov_deg > 0):
            raise ValueError(reason)
        return replace(aim, pan_deg=pan_deg, tilt_deg=tilt_deg), f"{reason}: held at the limit"

    def swing_bytes(self, start: Aim | None, end: Aim) -> tuple[int, int]:
        """Speed bytes for a swing: slower when zoomed in, but no long swing takes for ever."""
        tops = self.pan_deg_s, self.tilt_deg_s
        if start is None:
            return len(tops[0]), len(tops[1])
        gentle_deg_s = PICTURES_PER_S * min(start.fov_deg, end.fov_deg)
        ways = abs(end.pan_deg - start.pan_deg), abs(end.tilt_deg - start.tilt_deg)
        if self.one_speed:
            ways = (max(ways), max(ways))
        pan, tilt = (max(gentle_deg_s, way / SWING_S) for way in ways)
        return self.speed_byte(pan, tops[0]), self.speed_byte(tilt, tops[1])

    def fastest_deg_s(self, here: Aim | None) -> tuple[float, float]:
        """Top speeds for following with the present width of the picture."""
        known_deg_s = UNKNOWN_ZOOM_DEG_S if here is None else FOLLOWED_PICTURES_PER_S * here.fov_deg
        return min(known_deg_s, self.pan_deg_s[-1]), min(known_deg_s, self.tilt_deg_s[-1])

    def drive_values(
        self, here: Aim | None, pan_deg_s: float, tilt_deg_s: float
    ) -> dict[str, int | str]:
        """Fields of a drive: held within the zoom's speeds and ended before the limits."""
        most = self.fastest_deg_s(here)
        pan, tilt = _held(pan_deg_s, (-most[0], most[0])), _held(tilt_deg_s, (-most[1], most[1]))
        if here is not None:
            pan = _ended(pan, here.pan_deg, self.pan_limits_deg)
            tilt = _ended(tilt, here.tilt_deg, self.tilt_limits_deg)
        pan, tilt = pan * self.pan_sign, tilt * self.tilt_sign
        return {
            "pan_speed": self.speed_byte(pan, self.pan_deg_s),
            "tilt_speed": self.speed_byte(tilt, self.tilt_deg_s),
            "pan_direction": _direction(pan, self.pan_deg_s[0], "left", "right"),
            "tilt_direction": _direction(tilt, self.tilt_deg_s[0], "down", "up"),
        }

    def speed_byte(self, speed_deg_s: float, table: Sequence[float]) -> int:
        """The speed byte nearest to a speed; never 00, which a BRC-300 refuses even to stop."""
        nearest = min(range(len(table)), key=lambda i: abs(table[i] - abs(speed_deg_s)))
        return nearest + 1

    def move_time_s(self, start: Aim, end: Aim) -> float:
        """How long the slowest axis takes at the speeds of such a swing."""
        pan, tilt = self.swing_bytes(start, end)
        zoomed = abs(self.zoom_units(end.fov_deg) - self.zoom_units(start.fov_deg))
        return max(
            self._swing_s(abs(end.pan_deg - start.pan_deg), self.pan_deg_s[pan - 1]),
            self._swing_s(abs(end.tilt_deg - start.tilt_deg), self.tilt_deg_s[tilt - 1]),
            zoomed / self.zoom_most * self.zoom_full_s,
        )

    def _swing_s(self, distance_deg: float, top_deg_s: float) -> float:
        ramp_deg = top_deg_s**2 / self.acceleration_deg_s2
        if distance_deg >= ramp_deg:
            return distance_deg / top_deg_s + top_deg_s / self.acceleration_deg_s2
        return 2 * math.sqrt(distance_deg / self.acceleration_deg_s2)


def _held(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def _ended(speed_deg_s: float, here_deg: float, limits: tuple[float, float]) -> float:
    """The speed, or 0 when it would soon lead beyond a limit."""
    there_deg = here_deg + speed_deg_s * LIMIT_AHEAD_S
    beyond = there_deg < limits[0] if speed_deg_s < 0 else there_deg > limits[1]
    return 0.0 if beyond else speed_deg_s


def _direction(speed_deg_s: float, slowest_deg_s: float, negative: str, positive: str) -> str:
    if abs(speed_deg_s) < slowest_deg_s / 2:
        return "none"
    return positive if speed_deg_s > 0 else negative


def _interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    at = bisect_right(xs, x) - 1
    share = (x - xs[at]) / (xs[at + 1] - xs[at])
    return ys[at] + share * (ys[at + 1] - ys[at])


_MODELS = (
    # Pan DE00h..2200h = ±170°, tilt FC00h..1200h = -20..+90° (Sony SRG-300H manual).
    Model(
        name="sony-srg-300h",
        units_per_deg=51.2,
        pan_limits_deg=(-170.0, 170.0),
        tilt_limits_deg=(-20.0, 90.0),
        wide_fov_deg=65.0,
        zoom=ZOOM_30X,
        status=StatusLayout(),
    ),
    # Scale as above; the second speed byte of a move is 00 (Sony BRC-X400 manual). Lens curve,
    # picture width and speeds: estimate.
    Model(
        name="sony-brc-x400",
        units_per_deg=51.2,
        pan_limits_deg=(-170.0, 170.0),
        tilt_limits_deg=(-20.0, 90.0),
        wide_fov_deg=70.0,
        zoom=_stretched(20.0),
        one_speed=True,
        memories=100,
    ),
    # 20 bit, pan D5468h..2AB98h = ±175° (Sony BRC-AM7 manual). Lens curve, picture width, tilt
    # range and speeds: estimate.
    Model(
        name="sony-brc-am7",
        units_per_deg=1000.0,
        pan_limits_deg=(-175.0, 175.0),
        tilt_limits_deg=(-30.0, 90.0),
        wide_fov_deg=65.0,
        zoom=_stretched(20.0),
        nibbles=5,
        status=StatusLayout(movement_shift=8, pan_fault_shift=None, tilt_fault_shift=None),
        memories=100,
    ),
    # About 14.4 units per degree (implementers' bench: 128..130 units for 9°), speeds 01h..18h
    # and 01h..14h of 1.7..100°/s and 1.7..69.9°/s (data sheet). Steps between, lens: estimate.
    Model(
        name="ptzoptics-20x",
        units_per_deg=14.4,
        pan_limits_deg=(-170.0, 170.0),
        tilt_limits_deg=(-30.0, 90.0),
        wide_fov_deg=60.7,
        zoom=_stretched(20.0),
        pan_deg_s=_even_speeds(1.7, 100.0, 24),
        tilt_deg_s=_even_speeds(1.7, 69.9, 20),
        memory_base=1,
        memories=89,  # 90..99 and 255 are reserved, 95 toggles the menu
        sony_udp=False,
    ),
)

MODELS = {model.name: model for model in _MODELS}
"""Every model by the name that stands in a room file."""
