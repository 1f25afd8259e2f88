"""TAIDEN: golden frames, the whole table, and a stream that only silence puts right."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.taiden.codec import (
    MicStatus,
    TaidenDecoder,
    Tracking,
    VoteResult,
    build,
    decode,
    describe,
    encode,
)
from tests.codec_laws import check_golden_build, check_golden_describe


def test_golden_frames() -> None:
    check_golden_describe("taiden", describe)
    check_golden_build("taiden", describe, build)


@pytest.mark.parametrize(
    ("frame", "meaning"),
    [
        ("E6 F2 01 02", {"name": "mic_off", "mic": 258}),
        ("E6 F7 01 02", {"name": "unknown", "operation": 0xF7, "mic": 258}),
        ("E3 02 00", {"name": "vote_stop"}),
        ("E3 05 00", {"name": "status_stop"}),
        ("E3 E5 00", {"name": "tracking_stop"}),
        ("E3 EA 03", {"name": "video_input", "channel": 3}),
        ("E3 77 09", {"name": "unknown", "operation": 0x77, "argument": 9}),
    ],
)
@pytest.mark.parametrize("direction", ["to_device", ""])
def test_commands(frame: str, meaning: dict[str, Any], direction: str) -> None:
    data = bytes.fromhex(frame)
    assert describe(data, direction) == meaning
    assert build(meaning) == data


def test_microphone_status_is_marked_as_assumed() -> None:
    status = MicStatus(1, 2, 2, (1, 32, 0, 0, 0, 0))
    described = describe(encode(status), "from_device")
    assert decode(encode(status)) == status
    assert described["mics"] == [1, 32, 0, 0, 0, 0]
    assert described["layout"] == "assumed"


@pytest.mark.parametrize(
    ("frame", "direction"),
    [
        ("E5 00 03", "to_device"),
        ("E6 F1 00 01", "from_device"),
        ("E6 F1 00", ""),
        ("E3 ED 01", ""),
        ("E7 00 00", ""),
        ("", ""),
    ],
)
def test_what_is_no_frame(frame: str, direction: str) -> None:
    with pytest.raises(ProtocolError):
        describe(bytes.fromhex(frame), direction)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mic": 1}, "name"),
        ({"name": "mic_on"}, "mic"),
        ({"name": "mic_on", "mic": 65_536}, "mic"),
        ({"name": "tracking", "mic": 1}, "name"),
        ({"name": "video_input"}, "channel"),
        ({"name": "unknown", "operation": 7}, "argument"),
    ],
)
def test_build_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=f"^{said}:"):
        build(fields)


def test_a_vote_of_more_than_are_present_is_noise() -> None:
    decoder = TaidenDecoder()
    assert decoder.feed(encode(VoteResult(3, 2, 1, 1))) == []
    decoder.gap()
    assert decoder.feed(encode(VoteResult(4, 2, 1, 1))) == [VoteResult(4, 2, 1, 1)]


def test_silence_ends_what_was_cut_short() -> None:
    decoder = TaidenDecoder()
    assert decoder.feed(b"\xe5\x00") == []
    decoder.gap()
    assert decoder.feed(b"\xe5\x00\x07") == [Tracking(7)]
    assert decoder.dropped_bytes == 2


def test_a_vote_that_cannot_be_hides_no_frame() -> None:
    decoder = TaidenDecoder()
    tracking = encode(Tracking(7))
    assert decoder.feed(b"\xe3" + tracking * 3) == [Tracking(7)] * 3
    assert decoder.dropped_bytes == 1
