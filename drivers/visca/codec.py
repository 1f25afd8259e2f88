"""VISCA packets as they travel on RS-232, RS-422 and raw TCP or UDP: bytes <-> messages.

Owns framing (split at FF), headers and the wire-tool surface of protocol ``visca_serial``.
Must not wait, know a clock or a model. Packet: header, payload, FF; FF never occurs inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError
from drivers.visca.commands import (
    is_idempotent,
    pack_command,
    pack_inquiry,
    parse_command,
    parse_inquiry,
)
from drivers.visca.replies import (
    Ack,
    AddressSetReturn,
    Answer,
    Completion,
    Failure,
    IfClearReturn,
    NetworkChange,
    Notification,
    Reply,
    guess_answer,
)

TERMINATOR = 0xFF
BROADCAST = 8
PACKET_LIMIT = 32
"""Longest packet taken: the classic 16, 17 for 20-bit moves, and room for block answers."""

Direction = Literal["to_device", "from_device"]


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do. ``values`` as in the table of ``commands``; address 8 is everybody."""

    name: str
    address: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def idempotent(self) -> bool:
        """May be repeated when its acknowledgement is lost."""
        return is_idempotent(self.name, self.values)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Something to ask."""

    name: str
    address: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)


Message = Command | Inquiry | Reply


def encode(message: Command | Inquiry) -> bytes:
    """The packet of a command or inquiry.

    Raises:
        ProtocolError: unknown name, wrong field or address.
    """
    if type(message.address) is not int or not 1 <= message.address <= BROADCAST:
        raise ProtocolError("address", got=str(message.address), wanted="1..7, or 8 for all")
    pack = pack_command if isinstance(message, Command) else pack_inquiry
    body = pack(message.name, message.values)
    if len(body) > PACKET_LIMIT - 2:
        raise ProtocolError("data", got=body, wanted=f"at most {PACKET_LIMIT - 2} bytes")
    return bytes([0x80 | message.address]) + body + bytes([TERMINATOR])


def decode(data: bytes, direction: str = "") -> Message:
    """One whole packet, FF included.

    ``direction`` tells apart what both sides say alike (address set, IF_Clear); left empty
    it is found from the header.

    Raises:
        ProtocolError: not one whole packet, or one that nobody may send.
    """
    if len(data) < 3 or data[-1] != TERMINATOR or TERMINATOR in data[:-1]:
        raise ProtocolError("not one whole packet", got=data, wanted="header, payload, one FF")
    if len(data) > PACKET_LIMIT:
        raise ProtocolError("too long", got=data, wanted=f"at most {PACKET_LIMIT} bytes")
    header, body = data[0], data[1:-1]
    if direction not in ("", "to_device", "from_device"):
        raise ProtocolError("direction", got=direction, wanted="to_device | from_device")
    if direction != "to_device":
        reply = _reply(header, body, known=direction == "from_device")
        if reply is not None:
            return reply
    if direction == "from_device" or not 0x81 <= header <= 0x80 | BROADCAST:
        raise ProtocolError("no VISCA packet of that direction", got=data)
    address = header & 0x0F
    if body[0] == 0x09:
        name, values = parse_inquiry(body)
        return Inquiry(name, address, values)
    name, values = parse_command(body)
    return Command(name, address, values)


def _reply(header: int, body: bytes, *, known: bool) -> Reply | None:
    """What a camera may say; ``known`` when the packet surely comes from one."""
    if body == b"\x38" and header >= 0x80 and (header & 0x0F == 0 or header == 0x88):
        return NetworkChange(header)
    if header == 0x88:
        # Both sides say these alike; a chain that returns 1 would have no camera.
        if len(body) == 2 and body[0] == 0x30 and 2 <= body[1] <= BROADCAST:
            return AddressSetReturn(body[1])
        return IfClearReturn() if known and body == b"\x01\x00\x01" else None
    if header < 0x90 or header & 0x0F:
        return None
    address, kind, socket = (header >> 4) - 8, body[0] & 0xF0, body[0] & 0x0F
    if kind == 0x40 and len(body) == 1:
        return Ack(address, socket)
    if kind == 0x50:
        return Answer(address, socket, body[1:]) if len(body) > 1 else Completion(address, socket)
    if kind == 0x60 and len(body) == 2:
        return Failure(address, socket, body[1])
    if body[:3] == b"\x07\x7d\x01" and len(body) == 5:
        return Notification(address, body[3:])
    return None


class Decoder(Collector):
    """Cuts a byte stream at FF and gives the messages of one direction."""

    def __init__(self, direction: Direction = "from_device") -> None:
        """``direction``: whose words these are."""
        super().__init__()
        self.buffer_limit = PACKET_LIMIT
        self._direction = direction
        self._torn = False

    def feed(self, data: bytes) -> list[Message]:
        """See ``drivers.core.codec.Decoder``."""
        messages = []
        for byte in data:
            self._buffer.append(byte)
            if byte == TERMINATOR:
                message = self._packet(bytes(self._buffer))
                self._buffer.clear()
                self._torn = False
                if message is not None:
                    messages.append(message)
            elif len(self._buffer) == self.buffer_limit:
                del self._buffer[0]
                self.dropped_bytes += 1
                self._torn = True
        return messages

    def _packet(self, chunk: bytes) -> Message | None:
        """The packet that ends ``chunk``, behind whatever noise stands before it."""
        heads = [at for at, byte in enumerate(chunk[:-2]) if self._may_start(byte)]
        if not self._torn and heads[:1] == [0] and self._is_block(chunk):
            heads = [0]
        for at in reversed(heads):
            try:
                message = decode(chunk[at:], self._direction)
            except ProtocolError:
                continue
            self.dropped_bytes += at
            return message
        self.dropped_bytes += len(chunk)
        return None

    def _may_start(self, byte: int) -> bool:
        if self._direction == "to_device":
            return 0x81 <= byte <= 0x80 | BROADCAST
        return byte == 0x88 or (byte >= 0x80 and byte & 0x0F == 0)

    def _is_block(self, chunk: bytes) -> bool:
        """Version and lens answers carry whole bytes that may look like headers."""
        return self._direction == "to_device" or (len(chunk) in (10, 16) and chunk[1] == 0x50)


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One packet as the fields of the wire tool.

    Raises:
        ProtocolError: see ``decode``.
    """
    return fields_of(decode(data, direction))


