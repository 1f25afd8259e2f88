"""Sony's VISCA over IP: the 8-byte header around each packet (UDP 52381).

Owns the header and the wire-tool surface of protocol ``visca_ip``. Header, big endian: type
(2), payload length (2), sequence (4) (Sony SRG-300H technical manual). Must not keep count of
sequence numbers: that is the link's.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.core.errors import ProtocolError
from drivers.visca import codec
from drivers.visca.replies import Reply

COMMAND, INQUIRY, REPLY, DEVICE_SETTING = 0x0100, 0x0110, 0x0111, 0x0120
CONTROL, CONTROL_REPLY = 0x0200, 0x0201

TYPES = {
    COMMAND: "command",
    INQUIRY: "inquiry",
    REPLY: "reply",
    DEVICE_SETTING: "device_setting",
    CONTROL: "control",
    CONTROL_REPLY: "control_reply",
}
CONTROL_ERRORS = {0x01: "sequence", 0x02: "message_type"}
RESET = b"\x01"

SEQUENCE_MOST = 0xFFFFFFFF
_HEADER = struct.Struct(">HHI")


@dataclass(frozen=True, slots=True)
class IpPacket:
    """One datagram. ``length`` is what the header claims, None for the true length."""

    type: int
    sequence: int
    payload: bytes
    length: int | None = None

    @property
    def malformed(self) -> bool:
        """The header claims another length than came."""
        return self.length is not None and self.length != len(self.payload)


@dataclass(frozen=True, slots=True)
class ControlReply:
    """The camera speaks about the header itself: ``reset_ack``, or ``error`` with a reason.

    Errors come under type 0200 in the manual's table and under 0201 from some cameras.
    """

    name: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What a camera said, and the number of the request it belongs to."""

    sequence: int
    message: Reply | ControlReply


def encode(packet: IpPacket) -> bytes:
    """The datagram; the length field is always the true one.

    Raises:
        ProtocolError: unknown type, sequence out of range, nothing to carry.
    """
    if packet.type not in TYPES:
        raise ProtocolError("type", got=str(packet.type), wanted=" | ".join(TYPES.values()))
    if type(packet.sequence) is not int or not 0 <= packet.sequence <= SEQUENCE_MOST:
        raise ProtocolError("sequence", got=str(packet.sequence), wanted=f"0..{SEQUENCE_MOST}")
    if not packet.payload:
        raise ProtocolError("visca", wanted="a payload")
    return _HEADER.pack(packet.type, len(packet.payload), packet.sequence) + packet.payload


def decode(data: bytes) -> IpPacket:
    """One datagram; a wrong length field is kept and reported by ``malformed``.

    Raises:
        ProtocolError: no header, unknown type, or no payload.
    """
    if len(data) <= _HEADER.size:
        raise ProtocolError("too short", got=data, wanted="an 8-byte header and a payload")
    kind, length, sequence = _HEADER.unpack_from(data)
    if kind not in TYPES:
        raise ProtocolError("unknown type", got=data, wanted="01 00, 01 10, 01 11, 01 20, 02 0x")
    return IpPacket(kind, sequence, data[_HEADER.size :], length)


def heard(packet: IpPacket) -> Wrapped:
    """What a camera's datagram says.

    Raises:
        ProtocolError: wrong length, or not something a camera says.
    """
    if packet.malformed:
        raise ProtocolError("length field", got=str(packet.length), wanted=str(len(packet.payload)))
    if packet.type in (CONTROL, CONTROL_REPLY):
        name, error = _control(packet)
        return Wrapped(packet.sequence, ControlReply(name, error))
    message = codec.decode(packet.payload, "from_device")
    if packet.type != REPLY or isinstance(message, codec.Command | codec.Inquiry):
        raise ProtocolError("not a reply", got=packet.payload)
    return Wrapped(packet.sequence, message)


