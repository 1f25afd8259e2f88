"""Modbus RTU codec: golden frames both ways, directions, refusals with the field's name."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.delegate_unit import frame
from drivers.delegate_unit.frame import (
    Bits,
    Failure,
    Other,
    Read,
    Registers,
    WriteCoils,
    WriteOne,
    WriteRegisters,
    Written,
    answer_length,
    is_answer,
)
from drivers.delegate_unit.modbus import build, decode, describe, encode
from tests.codec_laws import check_golden_build, check_golden_describe, load_golden


def test_describe_golden() -> None:
    check_golden_describe("modbus_rtu", describe)


def test_build_golden() -> None:
    check_golden_build("modbus_rtu", describe, build)


def test_golden_answers_are_built_too() -> None:
    for golden in load_golden("modbus_rtu", "from_device"):
        assert build(golden.fields) == golden.data, golden.id


def test_every_golden_frame_is_known_without_its_direction() -> None:
    for golden in load_golden("modbus_rtu"):
        assert describe(golden.data) == golden.fields, golden.id


def test_the_check_value_of_the_crc_catalogue() -> None:
    assert frame.crc16(b"123456789") == 0x4B37


def test_direction_tells_a_question_from_an_answer_of_the_same_length() -> None:
    answer = encode(Bits(1, 1, (1, 0) * 12))
    assert len(answer) == 8
    assert decode(answer, "from_device") == Bits(1, 1, (1, 0) * 12)
    question = encode(Read(1, 1, 0x0300, 8))
    assert decode(question) == decode(question, "to_device") == Read(1, 1, 0x0300, 8)
    assert decode(question, "from_device") == Bits(1, 1, frame.unpack_bits(question[3:6]))


@pytest.mark.parametrize(
    ("message", "direction"),
    [
        (Bits(1, 1, (1,) * 8), "to_device"),
        (Failure(1, 3, 2), "to_device"),
        (Written(1, 16, 0, 2), "to_device"),
        (Read(1, 3, 0, 2), "from_device"),
        (WriteCoils(1, 0, (1, 1)), "from_device"),
    ],
)
def test_a_frame_of_the_other_direction_is_refused(
    message: frame.Message, direction: frame.Direction
) -> None:
    with pytest.raises(ProtocolError):
        decode(encode(message), direction)


@pytest.mark.parametrize("function", [7, 8, 11, 17, 22, 23, 43, 100])
def test_functions_without_a_layout_pass_through(function: int) -> None:
    data = encode(Other(5, function, b"\x01\x02\x03"))
    assert decode(data) == Other(5, function, b"\x01\x02\x03")
    fields = describe(data, "to_device")
    assert fields == {"unit": 5, "function": function, "data": "01 02 03"}
    assert build(fields) == data


def test_any_broadcast_says_so_and_a_toggle_says_neither_on_nor_off() -> None:
    assert describe(encode(WriteOne(0, 5, 3, 0xFF00)), "to_device") == {
        "unit": 0, "function": 5, "address": 3, "value": 0xFF00, "on": True, "broadcast": True
    }  # fmt: skip
    assert "on" not in describe(encode(WriteOne(1, 5, 3, 0x5500)))
    assert describe(encode(WriteRegisters(0, 1, (2,))))["broadcast"] is True


def test_on_may_stand_for_the_value() -> None:
    fields = {"unit": 1, "function": 5, "address": 0, "on": False}
    assert describe(build(fields))["value"] == 0


GOOD = {"unit": 1, "function": 3, "address": 0, "count": 2}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (GOOD | {"colour": 1}, "colour"),
        ({"function": 3, "address": 0, "count": 1}, "unit"),
        (GOOD | {"unit": "1"}, "unit"),
        (GOOD | {"unit": True}, "unit"),
        (GOOD | {"unit": 256}, "unit"),
        (GOOD | {"function": 0x83}, "function"),
        (GOOD | {"address": 65536}, "address"),
        (GOOD | {"address": -1}, "address"),
        (GOOD | {"count": 126}, "count"),
        (GOOD | {"count": 0}, "count"),
        (GOOD | {"broadcast": True}, "broadcast"),
        ({"unit": 1, "function": 6, "address": 0, "value": 65536}, "value"),
        ({"unit": 1, "function": 5, "address": 0, "value": 0, "on": True}, "on"),
        ({"unit": 1, "function": 6, "address": 0, "on": True}, "on"),
        ({"unit": 1, "function": 15, "address": 0, "bits": [2]}, "bits"),
        ({"unit": 1, "function": 15, "address": 0, "bits": "1"}, "bits"),
        ({"unit": 1, "function": 15, "address": 0, "count": 3, "bits": [1]}, "count"),
        ({"unit": 1, "function": 16, "address": 0, "registers": [70000]}, "registers"),
        ({"unit": 1, "function": 16, "address": 0, "registers": ["a"]}, "registers"),
        ({"unit": 1, "function": 16, "address": 0, "registers": []}, "count"),
        ({"unit": 1, "function": 3, "byte_count": 3, "registers": [1]}, "byte_count"),
        ({"unit": 1, "function": 43, "data": "zz"}, "data"),
        ({"unit": 1, "function": 3, "exception": 256}, "exception"),
    ],
)
def test_bad_fields_are_refused_by_name(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ProtocolError, match=name):
        build(fields)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x01", b"\x01\x03\x00", b"\x01\x03\x00\x00\x00\x02\xc4\x0c", bytes(257)],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        describe(data)


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(ProtocolError, match="direction"):
        describe(bytes.fromhex("010300000002C40B"), "sideways")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (Read(1, 1, 0, 9), Bits(1, 1, (1,) * 16)),
        (Read(1, 4, 0, 2), Registers(1, 4, (1, 2))),
        (WriteOne(1, 6, 7, 8), WriteOne(1, 6, 7, 8)),
        (WriteCoils(1, 0, (1, 0, 1)), Written(1, 15, 0, 3)),
        (WriteRegisters(1, 2, (1, 2)), Written(1, 16, 2, 2)),
    ],
)
def test_an_answer_is_told_by_its_question(request_: frame.Request, answer: frame.Message) -> None:
    assert len(encode(answer)) == answer_length(request_)
    assert is_answer(request_, answer)
    function = encode(request_)[1]
    assert is_answer(request_, Failure(1, function, 2))
    others = [
        Failure(2, function, 2),
        Failure(1, function + 1, 2),
        Registers(1, 3, (1, 2)),
        Bits(1, 2, (1,) * 16),
        Registers(1, 4, (1, 2, 3)),
        WriteOne(1, 6, 7, 9),
        Written(1, 16, 2, 3),
        Written(1, 15, 1, 3),
    ]
    assert not any(is_answer(request_, other) for other in others)
