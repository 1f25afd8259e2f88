"""A head and shoulders drawn by code, near enough to a person for every detector of ours.

The proportions (eyes half-way down the head, darker sockets, lit cheeks and nose) are what
detectors were trained to see; found by trying: the cascade and the model find it from 30 pixels
of face upwards, in front of plain and of patterned walls.

Owns the drawing. Must not know a room. Colours are blue, green, red.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Bitmap = NDArray[np.uint8]
Colour = tuple[int, int, int]

UNITS_WIDE, UNITS_HIGH = 320, 500
"""The drawing's own units; the head is 178 of them high and stands at ``FACE_AT``."""
HEAD_UNITS = 178
FACE_AT = (160.0, 118.0)
"""Middle of the face."""

OVERSIZE = 2
"""Drawn once so much larger, and scaled for each picture."""

LEAST_PX = 64
"""Height below which no smaller size is kept."""

SKINS: tuple[Colour, ...] = ((150, 180, 225), (140, 170, 215), (120, 155, 205), (105, 140, 195))
HAIRS: tuple[Colour, ...] = ((30, 40, 50), (22, 24, 28), (60, 66, 76), (40, 58, 86))
CLOTHES: tuple[Colour, ...] = (
    (92, 62, 48),
    (60, 60, 66),
    (120, 92, 60),
    (70, 86, 60),
    (64, 58, 110),
)


@dataclass(frozen=True)
class Portrait:
    """In several sizes, the largest first, each half as high as the one before.

    Each is a picture (high, wide, 3), and a cover (high, wide): how much it hides, 0 to 255.
    """

    sizes: tuple[tuple[Bitmap, Bitmap], ...]

    def at_least(self, high_px: int) -> tuple[Bitmap, Bitmap]:
        """The smallest size that is as high, so that little is left to scale."""
        enough = [size for size in self.sizes if size[1].shape[0] >= high_px]
        return enough[-1] if enough else self.sizes[0]


class _Sheet:
    """Ellipses in the drawing's units."""

    def __init__(self) -> None:
        self._scale = OVERSIZE
        shape = UNITS_HIGH * OVERSIZE, UNITS_WIDE * OVERSIZE
        self.picture: Bitmap = np.zeros((*shape, 3), np.uint8)
        self.cover: Bitmap = np.zeros(shape, np.uint8)

    def oval(
        self, x: float, y: float, wide: float, high: float, colour: Colour, turn_deg: float = 0
    ) -> None:
        """Filled, around ``x, y``."""
        self._ellipse(self.picture, x, y, wide, high, colour, turn_deg)

    def hide(self, x: float, y: float, wide: float, high: float) -> None:
        """Here the drawing covers what is behind it."""
        self._ellipse(self.cover, x, y, wide, high, 255, 0)

    def _ellipse(
        self, on: Bitmap, x: float, y: float, wide: float, high: float, colour: Any, turn: float
    ) -> None:
        centre = round(x * self._scale), round(y * self._scale)
        axes = round(wide * self._scale), round(high * self._scale)
        cv2.ellipse(on, centre, axes, turn, 0, 360, colour, -1, cv2.LINE_AA)

    def soften(self, units: float) -> None:
        """Blur what is drawn so far."""
        cv2.GaussianBlur(self.picture, (0, 0), units * self._scale, dst=self.picture)


def portrait(rnd: random.Random) -> Portrait:
    """Somebody."""
    skin, hair, clothes = rnd.choice(SKINS), rnd.choice(HAIRS), rnd.choice(CLOTHES)
    sheet = _Sheet()
    x = FACE_AT[0]
    sheet.oval(x, 360, 130, 150, clothes)
    sheet.oval(x, 215, 28, 40, _times(skin, 0.8))
    sheet.oval(x, 100, 66, 86, hair)
    for place in ((x, 360, 130, 150), (x, 215, 28, 40), (x, 100, 66, 86), (x, 118, 55, 74)):
        sheet.hide(*place)
    _skin(sheet, x, skin, hair)
    sheet.soften(3.0)
    _features(sheet, x, skin, hair)
    sheet.soften(1.0)
    # Light from the left: a flat face is found less surely.
    across = np.linspace(-2.0, 2.0, UNITS_WIDE * OVERSIZE)[None, :, None]
    lit = sheet.picture * (1 - 0.045 * across**2 - 0.04 * across)
    cover = cv2.GaussianBlur(sheet.cover, (0, 0), 0.8 * OVERSIZE)
    return _sizes(np.clip(lit, 0, 255).astype(np.uint8), np.asarray(cover, np.uint8))


def _sizes(picture: Bitmap, cover: Bitmap) -> Portrait:
    sizes = [(picture, cover)]
    while sizes[-1][1].shape[0] > LEAST_PX:
        half = [
            cv2.resize(b, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for b in sizes[-1]
        ]
        sizes.append((np.asarray(half[0], np.uint8), np.asarray(half[1], np.uint8)))
    return Portrait(tuple(sizes))


def _skin(sheet: _Sheet, x: float, skin: Colour, hair: Colour) -> None:
    dark, light = _times(skin, 0.72), _times(skin, 1.08)
    sheet.oval(x, 118, 55, 74, skin)
    sheet.oval(x, 62, 52, 22, hair)
    for side in (-1, 1):
        sheet.oval(x + side * 24, 104, 18, 12, dark)
        sheet.oval(x + side * 28, 138, 16, 14, light)
    sheet.oval(x, 86, 30, 10, light)


def _features(sheet: _Sheet, x: float, skin: Colour, hair: Colour) -> None:
    mid, light, hole = _times(skin, 0.87), _times(skin, 1.08), _times(skin, 0.45)
    for side in (-1, 1):
        sheet.oval(x + side * 25, 92, 15, 3.5, _times(hair, 1.2), side * -6)
        sheet.oval(x + side * 24, 105, 10, 5, (235, 235, 235))
        sheet.oval(x + side * 24, 105, 5, 5, (40, 50, 60))
        sheet.oval(x + side * 24, 105, 2.4, 2.4, (10, 10, 10))
    sheet.oval(x, 122, 4, 20, light)
    for side in (-1, 1):
        sheet.oval(x + side * 9, 136, 6, 5, mid)
    sheet.oval(x, 134, 8, 6, light)
    for side in (-1, 1):
        sheet.oval(x + side * 6, 141, 3.5, 2, hole)
    sheet.oval(x, 162, 20, 6.5, (95, 95, 185))
    sheet.oval(x, 162, 18, 1.6, (45, 40, 90))
    sheet.oval(x, 176, 14, 4, mid)


def _times(colour: Colour, factor: float) -> Colour:
    blue, green, red = (min(255, int(part * factor)) for part in colour)
    return blue, green, red
