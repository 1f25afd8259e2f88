"""A Modbus RTU slave with plain tables, for simulated units.

Owns the checksum, the functions 01-06, 0F and 10 and when to refuse them, from the slave's
side. Must not share code with the codec beside it: both are judged by the golden frames.

Sources: Modbus Application Protocol 1.1b3; Modbus over Serial Line 1.02.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def checksum(data: bytes) -> bytes:
    """The two last bytes of a frame: CRC-16, bit by bit as the specification's flow chart."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            carry = crc & 1
            crc >>= 1
            if carry:
                crc ^= 0xA001
    return bytes((crc & 0xFF, crc >> 8))


class _IllegalError(Exception):
    """The slave refuses with this exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class SimSlave:
    """A slave with plain tables. Kinds of unit keep theirs in ``refresh`` and ``written``.

    ``fault`` is ``silent`` (lives, says nothing), ``unplugged`` (no power), ``chatters`` (talks
    without being asked too), or None.
    """

    address: int
    coils: dict[int, int] = field(default_factory=dict)
    inputs: dict[int, int] = field(default_factory=dict)
    registers: dict[int, int] = field(default_factory=dict)
    writable: frozenset[int] = frozenset()
    turnaround_s: float = 0.0004
    fault: str | None = None

    def refresh(self, now_s: float) -> None:
        """Bring the tables up to date: time has passed."""

    def written(self, address: int, now_s: float) -> None:
        """Registers from ``address`` have new values."""

    def is_deaf(self, now_s: float) -> bool:
        """It neither hears nor answers now."""
        return self.fault in ("silent", "unplugged")

    def unasked(self, now_s: float) -> bytes:
        """What it says when it chatters: function code and data of an answer."""
        return self.answer(3, bytes((0, 0, 0, 3)), now_s)

    def answer(self, function: int, body: bytes, now_s: float) -> bytes:
        """Function code and data of the answer."""
        try:
            return bytes([function]) + self._execute(function, body, now_s)
        except _IllegalError as refusal:
            return bytes([function | 0x80, refusal.code])

    def _execute(self, function: int, body: bytes, now_s: float) -> bytes:
        self.refresh(now_s)
        if function not in (1, 2, 3, 4, 5, 6, 15, 16):
            raise _IllegalError(1)
        start, second = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")
        if function in (1, 2):
            table = self.coils if function == 1 else self.inputs
            bits = self._range(table, start, second, 2000)
            return _with_size(_bits_to_bytes(bits))
        if function in (3, 4):
            words = self._range(self.registers, start, second, 125)
            return _with_size(b"".join(word.to_bytes(2, "big") for word in words))
        if function == 5:
            self._set_coil(start, second)
        elif function == 6:
            self._set_registers(start, [second], now_s)
        else:
            self._set_many(function, start, second, body[5:], now_s)
        return body[:4]

    def _range(self, table: dict[int, int], start: int, count: int, most: int) -> list[int]:
        if not 1 <= count <= most:
            raise _IllegalError(3)
        if any(address not in table for address in range(start, start + count)):
            raise _IllegalError(2)
        return [table[address] for address in range(start, start + count)]

    def _set_coil(self, address: int, value: int) -> None:
        if address not in self.coils:
            raise _IllegalError(2)
        states = {0xFF00: 1, 0x0000: 0, 0x5500: 1 - self.coils[address]}
        if value not in states:
            raise _IllegalError(3)
        self.coils[address] = states[value]

    def _set_many(self, function: int, start: int, count: int, data: bytes, now_s: float) -> None:
        if function == 16:
            if not 1 <= count <= 123 or len(data) != 2 * count:
                raise _IllegalError(3)
            values = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
            self._set_registers(start, values, now_s)
            return
        if not 1 <= count <= 1968 or len(data) != -(-count // 8):
            raise _IllegalError(3)
        self._range(self.coils, start, count, 1968)
        for offset in range(count):
            self.coils[start + offset] = data[offset // 8] >> offset % 8 & 1

    def _set_registers(self, start: int, values: list[int], now_s: float) -> None:
        if any(start + offset not in self.writable for offset in range(len(values))):
            raise _IllegalError(2)
        for offset, value in enumerate(values):
            self.registers[start + offset] = value
        self.written(start, now_s)

    def is_open(self, slot: int) -> bool:
        """The microphone's relay, as it was when the unit was asked last."""
        return False

    def show(self, now_s: float) -> dict[str, Any]:
        """What one sees on the table."""
        return {"fault": self.fault}


def _with_size(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _bits_to_bytes(bits: list[int]) -> bytes:
    out = [0] * -(-len(bits) // 8)
    for place, bit in enumerate(bits):
        out[place // 8] += bit << place % 8
    return bytes(out)
