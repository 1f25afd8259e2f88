"""Modbus RTU frames: bytes to messages and back, without a wire or a clock.

Owns the CRC, the layout of functions 01-06, 0F and 10, and exceptions. Must not know any
register's meaning, nor how frames are found in a stream (that is ``modbus``).

Source: Modbus Application Protocol Specification 1.1b3; Modbus over Serial Line 1.02.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from drivers.core.errors import ProtocolError

READ_COILS, READ_INPUTS, READ_HOLDING, READ_INPUT_REGISTERS = 1, 2, 3, 4
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS = 5, 6, 15, 16

BIT_READS = (READ_COILS, READ_INPUTS)
READS = (READ_COILS, READ_INPUTS, READ_HOLDING, READ_INPUT_REGISTERS)
SINGLE_WRITES = (WRITE_COIL, WRITE_REGISTER)
MULTIPLE_WRITES = (WRITE_COILS, WRITE_REGISTERS)
KNOWN = frozenset(READS + SINGLE_WRITES + MULTIPLE_WRITES)
"""Functions whose layout is known here."""

COIL_ON, COIL_OFF, COIL_TOGGLE = 0xFF00, 0x0000, 0x5500
"""Values of function 05. The toggle is an extension of Waveshare; our drivers never send it."""

BROADCAST = 0
EXCEPTION_BIT = 0x80
EXCEPTION_LENGTH = 5
SHORTEST_FRAME, LONGEST_FRAME = 4, 256
"""Unit, function and CRC at least; the specification's limit at most."""

MOST_COUNT = {1: 2000, 2: 2000, 3: 125, 4: 125, 15: 1968, 16: 123}
"""Most coils, inputs or registers one frame may move, by function."""

EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledged, still working",
    6: "busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target silent",
}

Direction: TypeAlias = Literal["to_device", "from_device", ""]


@dataclass(frozen=True, slots=True)
class Read:
    """Functions 01-04, the request: ``count`` coils, inputs or registers from ``address``."""

    unit: int
    function: int
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Bits:
    """Functions 01 and 02, the answer: lowest address first, padded with 0 to whole bytes."""

    unit: int
    function: int
    bits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Registers:
    """Functions 03 and 04, the answer."""

    unit: int
    function: int
    registers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WriteOne:
    """Functions 05 and 06; the answer is the same frame."""

    unit: int
    function: int
    address: int
    value: int


@dataclass(frozen=True, slots=True)
class WriteCoils:
    """Function 0F, the request."""

    unit: int
    address: int
    bits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WriteRegisters:
    """Function 10h, the request."""

    unit: int
    address: int
    registers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """Functions 0F and 10h, the answer: how many were written from ``address``."""

    unit: int
    function: int
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The unit understood and refuses; ``code`` as in ``EXCEPTIONS``."""

    unit: int
    function: int
    code: int


@dataclass(frozen=True, slots=True)
class Other:
    """A function this codec has no layout for, as it came."""

    unit: int
    function: int
    data: bytes


Request: TypeAlias = Read | WriteOne | WriteCoils | WriteRegisters
Message: TypeAlias = Request | Bits | Registers | Written | Failure | Other


def _crc_table() -> tuple[int, ...]:
    table = []
    for crc in range(256):
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16/MODBUS: start FFFFh, polynomial 8005h reflected. 0 over a frame with its CRC."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def pack_bits(bits: tuple[int, ...]) -> bytes:
    """Eight bits a byte, the first in the lowest place."""
    packed = bytearray((len(bits) + 7) // 8)
    for index, bit in enumerate(bits):
        packed[index >> 3] |= bit << (index & 7)
    return bytes(packed)


def unpack_bits(data: bytes) -> tuple[int, ...]:
    """The inverse of ``pack_bits``, padding included."""
    return tuple(byte >> place & 1 for byte in data for place in range(8))


def _words(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def _unpack_words(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def _check(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ProtocolError(f"{name} {value} is out of range", wanted=f"{low} to {high}")
    return value


def _block(function: int, count: int, values: bytes) -> bytes:
    _check("count", count, 1, MOST_COUNT[function])
    return _words(count) + bytes([len(values)]) + values


def encode(message: Message) -> bytes:
    """One frame with its CRC.

    Raises:
        ProtocolError: a value does not fit its place; the text names it.
    """
    for name in ("address", "value"):
        _check(name, getattr(message, name, 0), 0, 0xFFFF)
    for register in getattr(message, "registers", ()):
        _check("registers", register, 0, 0xFFFF)
    for bit in getattr(message, "bits", ()):
        _check("bits", bit, 0, 1)
    match message:
        case Read(function=function, address=address, count=count):
            body = _words(address, _check("count", count, 1, MOST_COUNT[function]))
        case Written(function=function, address=address, count=count):
            body = _words(address, _check("count", count, 1, MOST_COUNT[function]))
        case WriteOne(function=function, address=address, value=value):
            body = _words(address, value)
        case WriteCoils(address=address, bits=bits):
            function = WRITE_COILS
            body = _words(address) + _block(function, len(bits), pack_bits(bits))
        case WriteRegisters(address=address, registers=registers):
            function = WRITE_REGISTERS
            body = _words(address) + _block(function, len(registers), _words(*registers))
        case Bits(function=function, bits=bits):
            packed = pack_bits(bits)
            body = bytes([_check("byte_count", len(packed), 1, 250)]) + packed
        case Registers(function=function, registers=registers):
            _check("byte_count", 2 * len(registers), 2, 250)
            body = bytes([2 * len(registers)]) + _words(*registers)
        case Failure(function=function, code=code):
            function, body = function | EXCEPTION_BIT, bytes([_check("exception", code, 0, 255)])
        case Other(function=function, data=data):
            body = data
    head = bytes([_check("unit", message.unit, 0, 255), _check("function", function, 0, 255)])
    frame = head + body
    if len(frame) + 2 > LONGEST_FRAME:
        raise ProtocolError(f"a frame of {len(frame) + 2} bytes", wanted=f"<= {LONGEST_FRAME}")
    return frame + crc16(frame).to_bytes(2, "little")


def decode(frame: bytes, direction: Direction = "") -> Message:
    """The message in one whole frame.

    ``direction`` tells a read request from an answer of the same length; without it the
    length decides, and where both fit it is taken for the request.

    Raises:
        ProtocolError: wrong length, CRC or layout.
    """
    if not SHORTEST_FRAME <= len(frame) <= LONGEST_FRAME:
        raise ProtocolError(f"{len(frame)} bytes are no frame", got=frame, wanted="4 to 256 bytes")
    if crc16(frame) != 0:
        wanted = crc16(frame[:-2]).to_bytes(2, "little").hex(" ").upper()
        raise ProtocolError("the CRC is wrong", got=frame, wanted=f"{wanted} at the end")
    if direction != "from_device":
        request = _request(frame)
        if request is not None:
            return request
    if direction != "to_device":
        answer = _answer(frame)
        if answer is not None:
            return answer
    unit, function = frame[0], frame[1]
    if function in KNOWN or function & EXCEPTION_BIT:
        raise ProtocolError(f"the length or a count does not fit function {function}", got=frame)
    return Other(unit, function, frame[2:-2])


def _request(frame: bytes) -> Request | None:
    """``frame``, whose CRC is right, as a master's question; None when it cannot be one."""
    unit, function, length = frame[0], frame[1], len(frame)
    if length < 8:
        return None
    address, second = _unpack_words(frame[2:6])
    if function in SINGLE_WRITES:
        return WriteOne(unit, function, address, second) if length == 8 else None
    if function not in MOST_COUNT or not 1 <= second <= MOST_COUNT[function]:
        return None
    if function in READS:
        return Read(unit, function, address, second) if length == 8 else None
    data = frame[7:-2]
    size = (second + 7) // 8 if function == WRITE_COILS else 2 * second
    if length == 8 or not frame[6] == size == len(data):
        return None
    if function == WRITE_COILS:
        return WriteCoils(unit, address, unpack_bits(data)[:second])
    return WriteRegisters(unit, address, _unpack_words(data))


