"""Small pictures of a camera for whoever looks at it from afar, and only while somebody does.

Owns the leases and the pace. Must not know where pictures come from: ``edge.camera.sight`` does.
Monotonic seconds.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable

from drivers.core.reading import Clock
from edge.camera.sight import Eye
from edge.commands import CommandRefused
from edge.contract import messages, topics
from edge.rules.reasons import Reason
from edge.runtime.link import Link

log = logging.getLogger(__name__)

EVERY_S = 0.5
"""Two pictures a second: enough to follow a nudge, little enough for any network."""

LEASE_MOST_S = 30.0
"""Nobody asks for longer at once: who looks asks again."""

EyeOf = Callable[[str], Eye | None]


class Previews:
    """The cameras of a room that somebody looks at."""

    def __init__(self, room: str, eye_of: EyeOf, link: Link, now_s: Clock) -> None:
        """Nothing is sent before ``look``."""
        self._room = room
        self._eye_of = eye_of
        self._link = link
        self._now_s = now_s
        self._until_s: dict[str, float] = {}

    def look(self, camera: str, seconds: float, tasks: asyncio.TaskGroup) -> None:
        """Somebody looks at the camera for so long from now; 0 ends it.

        Raises:
            CommandRefused: there is no picture, and why.
        """
        eye = self._eye_of(camera)
        if eye is None:
            raise CommandRefused(Reason.NO_PICTURE)
        sight = eye.sight()
        if seconds > 0 and eye.frame() is None and (sight.trouble or sight.picture is None):
            raise CommandRefused(Reason.NO_PICTURE, sight.trouble or sight.detector_reason)
        is_watched = camera in self._until_s
        self._until_s[camera] = self._now_s() + min(seconds, LEASE_MOST_S)
        if not is_watched:
            tasks.create_task(self._send(camera, eye), name=f"preview {camera}")

    async def _send(self, camera: str, eye: Eye) -> None:
        """Until nobody looks any more."""
        from edge.camera.small_picture import small_jpeg  # OpenCV, where there are pictures

        number = -1
        try:
            while self._now_s() < self._until_s[camera]:
                frame = eye.frame()
                if frame is not None and frame.number != number:
                    number = frame.number
                    most_bytes = messages.JPEG_MOST_BYTES
                    jpeg = await asyncio.to_thread(small_jpeg, frame.picture, most_bytes)
                    if jpeg is not None:
                        self._publish(camera, jpeg, frame.at_s)
                await asyncio.sleep(EVERY_S)
        finally:
            del self._until_s[camera]

    def _publish(self, camera: str, jpeg: bytes, at_s: float) -> None:
        age_ms = max(0, int((self._now_s() - at_s) * 1000))
        message = messages.Preview(jpeg=base64.b64encode(jpeg).decode(), age_ms=age_ms)
        self._link.publish_once(topics.up(self._room, "preview", camera), message, qos=0)
