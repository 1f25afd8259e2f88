"""The VISCA codecs against golden frames, and the frames that no golden file has."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.visca import codec, ip
from drivers.visca.replies import read_answer
from tests.codec_laws import check_golden_build, check_golden_describe, load_golden


def test_golden_serial() -> None:
    check_golden_describe("visca_serial", codec.describe)
    check_golden_build("visca_serial", codec.describe, codec.build)


def test_golden_ip() -> None:
    check_golden_describe("visca_ip", ip.describe)
    check_golden_build("visca_ip", ip.describe, ip.build)


@pytest.mark.parametrize("frame", load_golden("visca_serial"), ids=lambda frame: frame.id)
def test_describe_says_no_more_than_the_golden_fields(frame: Any) -> None:
    assert codec.describe(frame.data, frame.direction) == frame.fields


@pytest.mark.parametrize("frame", load_golden("visca_ip"), ids=lambda frame: frame.id)
def test_describe_ip_says_no_more_than_the_golden_fields(frame: Any) -> None:
    assert ip.describe(frame.data, frame.direction) == frame.fields


COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("83 01 06 04 FF", {"name": "pan_tilt_home", "address": 3}),
    ("81 01 06 05 FF", {"name": "pan_tilt_reset"}),
    (
        "81 01 06 07 00 01 01 0E 00 00 00 0A 00 00 FF",
        {"name": "pan_tilt_limit_set", "corner": "up_right", "pan": 7680, "tilt": 2560}
        | {"nibbles": 4},
    ),
    (
        "81 01 06 07 01 00 07 0F 0F 0F 07 0F 0F 0F FF",
        {"name": "pan_tilt_limit_clear", "corner": "down_left"},
    ),
    ("81 01 06 44 02 FF", {"name": "slow_mode", "value": "on"}),
    ("81 01 04 07 02 FF", {"name": "zoom_drive", "direction": "tele"}),
    ("81 01 04 07 37 FF", {"name": "zoom_drive", "direction": "wide", "speed": 7}),
    ("81 01 04 47 04 00 00 00 FF", {"name": "zoom_direct", "zoom": 0x4000}),
    (
        "81 01 04 47 01 06 0A 01 02 00 00 00 FF",
        {"name": "zoom_focus_direct", "zoom": 0x16A1, "focus": 0x2000},
    ),
    ("81 01 04 38 10 FF", {"name": "focus_mode", "value": "toggle"}),
    ("81 01 04 08 25 FF", {"name": "focus_drive", "direction": "far", "speed": 5}),
    ("81 01 04 48 01 00 00 00 FF", {"name": "focus_direct", "focus": 0x1000}),
    ("81 01 04 18 01 FF", {"name": "focus_one_push"}),
    ("81 01 04 3F 00 63 FF", {"name": "memory", "action": "reset", "memory": 99}),
    ("82 22 FF", {"name": "cancel", "address": 2, "socket": 2}),
    ("81 01 04 61 02 FF", {"name": "other", "data": [1, 4, 0x61, 2]}),
]


@pytest.mark.parametrize(("data", "fields"), COMMANDS, ids=lambda value: str(value)[:24])
def test_commands(data: str, fields: dict[str, Any]) -> None:
    packet = bytes.fromhex(data)
    assert codec.describe(packet) == {"kind": "command", "address": 1} | fields
    assert codec.build({"kind": "command", "address": 1} | fields) == packet


ANSWERS = [
    ("z0 50 03", {"data": [3], "value": "standby"}),
    ("z0 50 10", {"data": [0x10]}),
    ("z0 50 18 17", {"name": "pan_tilt_max_speed", "pan_speed": 24, "tilt_speed": 23}),
    (
        "z0 50 14 01",
        {"name": "pan_tilt_status", "status": 0x1401, "moving": True, "initialised": False}
        | {"limits": ["left"]},
    ),
    (
        "z0 50 2D 20",
        {"name": "pan_tilt_status", "status": 0x2D20, "moving": False, "initialised": True}
        | {"limits": [], "faults": ["pan", "tilt"]},
    ),
    (
        "z0 50 0F 08 0A 0D 00 00 07 05 03 00",
        {"name": "pan_tilt_position", "pan": -30000, "tilt": 30000, "nibbles": 5},
    ),
    (
        "z0 50 02 00 00 00 01 00 01 00 00 00 00 01 05",
        {"name": "lens_block", "zoom": 0x2000, "near_limit": 16, "focus": 0x1000}
        | {"focus_auto": True, "zoom_executing": True, "focus_executing": False}
        | {"preset_executing": True, "low_contrast": False},
    ),
    ("z0 50 01 02 03", {"data": [1, 2, 3]}),
]


@pytest.mark.parametrize(("data", "fields"), ANSWERS, ids=lambda value: str(value)[:24])
def test_answers_by_their_shape(data: str, fields: dict[str, Any]) -> None:
    packet = bytes.fromhex(data.replace("z0", "B0") + " FF")
    head = {"kind": "answer", "address": 3, "socket": 0}
    assert codec.describe(packet) == head | fields


@pytest.mark.parametrize(
    ("code", "error"),
    [(1, "message_length"), (2, "syntax"), (3, "buffer_full"), (4, "cancelled"),
     (5, "no_socket"), (0x41, "not_executable"), (0x7E, "unknown")],
)  # fmt: skip
def test_errors_keep_their_meaning_whatever_the_socket(code: int, error: str) -> None:
    for socket in (0, 1, 2, 15):
        described = codec.describe(bytes([0x90, 0x60 | socket, code, 0xFF]))
        assert (described["error"], described["socket"]) == (error, socket)


def test_an_answer_means_what_was_asked() -> None:
    assert read_answer("menu", b"\x03") == {"value": "off"}
    assert read_answer("power", b"\x03") == {"value": "standby"}
    assert read_answer("power", b"\x07") is None
    assert read_answer("pan_tilt_max_speed", b"\x18\x14") == {"pan_speed": 24, "tilt_speed": 20}
    assert read_answer("zoom_position", bytes(8)) is None
    assert read_answer("pan_tilt_position", b"\x10" * 8) is None


@pytest.mark.parametrize(
    "data",
    ["", "FF", "81 FF", "81 01 04 00 02", "FF FF FF", "81 01 FF 02 FF", "01 02 03 FF",
     "90 77 FF", "90 41 01 FF", "89 01 FF", "90 38 38 FF", "81" + " 01" * 40 + " FF"],
)  # fmt: skip
def test_what_is_no_packet_is_said_in_one_line(data: str) -> None:
    with pytest.raises(ProtocolError) as error:
        codec.decode(bytes.fromhex(data))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "name"),
        ({"kind": "reply", "name": "power"}, "kind"),
        ({"kind": "command", "name": "fly"}, "fly"),
        ({"kind": "command", "name": "power", "value": "off"}, "power.value"),
        ({"kind": "command", "name": "power"}, "value"),
        ({"kind": "command", "name": "power", "value": "on", "address": 9}, "address"),
        ({"kind": "command", "name": "zoom_direct", "zoom": 70000}, "zoom_direct.zoom"),
        ({"kind": "command", "name": "zoom_direct", "zoom": True}, "zoom_direct.zoom"),
        ({"kind": "command", "name": "memory", "action": "recall", "memory": 255}, "memory"),
        ({"kind": "inquiry", "name": "weather"}, "weather"),
        ({"kind": "inquiry", "name": "power", "pan": 1}, "pan"),
        ({"kind": "command", "name": "other", "data": [255]}, "data"),
    ],
)
def test_build_names_the_field_that_is_wrong(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ProtocolError, match=named):
        codec.build(fields)


def test_network_change_with_any_header() -> None:
    for header in (0x80, 0x90, 0xF0, 0x88):
        assert codec.decode(bytes([header, 0x38, 0xFF])) == codec.NetworkChange(header)


# Behind Sony's header -------------------------------------------------------------------------


def test_a_wrong_length_is_told_and_never_made() -> None:
    golden = next(frame for frame in load_golden("visca_ip") if frame.malformed)
    assert ip.decode(golden.data).malformed
    assert ip.Decoder().feed(golden.data) == []
    right = bytes.fromhex("01 00 00 07 00 00 00 00 81 01 04 3F 02 01 FF")
    assert ip.build(golden.fields) == right


@pytest.mark.parametrize("kind", ["02 00", "02 01"])
def test_errors_come_under_both_control_types(kind: str) -> None:
    data = bytes.fromhex(f"{kind} 00 02 00 00 00 05 0F 01")
    assert ip.Decoder().feed(data) == [ip.Wrapped(5, ip.ControlReply("error", "sequence"))]
    assert ip.describe(data)["error"] == "sequence"
    assert ip.describe(data[:-1] + b"\x02")["error"] == "message_type"


def test_a_20_bit_move_is_17_bytes_and_not_clamped() -> None:
    move = next(frame for frame in load_golden("visca_serial") if frame.id == "visca-22").data
    data = ip.encode(ip.IpPacket(ip.COMMAND, 9, move))
    assert data[2:4] == b"\x00\x11"
    assert ip.describe(data)["pan"] == 30000


def test_build_ip_without_hex_and_with_a_contradiction() -> None:
    fields = {"type": "command", "sequence": 3, "name": "power", "value": "on"}
    assert ip.build(fields) == bytes.fromhex("01 00 00 06 00 00 00 03 81 01 04 00 02 FF")
    asked = {"type": "inquiry", "sequence": 4, "name": "pan_tilt_position"}
    assert ip.build(asked)[8:] == bytes.fromhex("81 09 06 12 FF")
    assert ip.build({"type": "control", "name": "reset", "sequence": 1})[8:] == b"\x01"
    with pytest.raises(ProtocolError, match="value"):
        ip.build(fields | {"visca": "81 01 04 00 03 FF"})
    with pytest.raises(ProtocolError, match="visca"):
        ip.build(fields | {"visca": "no hex"})
    with pytest.raises(ProtocolError, match="sequence"):
        ip.build(fields | {"sequence": -1})
    with pytest.raises(ProtocolError, match="type"):
        ip.build({"type": "letter"})
