"""Shure/DIS: golden lines, every documented word, unusual spelling, old units."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.shure_dis.codec import DisDecoder, Message, build, decode, describe, encode
from tests.codec_laws import check_golden_build, check_golden_describe


def test_golden_lines() -> None:
    check_golden_describe("shure_dis", describe)
    check_golden_build("shure_dis", describe, build)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("mic_on 65535", {"seat": 65_535}),
        ("mic_reply_off 3", {"seat": 3}),
        ("mic_priority 4 5", {"seat": 4, "priority": 5}),
        ("mic_mode auto+reply", {"mode": "auto+reply"}),
        ("max_replies 250", {"value": 250}),
        ("loudspeaker_volume -41", {"value": -41}),
        ("line_output_level 2 -6", {"output": "2", "value": -6}),
        ("audio_path sub_in on", {"path": "sub_in", "on": True}),
        ("mic_attenuation 12 7", {"seat": 12, "value": 7}),
        ("seat_state 9 passive Nguyễn Văn An", {"state": "passive", "name": "Nguyễn Văn An"}),
        ("final_voting_result 3 12 No opinion", {"button": 3, "count": 12, "label": "No opinion"}),
        ("cancel_voting", {"command": "cancel_voting"}),
        ("make_coffee strong, please", {"command": "make_coffee", "data": "strong, please"}),
        ("hello", {"command": "hello"}),
    ],
)
@pytest.mark.parametrize(("direction", "ending"), [("to_device", "\r"), ("from_device", "\r\n")])
def test_words(line: str, meaning: dict[str, Any], direction: str, ending: str) -> None:
    data = (line + ending).encode()
    described = describe(data, direction)
    assert meaning.items() <= described.items()
    assert "text" not in described
    assert build(described) == (line + "\r").encode()
    assert encode(decode(data), direction) == data


@pytest.mark.parametrize("line", ["MIC_ON 12\r", "mic_on 12\n", "mic_on 12\r\n", "mic_on 012\r"])
def test_unusual_spelling_survives(line: str) -> None:
    described = describe(line.encode(), "to_device")
    assert described == {"command": "mic_on", "seat": 12, "text": line}
    assert build(described) == line.encode()


def test_old_units_send_no_name() -> None:
    assert describe(b"seat_state 12 active\r\n", "from_device") == {
        "command": "seat_state",
        "seat": 12,
        "state": "active",
    }


def test_a_name_that_is_not_utf8_does_not_hide_the_seat() -> None:
    (message,) = DisDecoder().feed(b"seat_state 12 active J\xf6rg\r\n")
    assert message["seat"] == 12
    assert message["name"] == "J\ufffdrg"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("mic_on", "CR, LF or CR LF"),
        ("mic_on\r", "wanted seat"),
        ("mic_on 0\r", "wanted 1 to 65535"),
        ("mic_on 65536\r", "wanted 1 to 65535"),
        ("mic_on twelve\r", "wanted 1 to 65535"),
        ("mic_on 12 13\r", "wanted 1 to 65535"),
        ("mic_status now\r", "wanted no data"),
        ("mic_mode shouting\r", "wanted auto, fifo"),
        ("audio_path main maybe\r", "wanted on or off"),
        ("loudspeaker_volume 1\r", "wanted -41 to 0"),
        ("12 mic_on\r", "wanted a command"),
        ("mic_on 12\r\rmic_on 13\r", "wanted"),
    ],
)
def test_what_is_no_line(line: str, wanted: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        describe(line.encode())
    assert wanted in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"seat": 12}, "command"),
        ({"command": "mic_on"}, "seat"),
        ({"command": "mic_on", "seat": "12"}, "seat"),
        ({"command": "mic_on", "seat": True}, "seat"),
        ({"command": "mic_on", "seat": 13, "text": "mic_on 12\r"}, "seat"),
        ({"command": "audio_path", "path": "a", "on": 1}, "on"),
        ({"command": "mic_mode", "mode": "loud"}, "mode"),
    ],
)
def test_build_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=f"^{said}:"):
        build(fields)


def test_a_message_cannot_carry_a_second_line() -> None:
    with pytest.raises(ProtocolError):
        encode(Message("command_error", (("error", "x\r\nmic_on 1"),)))
