"""``phonghop-edge wire``: every golden frame of every protocol, and how mistakes are said."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edge import wire
from tests.codec_laws import GOLDEN, GoldenFrame, load_golden


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]

COMMANDS = [
    pytest.param(protocol, frame, id=frame.id)
    for protocol in wire.WIRES
    for frame in load_golden(protocol, "to_device")
    if not frame.malformed
]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    parser = argparse.ArgumentParser()
    wire.add_parser(parser.add_subparsers())

    def command(*words: str) -> Outcome:
        args = parser.parse_args(["wire", *words])
        code = args.run(args)
        return Outcome(code, *capsys.readouterr())

    return command


@pytest.mark.parametrize("protocol", sorted(wire.WIRES))
def test_check_of_the_golden_file(run: Run, protocol: str) -> None:
    outcome = run("check", str(GOLDEN / f"{protocol}.json"), "--json")
    results = outcome.json
    assert [result.get("error") for result in results] == [None] * len(results)
    assert outcome.code == 0
    for result, frame in zip(results, load_golden(protocol), strict=True):
        assert result["id"] == frame.id
        assert result["ok"] is True
        assert "unconfirmed" not in result
        assert frame.fields.items() <= result["decoded"].items()
        again = frame.direction == "to_device" and not frame.malformed
        assert (result["reencoded"] is not None) == again


@pytest.mark.parametrize(("protocol", "frame"), COMMANDS)
def test_decode_then_encode_gives_the_same_bytes(
    run: Run, protocol: str, frame: GoldenFrame
) -> None:
    decoded = run("decode", protocol, frame.data.hex(), "--direction", "to_device", "--json")
    assert decoded.code == 0
    for fields in (decoded.out, json.dumps(decoded.json["fields"])):
        encoded = run("encode", protocol, fields, "--json")
        assert encoded.code == 0
        assert bytes.fromhex(encoded.json["hex"]) == frame.data
    shown = run("encode", protocol, decoded.out).out.removesuffix("\n")
    assert run("decode", protocol, shown, "--json").json["hex"] == decoded.json["hex"]


@pytest.mark.parametrize(
    "typed",
    [
        "FF 01 00 07 00 20 28",
        "ff010007002028",
        "0xFF,0x01,0x00,0x07,0x00,0x20,0x28",
        "FF:01:00:07:00:20:28",
        r"\xff\x01\x00\x07\x00\x20\x28",
    ],
)
def test_hex_in_many_spellings(run: Run, typed: str) -> None:
    outcome = run("decode", "pelco_d", typed, "--json")
    assert outcome.code == 0
    assert outcome.json["fields"]["preset"] == 32


@pytest.mark.parametrize(
    ("protocol", "typed", "key", "value"),
    [
        ("pjlink", "%1POWR ?\\r", "body", "POWR"),
        ("pjlink", "%1POWR ?\r", "body", "POWR"),
        ("pjlink", "%1POWR ?\\x0d", "body", "POWR"),
        ("pjlink", "25 31 50 4F 57 52 20 3F 0D", "body", "POWR"),
        ("televic_ascii", "\\u0006", "ack", True),
        ("televic_ascii", "06", "ack", True),
        ("lg_rs232", "a 01 OK01x", "value", "on"),
        ("shure_dis", "seat_state 1 active Nguyễn Văn An\\r\\n", "name", "Nguyễn Văn An"),
    ],
)
def test_text_protocols_take_text_or_hex(
    run: Run, protocol: str, typed: str, key: str, value: object
) -> None:
    outcome = run("decode", protocol, typed, "--json")
    assert outcome.code == 0
    assert outcome.json["fields"][key] == value


def test_decode_for_people(run: Run) -> None:
    outcome = run("decode", "shure_dis", "mic_on 212\\r")
    assert outcome.out.splitlines() == [
        "shure_dis  mic_on 212\\r",
        "  command  mic_on",
        "  seat     212",
    ]


def test_encode_for_people(run: Run) -> None:
    assert run("encode", "shure_dis", '{"command": "mic_on", "seat": 7}').out == "mic_on 7\\r\n"
    assert run("encode", "taiden", '{"name": "mic_on", "mic": 32}').out == "E6 F1 00 20\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("decode", "morse", "FF"), 2, "protocol 'morse' is not known"),
        (("decode", "pelco_d", "xyz"), 2, "'xyz' is no hex"),
        (("decode", "pelco_d", "FF 0"), 2, "is no hex"),
        (("decode", "pelco_d", ""), 2, "is no hex"),
        (("decode", "pjlink", "%1POWR ?\\q"), 2, "\\q is no escape"),
        (("decode", "pjlink", "%1POWR ?\\"), 2, "is no escape"),
        (("decode", "pjlink", "%1POWR ?"), 1, "CR at the end"),
        (("decode", "pelco_d", "FF 01 00 00 00 00 02"), 1, "wrong checksum"),
        (("encode", "pelco_d", "{"), 2, "no JSON"),
        (("encode", "pelco_d", "[1]"), 2, "JSON object"),
        (("encode", "pelco_d", "{}"), 1, "address: this field is missing"),
        (("check", "nowhere.json"), 2, "nowhere.json: No such file"),
    ],
)
def test_mistakes_are_one_line(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    outcome = run(*words)
    assert outcome.code == code
    assert outcome.out == ""
    assert said in outcome.err
    assert outcome.err.startswith(f"phonghop-edge wire {words[0]}: ")
    assert outcome.err.count("\n") == 1


def _file(folder: Path, protocol: str, *frames: dict[str, Any]) -> str:
    file = folder / "frames.json"
    file.write_text(json.dumps({"protocol": protocol, "frames": frames}), encoding="utf-8")
    return str(file)


STOP = "FF 01 00 00 00 00 01"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"hex": STOP, "fields": {"name": "drive"}}, "name: the file says drive, the frame stop"),
        ({"hex": "FF 01 00 00 00 00 02", "fields": {}}, "wrong checksum"),
        ({"hex": STOP, "fields": {"malformed": True}}, "malformed: the file and the frame"),
    ],
)
def test_check_says_what_does_not_hold(
    run: Run, tmp_path: Path, frame: dict[str, Any], said: str
) -> None:
    good = {"id": "good", "direction": "to_device", "hex": STOP, "fields": {"address": 1}}
    bad = {"id": "bad", "direction": "to_device", **frame}
    file = _file(tmp_path, "pelco_d", good, bad)
    outcome = run("check", file, "--json")
    assert outcome.code == 1
    assert [result["ok"] for result in outcome.json] == [True, False]
    assert outcome.json[0]["reencoded"] == STOP
    assert said in outcome.json[1]["error"]
    table = run("check", file)
    assert table.code == 1
    assert said in table.out
    assert table.out.splitlines()[-1] == "pelco_d: 1 of 2 frames ok"


def test_check_catches_an_encoder_that_loses_something(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.pelco_d.codec.build", lambda fields: bytes(7))
    frame = {"id": "a", "direction": "to_device", "hex": STOP, "fields": {}}
    outcome = run("check", _file(tmp_path, "pelco_d", frame), "--json")
    assert outcome.code == 1
    assert outcome.json[0]["reencoded"] == "00 00 00 00 00 00 00"
    assert "encoded again it differs" in outcome.json[0]["error"]


def test_a_frame_that_is_said_to_be_malformed_may_be_refused(run: Run, tmp_path: Path) -> None:
    frame = {"direction": "to_device", "hex": "FF 01", "fields": {"malformed": True}}
    outcome = run("check", _file(tmp_path, "pelco_d", frame), "--json")
    assert outcome.code == 0
    assert outcome.json[0]["id"] == "frame 1"
    assert outcome.json[0]["decoded"]["malformed"] is True


def test_claims_that_the_frame_does_not_tell_are_named(run: Run, tmp_path: Path) -> None:
    frame = {"id": "a", "direction": "to_device", "hex": STOP, "fields": {"camera": "left wall"}}
    file = _file(tmp_path, "pelco_d", frame)
    assert run("check", file, "--json").json[0]["unconfirmed"] == ["camera"]
    assert "not in the frame: camera" in run("check", file).out


def test_a_wrong_password_in_the_file_is_found(run: Run, tmp_path: Path) -> None:
    (golden,) = [frame for frame in load_golden("pjlink") if frame.id == "pjlink-18"]
    frame = {
        "id": "a",
        "direction": "to_device",
        "text": golden.data.decode(),
        "fields": golden.fields | {"password": "JBMIA"},
    }
    outcome = run("check", _file(tmp_path, "pjlink", frame), "--json")
    assert outcome.code == 1
    assert outcome.json[0]["error"].startswith("digest: not made of this password")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "frames: wanted a list"),
        ("{", "no JSON"),
        ('{"protocol": "morse", "frames": []}', "protocol 'morse' is not known"),
        ('{"protocol": "pelco_d", "frames": [{}]}', "frame 1: wanted hex bytes"),
        ('{"protocol": "pelco_d", "frames": [{"hex": "0g"}]}', "frame 1: wanted hex bytes"),
        ('{"protocol": "pelco_d", "frames": [{"hex": "00", "direction": "up"}]}', "direction"),
        ('{"protocol": "pelco_d", "frames": [{"hex": "00", "fields": 1}]}', "fields"),
    ],
)
def test_a_file_of_another_shape(run: Run, tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "frames.json"
    file.write_text(content, encoding="utf-8")
    outcome = run("check", str(file))
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
