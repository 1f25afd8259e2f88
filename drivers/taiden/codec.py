"""TAIDEN HCS-3600/4100 main unit frames: bytes to messages and back.

Owns the table of frames. Must not know ports, time or who may speak. The protocol is binary
without length or checksum: the first byte tells the length, and only silence tells where a
frame begins. Whoever reads a stream calls ``gap()`` when the wire has been silent. Source:
TAIDEN HCS-3600 series manual, chapter 8.1; there are variants between firmware versions.

The width of the microphone status frame is not printed. It is read as operation and count,
one byte each, and six ids of 16 bit like all other ids, and marked ``layout: assumed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.core import fields as read
from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError

SYSTEM = 0xE3
TRACKING = 0xE5
MICROPHONE = 0xE6

LENGTHS: Mapping[str, Mapping[int, int]] = {
    "to_device": {SYSTEM: 3, MICROPHONE: 4},
    "from_device": {SYSTEM: 9, TRACKING: 3, MICROPHONE: 15},
}
"""Bytes of a frame by its first byte."""

MOST_MICS = 0xFFFF
VIDEO_INPUT = 0xEA

SWITCHES: Mapping[int, str] = {0xF1: "mic_on", 0xF2: "mic_off"}
OPERATIONS: Mapping[int, str] = {
    0xED: "all_off",
    0x01: "vote_start",
    0x02: "vote_stop",
    0xE4: "tracking_start",
    0xE5: "tracking_stop",
    0x04: "status_start",
    0x05: "status_stop",
    VIDEO_INPUT: "video_input",
}
"""What the main unit can be told; all but the video input carry 00."""


@dataclass(frozen=True, slots=True)
class Switch:
    """To the unit: do ``operation`` (F1 on, F2 off) to the microphone ``mic``."""

    operation: int
    mic: int


@dataclass(frozen=True, slots=True)
class Operate:
    """To the unit: one of ``OPERATIONS``; ``argument`` is the video channel, else 0."""

    operation: int
    argument: int = 0


@dataclass(frozen=True, slots=True)
class Tracking:
    """From the unit: show this microphone; 0 is the panorama."""

    mic: int


@dataclass(frozen=True, slots=True)
class VoteResult:
    """From the unit: how many signed in, and how they voted."""

    present: int
    yes: int
    no: int
    abstain: int

    @property
    def plausible(self) -> bool:
        """No more votes than people."""
        return self.yes + self.no + self.abstain <= self.present


@dataclass(frozen=True, slots=True)
class MicStatus:
    """From the unit: which microphones are on, in an assumed layout (see the module)."""

    operation: int
    active: int
    count: int
    mics: tuple[int, ...]


Message = Switch | Operate | Tracking | VoteResult | MicStatus


def encode(message: Message) -> bytes:
    """The bytes of ``message``.

    Raises:
        ProtocolError: a value does not fit its bytes.
    """
    try:
        match message:
            case Switch(operation, mic):
                return bytes([MICROPHONE, operation]) + _word(mic)
            case Operate(operation, argument):
                return bytes([SYSTEM, operation, argument])
            case Tracking(mic):
                return bytes([TRACKING]) + _word(mic)
            case VoteResult(present, yes, no, abstain):
                return bytes([SYSTEM]) + b"".join(map(_word, (present, yes, no, abstain)))
            case MicStatus(operation, active, count, mics):
                state = operation << 4 | active
                return bytes([MICROPHONE, state, count]) + b"".join(map(_word, mics))
    except (ValueError, OverflowError) as error:
        raise ProtocolError(f"{message} cannot be sent", wanted="values that fit") from error


def _word(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _words(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def decode(data: bytes, direction: str = "") -> Message:
    """The message of exactly one frame; its length tells the direction when that is empty.

    Raises:
        ProtocolError: the first byte or the length is none of the table.
    """
    senders = [direction] if direction else list(LENGTHS)
    for sender in senders:
        if data and LENGTHS[sender].get(data[0]) == len(data):
            return _commands(data) if sender == "to_device" else _events(data)
    lengths = "; ".join(
        f"{sender}: " + ", ".join(f"{first:02X} and {size - 1} more" for first, size in table)
        for sender, table in ((sender, LENGTHS[sender].items()) for sender in senders)
    )
    raise ProtocolError("no TAIDEN frame", got=data, wanted=lengths)


def _commands(data: bytes) -> Message:
    if data[0] == MICROPHONE:
        return Switch(data[1], *_words(data[2:]))
    operation, argument = data[1], data[2]
    if argument and operation in OPERATIONS and operation != VIDEO_INPUT:
        raise ProtocolError(f"{OPERATIONS[operation]} carries nothing", got=data, wanted="00 last")
    return Operate(operation, argument)


def _events(data: bytes) -> Message:
    if data[0] == TRACKING:
        return Tracking(*_words(data[1:]))
    if data[0] == SYSTEM:
        return VoteResult(*_words(data[1:]))
    return MicStatus(data[1] >> 4, data[1] & 0x0F, data[2], _words(data[3:]))


class TaidenDecoder(Collector):
    """Finds frames of one direction by their first byte; a vote that cannot be is dropped."""

    buffer_limit = max(max(table.values()) for table in LENGTHS.values())

    def __init__(self, direction: str = "from_device") -> None:
        """Reads what goes in ``direction``."""
        super().__init__()
        self._direction = direction

    def gap(self) -> None:
        """The wire was silent: what is unfinished never comes, the next byte begins a frame."""
        self.dropped_bytes += len(self._buffer)
        self._buffer.clear()

    def feed(self, data: bytes) -> list[Message]:
        """Take a piece of the stream, give every message that is now complete."""
        messages = []
        for byte in data:
            self._buffer.append(byte)
            message = self._next()
            while message is not None:
                messages.append(message)
                message = self._next()
        return messages

    def _next(self) -> Message | None:
        lengths = LENGTHS[self._direction]
        while self._buffer:
            size = lengths.get(self._buffer[0])
            if size is not None and len(self._buffer) < size:
                return None
            message = self._read(size)
            if message is not None:
                del self._buffer[:size]
                return message
            del self._buffer[0]
            self.dropped_bytes += 1
        return None

    def _read(self, size: int | None) -> Message | None:
        if size is None:
            return None
        try:
            message = decode(bytes(self._buffer[:size]), self._direction)
        except ProtocolError:
            return None
        return None if isinstance(message, VoteResult) and not message.plausible else message


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One frame as plain values; unknown operations keep their bytes.

    Raises:
        ProtocolError: ``data`` is not one good frame of ``direction``.
    """
    match decode(data, direction):
        case Switch(operation, mic):
            if operation in SWITCHES:
                return {"name": SWITCHES[operation], "mic": mic}
            return {"name": "unknown", "operation": operation, "mic": mic}
        case Operate(operation, argument):
            if operation == VIDEO_INPUT:
                return {"name": OPERATIONS[operation], "channel": argument}
            if operation in OPERATIONS:
                return {"name": OPERATIONS[operation]}
            return {"name": "unknown", "operation": operation, "argument": argument}
        case Tracking(mic):
            return {"name": "tracking", "mic": mic}
        case VoteResult(present, yes, no, abstain):
            return {
                "name": "vote_result",
                "present": present,
                "yes": yes,
                "no": no,
                "abstain": abstain,
            }
        case MicStatus(operation, active, count, mics):
            return {
                "name": "mic_status",
                "operation": operation,
                "active": active,
                "count": count,
                "mics": list(mics),
                "layout": "assumed",
            }


def build(fields: dict[str, Any]) -> bytes:
    """The frame to the unit that says ``fields``.

    Raises:
        ProtocolError: names the field that is missing or does not fit.
    """
    codes = {name: code for code, name in (*OPERATIONS.items(), *SWITCHES.items())}
    name = read.choice(fields, "name", {*codes, "unknown"})
    code = codes[name] if name in codes else read.integer(fields, "operation", 0, 0xFF)
    if name in SWITCHES.values() or (name == "unknown" and "mic" in fields):
        data = encode(Switch(code, read.integer(fields, "mic", 0, MOST_MICS)))
    elif name == "video_input":
        data = encode(Operate(code, read.integer(fields, "channel", 0, 0xFF)))
    elif name == "unknown":
        data = encode(Operate(code, read.integer(fields, "argument", 0, 0xFF)))
    else:
        data = encode(Operate(code))
    read.check_agreement(fields, describe(data, "to_device"))
    return data
