"""VISCA codecs keep the laws of codecs, for golden frames and for any values."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.core.errors import ProtocolError
from drivers.visca import codec, ip
from drivers.visca.commands import COMMANDS, INQUIRIES
from drivers.visca.layout import Choice, Layout, Nibbles, Number
from tests.codec_laws import check_only_protocol_errors, check_stream_laws, load_golden

HEARD = [frame.data for frame in load_golden("visca_serial", "from_device")]
SENT = [frame.data for frame in load_golden("visca_serial", "to_device")]
DATAGRAMS = [frame.data for frame in load_golden("visca_ip")]

# Garbage that contains the head of a packet is, up to the next FF, that packet: any noise is
# fair only when an FF ends it, as the next thing that a camera says does.
END = b"\xff"


def test_replies_keep_the_stream_laws() -> None:
    check_stream_laws(codec.Decoder, HEARD, flush=END)


def test_commands_keep_the_stream_laws() -> None:
    check_stream_laws(lambda: codec.Decoder("to_device"), SENT, flush=END)


@pytest.mark.parametrize("direction", ["", "to_device", "from_device"])
def test_decode_raises_only_protocol_errors(direction: str) -> None:
    check_only_protocol_errors(lambda data: codec.decode(data, direction), HEARD + SENT)
    check_only_protocol_errors(lambda data: codec.describe(data, direction), HEARD + SENT)
    check_only_protocol_errors(lambda data: ip.describe(data, direction), DATAGRAMS)


@given(st.binary(max_size=100))
def test_a_datagram_is_never_carried_over(data: bytes) -> None:
    decoder = ip.Decoder()
    decoder.feed(data)
    assert decoder.buffered_bytes == 0
    assert decoder.feed(bytes.fromhex("01 11 00 03 00 00 00 03 90 41 FF")) == [
        ip.Wrapped(3, codec.Ack(1, 1))
    ]


def test_a_reply_is_found_right_behind_noise_without_an_ff() -> None:
    decoder = codec.Decoder()
    noise = bytes(range(0x00, 0xF0)) * 400
    assert decoder.feed(noise + bytes.fromhex("90 41 FF")) == [codec.Ack(1, 1)]
    assert decoder.dropped_bytes == len(noise)


def _value(part: Any) -> st.SearchStrategy[Any]:
    match part:
        case Choice(words=words):
            return st.sampled_from(sorted(words.values()))
        case Number(low=low, high=high):
            return st.integers(low, high)
        case Nibbles(size=size, signed=signed):
            full = 1 << 4 * size
            return st.integers(-full // 2, full // 2 - 1) if signed else st.integers(0, full - 1)
    raise AssertionError(part)


@st.composite
def _fields(draw: st.DrawFn, layout: Layout) -> dict[str, Any]:
    own = {part.name: draw(_value(part)) for part in layout.parts if part.name}
    return own | dict(layout.given)


@pytest.mark.parametrize("layout", COMMANDS, ids=lambda layout: f"{layout.name}-{layout.size}")
def test_every_command_comes_back_whole(layout: Layout) -> None:
    @given(_fields(layout), st.integers(1, 8))
    def holds(values: dict[str, Any], address: int) -> None:
        data = codec.encode(codec.Command(layout.name, address, values))
        assert codec.decode(data, "to_device") == codec.Command(layout.name, address, values)
        described = codec.describe(data, "to_device")
        assert codec.build(described) == data
        wrapped = ip.encode(ip.IpPacket(ip.COMMAND, 7, data))
        assert ip.build(ip.describe(wrapped)) == wrapped

    holds()


@pytest.mark.parametrize("name", sorted(INQUIRIES))
def test_every_inquiry_comes_back_whole(name: str) -> None:
    data = codec.encode(codec.Inquiry(name, 3))
    assert codec.describe(data) == {"kind": "inquiry", "name": name, "address": 3}
    assert codec.build(codec.describe(data)) == data


@given(st.binary(min_size=1, max_size=30).filter(lambda body: 0xFF not in body), st.integers(1, 8))
def test_unknown_packets_are_kept_byte_for_byte(body: bytes, address: int) -> None:
    data = bytes([0x80 + address]) + body + b"\xff"
    assert codec.build(codec.describe(data, "to_device")) == data


_KEYS = st.sampled_from(["kind", "name", "type", "address", "pan", "value", "data", "visca"])
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.integers(0, 300), max_size=4),
    st.sampled_from(["command", "inquiry", "power", "zoom_direct", "other"]),
)


@pytest.mark.parametrize("build", [codec.build, ip.build])
def test_build_raises_only_protocol_errors(build: Callable[[dict[str, Any]], bytes]) -> None:
    @given(st.dictionaries(_KEYS, _VALUES))
    def holds(fields: dict[str, Any]) -> None:
        with contextlib.suppress(ProtocolError):
            assert build(fields)

    holds()