def _answer(frame: bytes) -> Bits | Registers | WriteOne | Written | Failure | None:
    """``frame``, whose CRC is right, as a unit's answer; None when it cannot be one."""
    unit, function, length = frame[0], frame[1], len(frame)
    if function & EXCEPTION_BIT:
        return Failure(unit, function & 0x7F, frame[2]) if length == EXCEPTION_LENGTH else None
    if function in READS:
        size = frame[2]
        if length != size + 5 or size == 0:
            return None
        if function in BIT_READS:
            return Bits(unit, function, unpack_bits(frame[3:-2]))
        return Registers(unit, function, _unpack_words(frame[3:-2])) if size % 2 == 0 else None
    if length != 8:
        return None
    address, second = _unpack_words(frame[2:6])
    if function in SINGLE_WRITES:
        return WriteOne(unit, function, address, second)
    if function in MULTIPLE_WRITES and 1 <= second <= MOST_COUNT[function]:
        return Written(unit, function, address, second)
    return None


def answer_length(request: Request) -> int:
    """Bytes of the answer to ``request`` when the unit does not refuse."""
    match request:
        case Read(function=function, count=count):
            return 5 + ((count + 7) // 8 if function in BIT_READS else 2 * count)
        case _:
            return 8


def is_answer(request: Request, answer: Message) -> bool:
    """``answer`` can only be meant for ``request``: same unit, function, place and amount."""
    if answer.unit != request.unit:
        return False
    match answer:
        case Failure(function=function):
            return function == _function(request)
        case Bits(function=function, bits=bits):
            return (
                isinstance(request, Read)
                and function == request.function
                and len(bits) == (request.count + 7) // 8 * 8
            )
        case Registers(function=function, registers=registers):
            return (
                isinstance(request, Read)
                and function == request.function
                and len(registers) == request.count
            )
        case Written(function=function, address=address, count=count):
            return (function, address, count) == _block_of(request)
        case _:
            return answer == request


def _function(request: Request) -> int:
    match request:
        case WriteCoils():
            return WRITE_COILS
        case WriteRegisters():
            return WRITE_REGISTERS
        case _:
            return request.function


def _block_of(request: Request) -> tuple[int, int, int] | None:
    match request:
        case WriteCoils(address=address, bits=bits):
            return WRITE_COILS, address, len(bits)
        case WriteRegisters(address=address, registers=registers):
            return WRITE_REGISTERS, address, len(registers)
        case _:
            return None