class Decoder:
    """What a camera says, one datagram at a time: nothing is ever carried over to the next."""

    def __init__(self) -> None:
        """Holds no bytes, only the count of what was no reply."""
        self.buffer_limit = 0
        self.dropped_bytes = 0

    @property
    def buffered_bytes(self) -> int:
        """Always 0: a datagram is whole or lost."""
        return 0

    def feed(self, data: bytes) -> list[Wrapped]:
        """``data`` is one datagram."""
        try:
            return [heard(decode(data))]
        except ProtocolError:
            self.dropped_bytes += len(data)
            return []


def _control(packet: IpPacket) -> tuple[str, str]:
    payload = packet.payload
    if payload == RESET:
        return ("reset" if packet.type == CONTROL else "reset_ack"), ""
    if len(payload) == 2 and payload[0] == 0x0F:
        return "error", CONTROL_ERRORS.get(payload[1], "unknown")
    return "other", ""


def _spaced(data: bytes) -> str:
    return data.hex(" ").upper()


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One datagram as the fields of the wire tool.

    Raises:
        ProtocolError: see ``decode``; also when the payload is no VISCA packet.
    """
    packet = decode(data)
    fields: dict[str, Any] = {"type": TYPES[packet.type], "length": packet.length}
    if packet.malformed:
        fields |= {"actual_length": len(packet.payload), "malformed": True}
    fields["sequence"] = packet.sequence
    if packet.type in (CONTROL, CONTROL_REPLY):
        name, error = _control(packet)
        fields |= {"control": _spaced(packet.payload), "name": name}
        return fields | ({"error": error} if error else {})
    fields["visca"] = _spaced(packet.payload)
    return fields if packet.malformed else fields | _payload_fields(packet, direction)


def _payload_fields(packet: IpPacket, direction: str) -> dict[str, Any]:
    """The payload's own fields, less what the header says and what only serial lines need."""
    inner = codec.describe(
        packet.payload, "from_device" if packet.type == REPLY else direction or "to_device"
    )
    hidden = {"address"}
    if packet.type != REPLY:
        hidden |= {"kind"}
    elif inner["kind"] == "answer":
        hidden |= {"name", "socket", "nibbles"}
    fields = {key: value for key, value in inner.items() if key not in hidden}
    if packet.type == COMMAND and inner["kind"] == "inquiry":
        fields["mistyped_inquiry"] = True
    return fields


def build(fields: Mapping[str, Any]) -> bytes:
    """The datagram for fields as ``describe`` gives them, with the true length always.

    ``visca`` (or ``control``) may be left out when the command's own fields are given.

    Raises:
        ProtocolError: names the field that is missing, wrong or contradicted by ``visca``.
    """
    kind = next((code for code, name in TYPES.items() if name == fields.get("type")), None)
    if kind is None:
        wanted = " | ".join(TYPES.values())
        raise ProtocolError("type", got=str(fields.get("type")), wanted=wanted)
    payload = _payload(kind, fields)
    data = encode(IpPacket(kind, fields.get("sequence", 0), payload))
    if not fields.get("malformed"):
        _check(fields, describe(data))
    return data


def _payload(kind: int, fields: Mapping[str, Any]) -> bytes:
    key = "control" if kind in (CONTROL, CONTROL_REPLY) else "visca"
    text = fields.get(key)
    if text is not None:
        try:
            return bytes.fromhex(text)
        except (TypeError, ValueError) as error:
            raise ProtocolError(key, got=str(text), wanted="bytes in hex") from error
    if key == "control":
        if fields.get("name") not in ("reset", "reset_ack"):
            raise ProtocolError("control", wanted="bytes in hex, or name reset")
        return RESET
    header = ("type", "length", "sequence", "mistyped_inquiry")
    inner = {name: value for name, value in fields.items() if name not in header}
    asks = kind == INQUIRY or fields.get("mistyped_inquiry")
    return codec.build({"kind": "inquiry" if asks else "command"} | inner)


def _check(given: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    for key, value in given.items():
        if key not in ("visca", "control", "address") and made.get(key) != value:
            raise ProtocolError(key, got=str(value), wanted=f"{made.get(key)} (from the payload)")
