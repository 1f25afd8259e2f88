"""What the commands of Samsung MDC are called and what their bytes mean, as data.

Owns the command table and the turning of data bytes into named values and back. Must not
know frames, checksums or time. Sources: Samsung MDC protocol manuals MD40B, IFH and LH025;
input codes beyond theirs as the python-samsung-mdc library knows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from drivers.core.errors import ProtocolError

POWER = 0x11
VOLUME = 0x12
INPUT = 0x14
STATUS = 0x00
ERROR_STATUS = 0x0D
MODEL_NAME = 0x8A

INPUTS: Mapping[str, int] = {
    "S-Video": 0x04,
    "component": 0x08,
    "AV": 0x0C,
    "PC": 0x14,
    "DVI": 0x18,
    "BNC": 0x1E,
    "MagicInfo": 0x20,
    "HDMI1": 0x21,
    "HDMI2": 0x23,
    "DP1": 0x25,
    "DP2": 0x26,
    "DP3": 0x27,
    "HDMI3": 0x31,
    "HDMI4": 0x33,
    "TV": 0x40,
    "plug-in": 0x50,
    "HDBaseT": 0x55,
    "OCM": 0x56,
    "MagicInfo-S": 0x60,
    "mirroring": 0x61,
    "USB": 0x62,
    "URL": 0x63,
    "IWB": 0x64,
    "web": 0x65,
    "workspace": 0x66,
}
"""Inputs that can be chosen. What a model lacks it refuses."""

INPUTS_REPORTED: Mapping[int, str] = {
    0x1F: "DVI_video",
    0x22: "HDMI1_PC",
    0x24: "HDMI2_PC",
    0x32: "HDMI3_PC",
    0x34: "HDMI4_PC",
}
"""Only ever reported: the same socket while a computer's signal is on it."""

SOCKET_OF: Mapping[int, int] = {0x1F: 0x18, 0x22: 0x21, 0x24: 0x23, 0x32: 0x31, 0x34: 0x33}
"""Which input was chosen when one of ``INPUTS_REPORTED`` is reported."""


class Value(Protocol):
    """The meaning of one or more data bytes. ``size`` None takes all that is left."""

    size: int | None

    def decode(self, data: bytes) -> Any:
        """The value these bytes stand for."""
        ...

    def encode(self, value: Any) -> bytes:
        """The bytes of ``value``; raises ValueError saying what is allowed."""
        ...


class Choice:
    """One byte out of a table. A code that is not in the table reads as ``0x7B``."""

    size: int | None = 1

    def __init__(
        self,
        names: Mapping[int, str | bool | None],
        also: Mapping[str, int] | None = None,
    ) -> None:
        """``names`` maps codes to what people call them; ``also`` may be written instead."""
        self._names = names
        self._also = also or {}

    def decode(self, data: bytes) -> str | bool | None:
        """See ``Value.decode``."""
        return self._names[data[0]] if data[0] in self._names else f"0x{data[0]:02X}"

    def encode(self, value: Any) -> bytes:
        """See ``Value.encode``."""
        if isinstance(value, str) and value in self._also:
            return bytes([self._also[value]])
        for code, name in self._names.items():
            if type(name) is type(value) and name == value:
                return bytes([code])
        if isinstance(value, str) and re.fullmatch("0x[0-9A-Fa-f]{2}", value):
            return bytes([int(value, 16)])
        allowed = ", ".join(str(name) for name in self._names.values())
        raise ValueError(f"one of {allowed}, or a code such as 0x7B")


class Number:
    """One byte as it is, up to ``most``; FF reads as None where a model has no such thing."""

    size: int | None = 1

    def __init__(self, most: int = 0xFF, none_code: int | None = None) -> None:
        """``most`` bounds what may be sent; what a display reports is shown as it is."""
        self._most = most
        self._none_code = none_code

    def decode(self, data: bytes) -> int | None:
        """See ``Value.decode``."""
        return None if data[0] == self._none_code else data[0]

    def encode(self, value: Any) -> bytes:
        """See ``Value.encode``."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= self._most:
            return bytes([value])
        raise ValueError(f"a whole number from 0 to {self._most}")


class Counter:
    """All the bytes that are left, high byte first: two on old models, more on new ones."""

    size: int | None = None

    def decode(self, data: bytes) -> int:
        """See ``Value.decode``."""
        return int.from_bytes(data, "big")

    def encode(self, value: Any) -> bytes:
        """See ``Value.encode``."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 0xFFFF:
            return value.to_bytes(2, "big")
        raise ValueError("a whole number from 0 to 65535")


class Text:
    """All the bytes that are left, as ASCII; padding is cut, other bytes show as escapes."""

    size: int | None = None

    def decode(self, data: bytes) -> str:
        """See ``Value.decode``."""
        return data.rstrip(b"\x00 ").decode("ascii", "backslashreplace")

    def encode(self, value: Any) -> bytes:
        """See ``Value.encode``."""
        if isinstance(value, str) and value.isascii():
            return value.encode("ascii")
        raise ValueError("ASCII text")


ON_OFF = Choice({0: "off", 1: "on"})
POWERS = Choice({0: "off", 1: "on", 2: "reboot"})
MUTES = Choice({0: False, 1: True, 0xFF: None}, also={"off": 0, "on": 1})
SOURCES = Choice({code: name for name, code in INPUTS.items()} | dict(INPUTS_REPORTED))
LEVEL = Number(100, none_code=0xFF)
BYTE = Number()

