"""Pelco-D frames: bytes to messages and back.

Owns the seven bytes ``FF address cmd1 cmd2 data1 data2 check`` and what their bits mean; the
check is the sum of the five bytes in the middle, modulo 256. Must not know serial ports, time
or the camera's speed. Source: Pelco TF-0002 version 2 revision 1 (2003).

Any byte can be FF (speed, address, check), so a frame is found by length and check, not by
its first byte. The four-byte general reply is not read: its check is not documented well
enough to be told from noise, and hardly any camera sends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.core import fields as read
from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError

SYNC = 0xFF
FRAME_BYTES = 7

EXTENDED_BIT = 0x01
SENSE_BIT = 0x80
"""Turns the on/off bits from *off* to *on* (camera, scan)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of either direction. ``address`` counts from 1; the rest are plain bytes."""

    address: int
    cmd1: int
    cmd2: int
    data1: int
    data2: int

    @property
    def value(self) -> int:
        """``data1`` and ``data2`` as one 16-bit number: a position in 0.01 degree."""
        return self.data1 << 8 | self.data2


@dataclass(frozen=True, slots=True)
class Extended:
    """One extended command: its name and the fields that its data bytes carry."""

    name: str
    data1: str = ""
    data2: str = ""
    value: bool = False
    on: bool | None = None


EXTENDED: Mapping[int, Extended] = {
    0x03: Extended("preset_set", data2="preset"),
    0x05: Extended("preset_clear", data2="preset"),
    0x07: Extended("preset_go", data2="preset"),
    0x09: Extended("aux", data2="aux", on=True),
    0x0B: Extended("aux", data2="aux", on=False),
    0x0F: Extended("remote_reset"),
    0x11: Extended("zone_start", data2="zone"),
    0x13: Extended("zone_end", data2="zone"),
    0x15: Extended("write_character", data1="column", data2="character"),
    0x17: Extended("clear_screen"),
    0x19: Extended("alarm_acknowledge", data2="alarm"),
    0x1B: Extended("zone_scan", on=True),
    0x1D: Extended("zone_scan", on=False),
    0x1F: Extended("pattern_start", data2="pattern"),
    0x21: Extended("pattern_stop", data2="pattern"),
    0x23: Extended("pattern_run", data2="pattern"),
    0x25: Extended("zoom_speed", data2="speed"),
    0x27: Extended("focus_speed", data2="speed"),
    0x4B: Extended("set_pan", value=True),
    0x4D: Extended("set_tilt", value=True),
    0x4F: Extended("set_zoom", value=True),
    0x51: Extended("query_pan"),
    0x53: Extended("query_tilt"),
    0x55: Extended("query_zoom"),
    0x59: Extended("pan_position", value=True),
    0x5B: Extended("tilt_position", value=True),
    0x5D: Extended("zoom_position", value=True),
}
"""Second command byte of the extended commands. 05 clears a preset and 07 calls it: a widely
copied table has them swapped, and the swap erases presets silently."""

# What one bit of cmd1 (first) or cmd2 (second) does: (byte, bit, field, value).
_BITS = (
    (2, 0x02, "pan", "right"),
    (2, 0x04, "pan", "left"),
    (2, 0x08, "tilt", "up"),
    (2, 0x10, "tilt", "down"),
    (2, 0x20, "zoom", "tele"),
    (2, 0x40, "zoom", "wide"),
    (2, 0x80, "focus", "far"),
    (1, 0x01, "focus", "near"),
    (1, 0x02, "iris", "open"),
    (1, 0x04, "iris", "close"),
)
# On/off bits of cmd1: (bit, field, value with the sense bit, value without it).
_SWITCHES = ((0x08, "camera", "on", "off"), (0x10, "scan", "auto", "manual"))
_RESERVED_BITS = 0x60
_SPEEDS = {"pan": "pan_speed", "tilt": "tilt_speed"}
_RAW = ("cmd1", "cmd2", "data1", "data2")


def checksum(body: bytes) -> int:
    """Sum of address, commands and data, modulo 256."""
    return sum(body) & 0xFF


def encode(frame: Frame) -> bytes:
    """The seven bytes of ``frame``.

    Raises:
        ProtocolError: a value does not fit its byte, or the address is 0.
    """
    values = {key: getattr(frame, key) for key in ("address", *_RAW)}
    body = bytes(read.integer(values, key, int(key == "address"), 0xFF) for key in values)
    return bytes([SYNC]) + body + bytes([checksum(body)])


def decode(data: bytes) -> Frame:
    """The message of exactly one frame.

    Raises:
        ProtocolError: wrong length, first byte, address or check.
    """
    if len(data) != FRAME_BYTES:
        raise ProtocolError(f"{len(data)} bytes are no frame", got=data, wanted="7 bytes")
    if data[0] != SYNC:
        raise ProtocolError("not the start of a frame", got=data, wanted="FF")
    expected = checksum(data[1:-1])
    if data[-1] != expected:
        raise ProtocolError("wrong checksum", got=data, wanted=f"{expected:02X} at the end")
    if data[1] == 0:
        raise ProtocolError("no camera has address 0", got=data, wanted="01 to FF")
    return Frame(*data[1:-1])


class PelcoDecoder(Collector):
    """Finds frames by length and check in a stream that is cut anywhere and may be noisy."""

    buffer_limit = FRAME_BYTES

    def feed(self, data: bytes) -> list[Frame]:
        """Take a piece of the stream, give every frame that is now complete."""
        frames = []
        for byte in data:
            self._buffer.append(byte)
            self._skip_to_sync()
            if len(self._buffer) == FRAME_BYTES:
                try:
                    frames.append(decode(bytes(self._buffer)))
                except ProtocolError:
                    self._skip_to_sync(1)
                else:
                    self._buffer.clear()
        return frames

    def _skip_to_sync(self, start: int = 0) -> None:
        at = self._buffer.find(SYNC, start)
        count = len(self._buffer) if at < 0 else at
        self.dropped_bytes += count
        del self._buffer[:count]


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One frame as plain values: the five bytes and what they mean.

    ``direction`` makes no difference: every extended command belongs to one direction only.

    Raises:
        ProtocolError: ``data`` is not one good frame.
    """
    frame = decode(data)
    raw = {key: getattr(frame, key) for key in ("address", *_RAW)}
    return raw | (_extended(frame) if frame.cmd2 & EXTENDED_BIT else _movement(frame))


