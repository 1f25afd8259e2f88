"""Pictures of the simulated cameras on a loopback port: JPEG after JPEG over HTTP.

What a network camera calls MJPEG: ``multipart/x-mixed-replace``, so that a browser shows it
too. The port stands in the file ``<run directory>/<room>/<camera>.video``. Nothing is drawn
while nobody looks; drawing happens in a thread of its own, for the simulated wires keep time
to the millisecond.

Owns the port and the faults of a picture. Must not know what is in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2

from drivers.core.simulation import announce
from edge.twin.face import Bitmap
from edge.twin.pictures import Lens, Show, View

log = logging.getLogger(__name__)

FRAMES_PER_S = 10.0
QUALITY = 80
LATE_S = 1.5
"""How old pictures are that come late."""

REQUEST_S = 2.0
"""How long a client may take to ask."""

BOUNDARY = b"phonghop"
HEAD = (
    b"HTTP/1.0 200 OK\r\nCache-Control: no-store\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=" + BOUNDARY + b"\r\n\r\n"
)

SHOWN: dict[str, Show] = {
    "black": "black",
    "poster": "poster",
    "two_faces": "two_faces",
    "empty": "empty",
}
FAULTS = ("frozen", "late", "unplugged", *SHOWN)


class VideoWire:
    """The picture of one camera. ``lens`` says where it really looks now."""

    def __init__(
        self, view: View, lens: Callable[[], Lens], path: Path, drawing: ThreadPoolExecutor
    ) -> None:
        """``path`` is where the port is announced."""
        self.faults = FAULTS
        self.fault: str | None = None
        self.ready = asyncio.Event()
        self._view = view
        self._lens = lens
        self._path = path
        self._drawing = drawing
        self._clients: set[asyncio.Task[None]] = set()
        self._drawn: deque[tuple[float, bytes]] = deque()
        self._lock = asyncio.Lock()

    def set_fault(self, fault: str | None) -> None:
        """Switch one fault on, or with None off.

        Raises:
            ValueError: a picture has no such fault.
        """
        if fault is not None and fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}; a picture knows {', '.join(FAULTS)}")
        self.fault = fault
        if fault == "unplugged":
            for client in self._clients:
                client.cancel()

    async def run(self) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        announce(self._path, server.sockets[0].getsockname())
        self.ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            self._path.unlink(missing_ok=True)
            for client in self._clients:
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a callback of start_server is a task
        task.set_name("twin video client")
        self._clients.add(task)
        try:
            if self.fault == "unplugged":
                return
            async with asyncio.timeout(REQUEST_S):
                await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD)
            while True:
                writer.write(_part(await self._picture()))
                await writer.drain()
                await asyncio.sleep(1 / FRAMES_PER_S)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            log.debug("twin video: client gone: %s", error)
        except asyncio.CancelledError:
            log.debug("twin video: client left by the closing twin")
        finally:
            self._clients.discard(task)
            with contextlib.suppress(OSError):
                writer.transport.abort()

    async def _picture(self) -> bytes:
        """The picture for now; clients that look at the same time share it."""
        async with self._lock:
            now_s = time.monotonic()
            drawn = self._drawn
            if drawn and (self.fault == "frozen" or now_s - drawn[-1][0] < 0.5 / FRAMES_PER_S):
                return drawn[-1][1]
            lens, show = self._lens(), SHOWN.get(self.fault or "", "people")
            loop = asyncio.get_running_loop()
            jpeg = await loop.run_in_executor(self._drawing, self._draw, lens, now_s, show)
            drawn.append((now_s, jpeg))
            while len(drawn) > 1 and drawn[1][0] <= now_s - LATE_S:
                drawn.popleft()
            return drawn[0][1] if self.fault == "late" else jpeg

    def _draw(self, lens: Lens, now_s: float, show: Show) -> bytes:
        return jpeg_of(self._view.draw(lens, now_s, show))

    def show(self) -> dict[str, Any]:
        """For people: who looks, and what is wrong."""
        return {"watched": len(self._clients), "fault": self.fault}


def jpeg_of(picture: Bitmap) -> bytes:
    """The picture as a camera sends it."""
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    return bytes(data)


def _part(jpeg: bytes) -> bytes:
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n".encode()
    return b"--" + BOUNDARY + b"\r\n" + head + jpeg + b"\r\n"
