"""PJLink: golden lines, digests against the specification and another client, odd answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from drivers.core.errors import ProtocolError
from drivers.pjlink.codec import (
    Answer,
    AuthError,
    Command,
    Greeting,
    PjlinkDecoder,
    build,
    decode,
    describe,
    encode,
    md5_proof,
    prove,
    sha256_proof,
)
from tests.codec_laws import check_golden_build, check_golden_describe, load_golden

PASSWORD = "mật khẩu"  # noqa: S105 # of the projector in these tests
SECRETS = ("random", "server_random", "password")
AUTHENTICATED = [frame for frame in load_golden("pjlink") if "password" in frame.fields]


def test_golden_lines() -> None:
    check_golden_describe("pjlink", describe, unknowable=SECRETS)
    check_golden_build("pjlink", describe, build)


@pytest.mark.parametrize("frame", AUTHENTICATED, ids=lambda frame: frame.id)
def test_digests_are_recomputed_from_the_secrets(frame: Any) -> None:
    described = describe(frame.data, "to_device")
    assert frame.fields.items() <= prove(described, frame.fields).items()
    without = {key: value for key, value in frame.fields.items() if key != "digest"}
    assert build(without) == frame.data


@pytest.mark.parametrize("frame", AUTHENTICATED, ids=lambda frame: frame.id)
def test_another_password_is_not_proved(frame: Any) -> None:
    wrong = frame.fields | {"password": "khác"}
    with pytest.raises(ProtocolError, match=r"^digest:"):
        prove(describe(frame.data), wrong)
    with pytest.raises(ProtocolError, match=r"^digest:"):
        build(wrong)


def test_sha256_proof_wants_whole_randoms() -> None:
    with pytest.raises(ProtocolError, match="32 hex digits"):
        sha256_proof("498e4a67", "c14b279e603d8a5f17e849ba360f2dc5", "secret")


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("%1POWR=1\r", {"value": "on"}),
        ("%1POWR=2\r", {"value": "cooling"}),
        ("%1POWR=3\r", {"value": "warming"}),
        ("%2INPT=6A\r", {"source": "internal", "number": "A"}),
        ("%1INPT=11\r", {"source": "rgb", "number": "1"}),
        ("%1AVMT=11\r", {"video": True, "audio": False}),
        ("%1AVMT=21\r", {"video": False, "audio": True}),
        ("%1AVMT=30\r", {"video": False, "audio": False}),
        ("%1ERST=200001\r", {"fan": 2, "lamp": 0, "other": 1}),
        (
            "%1LAMP=1234 1 99 0\r",
            {"lamps": [{"hours": 1234, "on": True}, {"hours": 99, "on": False}]},
        ),
        ("%1INST=11 31 5A\r", {"inputs": ["11", "31", "5A"]}),
        ("%1CLSS=2\r", {"value": 2, "non_conforming": False}),
        ("%1NAME=Phòng họp\r", {"param": "Phòng họp"}),
        ("%1INFO=\r", {"param": ""}),
        ("%1LAMP=ERR1\r", {"error": "ERR1"}),
        ("%2LKUP=00:11:22:33:44:55\r", {"transport": "udp", "mac": "00:11:22:33:44:55"}),
    ],
)
def test_answers_are_read(line: str, meaning: dict[str, Any]) -> None:
    described = describe(line.encode(), "from_device")
    assert meaning.items() <= described.items()
    assert build(described) == line.encode()


@pytest.mark.parametrize("line", ["%1POWR=9\r", "%1ERST=00012\r", "%1LAMP=many\r", "%1INST=..\r"])
def test_what_cannot_be_read_adds_nothing(line: str) -> None:
    assert set(describe(line.encode())) == {"kind", "class", "body", "param"}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("%1POWR ?", "CR at the end"),
        ("%1POWR ?\n\r", "no control characters"),
        ("%1PWR ?\r", "four capitals"),
        ("%1POWR?\r", "a space or ="),
        ("%1POWR " + "x" * 129 + "\r", "at most 128 bytes"),
        ("PJLINK 1 498e\r", "8 or 2 with 32"),
        ("5d8409bc1c3fa39749434aa3a5c38682%1POWR=1\r", "% first"),
    ],
)
def test_what_is_no_line(line: str, wanted: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        describe(line.encode(), "to_device")
    assert wanted in str(caught.value)


def test_direction_must_fit() -> None:
    with pytest.raises(ProtocolError, match="never sent to_device"):
        describe(b"%1POWR=1\r", "to_device")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body": "POWR", "param": "?"}, "class: this field is missing"),
        ({"class": 1, "param": "?"}, "body: this field is missing"),
        ({"kind": "wish", "class": 1}, "kind: 'wish' is not known"),
        ({"class": 1, "body": "POWR", "param": "1\r%1POWR 0"}, "not one whole line"),
        (
            {"kind": "authenticated_command", "class": 1, "body": "POWR", "param": "?"},
            "password: this field is missing",
        ),
    ],
)
def test_build_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        build(fields)


def test_overlong_line_is_skipped_to_its_end() -> None:
    decoder = PjlinkDecoder()
    assert decoder.feed(b"%1NAME=" + b"x" * 5_000) == []
    assert decoder.feed(b"\r%1POWR=1\r") == [Answer(1, "POWR", "1")]
    assert decoder.dropped_bytes >= 5_000


async def test_another_client_proves_the_same_password() -> None:
    """What aiopjlink sends first under MD5 is our own line, byte for byte."""
    oracle = pytest.importorskip("aiopjlink")
    heard: list[object] = []
    closed = asyncio.Event()

    async def projector(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode(Greeting("md5", "0badcafe")))
        decoder = PjlinkDecoder()
        while data := await reader.read(64):
            for message in decoder.feed(data):
                heard.append(message)
                writer.write(encode(Answer(1, "POWR", "1")))
        writer.close()
        await writer.wait_closed()
        closed.set()

    server = await asyncio.start_server(projector, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with oracle.PJLink("127.0.0.1", port, password=PASSWORD) as link:
            assert await link.power.get() == oracle.Power.State.ON
        await closed.wait()
    proof = md5_proof("0badcafe", PASSWORD)
    assert heard == [Command(1, "POWR", "?", proof), Command(1, "POWR", "?")]


def test_a_line_feed_after_the_end_is_nothing() -> None:
    decoder = PjlinkDecoder()
    assert decoder.feed(b"PJLINK 0\r\n%1POWR=1\r\n") == [Greeting("none"), Answer(1, "POWR", "1")]
    assert decoder.dropped_bytes == 0


@pytest.mark.parametrize("frame", load_golden("pjlink", "from_device"), ids=lambda frame: frame.id)
def test_greetings_and_answers_tell_everything(frame: Any) -> None:
    assert frame.fields.items() <= describe(frame.data, "from_device").items()


def test_greetings() -> None:
    assert decode(b"PJLINK ERRA\r") == AuthError()
    assert describe(b"PJLINK 2\r") == {"kind": "auth_request", "auth": "sha256"}
    assert (
        build({"kind": "greeting", "auth": "md5", "random": "0badcafe"}) == b"PJLINK 1 0badcafe\r"
    )