def _extended(frame: Frame) -> dict[str, Any]:
    command = EXTENDED.get(frame.cmd2)
    if command is None or frame.cmd1:
        return {"name": "unknown"}
    meaning: dict[str, Any] = {"name": command.name}
    if command.data1:
        meaning[command.data1] = frame.data1
    if command.data2:
        meaning[command.data2] = frame.data2
    if command.value:
        meaning["value"] = frame.value
    if command.on is not None:
        meaning["on"] = command.on
    return meaning


def _movement(frame: Frame) -> dict[str, Any]:
    meaning: dict[str, Any] = {}
    contradiction = bool(frame.cmd1 & _RESERVED_BITS)
    for bit, field, with_sense, without in _SWITCHES:
        if frame.cmd1 & bit:
            meaning[field] = with_sense if frame.cmd1 & SENSE_BIT else without
    contradiction |= bool(frame.cmd1 & SENSE_BIT) and not meaning
    for byte, bit, field, value in _BITS:
        if (frame.cmd1, frame.cmd2)[byte - 1] & bit:
            contradiction |= field in meaning
            meaning[field] = value
    if contradiction:
        return {"name": "unknown"}
    for field, speed in _SPEEDS.items():
        if field in meaning:
            meaning[speed] = frame.data1 if field == "pan" else frame.data2
    return {"name": _name_of(meaning)} | meaning


def _name_of(meaning: Mapping[str, Any]) -> str:
    doing = {"drive" if key in _SPEEDS else key for key in meaning if not key.endswith("_speed")}
    if not doing:
        return "stop"
    return doing.pop() if len(doing) == 1 else "compound"


def build(fields: dict[str, Any]) -> bytes:
    """The frame of ``fields``, given as its bytes, as its meaning, or (agreeing) as both.

    Raises:
        ProtocolError: names the field that is missing, does not fit or contradicts the others.
    """
    address = read.integer(fields, "address", 1, 0xFF)
    if any(key in fields for key in _RAW):
        frame = Frame(address, *(read.integer(fields, key, 0, 0xFF) for key in _RAW))
    else:
        frame = _from_meaning(address, fields)
    data = encode(frame)
    read.check_agreement(fields, describe(data))
    return data


def _from_meaning(address: int, fields: Mapping[str, Any]) -> Frame:
    name = read.choice(fields, "name", _NAMES)
    for cmd2, command in EXTENDED.items():
        if command.name == name and command.on in (None, fields.get("on")):
            value = read.integer(fields, "value", 0, 0xFFFF) if command.value else 0
            data1 = read.integer(fields, command.data1, 0, 0xFF) if command.data1 else value >> 8
            data2 = read.integer(fields, command.data2, 0, 0xFF) if command.data2 else value & 0xFF
            return Frame(address, 0, cmd2, data1, data2)
    if name in {command.name for command in EXTENDED.values()}:
        read.boolean(fields, "on")
    return _from_movement(address, fields)


def _from_movement(address: int, fields: Mapping[str, Any]) -> Frame:
    commands = [0, 0]
    for bit, field, with_sense, without in _SWITCHES:
        if field in fields:
            on = read.choice(fields, field, (with_sense, without)) == with_sense
            commands[0] |= bit | (SENSE_BIT if on else 0)
    for byte, bit, field, value in _BITS:
        if field in fields and read.choice(fields, field, _VALUES[field]) == value:
            commands[byte - 1] |= bit
    speeds = [
        read.integer(fields, speed, 0, 0xFF) if field in fields else 0
        for field, speed in _SPEEDS.items()
    ]
    return Frame(address, *commands, *speeds)


_VALUES = {
    field: tuple(value for _, _, other, value in _BITS if other == field)
    for _, _, field, _ in _BITS
}
_NAMES = {"stop", "drive", "compound", "camera", "scan", "zoom", "focus", "iris"} | {
    command.name for command in EXTENDED.values()
}
