"""Samsung MDC codec: golden frames, named fields, and errors that name the field."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.samsung_mdc.codec import Command, MdcDecoder, Reply, build, decode, describe, encode
from tests.codec_laws import check_golden_build, check_golden_describe, load_golden


def test_golden_frames_are_described() -> None:
    check_golden_describe("samsung_mdc", describe)


def test_golden_descriptions_have_nothing_beyond_the_schema() -> None:
    for frame in load_golden("samsung_mdc"):
        assert describe(frame.data, frame.direction) == frame.fields
        assert describe(frame.data) == frame.fields


def test_golden_commands_are_built() -> None:
    check_golden_build("samsung_mdc", describe, build)


def test_golden_frames_in_one_stream() -> None:
    frames = load_golden("samsung_mdc")
    decoder = MdcDecoder()
    stream = b"".join(frame.data for frame in frames)
    assert decoder.feed(stream) == [decode(frame.data) for frame in frames]
    assert decoder.dropped_bytes == 0


@pytest.mark.parametrize(
    ("fields", "frame"),
    [
        ({"id": 1, "name": "power", "value": "on"}, "AA 11 01 01 01 14"),
        ({"id": 1, "name": "power", "value": "reboot"}, "AA 11 01 01 02 15"),
        ({"id": 1, "name": "input", "value": "HDMI2"}, "AA 14 01 01 23 39"),
        ({"id": 1, "name": "input", "value": "0x77"}, "AA 14 01 01 77 8D"),
        ({"id": 3, "name": "volume", "value": 100}, "AA 12 03 01 64 7A"),
        ({"id": 1, "name": "mute", "value": True}, "AA 13 01 01 01 16"),
        ({"id": 1, "name": "mute", "value": "off"}, "AA 13 01 01 00 15"),
        ({"id": 1, "name": "screen_mute", "value": "on"}, "AA FE 01 02 51 00 52"),
        ({"id": 1, "name": "screen_mute"}, "AA FE 01 01 51 51"),
        ({"id": 1, "command": 0x99, "data": [1, 2]}, "AA 99 01 02 01 02 9F"),
        ({"id": 0xFE, "name": "panel", "value": "on", "broadcast": True}, "AA F9 FE 01 00 F8"),
    ],
)
def test_build(fields: dict[str, Any], frame: str) -> None:
    assert build(fields).hex(" ").upper() == frame
    assert build(describe(bytes.fromhex(frame))).hex(" ").upper() == frame


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": "power"}, "id: missing"),
        ({"id": 1}, "name: 'unknown'"),
        ({"id": 1, "name": "brightness"}, "name: 'brightness'"),
        ({"id": 256, "name": "power"}, "id: 256"),
        ({"id": True, "name": "power"}, "id: True"),
        ({"id": 1, "command": 255}, "command: FF marks a reply"),
        ({"id": 1, "command": 0x12, "name": "power"}, "name: 'power' is command 17, not 18"),
        ({"id": 1, "name": "power", "value": "toggle"}, "value: 'toggle' is not one of off, on"),
        ({"id": 1, "name": "volume", "value": 101}, "value: 101 is not a whole number from 0"),
        ({"id": 1, "name": "power", "data": [1], "value": "off"}, "value: 'off' does not agree"),
        ({"id": 1, "name": "power", "level": 3}, "level: power has no such field"),
        ({"id": 1, "name": "power", "data": "01"}, "data: '01' is not a list"),
        ({"id": 1, "name": "power", "data": [256]}, "data: 256"),
        ({"id": 1, "command": 1, "data": [0] * 256}, "data: 256 bytes are too many"),
        ({"id": 1, "name": "power", "broadcast": True}, "broadcast: id 1 is one display"),
        ({"id": 1, "name": "status", "power": "on"}, "volume: missing"),
        ({"id": 1, "command": 17, "ack": True}, "ack: only frames to a device"),
    ],
)
def test_build_names_the_field_that_is_wrong(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ProtocolError, match="^" + named.replace("'", ".")):
        build(fields)


@pytest.mark.parametrize(
    ("frame", "direction", "says"),
    [
        ("", "", "not the start"),
        ("AA 11 01 00", "", "cut short"),
        ("AA 11 01 00 13", "", "wrong checksum"),
        ("AA 11 01 00 12 00", "", "6 bytes"),
        ("AA FF 01 01 41 42", "", "answers nothing"),
        ("AA FF 01 03 42 11 01 57", "", "answers nothing"),
        ("AA 11 01 00 12", "from_device", "direction"),
        ("AA FF 01 03 41 11 01 56", "to_device", "direction"),
    ],
)
def test_describe_says_what_is_wrong(frame: str, direction: str, says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        describe(bytes.fromhex(frame), direction)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (Reply(0x14, 1, True, b"\x99"), {"value": "0x99"}),
        (Reply(0x14, 1, True, b"\x22"), {"value": "HDMI1_PC"}),
        (Reply(0x13, 1, True, b"\xff"), {"value": None}),
        (Reply(0x00, 1, True, b"\x00\xff\xff\x21\x10"), {"power": "off", "volume": None}),
        (Reply(0x00, 1, True, b"\x01\x0a"), {"power": "on", "volume": 10}),
        (Reply(0x0E, 1, True, b"T-1\x00\x00"), {"value": "T-1"}),
        (Reply(0x83, 1, True, b"\x01\x02"), {"value": 258}),
        (Reply(0xFE, 1, True, b"\x51\xff"), {"name": "screen_mute", "value": "off"}),
        (Reply(0xFE, 1, False, b"\x01"), {"name": "screen_mute", "error": 1}),
        (Reply(0x99, 1, True, b"\x05"), {"name": "unknown", "data": [5]}),
        (Reply(0x11, 1, False, b""), {"name": "power", "error": None}),
    ],
)
def test_describe_any_value(message: Reply, says: dict[str, Any]) -> None:
    described = describe(encode(message))
    assert {key: described[key] for key in says} == says


def test_a_forged_start_does_not_swallow_the_next_reply() -> None:
    decoder = MdcDecoder(replies_only=True)
    reply = Reply(0x11, 1, True, b"\x01")
    assert decoder.feed(bytes.fromhex("AA FF 01 F0 41 11")) == []
    assert decoder.feed(encode(reply)) == [reply]
    assert decoder.dropped_bytes == 6


def test_a_controller_does_not_hear_its_own_echo() -> None:
    decoder = MdcDecoder(replies_only=True)
    reply = Reply(0x11, 1, True, b"\x01")
    assert decoder.feed(encode(Command(0x11, 1)) + encode(reply)) == [reply]
    assert decoder.dropped_bytes == 5
