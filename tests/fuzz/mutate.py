"""From good samples to bytes that are nearly good, and to noise: a pure function of its chance.

Owns the ways of damage. Must not know what reads the bytes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

MOST_BYTES = 4096
"""Longer than any frame; what files may be at most is their own tests' matter."""

NOISE_SHARE = 0.05
NOISE_MOST = 300
WOUNDS_MOST = 6
REPEAT_MOST = 400

EDGES = (0x00, 0x01, 0x0A, 0x0D, 0x20, 0x7F, 0x80, 0xFE, 0xFF)
NUMBERS = (
    b"0", b"-1", b"1e999", b"-0.0", b"NaN", b"255", b"65536", b"4294967296",
    b"9223372036854775808", b"-9223372036854775809", b"9" * 400, b"9" * 5000,
    b"0x7fffffffffffffffffff",
)  # fmt: skip
WORDS = (
    b'"', b"\\", b"[", b"{", b"]", b"}", b"null", b"true", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"\\ud800", "ế".encode(), "\u202e".encode(), "٣²".encode(), b"%00", b"..",
    b"=1+1", b"\r\n",
)  # fmt: skip

_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?")


class Mutator:
    """Makes inputs from the samples of one reader."""

    def __init__(
        self, samples: Sequence[bytes], chance: random.Random, most_bytes: int = MOST_BYTES
    ) -> None:
        """``samples`` are good inputs."""
        if not samples:
            raise ValueError("without samples there is nothing to damage")
        self._samples = samples
        self._chance = chance
        self._most_bytes = most_bytes
        self._wounds: tuple[Callable[[bytearray], None], ...] = (
            self._bit, self._byte, self._cut, self._double, self._noise, self._word, self._splice,
            self._end, self._number, self._repeat, self._swap,
        )  # fmt: skip

    def make(self) -> bytes:
        """The next input."""
        chance = self._chance
        if chance.random() < NOISE_SHARE:
            return chance.randbytes(chance.randrange(NOISE_MOST))
        data = bytearray(chance.choice(self._samples))
        for _ in range(chance.randint(1, WOUNDS_MOST)):
            chance.choice(self._wounds)(data)
        return bytes(data[: self._most_bytes])

    def _part(self, data: bytearray) -> tuple[int, int]:
        start = self._chance.randrange(len(data) + 1)
        return start, min(len(data), start + self._chance.randrange(1, 40))

    def _bit(self, data: bytearray) -> None:
        if data:
            data[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)

    def _byte(self, data: bytearray) -> None:
        if data:
            data[self._chance.randrange(len(data))] = self._chance.choice(EDGES)

    def _cut(self, data: bytearray) -> None:
        start, end = self._part(data)
        del data[start:end]

    def _double(self, data: bytearray) -> None:
        start, end = self._part(data)
        data[start:start] = data[start:end]

    def _noise(self, data: bytearray) -> None:
        start, _ = self._part(data)
        data[start:start] = self._chance.randbytes(self._chance.randrange(1, 20))

    def _word(self, data: bytearray) -> None:
        start, end = self._part(data)
        data[start : self._chance.choice((start, end))] = self._chance.choice(WORDS)

    def _splice(self, data: bytearray) -> None:
        other = self._chance.choice(self._samples)
        start, _ = self._part(data)
        data[start:] = other[self._chance.randrange(len(other) + 1) :]

    def _end(self, data: bytearray) -> None:
        del data[self._chance.randrange(len(data) + 1) :]

    def _number(self, data: bytearray) -> None:
        found = list(_NUMBER.finditer(data[: self._most_bytes]))
        if found:
            one = self._chance.choice(found)
            data[one.start() : one.end()] = self._chance.choice(NUMBERS)

    def _repeat(self, data: bytearray) -> None:
        start, end = self._part(data)
        part = bytes(data[start : min(end, start + 8)])
        data[start:start] = part * self._chance.randrange(2, REPEAT_MOST)

    def _swap(self, data: bytearray) -> None:
        """Two parts change places: fields in another order."""
        start, end = self._part(data)
        part = bytes(data[start:end])
        del data[start:end]
        place = self._chance.randrange(len(data) + 1)
        data[place:place] = part
