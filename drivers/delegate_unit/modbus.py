"""Modbus RTU as a protocol: frames in a stream, and frames as plain fields.

Owns how frames are found in what comes over the wire, and the field names of the wire tool
and the golden files: ``unit``, ``function``, ``address``, ``count``, ``value``, ``on``,
``bits``, ``registers``, ``byte_count``, ``exception``, ``broadcast`` and ``data`` (hex of a
function without a layout here). Must not know a byte's place in a frame: that is ``frame``.

What a receiver can conclude from damaged bytes: a changed bit or a lost byte fails the CRC,
so the frame is as good as not sent; added bytes before a frame are skipped; a byte added
inside fails the CRC. Nothing is ever repaired. Silence between frames is not looked at,
because neither Linux nor a USB adapter keeps it: frames are found by length, then CRC.
"""

from __future__ import annotations

from typing import Any

from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError
from drivers.delegate_unit import frame
from drivers.delegate_unit.frame import decode, encode

__all__ = ["Decoder", "build", "decode", "describe", "encode"]

_NAMES = frozenset(
    (
        *("unit", "function", "address", "count", "value", "on", "bits", "registers"),
        *("byte_count", "exception", "broadcast", "data"),
    )
)

_ON = {frame.COIL_ON: True, frame.COIL_OFF: False}


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """The fields of one frame.

    ``direction`` is ``to_device``, ``from_device`` or empty when unknown.

    Raises:
        ProtocolError: the bytes are no frame, or not in that direction.
    """
    message = frame.decode(data, _direction(direction))
    fields: dict[str, Any] = {"unit": message.unit, "function": data[1] & 0x7F}
    match message:
        case frame.Read(address=address, count=count):
            fields |= {"address": address, "count": count}
        case frame.Written(address=address, count=count):
            fields |= {"address": address, "count": count}
        case frame.Bits(bits=bits):
            fields |= {"byte_count": len(bits) // 8, "bits": list(bits)}
        case frame.Registers(registers=registers):
            fields |= {"byte_count": 2 * len(registers), "registers": list(registers)}
        case frame.WriteOne(function=function, address=address, value=value):
            fields |= {"address": address, "value": value}
            if function == frame.WRITE_COIL and value in _ON:
                fields["on"] = _ON[value]
        case frame.WriteCoils(address=address, bits=bits):
            fields |= {"address": address, "count": len(bits), "bits": list(bits)}
        case frame.WriteRegisters(address=address, registers=registers):
            fields |= {"address": address, "count": len(registers), "registers": list(registers)}
        case frame.Failure(code=code):
            fields["exception"] = code
        case frame.Other(data=rest):
            fields["data"] = rest.hex(" ").upper()
    if message.unit == frame.BROADCAST and direction != "from_device":
        fields["broadcast"] = True
    return fields


def _direction(direction: str) -> frame.Direction:
    match direction:
        case "to_device" | "from_device" | "":
            return direction
        case _:
            raise ProtocolError(
                "unknown direction", got=direction, wanted="to_device, from_device or nothing"
            )


def build(fields: dict[str, Any]) -> bytes:
    """The frame that ``describe`` gave ``fields`` for.

    ``byte_count`` or ``exception`` make it an answer; a write of several without its values
    is one too. ``on`` may stand for ``value``.

    Raises:
        ProtocolError: a field is missing, unknown, of the wrong type or contradicts another.
    """
    unknown = sorted(fields.keys() - _NAMES)
    if unknown:
        raise ProtocolError(f"unknown field {unknown[0]!r}", wanted=", ".join(sorted(_NAMES)))
    unit, function = _number(fields, "unit"), _number(fields, "function")
    if fields.get("broadcast", unit == frame.BROADCAST) is not (unit == frame.BROADCAST):
        raise ProtocolError("field 'broadcast' contradicts 'unit'", wanted="unit 0 to broadcast")
    if function & frame.EXCEPTION_BIT:
        raise ProtocolError("field 'function' is out of range", wanted="0 to 127")
    return frame.encode(_message(fields, unit, function))


def _message(fields: dict[str, Any], unit: int, function: int) -> frame.Message:
    if "exception" in fields:
        return frame.Failure(unit, function, _number(fields, "exception"))
    if function in frame.READS and "byte_count" in fields:
        return _read_answer(fields, unit, function)
    if function in frame.READS:
        return frame.Read(unit, function, _number(fields, "address"), _number(fields, "count"))
    if function in frame.SINGLE_WRITES:
        return frame.WriteOne(unit, function, _number(fields, "address"), _value(fields, function))
    if function in frame.MULTIPLE_WRITES:
        return _multiple_write(fields, unit, function)
    data = fields.get("data", "")
    try:
        return frame.Other(unit, function, bytes.fromhex(data))
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"field 'data': {error}", got=str(data), wanted="hex") from error


