"""The programme as pictures over HTTP: what a browser, OBS or a conferencing PC can open.

Theory. ``/programme.mjpg`` is JPEG after JPEG in one answer, ``/programme.jpg`` one of them.
Each picture is encoded once for everybody, in a thread, and only while somebody watches. Whoever
is slow gets fewer pictures, always the newest; whoever takes none is let go. Cuts follow the
director. Where there is no picture, a card made here says which one is missing.

Owns the port and the card. Must not choose pictures. Who may watch is a matter of the address
it listens on: by default this machine alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from aiohttp import web

from drivers.video.capture import Frame, Picture
from firmware_config.schema import StreamSection

log = logging.getLogger(__name__)

SLOW_S = 2.0
"""A client that takes nothing for so long is let go."""

CARD_EVERY_S = 1.0
"""A still is sent again so often, so that a player sees the stream alive."""

BOUNDARY = "phonghop"
CARD_HEIGHT, CARD_WIDTH = 360, 640
GREY, LIGHT = (48, 44, 40), (150, 146, 140)


class Pictures(Protocol):
    """One camera's newest picture."""

    def newest(self) -> Frame | None:
        """None when there is none, or it is stale or frozen."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """One encoded picture; ``key`` tells whether another one is due."""

    number: int
    key: tuple[str | None, int | None]
    jpeg: bytes
    at_s: float


class ProgrammeStream:
    """Serves the picture that is on air; see ``edge.programme.Watched``."""

    def __init__(
        self,
        config: StreamSection,
        pictures: Mapping[str, Pictures],
        on_air: Callable[[], str | None],
    ) -> None:
        """``pictures`` by camera; ``on_air`` is asked for each picture. Nothing is opened yet."""
        self._config = config
        self._pictures = pictures
        self._on_air = on_air
        self._newest: Sent | None = None
        self._turn = asyncio.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._watching = 0
        self._port = config.port

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"{self._config.host}:{self._port}"

    @property
    def watching(self) -> int:
        """How many have it open."""
        return self._watching

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            OSError: the address cannot be listened on.
        """
        app = web.Application()
        app.router.add_get("/programme.mjpg", self._stream)
        app.router.add_get("/programme.jpg", self._still)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        with ThreadPoolExecutor(1, thread_name_prefix="programme stream") as self._thread:
            await runner.setup()
            try:
                await web.TCPSite(runner, self._config.host, self._port).start()
                log.info("programme: http://%s/programme.mjpg", self.address)
                await asyncio.Event().wait()
            finally:
                await runner.cleanup()

    async def _still(self, request: web.Request) -> web.Response:
        sent = await self._picture()
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=sent.jpeg, content_type="image/jpeg", headers=headers)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self._watching >= self._config.clients:
            raise web.HTTPServiceUnavailable(text="too many watch already")
        answer = web.StreamResponse(
            headers={
                "Cache-Control": "no-store",
                "Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}",
            }
        )
        self._watching += 1
        try:
            await answer.prepare(request)
            await self._feed(answer)
        except TimeoutError:
            log.info("programme: %s is too slow, let go", request.remote)
            if request.transport is not None:
                request.transport.abort()
        except ConnectionError as error:
            log.debug("programme: %s is gone: %s", request.remote, error)
        finally:
            self._watching -= 1
        return answer

    async def _feed(self, answer: web.StreamResponse) -> None:
        """One client's pictures, until it leaves or is too slow."""
        loop, seen = asyncio.get_running_loop(), -1
        period_s = 1.0 / self._config.frames_per_s
        while True:
            next_s = loop.time() + period_s
            sent = await self._picture()
            if sent.number != seen:
                seen = sent.number
                async with asyncio.timeout(SLOW_S):
                    await answer.write(_part(sent.jpeg))
            await asyncio.sleep(max(0.0, next_s - loop.time()))

    async def _picture(self) -> Sent:
        """The newest picture, encoded once for all who watch."""
        async with self._turn:
            now_s = asyncio.get_running_loop().time()
            source = self._on_air()
            pictures = self._pictures.get(source) if source is not None else None
            frame = pictures.newest() if pictures is not None else None
            key = (source, None if frame is None else frame.number)
            last = self._newest
            if last is not None and last.key == key:
                is_still = frame is None and now_s - last.at_s >= CARD_EVERY_S
                if not is_still:
                    return last
            loop = asyncio.get_running_loop()
            jpeg = await loop.run_in_executor(self._thread, self._encoded, source, frame)
            self._newest = Sent(0 if last is None else last.number + 1, key, jpeg, now_s)
            return self._newest

    def _encoded(self, source: str | None, frame: Frame | None) -> bytes:
        picture = card(source) if frame is None else frame.picture
        height, width = picture.shape[:2]
        if width > self._config.width:
            size = (self._config.width, round(height * self._config.width / width))
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        quality = (cv2.IMWRITE_JPEG_QUALITY, self._config.quality)
        return bytes(cv2.imencode(".jpg", picture, quality)[1])


def card(source: str | None) -> Picture:
    """A still for a picture that is missing: a crossed-out camera and the name of the source."""
    picture = np.full((CARD_HEIGHT, CARD_WIDTH, 3), GREY, np.uint8)
    x, y = CARD_WIDTH // 2, CARD_HEIGHT // 2 - 30
    cv2.rectangle(picture, (x - 70, y - 40), (x + 30, y + 40), LIGHT, 4)
    lens = np.array([(x + 30, y - 12), (x + 70, y - 36), (x + 70, y + 36), (x + 30, y + 12)])
    cv2.polylines(picture, [lens.astype(np.int32)], True, LIGHT, 4)
    cv2.line(picture, (x - 90, y + 60), (x + 90, y - 60), LIGHT, 6)
    name = source or "-"  # ids are ASCII, which is all that this font has
    (width, _), _ = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)
    place = (x - width // 2, CARD_HEIGHT - 60)
    cv2.putText(picture, name, place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, LIGHT, 2, cv2.LINE_AA)
    return picture


def _part(jpeg: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + b"\r\n"
