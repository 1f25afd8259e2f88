"""Cuts a stream into lines: any split, bounded memory, overlong lines dropped and counted.

Owns the framing that line protocols share. Must not know what a line says.
"""

from __future__ import annotations


class LineBuffer:
    """Collects bytes until a terminator; the terminator is not part of the line.

    Empty lines are nothing (they appear between CR and LF when either ends a line). A line
    longer than ``limit_bytes`` is noise: it is dropped up to its end.
    """

    def __init__(self, terminators: bytes, limit_bytes: int) -> None:
        """``terminators`` are single bytes, each of which ends a line."""
        self.dropped_bytes = 0
        self._terminators = terminators
        self._limit_bytes = limit_bytes
        self._line = bytearray()
        self._overlong = False

    @property
    def buffered_bytes(self) -> int:
        """How much of an unfinished line is held."""
        return len(self._line)

    def feed(self, data: bytes) -> list[bytes]:
        """Take a piece of the stream, give the lines that are now complete."""
        lines = []
        for byte in data:
            if byte in self._terminators:
                if self._line:
                    lines.append(bytes(self._line))
                    self._line.clear()
                self._overlong = False
            elif self._overlong:
                self.dropped_bytes += 1
            elif len(self._line) == self._limit_bytes:
                self.dropped_bytes += len(self._line) + 1
                self._line.clear()
                self._overlong = True
            else:
                self._line.append(byte)
        return lines
