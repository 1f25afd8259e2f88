"""Reads a stream of lines: any split, bounded memory; what is overlong or says nothing is counted.

Owns the framing that line protocols share. Must not know what a line says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError

M = TypeVar("M")


class LineDecoder(Collector, Generic[M]):
    """Collects bytes until a terminator and has the line read (``drivers.core.codec.Decoder``).

    Empty lines are nothing (they appear between CR and LF when either ends a line). A line
    longer than ``buffer_limit`` is noise: it is dropped up to its end.
    """

    def __init__(self, terminators: bytes, limit_bytes: int, read: Callable[[bytes], M]) -> None:
        """``terminators`` are single bytes, each of which ends a line.

        ``read`` takes a line without its terminator and raises ``ProtocolError`` for noise.
        """
        super().__init__()
        self.buffer_limit = limit_bytes
        self._terminators = terminators
        self._read = read
        self._overlong = False

    def feed(self, data: bytes) -> list[M]:
        """Take a piece of the stream, give the messages that are now complete."""
        messages = []
        for line in self._lines(data):
            try:
                messages.append(self._read(line))
            except ProtocolError:
                self.dropped_bytes += len(line) + 1
        return messages

    def _lines(self, data: bytes) -> Iterator[bytes]:
        for byte in data:
            if byte in self._terminators:
                if self._buffer:
                    yield bytes(self._buffer)
                    self._buffer.clear()
                self._overlong = False
            elif self._overlong:
                self.dropped_bytes += 1
            elif len(self._buffer) == self.buffer_limit:
                self.dropped_bytes += len(self._buffer) + 1
                self._buffer.clear()
                self._overlong = True
            else:
                self._buffer.append(byte)
