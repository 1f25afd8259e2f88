"""Server-sent events: who listens, and the same bytes for all of them.

Theory. A listener first gets the whole snapshot and then every part that changes. A part is
serialised once, whatever the number of listeners. Each listener has a bounded queue: one who
reads too slowly is dropped, and its browser connects again and gets a fresh snapshot.

Owns the listeners. Must not know what the parts mean.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Sequence
from typing import Any

log = logging.getLogger(__name__)

QUEUE_PARTS = 512
"""Parts that may wait for one listener: some seconds of a busy meeting."""

HEARTBEAT_S = 15.0
"""A comment after this long without news, so that a dead connection is noticed."""

HEARTBEAT = b": alive\n\n"


def dumps(value: Any) -> bytes:
    """Compact JSON, UTF-8, on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Broadcaster:
    """All listeners."""

    def __init__(self) -> None:
        """Nobody listens."""
        self.sent = 0
        """Parts so far; also the id of the last one."""
        self._queues: dict[asyncio.Queue[bytes | None], frozenset[str] | None] = {}
        """With the parts each listener is told; None is all of them."""
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._queues)

    def publish(self, path: Sequence[str], field: str, value: bytes) -> None:
        """Send one part to all; ``field`` is ``value`` or ``append``, ``value`` is JSON."""
        self.sent += 1
        frame = b'id: %d\nevent: part\ndata: {"path":%s,"%s":%s}\n\n' % (
            self.sent,
            dumps(list(path)),
            field.encode(),
            value,
        )
        for queue, shown in list(self._queues.items()):
            if shown is not None and path[0] not in shown:
                continue
            try:
                queue.put_nowait(frame)
            except asyncio.QueueFull:
                log.info("a page reads too slowly and is dropped")
                self._drop(queue)

    def close(self) -> None:
        """Let every listener go: the hub ends."""
        self._closed = True
        for queue in list(self._queues):
            self._drop(queue)

    def _drop(self, queue: asyncio.Queue[bytes | None]) -> None:
        self._queues.pop(queue, None)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    async def frames(
        self, snapshot: bytes, shown: frozenset[str] | None = None
    ) -> AsyncGenerator[bytes]:
        """What one listener gets until it is dropped; parts that wait come as one piece.

        Only parts whose path begins with one of ``shown``, unless it is None.
        """
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_PARTS)
        if self._closed:
            return
        self._queues[queue] = shown
        try:
            yield b"id: %d\nevent: snapshot\ndata: %s\n\n" % (self.sent, snapshot)
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        piece = await queue.get()
                except TimeoutError:
                    yield HEARTBEAT
                    continue
                while piece is not None and not queue.empty():
                    more = queue.get_nowait()
                    piece = piece + more if more is not None else None
                if piece is None:
                    return
                yield piece
        finally:
            self._queues.pop(queue, None)
