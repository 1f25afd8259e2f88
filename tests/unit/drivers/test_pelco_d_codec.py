"""Pelco-D: golden frames, what bits mean together, and what is no frame."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.pelco_d.codec import EXTENDED, PelcoDecoder, build, decode, describe
from tests.codec_laws import check_golden_build, check_golden_describe


def test_golden_frames() -> None:
    check_golden_describe("pelco_d", describe)
    check_golden_build("pelco_d", describe, build)


@pytest.mark.parametrize(
    ("fields", "frame"),
    [
        ({"address": 1, "name": "preset_go", "preset": 32}, "FF 01 00 07 00 20 28"),
        ({"address": 3, "name": "aux", "aux": 2, "on": False}, "FF 03 00 0B 00 02 10"),
        ({"address": 1, "name": "zoom", "zoom": "wide"}, "FF 01 00 40 00 00 41"),
        ({"address": 1, "name": "iris", "iris": "open"}, "FF 01 02 00 00 00 03"),
        ({"address": 1, "name": "camera", "camera": "on"}, "FF 01 88 00 00 00 89"),
        ({"address": 1, "name": "scan", "scan": "manual"}, "FF 01 10 00 00 00 11"),
        ({"address": 1, "name": "set_pan", "value": 9000}, "FF 01 00 4B 23 28 97"),
        (
            {"address": 255, "name": "drive", "pan": "left", "pan_speed": 64},
            "FF FF 00 04 40 00 43",
        ),
    ],
)
def test_meaning_alone_makes_the_frame(fields: dict[str, Any], frame: str) -> None:
    data = bytes.fromhex(frame)
    assert build(fields) == data
    assert fields.items() <= describe(data).items()


@pytest.mark.parametrize("cmd2", sorted(EXTENDED))
def test_every_extended_command_comes_back_from_its_meaning(cmd2: int) -> None:
    data = build({"address": 7, "cmd1": 0, "cmd2": cmd2, "data1": 0, "data2": 0})
    meaning = {key: value for key, value in describe(data).items() if key not in ("cmd1", "cmd2")}
    meaning = {key: value for key, value in meaning.items() if key not in ("data1", "data2")}
    assert build(meaning) == data


@pytest.mark.parametrize(
    "frame",
    [
        "FF 01 00 06 10 00 17",
        "FF 01 80 00 00 00 81",
        "FF 01 20 00 00 00 21",
        "FF 01 00 57 00 00 58",
    ],
)
def test_what_nobody_documented_keeps_its_bytes(frame: str) -> None:
    data = bytes.fromhex(frame)
    assert describe(data)["name"] == "unknown"
    assert build(describe(data)) == data


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ("FF 01 00 00 00 00 02", "wanted 01 at the end"),
        ("FF 01 00 00 00 01", "wanted 7 bytes"),
        ("FE 01 00 00 00 00 01", "wanted FF"),
        ("FF 00 00 00 00 00 00", "wanted 01 to FF"),
    ],
)
def test_what_is_no_frame(frame: str, said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        decode(bytes.fromhex(frame))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "stop"}, "address"),
        ({"address": 0, "name": "stop"}, "address"),
        ({"address": 1, "name": "dance"}, "name"),
        ({"address": 1, "name": "aux", "aux": 1}, "on"),
        ({"address": 1, "name": "preset_go", "preset": 256}, "preset"),
        ({"address": 1, "name": "drive", "pan": "left"}, "pan_speed"),
        ({"address": 1, "cmd1": 0, "cmd2": 7, "data1": 0, "data2": 1, "preset": 2}, "preset"),
    ],
)
def test_build_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=f"^{said}:"):
        build(fields)


def test_checksum_ff_and_speed_ff_do_not_confuse_the_stream() -> None:
    frames = [build({"address": 1, "cmd1": 0, "cmd2": 8, "data1": 0xF6, "data2": 0})]
    frames.append(build({"address": 255, "name": "stop"}))
    assert all(frame[1:].count(0xFF) for frame in frames)
    decoder = PelcoDecoder()
    assert decoder.feed(b"\xff" + b"".join(frames) * 2)[-2:] == [decode(f) for f in frames]


def test_a_false_start_costs_no_frame() -> None:
    stop = build({"address": 1, "name": "stop"})
    decoder = PelcoDecoder()
    assert decoder.feed(b"\xff\x12\x34" + stop) == [decode(stop)]
    assert decoder.dropped_bytes == 3


@pytest.mark.parametrize(
    ("action", "arguments", "fields"),
    [
        ("stop", {}, {"name": "stop"}),
        ("left", {"speed": 17}, {"name": "drive", "pan": "left", "pan_speed": 17}),
        ("right", {"speed": 63}, {"name": "drive", "pan": "right", "pan_speed": 63}),
        ("up", {"speed": 1}, {"name": "drive", "tilt": "up", "tilt_speed": 1}),
        ("down", {"speed": 40}, {"name": "drive", "tilt": "down", "tilt_speed": 40}),
        ("set_preset", {"preset_id": 25}, {"name": "preset_set", "preset": 25}),
        ("clear_preset", {"preset_id": 25}, {"name": "preset_clear", "preset": 25}),
        ("go_to_preset", {"preset_id": 25}, {"name": "preset_go", "preset": 25}),
        ("aux_on", {"switch_id": 8}, {"name": "aux", "aux": 8, "on": True}),
        ("aux_off", {"switch_id": 8}, {"name": "aux", "aux": 8, "on": False}),
        ("reboot", {}, {"name": "remote_reset"}),
        ("query_pan", {}, {"name": "query_pan"}),
        ("query_tilt", {}, {"name": "query_tilt"}),
        ("query_zoom", {}, {"name": "query_zoom"}),
        ("move_to_pan", {"d1": 0x8C, "d2": 0x9F}, {"name": "set_pan", "value": 35_999}),
        ("move_to_tilt", {"d1": 0x07, "d2": 0xD0}, {"name": "set_tilt", "value": 2_000}),
        ("move_to_zoom", {"d1": 0x12, "d2": 0x34}, {"name": "set_zoom", "value": 0x1234}),
    ],
)
def test_an_independent_sender_makes_the_same_frames(
    action: str, arguments: dict[str, int], fields: dict[str, Any]
) -> None:
    oracle = pytest.importorskip("ptz_control_lib", reason="pyptzcontroller is not installed")
    sender = oracle.PtzControl("no port", address=9)
    frame = sender._create_command(action, **arguments)
    assert build({"address": 9} | fields) == frame
    assert fields.items() <= describe(frame).items()
