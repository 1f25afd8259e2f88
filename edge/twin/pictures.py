"""What a camera of the simulated room sees: a wall, desks, and people who never sit quite still.

Written apart from the controller's geometry, so that one cannot hide the other's mistakes: a
pinhole on a head that pans about the vertical and then tilts. People lean from their seats as
people do (tracking error of a computed aim), and sway.

Owns the drawing of one camera's view. Must not know wires, or what the picture is for. Metres
and degrees as in the room file; seeded, so that the same moment looks the same.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import cv2
import numpy as np

from edge.twin.face import FACE_AT, HEAD_UNITS, UNITS_HIGH, UNITS_WIDE, Bitmap, Portrait, portrait

Point = tuple[float, float, float]
Show = Literal["people", "empty", "two_faces", "poster", "black"]
"""What is to be seen; ``poster``: behind each person hangs a large portrait."""

WIDE_PX, HIGH_PX = 640, 360
HEAD_M = 0.24

LEAN_M, LEAN_UP_M = 0.08, 0.04
"""How far people sit from the point of their seat, one sigma; at most twice that."""

SWAY_M = (0.03, 0.08)
"""Amplitude to each side: at three to four metres about a degree."""
SWAY_PERIOD_S = (4.0, 9.0)

WALK_M_S = 0.6
"""A speaker's stroll; at four metres 8 degrees a second."""
WALK_STANDS_S = (6.0, 2.0)
"""So long one who walks stands in the middle, and at either end."""
WALK_TURNS_S = 0.4
"""To come to rest or to full speed."""

NEIGHBOUR_M = 0.5
POSTER_M, POSTER_BEHIND_M, POSTER_UP_M = 1.1, 1.0, 0.35
WALL_DEG_PER_PX = 0.2
NOISE = 2.5
"""Of every pixel, one sigma: no live camera sends the same picture twice."""


@dataclass(frozen=True)
class Person:
    """Somebody at a seat."""

    at_m: Point
    sway_m: float
    period_s: float
    phase: float
    look: Portrait
    walks_m: float = 0.0
    """So far to each side, along the front wall."""

    def head_m(self, at_s: float, right: tuple[float, float]) -> Point:
        """Where the face is now; ``right`` is to the side, as the camera sees it."""
        aside = self.sway_m * math.sin(2 * math.pi * at_s / self.period_s + self.phase)
        x, y, z = self.at_m
        walked_m = walked(self.walks_m, at_s + self.phase)
        return x + aside * right[0] + walked_m, y + aside * right[1], z


def walked(walks_m: float, at_s: float) -> float:
    """Where one who walks to and fro is: stands, goes to one end, to the other, and back."""
    if walks_m <= 0.0:
        return 0.0
    middle_s, end_s = WALK_STANDS_S
    legs = ((middle_s, 0.0, walks_m), (end_s, walks_m, -walks_m), (end_s, -walks_m, 0.0))
    takes_s = [abs(to - begin) / WALK_M_S + WALK_TURNS_S for _, begin, to in legs]
    on_s = at_s % (sum(takes_s) + sum(stands_s for stands_s, _, _ in legs))
    for (stands_s, begin, to), leg_s in zip(legs, takes_s, strict=True):
        if on_s < stands_s + leg_s:
            return begin + (to - begin) * _eased(max(0.0, on_s - stands_s), leg_s)
        on_s -= stands_s + leg_s
    return 0.0


def _eased(on_s: float, leg_s: float) -> float:
    """Share of a leg after ``on_s``: up to speed, steady, and to rest."""
    ramp_s = WALK_TURNS_S
    if on_s > leg_s / 2:
        return 1.0 - _eased(leg_s - on_s, leg_s)
    way_s = on_s**2 / (2 * ramp_s) if on_s < ramp_s else on_s - ramp_s / 2
    return way_s / (leg_s - ramp_s)


@dataclass(frozen=True)
class Lens:
    """Where the camera looks, as its motors are."""

    pan_deg: float
    tilt_deg: float
    fov_deg: float


