"""The laws of codecs, for Pelco-D, PJLink, LG, Shure/DIS, Televic and TAIDEN."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.lg_rs232 import codec as lg
from drivers.pelco_d import codec as pelco
from drivers.pjlink import codec as pjlink
from drivers.shure_dis import codec as dis
from drivers.shure_dis.commands import COMMANDS, Argument, Kind
from drivers.switcher import codec as switcher
from drivers.taiden import codec as taiden
from drivers.televic import codec as televic
from tests.codec_laws import check_only_protocol_errors, check_stream_laws, load_golden

SWITCHER = partial(switcher.SwitcherDecoder, switcher.MATRIX)

# protocol, direction, decoder, what the protocol needs behind garbage (see codec_laws)
STREAMS: list[tuple[str, str, Callable[[], Any], dict[str, Any]]] = [
    ("pelco_d", "", pelco.PelcoDecoder, {"repeats": 3}),
    ("pjlink", "", pjlink.PjlinkDecoder, {"flush": b"\r"}),
    ("lg_rs232", "", lg.LgDecoder, {}),
    ("shure_dis", "from_device", dis.DisDecoder, {"flush": b"\n"}),
    ("switcher", "from_device", SWITCHER, {"flush": b"\r\n"}),
    ("televic_ascii", "", televic.TelevicDecoder, {}),
    ("taiden", "to_device", partial(taiden.TaidenDecoder, "to_device"), {"repeats": 8}),
    ("taiden", "from_device", taiden.TaidenDecoder, {"repeats": 16}),
]
CODECS = [
    ("pelco_d", pelco),
    ("pjlink", pjlink),
    ("lg_rs232", lg),
    ("shure_dis", dis),
    ("televic_ascii", televic),
    ("taiden", taiden),
]
SWITCHER_FRAMES = [frame.data for frame in load_golden("switcher")]


@pytest.mark.parametrize(
    ("protocol", "direction", "decoder", "needs"),
    STREAMS,
    ids=[f"{name}-{direction}" for name, direction, _, _ in STREAMS],
)
def test_stream_laws(
    protocol: str, direction: str, decoder: Callable[[], Any], needs: dict[str, Any]
) -> None:
    frames = [frame.data for frame in load_golden(protocol, direction)]
    check_stream_laws(decoder, list(dict.fromkeys(frames)), **needs)


@pytest.mark.parametrize(("protocol", "codec"), CODECS)
def test_any_bytes_are_answered_or_refused(protocol: str, codec: Any) -> None:
    frames = [frame.data for frame in load_golden(protocol)]
    check_only_protocol_errors(codec.decode, frames)
    check_only_protocol_errors(codec.describe, frames)
    check_only_protocol_errors(lambda data: codec.describe(data, "to_device"), frames)


def test_a_switcher_is_answered_or_refused() -> None:
    check_only_protocol_errors(switcher.describe, SWITCHER_FRAMES)
    check_only_protocol_errors(
        lambda data: switcher.read_line(data, switcher.MATRIX), SWITCHER_FRAMES
    )


_byte = st.integers(0, 0xFF)
_mic = st.integers(0, 0xFFFF)
_plain = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="%"), max_size=9
)
_hex_pair = _byte.map("{:02x}".format)

MESSAGES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (pelco, st.builds(pelco.Frame, st.integers(1, 0xFF), _byte, _byte, _byte, _byte)),
    (
        pjlink,
        st.builds(
            pjlink.Command,
            st.integers(1, 9),
            st.from_regex(r"[A-Z0-9]{4}", fullmatch=True),
            st.none() | _plain,
            st.sampled_from(["", "5d8409bc1c3fa39749434aa3a5c38682"]),
        ),
    ),
    (
        lg,
        st.builds(
            lg.Command,
            st.from_regex(r"[a-z]{2}", fullmatch=True),
            st.integers(0, lg.MOST_SETS),
            st.lists(_hex_pair, min_size=1, max_size=4).map(" ".join),
        ),
    ),
    (televic, st.builds(televic.Frame, _plain.filter(bool))),
    (taiden, st.builds(taiden.Switch, _byte, _mic)),
    (taiden, st.builds(taiden.Operate, st.sampled_from([0xED, 1, 2, 4, 5, 0xE4, 0xE5, 0x77]))),
]


def _dis_values(argument: Argument) -> st.SearchStrategy[int | str | bool]:
    match argument.kind:
        case Kind.NUMBER:
            return st.sampled_from(argument.range)
        case Kind.SWITCH:
            return st.booleans()
        case Kind.CHOICE:
            return st.sampled_from(argument.choices)
        case Kind.TEXT:
            return st.from_regex(r"[A-Za-zĐđắ]{1,9}", fullmatch=True)


@st.composite
def _dis_messages(draw: st.DrawFn) -> dis.Message:
    command = draw(st.sampled_from(sorted(COMMANDS)))
    arguments = COMMANDS[command]
    return dis.Message(command, tuple((one.name, draw(_dis_values(one))) for one in arguments))


@pytest.mark.parametrize(("codec", "messages"), [*MESSAGES, (dis, _dis_messages())])
def test_round_trip(codec: Any, messages: st.SearchStrategy[Any]) -> None:
    """A message survives the wire, and a command survives its description."""

    @settings(deadline=None)
    @given(messages)
    def holds(message: Any) -> None:
        data = codec.encode(message)
        assert codec.decode(data) == message
        assert codec.build(codec.describe(data, "to_device")) == data

    holds()
