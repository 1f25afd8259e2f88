"""A switcher's lines: bytes to messages and back, by the words of a dialect.

Owns the framing (lines that end in LF, CR before it) and what a line means. Must not know
ports, time, or which picture is wanted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from drivers.core import fields as read
from drivers.core.errors import ProtocolError
from drivers.core.lines import LineDecoder
from drivers.switcher.dialects import DIALECTS, Dialect

LONGEST_LINE_BYTES = 200
INPUT_MOST = 9999


@dataclass(frozen=True, slots=True)
class Tied:
    """This input is on that output now; None: it has a single one."""

    input: int
    output: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to the question: this input."""

    input: int


@dataclass(frozen=True, slots=True)
class Failed:
    """It said no."""

    code: str


@dataclass(frozen=True, slots=True)
class Line:
    """Anything else: a copyright notice, a signal that came or went."""

    text: str


Message = Tied | Told | Failed | Line


def read_line(line: bytes, dialect: Dialect) -> Message:
    """What a line without its end says.

    Raises:
        ProtocolError: it is no printable text.
    """
    try:
        text = line.decode("ascii").strip("\r ")
    except UnicodeDecodeError as error:
        raise ProtocolError("no text", got=line, wanted="printable ASCII") from error
    if not text.isprintable() or not text:
        raise ProtocolError("no text", got=line, wanted="printable ASCII")
    if (found := re.fullmatch(dialect.tied, text)) is not None:
        groups = found.groupdict()
        output = groups.get("output")
        return Tied(int(groups["input"]), None if output is None else int(output))
    if (found := re.fullmatch(dialect.told, text)) is not None:
        return Told(int(found["input"]))
    if (found := re.fullmatch(dialect.refused, text)) is not None:
        return Failed(found["code"])
    return Line(text)


class SwitcherDecoder(LineDecoder[Message]):
    """Cuts what a switcher says into messages."""

    def __init__(self, dialect: Dialect) -> None:
        """Start with nothing heard."""
        super().__init__(b"\n", LONGEST_LINE_BYTES, lambda line: read_line(line, dialect))


def encode_select(dialect: Dialect, source: int, output: int) -> bytes:
    """The bytes that put an input on an output."""
    return dialect.select.format(input=source, output=output).encode("ascii")


def encode_ask(dialect: Dialect, output: int) -> bytes:
    """The bytes that ask what is on an output."""
    return dialect.ask.format(output=output, input=0).encode("ascii")


# For the wire tool and the golden frames: the words of the matrix, the richer of the two ------

MATRIX = DIALECTS["extron-matrix"]
_SELECT = re.compile(rb"0{0,2}(\d{1,4})\*0{0,2}(\d{1,4})!")
_ASK = re.compile(rb"0{0,2}(\d{1,4})%")
_NAMES = ("select", "ask", "tied", "told", "failed", "line")


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One frame of a matrix as plain values; a command has no line end, an answer has.

    Raises:
        ProtocolError: it is neither.
    """
    if (found := _SELECT.fullmatch(data)) is not None and direction != "from_device":
        return {"name": "select", "input": int(found[1]), "output": int(found[2])}
    if (found := _ASK.fullmatch(data)) is not None and direction != "from_device":
        return {"name": "ask", "output": int(found[1])}
    if direction == "to_device" or data[-2:] != b"\r\n" or len(data) > LONGEST_LINE_BYTES:
        raise ProtocolError("no command or line of a switcher", got=data, wanted="3*1! or a line")
    said = read_line(data[:-2], MATRIX)
    match said:
        case Tied():
            return {"name": "tied", "input": said.input, "output": said.output}
        case Told():
            return {"name": "told", "input": said.input}
        case Failed():
            return {"name": "failed", "code": said.code}
        case Line():
            return {"name": "line", "text": said.text}


def build(fields: dict[str, Any]) -> bytes:
    """The frame of ``fields``, as ``describe`` gives them; numbers are written as we send them.

    Raises:
        ProtocolError: names the field that is missing or does not fit.
    """
    name = read.choice(fields, "name", _NAMES)
    if name == "line":
        data = f"{read.text(fields, 'text')}\r\n".encode()
    elif name == "failed":
        data = f"E{read.text(fields, 'code')}\r\n".encode()
    elif name == "ask":
        data = encode_ask(MATRIX, read.integer(fields, "output", 0, INPUT_MOST))
    else:
        source = read.integer(fields, "input", 0, INPUT_MOST)
        if name == "told":
            data = f"{source:02d}\r\n".encode()
        else:
            output = read.integer(fields, "output", 0, INPUT_MOST)
            data = encode_select(MATRIX, source, output)
            if name == "tied":
                data = f"Out{output:02d} In{source:02d} All\r\n".encode()
    read.check_agreement(fields, describe(data))
    return data
