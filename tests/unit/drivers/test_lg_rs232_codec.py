"""LG displays: golden frames, colliding letters, unusual spelling, the letter x."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.lg_rs232.codec import Command, LgDecoder, Reply, build, decode, describe
from tests.codec_laws import check_golden_build, check_golden_describe


def test_golden_frames() -> None:
    check_golden_describe("lg_rs232", describe)
    check_golden_build("lg_rs232", describe, build)


@pytest.mark.parametrize(
    ("frame", "meaning"),
    [
        (b"ke 01 00\r", {"name": "volume_mute", "value": "on"}),
        (b"kf 0a 32\r", {"name": "volume", "set_id": 10, "value": 50}),
        (b"kd 01 01\r", {"name": "screen_mute", "value": "on"}),
        (b"xb 01 C0\r", {"name": "input", "value": "DP", "data": "C0"}),
        (b"dn 01 ff\r", {"name": "temperature", "query": True}),
        (b"zz 01 05\r", {"name": "zz", "data": "05"}),
        (b"fd 01 01 02\r", {"name": "fd", "data": "01 02"}),
    ],
)
def test_commands(frame: bytes, meaning: dict[str, Any]) -> None:
    described = describe(frame, "to_device")
    assert meaning.items() <= described.items()
    assert build(described) == frame


@pytest.mark.parametrize(
    ("frame", "meaning"),
    [
        (b"f 0a OK32x", {"name": "volume", "set_id": 10, "value": 50}),
        (b"e 01 OK00x", {"name": "volume_mute", "value": "on"}),
        (b"n 01 OK1fx", {"name": "temperature", "value": 31}),
        (b"g 01 OK10x", {"name": "contrast", "may_be": ["contrast", "backlight"]}),
        (b"y 01 OK512KCPYx", {"name": "serial_number", "data": "512KCPY"}),
        (b"b 01 NG01x", {"name": "input", "ok": False, "data": "01"}),
        (b"z 01 OK01x", {"name": "z", "data": "01"}),
        (b"a 1 OK1x", {"name": "power", "value": "on", "text": "a 1 OK1x"}),
    ],
)
def test_replies(frame: bytes, meaning: dict[str, Any]) -> None:
    described = describe(frame, "from_device")
    assert meaning.items() <= described.items()
    assert build(described) == frame


@pytest.mark.parametrize("frame", [b"ka 0A 01\r", b"ka 1 01\r"])
def test_unusual_spelling_survives(frame: bytes) -> None:
    described = describe(frame)
    assert described["text"] == frame.decode()
    assert build(described) == frame


@pytest.mark.parametrize(
    ("fields", "frame"),
    [
        ({"command": "ka", "set_id": 1, "value": "on"}, b"ka 01 01\r"),
        ({"command": "ke", "set_id": 1, "value": "on"}, b"ke 01 00\r"),
        ({"command": "kf", "set_id": 99, "value": 50}, b"kf 63 32\r"),
        ({"command": "xb", "set_id": 0, "query": True}, b"xb 00 ff\r"),
    ],
)
def test_a_value_makes_the_data(fields: dict[str, Any], frame: bytes) -> None:
    assert build(fields) == frame


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"command": "ka", "data": "01"}, "set_id"),
        ({"command": "ka", "set_id": 100, "data": "01"}, "set_id"),
        ({"set_id": 1, "data": "01"}, "command"),
        ({"command": "ka", "set_id": 1, "value": "maybe"}, "value"),
        ({"command": "ka", "set_id": 1, "data": "01", "value": "off"}, "value"),
        ({"command": "ka", "set_id": 2, "data": "01", "text": "ka 1 01\r"}, "set_id"),
    ],
)
def test_build_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=f"^{said}:"):
        build(fields)


@pytest.mark.parametrize("frame", [b"ka 01 ff", b"k 01 ff\r", b"ka 64 01\r", b"a 01 OK01", b"ka\r"])
def test_what_is_no_frame(frame: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(frame)


def test_direction_must_fit() -> None:
    with pytest.raises(ProtocolError, match="never sent from_device"):
        describe(b"ka 01 ff\r", "from_device")


def test_an_unfinished_reply_does_not_spoil_the_next() -> None:
    decoder = LgDecoder()
    heard = decoder.feed(b"b 01 OK9 a 01 OK00x" + b"x 01 NGffx" + b"dx 01 ff\r")
    assert heard == [Reply("a", 1, True, "00"), Reply("x", 1, False, "ff"), Command("dx", 1, "ff")]
    assert decoder.dropped_bytes == len("b 01 OK9 ")
