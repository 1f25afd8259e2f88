"""Televic family: golden frames, both protocols, the check, names, the acknowledgement byte."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.televic.codec import (
    Ack,
    Frame,
    TelevicDecoder,
    build,
    checksum,
    decode,
    describe,
    encode,
)
from tests.codec_laws import check_golden_build, check_golden_describe


def test_golden_frames() -> None:
    check_golden_describe("televic_ascii", describe)
    check_golden_build("televic_ascii", describe, build)


def test_the_check_is_the_sum_of_the_printed_examples() -> None:
    assert checksum(b"M0002") == "010F"
    assert checksum(b"P0001Mr John Smith") == "05A4"


@pytest.mark.parametrize(
    ("data", "meaning"),
    [
        ("M0012Nguyễn Văn An", {"event": "mic_on", "mic": 12, "name": "Nguyễn Văn An"}),
        ("m9999", {"event": "mic_off", "role": "delegate", "mic": 9_999}),
        ("S000100020025", {"event": "sync", "mics": [1, 2, 25]}),
        ("R", {"event": "start_position"}),
        ("1l0007", {"family": "panel", "event": "mic_off", "mic": 7}),
        ("1E00", {"family": "panel", "event": "all_off"}),
        ("1T0025", {"command": "mic_on", "mic": 25}),
        ("1U09", {"command": "mode", "mode": 9}),
        ("1X12060600", {"command": "audio", "volume": 12, "treble": 6, "middle": 6, "bass": 0}),
        ("1v", {"command": "test_tone", "on": True}),
        ("1w", {"command": "test_tone", "on": False}),
        ("1Q77", {"family": "panel", "data": "1Q77"}),
        ("Z", {"family": "camera", "data": "Z"}),
    ],
)
def test_data_is_read(data: str, meaning: dict[str, Any]) -> None:
    frame = encode(Frame(data))
    described = describe(frame)
    assert meaning.items() <= described.items()
    assert build(described) == frame


@pytest.mark.parametrize(
    "fields",
    [
        {"command": "mic_on", "mic": 25},
        {"command": "resync"},
        {"command": "mode", "mode": 1},
        {"command": "audio", "volume": 0, "treble": 6, "middle": 6, "bass": 12},
        {"command": "test_tone", "on": False},
        {"ack": True},
    ],
)
def test_a_command_makes_its_data(fields: dict[str, Any]) -> None:
    assert fields.items() <= describe(build(fields)).items()


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        (b"%1R0053\r", "0083 before CR"),
        (b"%1V0088\r", "0087 before CR"),
        (b"%1D00020137", "CR"),
        (b"%1L0001013e\r", "013E before CR"),
        (b"%0000\r", "printable data"),
        (b"\x06\x06", "06 alone"),
    ],
)
def test_what_is_no_frame(frame: bytes, wanted: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(frame)
    assert wanted in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "command"),
        ({"command": "sing"}, "command"),
        ({"command": "mic_on"}, "mic"),
        ({"command": "mic_on", "mic": 10_000}, "mic"),
        ({"data": "1T0002", "mic": 3}, "mic"),
        ({"data": "1T0002", "check": "0000"}, "check"),
    ],
)
def test_build_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=f"^{said}:"):
        build(fields)


def test_an_acknowledgement_between_frames() -> None:
    frame = encode(Frame("1L0001"))
    decoder = TelevicDecoder()
    heard = decoder.feed(b"\x06" + frame + b"\x06%1L00" + frame)
    assert heard == [Ack(), Frame("1L0001"), Ack(), Frame("1L0001")]
    assert decoder.dropped_bytes == len("%1L00")
