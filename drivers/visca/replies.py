"""What VISCA cameras say: the messages, and what the data of an answer means.

Owns replies, errors and answers (Sony SRG-300H and BRC-X400 command lists; surprises seen on
PTZOptics). Must not know who asked: an answer does not name its question, so ``read_answer``
is told it, and ``guess_answer`` goes by the shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drivers.visca.layout import from_nibbles

ERRORS = {
    0x01: "message_length",
    0x02: "syntax",
    0x03: "buffer_full",
    0x04: "cancelled",
    0x05: "no_socket",
    0x41: "not_executable",
}
SYNTAX, BUFFER_FULL, CANCELLED, NO_SOCKET, NOT_EXECUTABLE = 0x02, 0x03, 0x04, 0x05, 0x41

SUBJECTS = {
    b"\x04\x00": "power",
    b"\x04\x07": "zoom",
    b"\x04\x38": "focus_mode",
    b"\x04\x33": "backlight",
    b"\x04\x3f": "memory",
    b"\x06\x01": "pan_tilt_drive",
}
"""What the infra-red remote did."""


@dataclass(frozen=True, slots=True)
class AddressSetReturn:
    """The chain has counted itself: ``next_address`` is the number of cameras + 1."""

    next_address: int


@dataclass(frozen=True, slots=True)
class IfClearReturn:
    """The broadcast IF_Clear came round."""


@dataclass(frozen=True, slots=True)
class Ack:
    """A command was accepted into ``socket``. Says nothing about its effect."""

    address: int
    socket: int


@dataclass(frozen=True, slots=True)
class Completion:
    """The command in ``socket`` ended; socket 0 for commands that need none."""

    address: int
    socket: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to an inquiry, undecoded: only who asked knows what it means."""

    address: int
    socket: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """The camera says no. The socket nibble means little: see ``ERRORS`` for ``code``."""

    address: int
    socket: int
    code: int

    @property
    def error(self) -> str:
        """The code as a word."""
        return ERRORS.get(self.code, "unknown")


@dataclass(frozen=True, slots=True)
class NetworkChange:
    """The chain changed, or a camera powered up: set the addresses again (serial only)."""

    header: int


@dataclass(frozen=True, slots=True)
class Notification:
    """Somebody used the infra-red remote."""

    address: int
    data: bytes

    @property
    def subject(self) -> str:
        """What was touched, as a word."""
        return SUBJECTS.get(self.data, "unknown")


Reply = (
    AddressSetReturn | IfClearReturn | Ack | Completion | Answer | Failure
    | NetworkChange | Notification
)  # fmt: skip


def _word(words: dict[int, str]) -> Callable[[bytes], dict[str, Any] | None]:
    def read(data: bytes) -> dict[str, Any] | None:
        return {"value": words[data[0]]} if len(data) == 1 and data[0] in words else None

    return read


def _position(data: bytes) -> dict[str, Any] | None:
    nibbles = len(data) // 2
    if len(data) not in (8, 10):
        return None
    pan = from_nibbles(data[:nibbles], signed=True)
    tilt = from_nibbles(data[nibbles:], signed=True)
    return None if pan is None or tilt is None else {"pan": pan, "tilt": tilt, "nibbles": nibbles}


def _unsigned(name: str) -> Callable[[bytes], dict[str, Any] | None]:
    def read(data: bytes) -> dict[str, Any] | None:
        value = from_nibbles(data) if len(data) == 4 else None
        return None if value is None else {name: value}

    return read


def _version(data: bytes) -> dict[str, Any] | None:
    if len(data) != 7:
        return None
    vendor, model, rom = (int.from_bytes(data[at : at + 2]) for at in (0, 2, 4))
    return {"vendor": vendor, "model": model, "rom": rom, "sockets": data[6]}


def _status(data: bytes) -> dict[str, Any] | None:
    """The layout of the SRG-300H; other models keep theirs in their profile."""
    if len(data) != 2:
        return None
    word = int.from_bytes(data)
    ends = ("left", "right", "up", "down")
    fields: dict[str, Any] = {
        "status": word,
        "moving": word >> 10 & 3 == 1,
        "initialised": word >> 12 & 3 == 2,
        "limits": [end for bit, end in enumerate(ends) if word >> bit & 1],
    }
    faults = [axis for axis, shift in (("pan", 4), ("tilt", 8)) if word >> shift & 3]
    return fields | ({"faults": faults} if faults else {})


def _max_speed(data: bytes) -> dict[str, Any] | None:
    return {"pan_speed": data[0], "tilt_speed": data[1]} if len(data) == 2 else None


def _lens_block(data: bytes) -> dict[str, Any] | None:
    if len(data) != 13:
        return None
    zoom, near, focus = (from_nibbles(data[a:b]) for a, b in ((0, 4), (4, 6), (6, 10)))
    if zoom is None or near is None or focus is None:
        return None
    flags, motion = data[11], data[12]
    return {
        "zoom": zoom,
        "near_limit": near,
        "focus": focus,
        "focus_auto": bool(flags & 1),
        "zoom_executing": bool(motion & 1),
        "focus_executing": bool(motion & 2),
        "preset_executing": bool(motion & 4),
        "low_contrast": bool(motion & 8),
    }


_READERS: dict[str, Callable[[bytes], dict[str, Any] | None]] = {
    "power": _word({0x02: "on", 0x03: "standby"}),
    "menu": _word({0x02: "on", 0x03: "off"}),
    "slow_mode": _word({0x02: "on", 0x03: "off"}),
    "focus_mode": _word({0x02: "auto", 0x03: "manual"}),
    "pan_tilt_position": _position,
    "pan_tilt_status": _status,
    "pan_tilt_max_speed": _max_speed,
    "zoom_position": _unsigned("zoom"),
    "focus_position": _unsigned("focus"),
    "version": _version,
    "lens_block": _lens_block,
}

_SHAPES = {
    2: "pan_tilt_status",
    4: "zoom_position",
    7: "version",
    8: "pan_tilt_position",
    10: "pan_tilt_position",
    13: "lens_block",
}

_MAX_SPEEDS = {(0x18, 0x14), (0x18, 0x17), (0x18, 0x18)}
"""Read as status words these would be a movement completed before the camera is initialised."""


def read_answer(inquiry: str, data: bytes) -> dict[str, Any] | None:
    """What ``data`` says as an answer to ``inquiry``; None when it cannot be one."""
    reader = _READERS.get(inquiry)
    return {"data": list(data)} if reader is None else reader(data)


def guess_answer(data: bytes) -> dict[str, Any]:
    """The likeliest meaning by shape alone; one byte is taken as the power answer."""
    if len(data) == 1:
        return {"data": list(data)} | (_READERS["power"](data) or {})
    name = _SHAPES.get(len(data), "")
    if tuple(data) in _MAX_SPEEDS:
        name = "pan_tilt_max_speed"
    fields = _READERS[name](data) if name else None
    return {"data": list(data)} if fields is None else {"name": name} | fields
