"""How the bytes of a VISCA packet are laid out, as data that works in both directions.

Owns the small vocabulary (bytes, choices, nibbles) in which ``commands`` writes its tables.
Must not know any command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from drivers.core.errors import ProtocolError


def to_nibbles(value: int, count: int) -> bytes:
    """Low nibble per byte, most significant first; negative values in two's complement."""
    return bytes(value >> 4 * place & 0x0F for place in reversed(range(count)))


def from_nibbles(data: bytes, *, signed: bool = False) -> int | None:
    """The inverse of ``to_nibbles``; None when a byte is no nibble."""
    value = 0
    for byte in data:
        if byte > 0x0F:
            return None
        value = value << 4 | byte
    if signed and value >> (4 * len(data) - 1):
        value -= 1 << 4 * len(data)
    return value


class Part(Protocol):
    """One named stretch of a packet."""

    @property
    def name(self) -> str:
        """Key of the value in the fields; empty for a constant."""
        ...

    @property
    def size(self) -> int:
        """Bytes it takes."""
        ...

    def read(self, data: bytes) -> Any:
        """The value, or None when these bytes cannot be this part."""
        ...

    def write(self, value: Any) -> bytes | None:
        """The bytes, or None when the value does not fit."""
        ...

    @property
    def wanted(self) -> str:
        """Which values fit, for an error message."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Bytes that never change."""

    data: bytes
    name: str = ""
    wanted: str = ""

    @property
    def size(self) -> int:
        """See ``Part``."""
        return len(self.data)

    def read(self, data: bytes) -> bool | None:
        """True when the bytes are these."""
        return True if data == self.data else None

    def write(self, value: Any) -> bytes:
        """The constant."""
        return self.data


@dataclass(frozen=True, slots=True)
class Number:
    """One byte, ``base`` + value."""

    name: str
    low: int = 0
    high: int = 0xFE
    base: int = 0
    size: int = 1

    @property
    def wanted(self) -> str:
        """See ``Part``."""
        return f"{self.low}..{self.high}"

    def read(self, data: bytes) -> int | None:
        """The byte less the base, if in range."""
        value = data[0] - self.base
        return value if self.low <= value <= self.high else None

    def write(self, value: Any) -> bytes | None:
        """One byte."""
        if type(value) is not int or not self.low <= value <= self.high:
            return None
        return bytes([value + self.base])


@dataclass(frozen=True, slots=True)
class Choice:
    """One byte that stands for a word."""

    name: str
    words: Mapping[int, str]
    size: int = 1

    @property
    def wanted(self) -> str:
        """See ``Part``."""
        return " | ".join(self.words.values())

    def read(self, data: bytes) -> str | None:
        """The word for the byte."""
        return self.words.get(data[0])

    def write(self, value: Any) -> bytes | None:
        """The byte for the word."""
        return next((bytes([byte]) for byte, word in self.words.items() if word == value), None)


@dataclass(frozen=True, slots=True)
class Nibbles:
    """A number spread over ``size`` bytes, four bits in each."""

    name: str
    size: int = 4
    signed: bool = False

    @property
    def _bounds(self) -> tuple[int, int]:
        full = 1 << 4 * self.size
        return (-full // 2, full // 2 - 1) if self.signed else (0, full - 1)

    @property
    def wanted(self) -> str:
        """See ``Part``."""
        return "{}..{}".format(*self._bounds)

    def read(self, data: bytes) -> int | None:
        """See ``from_nibbles``."""
        return from_nibbles(data, signed=self.signed)

    def write(self, value: Any) -> bytes | None:
        """See ``to_nibbles``."""
        low, high = self._bounds
        if type(value) is not int or not low <= value <= high:
            return None
        return to_nibbles(value, self.size)


@dataclass(frozen=True, slots=True)
class Layout:
    """One form of one packet: everything between the header byte and FF.

    ``given`` are fields that this form implies, such as ``nibbles: 5``. ``idempotent`` says
    whether sending it twice does the same as sending it once.
    """

    name: str
    parts: tuple[Part, ...]
    given: Mapping[str, int | str] = field(default_factory=dict)
    idempotent: bool = True

    @property
    def size(self) -> int:
        """Bytes between header and FF."""
        return sum(part.size for part in self.parts)

    @property
    def keys(self) -> set[str]:
        """Names of the fields that must be given to ``pack``."""
        return {part.name for part in self.parts if part.name}

    def parse(self, body: bytes) -> dict[str, Any] | None:
        """The fields, or None when the bytes are not this form."""
        if len(body) != self.size:
            return None
        fields: dict[str, Any] = {}
        start = 0
        for part in self.parts:
            value = part.read(body[start : start + part.size])
            if value is None:
                return None
            if part.name:
                fields[part.name] = value
            start += part.size
        return fields | dict(self.given)

    def fits(self, fields: Mapping[str, Any]) -> bool:
        """Exactly these keys are given, and what the form implies is not contradicted."""
        implied = all(fields.get(key, value) == value for key, value in self.given.items())
        return implied and set(fields) - set(self.given) == self.keys - set(self.given)

    def pack(self, fields: Mapping[str, Any]) -> bytes:
        """The bytes for these fields.

        Raises:
            ProtocolError: a value does not fit; the message names its field.
        """
        out = b""
        for part in self.parts:
            data = part.write(fields.get(part.name))
            if data is None:
                raise ProtocolError(
                    f"{self.name}.{part.name}", got=str(fields.get(part.name)), wanted=part.wanted
                )
            out += data
        return out
