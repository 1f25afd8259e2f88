"""A light MQTT 3.1.1 client: so little work per message that many rooms fit on one core.

Owns the bytes of one connection. Must not know our topics or payloads. Not a product: it has no
keepalive, no retries and believes its broker. Packets: MQTT 3.1.1 (OASIS), chapter 3.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
QOS1, RETAIN = 0x02, 0x01

Take = Callable[[str, bytes], None]


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def _length(number: int) -> bytes:
    """Remaining length: seven bits per byte, lowest first."""
    found = bytearray()
    while True:
        number, low = divmod(number, 128)
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def packet(first: int, body: bytes) -> bytes:
    """A whole packet."""
    return bytes([first]) + _length(len(body)) + body


class Wire(asyncio.Protocol):
    """One connection; ``take(topic, payload)`` gets what comes."""

    def __init__(self, take: Take) -> None:
        self.unacknowledged = 0
        """Publishes that the broker has not acknowledged yet."""
        self.ready = asyncio.Event()
        """Connected, and every subscription so far is granted."""
        self._take = take
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._number = 0
        self._granted = 0
        self._asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connect(self, name: str) -> None:
        """Clean session, no keepalive."""
        self._write(packet(CONNECT, _text("MQTT") + b"\x04\x02\x00\x00" + _text(name)))

    def subscribe(self, filters: Iterable[str]) -> None:
        """QoS 1 each; ``ready`` is set when all are granted."""
        self.ready.clear()
        self._asked += 1
        body = b"".join(_text(name) + b"\x01" for name in filters)
        self._write(packet(SUBSCRIBE, self._next() + body))

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """QoS 0 or 1."""
        if not qos:
            self._write(packet(PUBLISH, _text(topic) + payload))
            return
        self.unacknowledged += 1
        first = PUBLISH | QOS1 | (RETAIN if retain else 0)
        self._write(packet(first, _text(topic) + self._next() + payload))

    def close(self) -> None:
        """Without a goodbye."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        at, held = 0, self._buffer
        answers: list[bytes] = []
        while len(held) - at >= 2:
            size, shift, start = 0, 0, at + 1
            while start < len(held):
                size |= (held[start] & 0x7F) << shift
                shift += 7
                start += 1
                if held[start - 1] < 0x80:
                    break
            else:
                break
            if len(held) - start < size:
                break
            self._packet(held[at], bytes(held[start : start + size]), answers)
            at = start + size
        del held[:at]
        if answers:
            self._write(b"".join(answers))

    def _packet(self, first: int, body: bytes, answers: list[bytes]) -> None:
        match first & 0xF0:
            case 0x30:
                size = body[0] << 8 | body[1]
                name = body[2 : 2 + size].decode()
                at = 2 + size
                if first & QOS1:
                    answers.append(b"\x40\x02" + body[at : at + 2])
                    at += 2
                self._take(name, body[at:])
            case 0x40:
                self.unacknowledged -= 1
            case 0x20 if body[1] != 0:
                raise ConnectionError(f"the broker refuses: {body[1]}")
            case 0x20 | 0x90:
                self._granted += first & 0xF0 == SUBACK
                if self._granted == self._asked:
                    self.ready.set()

    def _next(self) -> bytes:
        self._number = self._number % 65535 + 1
        return struct.pack(">H", self._number)

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)


async def connected(port: int, name: str, take: Take) -> Wire:
    """A connection to the broker on this machine, accepted."""
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(lambda: Wire(take), "127.0.0.1", port)
    wire.connect(name)
    await wire.ready.wait()
    return wire
