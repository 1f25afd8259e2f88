"""MQTT 3.1.1 packets as bytes: where each ends, what a PUBLISH holds, and its second copy.

Owns as much of the protocol as a link needs that watches and doubles messages. Shares no code
with the client libraries of the product, because it judges what went over the wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PUBLISH, PUBACK = 3, 4
DUP, RETAIN = 0x08, 0x01

LENGTH_BYTES = 4
"""The remaining length of a packet has at most so many bytes (MQTT 3.1.1, 2.2.3)."""


class NotMqtt(ValueError):
    """These bytes are no MQTT packet."""


@dataclass(frozen=True, slots=True)
class Publish:
    """One PUBLISH."""

    topic: str
    payload: bytes
    qos: int
    mid: int | None
    """The packet identifier; None at QoS 0."""
    dup: bool
    retain: bool


class Splitter:
    """Bytes of one direction of a connection in, whole packets out."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Every packet that is complete now; the rest waits.

        Raises:
            NotMqtt: a length of more than four bytes.
        """
        self._rest += data
        while (size := _size(self._rest)) is not None and size <= len(self._rest):
            packet, self._rest = self._rest[:size], self._rest[size:]
            yield packet


def _size(data: bytes) -> int | None:
    """Length of the packet at the front; None while its header is not complete."""
    header = _header(data)
    return None if header is None else sum(header)


def _header(data: bytes) -> tuple[int, int] | None:
    """Lengths of the fixed header and of what follows it."""
    length = 0
    for place, byte in enumerate(data[1 : 1 + LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return 2 + place, length
    if len(data) > LENGTH_BYTES:
        raise NotMqtt(f"the length in {data[:8].hex(' ')} does not end")
    return None


def publish_of(packet: bytes) -> Publish | None:
    """The PUBLISH in ``packet``; None when it is another kind."""
    header = _header(packet)
    if header is None or packet[0] >> 4 != PUBLISH:
        return None
    qos = packet[0] >> 1 & 3
    place = header[0]
    end = place + 2 + int.from_bytes(packet[place : place + 2], "big")
    topic = packet[place + 2 : end].decode(errors="replace")
    mid = int.from_bytes(packet[end : end + 2], "big") if qos else None
    payload = packet[end + 2 if qos else end :]
    return Publish(topic, payload, qos, mid, bool(packet[0] & DUP), bool(packet[0] & RETAIN))


def puback_mid(packet: bytes) -> int | None:
    """Which message this PUBACK answers; None when it is another kind."""
    if packet[0] >> 4 != PUBACK:
        return None
    return int.from_bytes(packet[2:4], "big")


def second_copy(packet: bytes) -> bytes:
    """The same PUBLISH as a sender repeats it: with the DUP flag."""
    return bytes([packet[0] | DUP]) + packet[1:]
