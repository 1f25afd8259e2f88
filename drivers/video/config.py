"""Settings of a camera's picture.

Owns what a room file may say about it. Must not import OpenCV: room files are checked without.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from drivers.core.section import Section

SOURCE = (
    r"^(/dev/video\d{1,3}|file:.+|rtsps?://.+|https?://.+|twin:[a-z0-9-]{1,32}/[a-z0-9-]{1,32})$"
)


class VideoConfig(Section):
    """Where the picture comes from, and how much of it is looked at."""

    source: Annotated[str, Field(pattern=SOURCE, max_length=400)] = Field(
        description="/dev/video0, rtsp://..., http://... (MJPEG), file:PATH, or twin:ROOM/CAMERA"
    )
    frames_per_s: float = Field(
        5.0, gt=0.0, le=30.0, description="pictures looked at per second; it falls by itself"
    )
    latency_ms: int = Field(
        300, ge=0, le=5000, description="from light to picture; measure it, and round up"
    )
    stale_ms: int = Field(
        1000, ge=100, le=60_000, description="without a new picture for so long there is none"
    )
