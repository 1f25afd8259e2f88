"""Televic-family ASCII frames: bytes to messages and back.

Owns ``% data check CR`` and the acknowledgement byte, and what the data says in the camera
protocol (TLVCAM1) and in the control panel protocol. Must not know ports, time or who may
speak. The check is the 16-bit sum of the data bytes as four capital hex digits; some manuals
call it a CRC, and their examples follow the sum. Sources: Televic TCS5500 and Plixus manuals,
Sonifex Net-Log manual (CE2500), Sennheiser SDC 8000/8200 manual.

The panel protocol is acknowledged, and an unacknowledged frame is repeated: reading the same
frame twice must do no harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from drivers.core import fields as read
from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError

START = b"%"
END = b"\r"
ACK = b"\x06"
CHECK_DIGITS = 4
LONGEST_FRAME_BYTES = 256
MOST_MICS = 9_999
UNIT = "1"
"""The digit with which the data of the panel protocol begins."""

MODES = {
    0: "no request",
    1: "request",
    2: "request without clear",
    3: "direct access",
    4: "fifo",
    9: "override",
}
"""Conference modes of the panel protocol that have a name; 5 to 8 are groups."""

MOST_AUDIO_STEPS = 12
"""Volume and tones of the panel protocol; volume 0 mutes."""

_AUDIO = ("volume", "treble", "middle", "bass")
_CAMERA_MIC = re.compile(r"([PpMm])([0-9]{4})(.*)")
_CAMERA_SYNC = re.compile(r"S((?:[0-9]{4})+)")
_PANEL_MIC = re.compile(r"1([LlDT])([0-9]{4})")
_PANEL_MODE = re.compile(r"1U([0-9]{2})")
_PANEL_AUDIO = re.compile(r"1X([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
_PANEL_EVENTS = {"L": "mic_on", "l": "mic_off", "D": "request"}
_FIXED: dict[str, dict[str, Any]] = {
    "V0000": {"event": "all_off"},
    "R": {"event": "start_position"},
    "R0000": {"event": "start_position"},
    "1E00": {"event": "all_off"},
    "1V": {"command": "resync"},
    "1v": {"command": "test_tone", "on": True},
    "1w": {"command": "test_tone", "on": False},
}


@dataclass(frozen=True, slots=True)
class Ack:
    """The other side has the last frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The data of one frame, without its percent sign and check; ``meaning`` reads it."""

    data: str


Message = Ack | Frame


def checksum(data: bytes) -> str:
    """Sum of the data bytes, modulo 65536, as four capital hex digits."""
    return f"{sum(data) & 0xFFFF:04X}"


def encode(message: Message) -> bytes:
    """The bytes of ``message``.

    Raises:
        ProtocolError: the data cannot travel in a frame.
    """
    if isinstance(message, Ack):
        return ACK
    body = message.data.encode()
    data = START + body + checksum(body).encode() + END
    if decode(data) != message:
        raise ProtocolError("this data cannot be sent", got=data, wanted="no % nor control bytes")
    return data


def decode(data: bytes) -> Message:
    """The message of exactly one frame.

    Raises:
        ProtocolError: neither a frame nor an acknowledgement, or a wrong check.
    """
    if data == ACK:
        return Ack()
    if not data.startswith(START) or not data.endswith(END) or len(data) > LONGEST_FRAME_BYTES:
        raise ProtocolError("no Televic frame", got=data, wanted="%, data, check, CR; or 06 alone")
    body, check = data[1 : -1 - CHECK_DIGITS], data[-1 - CHECK_DIGITS : -1]
    if not body or any(byte < 0x20 or byte == START[0] for byte in body):
        raise ProtocolError("no data in the frame", got=data, wanted="printable data without %")
    expected = checksum(body)
    if check != expected.encode():
        raise ProtocolError("wrong check", got=data, wanted=f"{expected} before CR")
    try:
        return Frame(body.decode())
    except UnicodeDecodeError as error:
        raise ProtocolError("not a text", got=data, wanted="UTF-8") from error


class TelevicDecoder(Collector):
    """Finds frames and acknowledgements in a stream that may be noisy."""

    buffer_limit = LONGEST_FRAME_BYTES

    def feed(self, data: bytes) -> list[Message]:
        """Take a piece of the stream, give every message that is now complete."""
        messages: list[Message] = []
        for value in data:
            byte = bytes([value])
            if byte == ACK:
                self._drop()
                messages.append(Ack())
            elif byte == START:
                self._drop()
                self._buffer += byte
            elif not self._buffer:
                self.dropped_bytes += 1
            else:
                self._buffer += byte
                messages += self._ended() if byte == END else []
                if len(self._buffer) == self.buffer_limit:
                    self._drop()
        return messages

    def _ended(self) -> list[Message]:
        try:
            message = decode(bytes(self._buffer))
        except ProtocolError:
            self._drop()
            return []
        self._buffer.clear()
        return [message]

    def _drop(self) -> None:
        self.dropped_bytes += len(self._buffer)
        self._buffer.clear()


def meaning(data: str) -> dict[str, Any]:
    """What the data of a frame says; empty when it is of no kind known here.

    ``event`` is what the central unit reports, ``command`` what it is told.
    """
    if data in _FIXED:
        return dict(_FIXED[data])
    if match := _CAMERA_MIC.fullmatch(data):
        letter, mic, name = match.groups()
        role = "chairman" if letter in "Pp" else "delegate"
        event = "mic_on" if letter.isupper() else "mic_off"
        return {"event": event, "role": role, "mic": int(mic)} | ({"name": name} if name else {})
    if match := _CAMERA_SYNC.fullmatch(data):
        numbers = [int(match[1][at : at + 4]) for at in range(0, len(match[1]), 4)]
        return {"event": "sync", "mics": [number for number in numbers if number]}
    if match := _PANEL_MIC.fullmatch(data):
        if match[1] == "T":
            return {"command": "mic_on", "mic": int(match[2])}
        return {"event": _PANEL_EVENTS[match[1]], "mic": int(match[2])}
    if match := _PANEL_MODE.fullmatch(data):
        return {"command": "mode", "mode": int(match[1])}
    if match := _PANEL_AUDIO.fullmatch(data):
        levels = (int(level) for level in match.groups())
        return {"command": "audio"} | dict(zip(_AUDIO, levels, strict=True))
    return {}


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One frame as plain values; unknown data has no ``event`` and no ``command``.

    ``direction`` makes no difference: the data tells it.

    Raises:
        ProtocolError: ``data`` is not one good frame.
    """
    message = decode(data)
    if isinstance(message, Ack):
        return {"family": "panel", "ack": True}
    family = "panel" if message.data.startswith(UNIT) else "camera"
    check = checksum(message.data.encode())
    return {"family": family, "data": message.data, "check": check} | meaning(message.data)


def build(fields: dict[str, Any]) -> bytes:
    """The frame of ``fields``: of its ``data``, or of a ``command`` with its values.

    Raises:
        ProtocolError: names the field that is missing, does not fit or contradicts the others.
    """
    if fields.get("ack") is True:
        message: Message = Ack()
    elif "data" in fields:
        message = Frame(read.text(fields, "data"))
    else:
        message = Frame(_command_data(fields))
    data = encode(message)
    read.check_agreement(fields, describe(data))
    return data


def _command_data(fields: read.Fields) -> str:
    commands = ("mic_on", "resync", "mode", "audio", "test_tone")
    match read.choice(fields, "command", commands):
        case "mic_on":
            return f"1T{read.integer(fields, 'mic', 0, MOST_MICS):04}"
        case "mode":
            return f"1U{read.integer(fields, 'mode', 0, 99):02}"
        case "audio":
            levels = (read.integer(fields, key, 0, MOST_AUDIO_STEPS) for key in _AUDIO)
            return "1X" + "".join(f"{level:02}" for level in levels)
        case "test_tone":
            return "1v" if read.boolean(fields, "on") else "1w"
        case _:
            return "1V"
