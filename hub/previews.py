"""The newest small picture of each camera that somebody looks at.

Owns these pictures; they live in memory and are nobody's records. Must not ask for them.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from edge.contract import messages

JPEG_BEGINS = b"\xff\xd8"

CAMERAS_MOST = 64
"""Pictures kept: pages show one or two; a room cannot fill the memory with names."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG. ``n`` counts the pictures of its camera, ``seen_ms`` is the hub's clock."""

    jpeg: bytes
    n: int
    seen_ms: int
    age_ms: int


class Previews:
    """By room and camera."""

    def __init__(self) -> None:
        """Nobody has looked yet."""
        self._found: dict[tuple[str, str], Picture] = {}

    def hear(self, room: str, camera: str, preview: messages.Preview, now_ms: int) -> bool:
        """Take a picture; False when it is none."""
        try:
            jpeg = base64.b64decode(preview.jpeg, validate=True)
        except binascii.Error:
            return False
        if not jpeg.startswith(JPEG_BEGINS):
            return False
        before = self._found.pop((room, camera), None)
        n = before.n + 1 if before is not None else 1
        self._found[(room, camera)] = Picture(jpeg, n, now_ms, preview.age_ms)
        while len(self._found) > CAMERAS_MOST:
            self._found.pop(next(iter(self._found)))
        return True

    def picture(self, room: str, camera: str) -> Picture | None:
        """The newest one."""
        return self._found.get((room, camera))

    def part(self, room: str) -> dict[str, dict[str, int]]:
        """What pages are told: that there is a newer one."""
        return {
            camera: {"n": one.n, "age_ms": one.age_ms, "seen_ms": one.seen_ms}
            for (of, camera), one in self._found.items()
            if of == room
        }
