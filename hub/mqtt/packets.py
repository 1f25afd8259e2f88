"""Packets of MQTT 3.1.1: bytes to values and back. No connection, no clock.

Owns the format (OASIS MQTT 3.1.1, chapters 2 and 3), of it what a client with clean sessions needs
that subscribes and publishes with QoS 0 and 1. Raises nothing but ``PacketError``, keeps no more
than one packet of bounded length. Must not know our topics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

PACKET_MOST_BYTES = 1 << 20
"""Longest packet that is read: our broker lets 17 KiB pass."""

PING = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"

_CONNECT, _PUBLISH, _SUBSCRIBE = 0x10, 0x30, 0x82
_CONNACK, _PUBACK, _SUBACK, _PINGRESP = 0x20, 0x40, 0x90, 0xD0
_QOS1, _QOS2, _RETAIN = 0x02, 0x04, 0x01
_CLEAN, _WILL = 0x02, 0x04

_REFUSALS = {
    1: "it speaks another version of MQTT",
    2: "it does not take the hub's name",
    3: "it is not available",
    4: "wrong user name or password",
    5: "not allowed to connect",
}


class PacketError(ValueError):
    """Not MQTT 3.1.1, or not what a client like ours may be sent."""


class Message(NamedTuple):
    """A message on a topic."""

    topic: str
    payload: bytes
    retained: bool
    number: int
    """To be acknowledged; 0 with QoS 0."""


class Welcome(NamedTuple):
    """The broker's answer to a connection: why not, or nothing."""

    refusal: str


class Published(NamedTuple):
    """Our message of that number has arrived at the broker."""

    number: int


class Subscribed(NamedTuple):
    """Our subscription of that number was granted, or not."""

    number: int
    granted: bool


class Pong(NamedTuple):
    """The broker lives."""


Packet = Message | Welcome | Published | Subscribed | Pong


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us, retained, when we are gone without a goodbye."""

    topic: str
    payload: bytes


def connect(name: str, keepalive_s: int, will: Will) -> bytes:
    """Greets the broker: clean session, will with QoS 1."""
    flags = _CLEAN | _WILL | 0x08 | 0x20
    head = _text(b"MQTT") + bytes((4, flags)) + keepalive_s.to_bytes(2)
    tail = _text(name.encode()) + _text(will.topic.encode()) + _text(will.payload)
    return _packet(_CONNECT, head + tail)


def subscribe(number: int, pattern: str) -> bytes:
    """Asks for a pattern of topics, QoS 1."""
    return _packet(_SUBSCRIBE, number.to_bytes(2) + _text(pattern.encode()) + b"\x01")


def publish(topic: str, payload: bytes, number: int, *, retain: bool) -> bytes:
    """A message: QoS 1 with a number, QoS 0 with 0."""
    first = _PUBLISH | (_QOS1 if number else 0) | (_RETAIN if retain else 0)
    return _packet(first, _text(topic.encode()) + (number.to_bytes(2) if number else b"") + payload)


def acknowledge(number: int) -> bytes:
    """A message with QoS 1 has arrived here."""
    return b"\x40\x02" + number.to_bytes(2)


def _packet(first: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, low = divmod(left, 128)
        length.append(low | (0x80 if left else 0))
        if not left:
            return bytes((first,)) + length + body


def _text(value: bytes) -> bytes:
    return len(value).to_bytes(2) + value


class Reader:
    """Bytes as they come, packets as they are whole."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole now; all are to be taken before the next call.

        Raises:
            PacketError: what came is no packet; nothing after it can be read.
        """
        if self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size & 0x80:
                found = _long(data, at)
                if found is None:
                    break
                size, start = found
            if end - start < size:
                break
            yield _read(data[at], data, start, start + size)
            at = start + size
        self._rest = data[at:]


def _long(data: bytes, at: int) -> tuple[int, int] | None:
    """Length of more than one byte, and where the body begins; None while it is not whole."""
    size = 0
    for place, byte in enumerate(data[at + 1 : at + 5]):
        size |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            if size > PACKET_MOST_BYTES:
                raise PacketError(f"a packet of {size} bytes, at most {PACKET_MOST_BYTES} are read")
            return size, at + 2 + place
    if len(data) - at > 4:
        raise PacketError("a length of more than four bytes")
    return None


def _read(first: int, data: bytes, start: int, end: int) -> Packet:
    kind = first & 0xF0
    if kind == _PUBLISH:
        return _message(first, data, start, end)
    body = data[start:end]
    if kind == _PUBACK and len(body) == 2:
        return Published(int.from_bytes(body))
    if kind == _PINGRESP and not body:
        return Pong()
    if kind == _SUBACK and len(body) == 3:
        return Subscribed(int.from_bytes(body[:2]), body[2] < 0x80)
    if kind == _CONNACK and len(body) == 2:
        return Welcome(_REFUSALS.get(body[1], f"refused with code {body[1]}") if body[1] else "")
    raise PacketError(f"a packet 0x{first:02x} of {len(body)} bytes")


def _message(first: int, data: bytes, start: int, end: int) -> Message:
    if first & _QOS2:
        raise PacketError("a message with QoS 2, which nobody asked for")
    ends = start + 2 + int.from_bytes(data[start : start + 2])
    begins = ends + 2 if first & _QOS1 else ends
    if end < begins or end - start < 2:
        raise PacketError("a message that ends within its topic")
    topic = data[start + 2 : ends].decode(errors="replace")  # what is no text is no topic of ours
    number = int.from_bytes(data[ends:begins])
    return Message(topic, data[begins:end], bool(first & _RETAIN), number)