class View:
    """One camera's view of the room."""

    def __init__(
        self,
        room: str,
        position_m: Point,
        heading_deg: float,
        seats_m: Mapping[int, Point],
        walks_m: Mapping[int, float] = MappingProxyType({}),
    ) -> None:
        """``seats_m``: where people are meant to be, by number of the seat.

        ``walks_m``: who walks to and fro there, and how far to each side.
        """
        self._position_m = position_m
        self._heading_deg = heading_deg
        self._seats_m = seats_m
        self._people = {
            n: _person(room, n, place, walks_m.get(n, 0.0)) for n, place in seats_m.items()
        }
        self._wall = _wall(room)
        noise = np.random.default_rng(7)
        shape = HIGH_PX + 64, WIDE_PX + 64, 3
        self._noise = np.asarray(noise.normal(0.0, NOISE, shape), np.int16)
        self._middle_m = _middle(seats_m)

    def draw(self, lens: Lens, at_s: float, show: Show = "people") -> Bitmap:
        """The picture: (360, 640, 3)."""
        eye = _Eye(self._position_m, self._heading_deg, lens)
        picture = self._background(eye)
        for seat in sorted(self._seats_m, key=lambda n: -eye.distance_m(self._seats_m[n])):
            self._draw_place(picture, eye, seat, at_s, show)
        if show == "black":
            picture = np.asarray(picture // 40, np.uint8)
        # A window somewhere in a larger field of noise costs a tenth of drawing it anew.
        dx, dy = (int(abs(math.sin(at_s * k)) * 64) for k in (12.9, 78.2))
        noise = self._noise[dy : dy + HIGH_PX, dx : dx + WIDE_PX]
        return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)

    def _draw_place(self, picture: Bitmap, eye: _Eye, seat: int, at_s: float, show: Show) -> None:
        person = self._people[seat]
        head_m = person.head_m(at_s, eye.right[:2])
        if show == "poster":
            behind = _moved(self._seats_m[seat], eye.flat, POSTER_BEHIND_M, POSTER_UP_M)
            _paste(picture, eye, behind, POSTER_M, person.look)
        if show != "empty":
            _paste(picture, eye, head_m, HEAD_M, person.look)
        if show == "two_faces":
            beside = _moved(head_m, eye.right[:2], NEIGHBOUR_M, 0.0)
            _paste(picture, eye, beside, HEAD_M, person.look)
        self._desk(picture, eye, self._seats_m[seat])

    def _desk(self, picture: Bitmap, eye: _Eye, place: Point) -> None:
        """In front of the seat, towards the middle of the table."""
        ahead = self._middle_m[0] - place[0], self._middle_m[1] - place[1]
        length = math.hypot(*ahead) or 1.0
        unit = ahead[0] / length, ahead[1] / length
        x, y, _ = _moved(place, unit, 0.45, 0.0)
        corners = [
            eye.pixel((x + side * unit[1] * 0.4, y - side * unit[0] * 0.4, z))
            for side, z in ((-1, 0.75), (1, 0.75), (1, 0.3), (-1, 0.3))
        ]
        found = [corner for corner in corners if corner is not None]
        if len(found) == len(corners):
            outline = np.array([[round(px), round(py)] for px, py, _ in found], np.int32)
            if np.abs(outline).max() < 8 * WIDE_PX:
                cv2.fillConvexPoly(picture, outline, (58, 88, 122), cv2.LINE_AA)

    def _background(self, eye: _Eye) -> Bitmap:
        """The wall where the camera looks: a piece of the panorama."""
        per_px = WALL_DEG_PER_PX
        wide, high = eye.fov_deg / per_px, eye.fov_deg * HIGH_PX / WIDE_PX / per_px
        left = (eye.bearing_deg % 360.0) / per_px - wide / 2 + WALL_MARGIN_PX
        top = self._wall.shape[0] / 2 - eye.tilt_deg / per_px - high / 2
        shift = np.array([[WIDE_PX / wide, 0.0, -left], [0.0, HIGH_PX / high, -top]])
        shift[0, 2] *= WIDE_PX / wide
        shift[1, 2] *= HIGH_PX / high
        found = cv2.warpAffine(
            self._wall,
            shift,
            (WIDE_PX, HIGH_PX),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(found, np.uint8)


class _Eye:
    """A pinhole at the camera's place."""

    def __init__(self, position_m: Point, heading_deg: float, lens: Lens) -> None:
        self._position_m = position_m
        self.bearing_deg = heading_deg + lens.pan_deg
        self.tilt_deg, self.fov_deg = lens.tilt_deg, lens.fov_deg
        b, t = math.radians(self.bearing_deg), math.radians(lens.tilt_deg)
        self.flat = math.sin(b), math.cos(b)
        self._ahead = math.sin(b) * math.cos(t), math.cos(b) * math.cos(t), math.sin(t)
        self.right = math.cos(b), -math.sin(b), 0.0
        self._up = -math.sin(b) * math.sin(t), -math.cos(b) * math.sin(t), math.cos(t)
        self.focal_px = WIDE_PX / 2 / math.tan(math.radians(lens.fov_deg) / 2)

    def distance_m(self, point: Point) -> float:
        return math.dist(point, self._position_m)

    def pixel(self, point: Point) -> tuple[float, float, float] | None:
        """Column, row, and how many pixels a metre is there; None when it is behind."""
        ray = [p - q for p, q in zip(point, self._position_m, strict=True)]
        ahead, right, up = (
            sum(a * b for a, b in zip(ray, axis, strict=True))
            for axis in (self._ahead, self.right, self._up)
        )
        if ahead < 0.3:
            return None
        scale = self.focal_px / ahead
        return WIDE_PX / 2 + right * scale, HIGH_PX / 2 - up * scale, scale


WALL_MARGIN_PX = 500
"""The panorama goes on beyond the full turn, so that no view meets its seam."""


def _wall(room: str) -> Bitmap:
    """All around the room: panels, pictures without faces, a darker floor."""
    rnd = random.Random(zlib.crc32(room.encode()))
    wide, high = round(360 / WALL_DEG_PER_PX), round(150 / WALL_DEG_PER_PX)
    rows = np.linspace(175, 95, high)[:, None, None]
    wall = np.repeat(rows, wide, axis=1) * np.array([0.95, 1.0, 1.02])
    wall = np.ascontiguousarray(wall, np.uint8)
    for _ in range(140):
        x, y = rnd.randrange(wide), rnd.randrange(high)
        shade = rnd.randrange(70, 215)
        colour = (shade, min(255, shade + rnd.randrange(20)), shade + rnd.randrange(20))
        size = rnd.randrange(15, 60), rnd.randrange(10, 40)
        cv2.rectangle(wall, (x, y), (x + size[0], y + size[1]), colour, -1)
    for x in range(0, wide, 36):
        cv2.line(wall, (x, 0), (x, high), (80, 84, 88), 2)
    wall = np.asarray(cv2.GaussianBlur(wall, (0, 0), 1.2), np.uint8)
    return np.concatenate([wall[:, -WALL_MARGIN_PX:], wall, wall[:, :WALL_MARGIN_PX]], axis=1)


def _person(room: str, seat: int, place: Point, walks_m: float) -> Person:
    rnd = random.Random(zlib.crc32(f"{room}/{seat}".encode()))
    lean = [
        max(-2 * sigma, min(2 * sigma, rnd.gauss(0.0, sigma)))
        for sigma in (LEAN_M, LEAN_M, LEAN_UP_M)
    ]
    x, y, z = (p + off for p, off in zip(place, lean, strict=True))
    return Person(
        (x, y, z),
        rnd.uniform(*SWAY_M),
        rnd.uniform(*SWAY_PERIOD_S),
        rnd.uniform(0, 2 * math.pi),
        portrait(rnd),
        walks_m,
    )


def _middle(seats_m: Mapping[int, Point]) -> tuple[float, float]:
    count = max(1, len(seats_m))
    return sum(p[0] for p in seats_m.values()) / count, sum(p[1] for p in seats_m.values()) / count


def _moved(point: Point, way: tuple[float, float], by_m: float, up_m: float) -> Point:
    return point[0] + way[0] * by_m, point[1] + way[1] * by_m, point[2] + up_m


def _paste(picture: Bitmap, eye: _Eye, face_m: Point, head_m: float, look: Portrait) -> None:
    """Draw a person whose face is at ``face_m``."""
    at = eye.pixel(face_m)
    if at is None:
        return
    column, row, metre_px = at
    unit_px = head_m * metre_px / HEAD_UNITS
    wide, high = round(UNITS_WIDE * unit_px), round(UNITS_HIGH * unit_px)
    left, top = round(column - FACE_AT[0] * unit_px), round(row - FACE_AT[1] * unit_px)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(WIDE_PX, left + wide), min(HIGH_PX, top + high)
    if x0 >= x1 or y0 >= y1 or wide < 2 or high < 2:
        return
    drawn, cover = look.at_least(high)
    grown = drawn.shape[0] / UNITS_HIGH / unit_px
    if grown > 1:
        cut = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        part, mask = (
            np.asarray(cv2.resize(b, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)[cut]
            for b in (drawn, cover)
        )
    else:  # only the part that is seen: a near head may be larger than the picture
        shift = np.array([[1 / grown, 0, left - x0], [0, 1 / grown, top - y0]])
        part, mask = (
            np.asarray(cv2.warpAffine(b, shift, (x1 - x0, y1 - y0)), np.uint8)
            for b in (drawn, cover)
        )
    hidden = mask[..., None].astype(np.uint16)
    under = picture[y0:y1, x0:x1]
    mixed = (part * hidden + under * (255 - hidden)) // 255
    picture[y0:y1, x0:x1] = mixed.astype(np.uint8)
