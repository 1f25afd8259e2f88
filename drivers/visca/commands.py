"""The tables of VISCA commands and inquiries.

Owns which bytes mean which command (Sony SRG-300H, BRC-X400, SRG-A40, BRC-AM7 and PTZOptics
command lists). Must not know when a command is sent. The names and field names are those of
the wire tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drivers.core.errors import ProtocolError
from drivers.visca.layout import Choice, Fixed, Layout, Nibbles, Number, Part

OTHER = "other"
"""Name of a well-formed packet that stands in no table; its bytes are kept as ``data``."""

_ON_OFF = {0x02: "on", 0x03: "off"}
_PAN = Choice("pan_direction", {0x01: "left", 0x02: "right", 0x03: "none"})
_TILT = Choice("tilt_direction", {0x01: "up", 0x02: "down", 0x03: "none"})
_SPEEDS = (Number("pan_speed", 0, 0x7F), Number("tilt_speed", 0, 0x7F))
_CORNER = Choice("corner", {0x00: "down_left", 0x01: "up_right"})


def _layout(name: str, code: str, *parts: Part, idempotent: bool = True, **given: Any) -> Layout:
    return Layout(name, (Fixed(bytes.fromhex(code)), *parts), given, idempotent)


def _pan_tilt(size: int) -> tuple[Part, ...]:
    return Nibbles("pan", size, signed=True), Nibbles("tilt", size, signed=True)


def _drives(name: str, code: str, upper: str, lower: str) -> tuple[Layout, ...]:
    """Stop, two directions at standard speed, two with speed 0..7: zoom and focus alike."""
    return (
        _layout(name, f"{code} 00", direction="stop"),
        _layout(name, f"{code} 02", direction=upper),
        _layout(name, f"{code} 03", direction=lower),
        _layout(name, code, Number("speed", 0, 7, base=0x20), direction=upper),
        _layout(name, code, Number("speed", 0, 7, base=0x30), direction=lower),
    )


COMMANDS: tuple[Layout, ...] = (
    _layout("power", "01 04 00", Choice("value", {0x02: "on", 0x03: "standby"})),
    _layout("pan_tilt_drive", "01 06 01", *_SPEEDS, _PAN, _TILT),
    # The 20-bit forms are 17 bytes long with header and FF: classic limits of 16 do not hold.
    _layout("pan_tilt_absolute", "01 06 02", *_SPEEDS, *_pan_tilt(4), nibbles=4),
    _layout("pan_tilt_absolute", "01 06 02", *_SPEEDS, *_pan_tilt(5), nibbles=5),
    _layout("pan_tilt_relative", "01 06 03", *_SPEEDS, *_pan_tilt(4), nibbles=4, idempotent=False),
    _layout("pan_tilt_relative", "01 06 03", *_SPEEDS, *_pan_tilt(5), nibbles=5, idempotent=False),
    _layout("pan_tilt_home", "01 06 04"),
    _layout("pan_tilt_reset", "01 06 05"),
    _layout("menu", "01 06 06", Choice("value", _ON_OFF)),
    _layout("pan_tilt_limit_set", "01 06 07 00", _CORNER, *_pan_tilt(4), nibbles=4),
    _layout("pan_tilt_limit_set", "01 06 07 00", _CORNER, *_pan_tilt(5), nibbles=5),
    _layout("pan_tilt_limit_clear", "01 06 07 01", _CORNER, Fixed(b"\x07\x0f\x0f\x0f" * 2)),
    _layout("slow_mode", "01 06 44", Choice("value", _ON_OFF)),
    *_drives("zoom_drive", "01 04 07", "tele", "wide"),
    _layout("zoom_direct", "01 04 47", Nibbles("zoom")),
    _layout("zoom_focus_direct", "01 04 47", Nibbles("zoom"), Nibbles("focus")),
    _layout("focus_mode", "01 04 38 10", idempotent=False, value="toggle"),
    _layout("focus_mode", "01 04 38", Choice("value", {0x02: "auto", 0x03: "manual"})),
    *_drives("focus_drive", "01 04 08", "far", "near"),
    _layout("focus_direct", "01 04 48", Nibbles("focus")),
    _layout("focus_one_push", "01 04 18 01"),
    _layout("focus_infinity", "01 04 18 02"),
    _layout(
        "memory",
        "01 04 3F",
        Choice("action", {0x00: "reset", 0x01: "set", 0x02: "recall"}),
        Number("memory"),
    ),
    _layout("if_clear", "01 00 01"),
    _layout("address_set", "30", Number("next_address", 1, 7)),
    Layout("cancel", (Number("socket", 0, 0x0F, base=0x20),)),
)

INQUIRIES: dict[str, bytes] = {
    "power": bytes.fromhex("09 04 00"),
    "zoom_position": bytes.fromhex("09 04 47"),
    "focus_mode": bytes.fromhex("09 04 38"),
    "focus_position": bytes.fromhex("09 04 48"),
    "menu": bytes.fromhex("09 06 06"),
    "pan_tilt_status": bytes.fromhex("09 06 10"),
    "pan_tilt_max_speed": bytes.fromhex("09 06 11"),
    "pan_tilt_position": bytes.fromhex("09 06 12"),
    "slow_mode": bytes.fromhex("09 06 44"),
    "version": bytes.fromhex("09 00 02"),
    "lens_block": bytes.fromhex("09 7E 7E 00"),
}

_INQUIRY_NAMES = {body: name for name, body in INQUIRIES.items()}


def parse_command(body: bytes) -> tuple[str, dict[str, Any]]:
    """Name and values of a command body; ``other`` with its bytes when no table has it."""
    for layout in COMMANDS:
        values = layout.parse(body)
        if values is not None:
            return layout.name, values
    return OTHER, {"data": list(body)}


def pack_command(name: str, values: Mapping[str, Any]) -> bytes:
    """Body of a command.

    Raises:
        ProtocolError: unknown name, or a field that is missing, unknown or out of range.
    """
    if name == OTHER:
        return _raw(values)
    forms = [layout for layout in COMMANDS if layout.name == name]
    if not forms:
        known = ", ".join(sorted({layout.name for layout in COMMANDS}))
        raise ProtocolError(f"unknown command {name!r}", wanted=known)
    for layout in forms:
        if layout.fits(values):
            return layout.pack(values)
    wanted = " or ".join(_form(layout) for layout in forms)
    raise ProtocolError(f"{name}: fields {', '.join(sorted(values)) or '(none)'}", wanted=wanted)


def _form(layout: Layout) -> str:
    implied = [f"{key}={value}" for key, value in layout.given.items()]
    return ", ".join([*sorted(layout.keys), *implied]) or "none"


def parse_inquiry(body: bytes) -> tuple[str, dict[str, Any]]:
    """Name of an inquiry body; ``other`` with its bytes when no table has it."""
    name = _INQUIRY_NAMES.get(body)
    return (name, {}) if name else (OTHER, {"data": list(body)})


def pack_inquiry(name: str, values: Mapping[str, Any]) -> bytes:
    """Body of an inquiry.

    Raises:
        ProtocolError: unknown name or fields.
    """
    if name == OTHER:
        return _raw(values)
    if name not in INQUIRIES:
        raise ProtocolError(f"unknown inquiry {name!r}", wanted=", ".join(sorted(INQUIRIES)))
    if values:
        raise ProtocolError(f"{name}: fields {', '.join(sorted(values))}", wanted="none")
    return INQUIRIES[name]


def is_idempotent(name: str, values: Mapping[str, Any]) -> bool:
    """Sending it twice does the same as once; unknown commands count as not."""
    return any(
        layout.idempotent for layout in COMMANDS if layout.name == name and layout.fits(values)
    )


def _raw(values: Mapping[str, Any]) -> bytes:
    data = values.get("data")
    if (
        not isinstance(data, list | tuple)
        or not data
        or set(values) != {"data"}
        or not all(type(byte) is int and 0 <= byte < 0xFF for byte in data)
    ):
        raise ProtocolError("data", got=str(data), wanted="a list of bytes 0..254, and no more")
    return bytes(data)
