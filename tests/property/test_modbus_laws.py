"""Modbus RTU: the laws of every codec, and round trips of any message."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.core.errors import ProtocolError
from drivers.delegate_unit.frame import (
    MOST_COUNT,
    Bits,
    Failure,
    Message,
    Other,
    Read,
    Registers,
    WriteCoils,
    WriteOne,
    WriteRegisters,
    Written,
)
from drivers.delegate_unit.modbus import Decoder, build, decode, describe, encode
from tests.codec_laws import check_only_protocol_errors, check_stream_laws, load_golden

FRAMES = [frame.data for frame in load_golden("modbus_rtu")]

unit = st.integers(0, 255)
word = st.integers(0, 0xFFFF)
bit = st.integers(0, 1)
unknown_function = st.sampled_from([7, 8, 11, 12, 17, 20, 21, 22, 23, 24, 43, 65, 100])


def counted(functions: list[int]) -> st.SearchStrategy[tuple[int, int]]:
    """A function with a count it allows."""
    return st.sampled_from(functions).flatmap(
        lambda function: st.tuples(st.just(function), st.integers(1, MOST_COUNT[function]))
    )


requests = st.one_of(
    st.tuples(unit, counted([1, 2, 3, 4]), word).map(lambda t: Read(t[0], t[1][0], t[2], t[1][1])),
    st.builds(WriteOne, unit, st.sampled_from([5, 6]), word, word),
    st.builds(WriteCoils, unit, word, st.lists(bit, min_size=1, max_size=80).map(tuple)),
    st.builds(WriteRegisters, unit, word, st.lists(word, min_size=1, max_size=123).map(tuple)),
    st.builds(Other, unit, unknown_function, st.binary(max_size=252)),
)
whole_bytes = st.lists(st.tuples(*[bit] * 8), min_size=1, max_size=250).map(
    lambda rows: tuple(value for row in rows for value in row)
)
answers = st.one_of(
    st.builds(Bits, unit, st.sampled_from([1, 2]), whole_bytes),
    st.builds(
        Registers,
        unit,
        st.sampled_from([3, 4]),
        st.lists(word, min_size=1, max_size=125).map(tuple),
    ),
    st.builds(WriteOne, unit, st.sampled_from([5, 6]), word, word),
    st.tuples(unit, counted([15, 16]), word).map(lambda t: Written(t[0], t[1][0], t[2], t[1][1])),
    st.builds(Failure, unit, st.integers(1, 127), st.integers(0, 255)),
)


def test_stream_laws() -> None:
    check_stream_laws(Decoder, FRAMES)


def test_only_protocol_errors_leave_decode_and_describe() -> None:
    check_only_protocol_errors(decode, FRAMES)
    check_only_protocol_errors(describe, FRAMES)


@given(requests)
def test_any_request_survives_the_way_out_and_back(message: Message) -> None:
    data = encode(message)
    assert decode(data, "to_device") == message
    assert build(describe(data, "to_device")) == data


@given(answers)
def test_any_answer_survives_the_way_back_and_out(message: Message) -> None:
    data = encode(message)
    assert decode(data, "from_device") == message
    assert build(describe(data, "from_device")) == data


field_names = st.sampled_from(
    (
        *("unit", "function", "address", "count", "value", "on", "bits", "registers"),
        *("byte_count", "exception", "broadcast", "data", "other"),
    )
)
values = st.one_of(st.integers(-5, 70_000), st.booleans(), st.text(max_size=4), st.lists(word))


@given(st.dictionaries(field_names, values))
def test_any_fields_give_a_frame_or_one_clear_error(fields: dict[str, object]) -> None:
    try:
        data = build(fields)
    except ProtocolError:
        return
    assert 4 <= len(data) <= 256
