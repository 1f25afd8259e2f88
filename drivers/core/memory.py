"""A wire inside the process, for tests: what is written at one end is read at the other.

Owns that pair of ends. Must not pretend to have a speed or faults.
"""

from __future__ import annotations

from drivers.core.errors import LinkDown
from drivers.core.transport import Inbox, OnBytes, OnEnd


class MemoryTransport:
    """One end of a wire inside the process, for tests: what is written here is read there."""

    def __init__(self, name: str) -> None:
        """Unconnected until ``memory_pair`` joins two ends."""
        self.name = name
        self.inbox = Inbox(name)
        self.peer: MemoryTransport | None = None

    async def read(self) -> bytes:
        """See ``Transport.read``."""
        return await self.inbox.get()

    def listen(self, on_bytes: OnBytes, on_end: OnEnd) -> None:
        """See ``Transport.listen``."""
        self.inbox.listen(on_bytes, on_end)

    def write(self, data: bytes) -> None:
        """See ``Transport.write``."""
        if self.inbox.ended is not None or self.peer is None:
            raise LinkDown(self.inbox.ended or "not joined", device=self.name)
        self.peer.inbox.put(data)

    async def close(self) -> None:
        """Hang up on both ends."""
        self.inbox.end("closed")
        if self.peer is not None:
            self.peer.inbox.end("closed by the peer")


def memory_pair(name: str = "memory") -> tuple[MemoryTransport, MemoryTransport]:
    """Two joined ends."""
    near, far = MemoryTransport(f"{name}-near"), MemoryTransport(f"{name}-far")
    near.peer, far.peer = far, near
    return near, far