def fields_of(message: Message) -> dict[str, Any]:
    """A message as the fields of the wire tool."""
    match message:
        case Command(name, address, values):
            return {"kind": "command", "name": name, "address": address, **values} | _warning(
                message
            )
        case Inquiry(name, address, values):
            return {"kind": "inquiry", "name": name, "address": address, **values}
        case AddressSetReturn(number):
            counted = {"next_address": number, "cameras": number - 1}
            return {"kind": "address_set_return", "address": BROADCAST} | counted
        case IfClearReturn():
            return {"kind": "if_clear_return", "address": BROADCAST}
        case Ack(address, socket):
            return {"kind": "ack", "address": address, "socket": socket}
        case Completion(address, socket):
            return {"kind": "completion", "address": address, "socket": socket}
        case Answer(address, socket, data):
            return {"kind": "answer", "address": address, "socket": socket} | guess_answer(data)
        case Failure(address, socket, code):
            said = {"code": code, "error": message.error}
            return {"kind": "error", "address": address, "socket": socket} | said
        case NetworkChange(header):
            return {"kind": "network_change", "header": header}
        case Notification(address, data):
            told = {"subject": message.subject, "data": list(data)}
            return {"kind": "notification", "address": address} | told


def _warning(command: Command) -> dict[str, bool]:
    """A BRC-300 refuses a drive with speed 00, even to stop (seen on a real camera)."""
    speeds = (command.values.get("pan_speed"), command.values.get("tilt_speed"))
    refused = command.name == "pan_tilt_drive" and 0 in speeds
    return {"expect_rejected_by_some": True} if refused else {}


def build(fields: Mapping[str, Any]) -> bytes:
    """The packet for fields as ``describe`` gives them, commands and inquiries only.

    Raises:
        ProtocolError: names the field that is missing or wrong.
    """
    kind, name = fields.get("kind"), fields.get("name")
    own = ("kind", "name", "address", "expect_rejected_by_some")
    values = {key: value for key, value in fields.items() if key not in own}
    if not isinstance(name, str):
        raise ProtocolError("name", got=str(name), wanted="the name of a command or inquiry")
    if kind == "command":
        address = fields.get("address", BROADCAST if name == "address_set" else 1)
        return encode(Command(name, address, values))
    if kind == "inquiry":
        return encode(Inquiry(name, fields.get("address", 1), values))
    raise ProtocolError("kind", got=str(kind), wanted="command | inquiry")
