"""A wire inside the process: what is written at one end is read at the other.

Owns that pair of ends. Must not pretend to have a speed or faults.
"""

from __future__ import annotations

from drivers.core.errors import LinkDown
from drivers.core.transport import Inbox


class MemoryTransport(Inbox):
    """One end; unconnected until ``memory_pair`` joins two."""

    peer: MemoryTransport | None = None

    def write(self, data: bytes) -> None:
        """See ``Transport.write``."""
        if self.ended is not None or self.peer is None:
            raise LinkDown(self.ended or "not joined", device=self.name)
        self.peer.put(data)

    async def close(self) -> None:
        """Hang up on both ends."""
        self.end("closed")
        if self.peer is not None:
            self.peer.end("closed by the peer")


def memory_pair() -> tuple[MemoryTransport, MemoryTransport]:
    """Two joined ends."""
    near, far = MemoryTransport("memory-near"), MemoryTransport("memory-far")
    near.peer, far.peer = far, near
    return near, far
