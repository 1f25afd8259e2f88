"""What line protocols and typed fields share: bounded lines, and values that must fit."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.core import fields as read
from drivers.core.errors import ProtocolError
from drivers.core.lines import LineDecoder


def test_lines_end_at_any_terminator_and_empty_ones_are_nothing() -> None:
    lines = LineDecoder(b"\r\n", 8, bytes)
    assert lines.feed(b"\r\n\none\r\ntwo\nth") == [b"one", b"two"]
    assert lines.buffered_bytes == 2
    assert lines.feed(b"ree\r") == [b"three"]
    assert (lines.buffered_bytes, lines.dropped_bytes) == (0, 0)


def test_a_line_of_exactly_the_limit_is_a_line() -> None:
    assert LineDecoder(b"\n", 8, bytes).feed(b"12345678\n") == [b"12345678"]


def test_an_overlong_line_is_dropped_whole() -> None:
    lines = LineDecoder(b"\n", 8, bytes)
    assert lines.feed(b"123456789 and its tail\nnext\n") == [b"next"]
    assert lines.dropped_bytes == len("123456789 and its tail")
    assert lines.buffered_bytes == 0


@pytest.mark.parametrize("value", [None, True, "3", 3.0, 0, 10])
def test_integer_refuses(value: Any) -> None:
    with pytest.raises(ProtocolError, match=r"^seat: .*1 to 9"):
        read.integer({"seat": value}, "seat", 1, 9)


def test_each_reader_gives_its_value_or_names_the_field() -> None:
    fields = {"seat": 9, "on": False, "name": "An", "mode": "fifo"}
    assert read.integer(fields, "seat", 1, 9) == 9
    assert read.boolean(fields, "on") is False
    assert read.text(fields, "name") == "An"
    assert read.choice(fields, "mode", ("auto", "fifo")) == "fifo"
    for reader in (read.boolean, read.text):
        with pytest.raises(ProtocolError, match=r"^seat: 9"):
            reader(fields, "seat")
        with pytest.raises(ProtocolError, match=r"^none: this field is missing"):
            reader(fields, "none")
    with pytest.raises(ProtocolError, match="wanted auto, vox"):
        read.choice(fields, "mode", ("vox", "auto"))


def test_what_is_said_twice_must_agree() -> None:
    described = {"seat": 9, "mode": "fifo"}
    read.check_agreement({"seat": 9, "remark": "not in the frame"}, described)
    with pytest.raises(ProtocolError, match=r"^mode: 'auto' contradicts"):
        read.check_agreement({"seat": 9, "mode": "auto"}, described)
