"""Modbus RTU frames judged by pymodbus, an independent implementation."""

from __future__ import annotations

import pytest
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU

from drivers.delegate_unit.frame import (
    Bits,
    Failure,
    Message,
    Read,
    Registers,
    WriteCoils,
    WriteOne,
    WriteRegisters,
    Written,
    encode,
)

QUESTIONS: list[Message] = [
    Read(1, 1, 0, 8),
    Read(17, 2, 0x1234, 2000),
    Read(247, 3, 0xFFFE, 1),
    Read(3, 4, 7, 125),
    WriteOne(5, 5, 9, 0xFF00),
    WriteOne(5, 5, 9, 0),
    WriteOne(6, 6, 0x20, 0xABCD),
    WriteCoils(7, 3, (1, 0, 1, 1, 0, 0, 1, 0, 1, 1)),
    WriteRegisters(8, 0x100, (0, 1, 0xFFFF)),
]
ANSWERS: list[Message] = [
    Bits(1, 1, (1, 0, 1, 0, 0, 0, 0, 1)),
    Bits(2, 2, (0, 1) * 8),
    Registers(3, 3, (0x1234, 2)),
    Registers(4, 4, (0xFFFF,)),
    WriteOne(6, 6, 0x20, 0xABCD),
    Written(7, 15, 3, 10),
    Written(8, 16, 0x100, 3),
    Failure(9, 3, 2),
]


def roundtrip(data: bytes, *, server: bool) -> tuple[ModbusPDU, bytes]:
    """What pymodbus understands, and what it sends for that."""
    framer = FramerRTU(DecodePDU(server))
    _, pdu = framer.handleFrame(data, 0, 0)
    assert pdu is not None, data.hex(" ")
    return pdu, framer.buildFrame(pdu)


@pytest.mark.parametrize("message", QUESTIONS, ids=repr)
def test_questions(message: Message) -> None:
    data = encode(message)
    pdu, again = roundtrip(data, server=True)
    assert again == data
    assert pdu.dev_id == message.unit
    assert pdu.address == getattr(message, "address", None)


@pytest.mark.parametrize("message", ANSWERS, ids=repr)
def test_answers(message: Message) -> None:
    data = encode(message)
    pdu, again = roundtrip(data, server=False)
    assert again == data
    assert pdu.dev_id == message.unit
