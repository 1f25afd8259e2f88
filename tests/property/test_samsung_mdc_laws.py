"""Samsung MDC: the laws of every codec, and round trips of any message."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.core.errors import ProtocolError
from drivers.samsung_mdc.codec import (
    Command,
    MdcDecoder,
    Message,
    Reply,
    build,
    decode,
    describe,
    encode,
)
from tests.codec_laws import check_only_protocol_errors, check_stream_laws, load_golden

FRAMES = [frame.data for frame in load_golden("samsung_mdc")]
REPLIES = [frame.data for frame in load_golden("samsung_mdc", "from_device")]

byte = st.integers(0, 0xFF)
questions_and_settings = st.builds(Command, st.integers(0, 0xFE), byte, st.binary(max_size=0xFF))
replies = st.builds(Reply, byte, byte, st.booleans(), st.binary(max_size=0xFD))


def test_stream_laws() -> None:
    check_stream_laws(MdcDecoder, FRAMES)


def test_stream_laws_of_a_controller_that_only_hears_replies() -> None:
    check_stream_laws(lambda: MdcDecoder(replies_only=True), REPLIES)


def test_only_protocol_errors_leave_decode_and_describe() -> None:
    check_only_protocol_errors(decode, FRAMES)
    check_only_protocol_errors(describe, FRAMES)


@given(st.one_of(questions_and_settings, replies))
def test_every_message_survives_the_wire(message: Message) -> None:
    assert decode(encode(message)) == message
    assert MdcDecoder().feed(encode(message)) == [message]


@given(questions_and_settings)
def test_every_command_is_built_again_from_its_description(message: Command) -> None:
    frame = encode(message)
    assert build(describe(frame, "to_device")) == frame


@given(
    st.dictionaries(
        st.sampled_from(["command", "id", "data", "name", "value", "broadcast", "power", "input"]),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-2, 300),
            st.sampled_from(["power", "input", "on", "HDMI1", "", "0xZZ"]),
            st.lists(st.integers(-1, 260), max_size=4),
            st.just({"on": 1}),
        ),
    )
)
def test_only_protocol_errors_leave_build(fields: dict[str, object]) -> None:
    try:
        frame = build(fields)
    except ProtocolError:
        return
    assert decode(frame)


def test_a_line_full_of_false_starts_stays_quick_and_bounded() -> None:
    decoder = MdcDecoder()
    assert decoder.feed(b"\xaa" * 5_000) == []
    assert decoder.buffered_bytes <= decoder.buffer_limit
    assert decoder.feed(REPLIES[0]) == [decode(REPLIES[0])]