Layout = tuple[tuple[str, Value], ...]
"""Names and meanings of the data bytes, in their order."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One line of the command table.

    ``sub`` is the sub-command that comes first in the data, None where there is none.
    """

    name: str
    layout: Layout
    sub: int | None = None


def _one(name: str, value: Value) -> Spec:
    return Spec(name, (("value", value),))


TABLE: Mapping[int, tuple[Spec, ...]] = {
    STATUS: (
        Spec(
            "status",
            (
                ("power", POWERS),
                ("volume", LEVEL),
                ("mute", MUTES),
                ("input", SOURCES),
                ("aspect", BYTE),
            ),
        ),
    ),
    0x0B: (_one("serial_number", Text()),),
    ERROR_STATUS: (
        Spec(
            "error_status",
            (
                ("lamp", BYTE),
                ("temperature_state", BYTE),
                ("brightness_sensor", BYTE),
                ("input", BYTE),
                ("temperature", BYTE),
                ("fan", BYTE),
            ),
        ),
    ),
    0x0E: (_one("software_version", Text()),),
    POWER: (_one("power", POWERS),),
    VOLUME: (_one("volume", LEVEL),),
    0x13: (_one("mute", MUTES),),
    INPUT: (_one("input", SOURCES),),
    0x15: (_one("picture_aspect", BYTE),),
    0x18: (_one("screen_mode", BYTE),),
    0x1B: (
        Spec("network_configuration", (), sub=0x82),
        Spec("network_mode", (("value", Choice({0: "dynamic", 1: "static"})),), sub=0x85),
    ),
    0x5D: (_one("safety_lock", ON_OFF),),
    0x5F: (_one("panel_lock", ON_OFF),),
    0x67: (_one("device_name", Text()),),
    0x77: (_one("all_keys_lock", ON_OFF),),
    0x83: (_one("panel_on_time", Counter()),),
    MODEL_NAME: (_one("model_name", Text()),),
    0xB5: (_one("network_standby", ON_OFF),),
    0xF9: (_one("panel", Choice({0: "on", 1: "off"})),),
    0xFE: (Spec("screen_mute", (("value", Choice({0: "on", 0xFF: "off"})),), sub=0x51),),
}
"""Every command we can name; ``panel_on_time`` counts in tens of minutes."""


def find(command: int, data: bytes) -> Spec | None:
    """The line of the table for a command with this data, None when we have no name for it."""
    for spec in TABLE.get(command, ()):
        if spec.sub is None or data[:1] == bytes([spec.sub]):
            return spec
    return None


def name_of(command: int, data: bytes) -> str | None:
    """What people call a command; one whose sub-command is not told goes by the code alone."""
    spec = find(command, data)
    if spec is None and not data:
        spec = next(iter(TABLE.get(command, ())), None)
    return None if spec is None else spec.name


def find_by_name(name: str) -> tuple[int, Spec] | None:
    """Code and line of the command that people call ``name``."""
    for code, specs in TABLE.items():
        for spec in specs:
            if spec.name == name:
                return code, spec
    return None


def is_plausible(command: int, data: bytes) -> bool:
    """A command of the table, with the data it has when it is asked or answered."""
    spec = find(command, data)
    if spec is None:
        return False
    sizes = [value.size for _, value in spec.layout]
    payload = len(data) - (spec.sub is not None)
    least = sum(size for size in sizes if size is not None)
    if payload == 0 or None in sizes:
        return True
    # A status grows from model to model; anything else that is longer is not this command.
    return payload >= least if command == STATUS else payload == least


def values(spec: Spec, data: bytes) -> dict[str, Any]:
    """What ``data`` says, by name; bytes that are missing give no name, bytes beyond are left."""
    rest = data[1:] if spec.sub is not None else data
    named: dict[str, Any] = {}
    for key, value in spec.layout:
        size = len(rest) if value.size is None else value.size
        if not rest or len(rest) < size:
            break
        named[key] = value.decode(rest[:size])
        rest = rest[size:]
    return named


def data_of(spec: Spec, fields: Mapping[str, Any]) -> bytes:
    """The data bytes for the values in ``fields``; none of them there means a question.

    Raises:
        ProtocolError: a value is outside its table or range, or one of several is missing.
    """
    data = b"" if spec.sub is None else bytes([spec.sub])
    if not any(key in fields for key, _ in spec.layout):
        return data
    for key, value in spec.layout:
        if key not in fields:
            raise ProtocolError(f"{key}: missing; {spec.name} is set with all its values")
        try:
            data += value.encode(fields[key])
        except ValueError as error:
            raise ProtocolError(f"{key}: {fields[key]!r} is not {error}") from error
    return data


def check_agreement(spec: Spec, fields: Mapping[str, Any], data: bytes) -> None:
    """See that the named values in ``fields`` say the same as ``data``.

    Raises:
        ProtocolError: naming the value that says something else.
    """
    told = values(spec, data)
    for key, value in spec.layout:
        if key not in fields or (key in told and fields[key] == told[key]):
            continue
        try:
            same = key in told and value.encode(fields[key]) == value.encode(told[key])
        except ValueError as error:
            raise ProtocolError(f"{key}: {fields[key]!r} is not {error}") from error
        if not same:
            raise ProtocolError(f"{key}: {fields[key]!r} does not agree with data", got=data)
