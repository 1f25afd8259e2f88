"""A picture made small enough to travel in a message.

Owns size and quality. Must not send it.
"""

from __future__ import annotations

import cv2

from drivers.video.capture import Picture

WIDTH_PX = 320
"""Enough to see whether a face is in the middle."""

QUALITIES = (75, 55, 40, 25)
"""Of the JPEG: the first one whose bytes fit."""


def small_jpeg(picture: Picture, most_bytes: int) -> bytes | None:
    """The picture as a small JPEG; None when none fits."""
    height, width = picture.shape[:2]
    scale = min(1.0, WIDTH_PX / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = picture if scale == 1.0 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for quality in QUALITIES:
        done, data = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, quality))
        if done and len(data) <= most_bytes:
            return data.tobytes()
    return None
