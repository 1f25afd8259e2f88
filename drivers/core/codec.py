"""The shape of a sans-IO decoder: bytes in, messages out, no clock, no wait.

Owns the promise every codec keeps, and what decoders hold between two pieces of a stream; the
codecs themselves live beside their drivers.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

M = TypeVar("M")


class Decoder(Protocol[M]):
    """Turns a byte stream, cut anywhere, into messages.

    Any split of a stream gives the same messages. Garbage is skipped and counted, never
    raised; the buffer never holds more than ``buffer_limit`` bytes.
    """

    buffer_limit: int

    @property
    def dropped_bytes(self) -> int:
        """How much belonged to no message."""
        ...

    def feed(self, data: bytes) -> list[M]:
        """Take what came over the wire, give every message that is now complete."""
        ...

    @property
    def buffered_bytes(self) -> int:
        """How much waits for its rest."""
        ...


class Collector:
    """The part of a decoder that holds what is unfinished, and counts what was noise."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self.dropped_bytes = 0
        self._buffer = bytearray()

    @property
    def buffered_bytes(self) -> int:
        """See ``Decoder.buffered_bytes``."""
        return len(self._buffer)