def _read_answer(fields: dict[str, Any], unit: int, function: int) -> frame.Message:
    if function in frame.BIT_READS:
        bits = _numbers(fields, "bits")
        _agrees(fields, "byte_count", (len(bits) + 7) // 8)
        return frame.Bits(unit, function, bits)
    registers = _numbers(fields, "registers")
    _agrees(fields, "byte_count", 2 * len(registers))
    return frame.Registers(unit, function, registers)


def _multiple_write(fields: dict[str, Any], unit: int, function: int) -> frame.Message:
    address = _number(fields, "address")
    name = "bits" if function == frame.WRITE_COILS else "registers"
    if name not in fields:
        return frame.Written(unit, function, address, _number(fields, "count"))
    values = _numbers(fields, name)
    if "count" in fields:
        _agrees(fields, "count", len(values))
    if function == frame.WRITE_COILS:
        return frame.WriteCoils(unit, address, values)
    return frame.WriteRegisters(unit, address, values)


def _value(fields: dict[str, Any], function: int) -> int:
    on = fields.get("on")
    if on is None:
        return _number(fields, "value")
    if function != frame.WRITE_COIL or not isinstance(on, bool):
        raise ProtocolError("field 'on' is true or false, and for function 5 only")
    value = frame.COIL_ON if on else frame.COIL_OFF
    if fields.get("value", value) != value:
        raise ProtocolError("field 'on' contradicts 'value'")
    return value


def _number(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProtocolError(f"field {name!r} is missing or no whole number")
    return value


def _numbers(fields: dict[str, Any], name: str) -> tuple[int, ...]:
    values = fields.get(name)
    if not isinstance(values, (list, tuple)):
        raise ProtocolError(f"field {name!r} is missing or no list")
    if any(not isinstance(value, int) for value in values):
        raise ProtocolError(f"field {name!r} holds something other than whole numbers")
    return tuple(int(value) for value in values)


def _agrees(fields: dict[str, Any], name: str, count: int) -> None:
    if _number(fields, name) != count:
        raise ProtocolError(f"field {name!r} is {fields[name]}, the values say {count}")


class Decoder(Collector):
    """Finds frames of both directions in a stream cut anywhere: a monitor on the bus.

    The frame whose last byte comes first wins, so no split of the stream can change what is
    found, and a good frame behind noise is told at once. Bytes in no frame are dropped and
    counted. Functions without a known length cannot be found in a stream.
    """

    buffer_limit = frame.LONGEST_FRAME

    def __init__(self) -> None:
        """Starts between two frames."""
        super().__init__()
        self._ends: dict[int, list[int]] = {}
        self._base = 0

    def feed(self, data: bytes) -> list[frame.Message]:
        """Every message that is complete with ``data``."""
        messages = []
        for byte in data:
            if len(self._buffer) == frame.LONGEST_FRAME:
                del self._buffer[0]
                self._base += 1
                self.dropped_bytes += 1
            self._buffer.append(byte)
            self._foresee()
            message = self._complete()
            if message is not None:
                messages.append(message)
        return messages

    def _foresee(self) -> None:
        """Note where a frame would end that the newest byte tells the length of."""
        buffer = self._buffer
        newest = len(buffer) - 1
        if newest >= 1 and buffer[newest] in frame.KNOWN:
            self._end(newest - 1, 8)
        if newest >= 2:
            function, size = buffer[newest - 1], buffer[newest]
            if function in frame.READS and size:
                self._end(newest - 2, size + 5)
            elif function ^ frame.EXCEPTION_BIT in frame.KNOWN:
                self._end(newest - 2, frame.EXCEPTION_LENGTH if size in frame.EXCEPTIONS else 0)
        if newest >= 6 and buffer[newest - 5] in frame.MULTIPLE_WRITES:
            self._end(newest - 6, buffer[newest] + 9)

    def _end(self, start: int, length: int) -> None:
        if frame.SHORTEST_FRAME < length <= frame.LONGEST_FRAME:
            starts = self._ends.setdefault(self._base + start + length, [])
            starts.append(self._base + start)

    def _complete(self) -> frame.Message | None:
        """The longest frame that ends with the newest byte."""
        for start in sorted(self._ends.pop(self._base + len(self._buffer), ())):
            if start < self._base:
                continue
            try:
                message = decode(bytes(self._buffer[start - self._base :]))
            except ProtocolError:
                continue
            self.dropped_bytes += start - self._base
            self._base += len(self._buffer)
            self._buffer.clear()
            self._ends.clear()
            return message
        return None
