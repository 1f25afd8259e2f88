"""Shure/DIS central unit lines: bytes to messages and back.

Owns the words of the external control protocol on TCP 3142 and their arguments. Must not know
sockets, time or who may speak. To the unit a line ends in CR, LF or both, in any case of
letters; from the unit it ends in CR LF. Source: Shure DCS 6000 and DIS-CCU user manuals.

The unit says nothing at all to a command that changes nothing: never wait for an echo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.core import fields as read
from drivers.core.errors import ProtocolError
from drivers.core.lines import LineDecoder
from drivers.shure_dis.commands import COMMANDS, Argument, Kind

LONGEST_LINE_BYTES = 512

_ENDINGS = {"to_device": "\r", "from_device": "\r\n"}
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?: (.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """One line: the command in small letters and its arguments, (name, value) in order.

    A command that the tables do not know keeps all it carries as one argument ``data``.
    """

    command: str
    arguments: tuple[tuple[str, int | str | bool], ...] = ()

    def __getitem__(self, name: str) -> int | str | bool:
        """The argument ``name``; KeyError when this command has none."""
        return dict(self.arguments)[name]


def encode(message: Message, direction: str = "to_device") -> bytes:
    """The line of ``message`` with the ending that belongs to ``direction``.

    Raises:
        ProtocolError: a part of it cannot be said on a line.
    """
    words = [message.command, *(_word(value) for _, value in message.arguments)]
    data = (" ".join(words) + _ENDINGS[direction]).encode()
    if decode(data) != message:
        raise ProtocolError("this message cannot be sent", got=data, wanted=str(decode(data)))
    return data


def _word(value: int | str | bool) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def decode(data: bytes) -> Message:
    """The message of exactly one line, its ending included.

    Bytes that are not UTF-8 (names out of older units) become U+FFFD: the seat matters more.

    Raises:
        ProtocolError: no line, or arguments that do not fit the command.
    """
    line = data.decode("utf-8", "replace")
    body = line.rstrip("\r\n")
    if line[len(body) :] not in ("\r", "\n", "\r\n"):
        raise ProtocolError("not one whole line", got=line, wanted="CR, LF or CR LF at the end")
    match = _LINE.fullmatch(body)
    if match is None or any(ord(character) < 0x20 for character in body):
        raise ProtocolError("no DIS line", got=line, wanted="a command, a space, data")
    command, rest = match[1].lower(), match[2]
    if command not in COMMANDS:
        return Message(command, () if rest is None else (("data", rest),))
    return Message(command, _arguments(command, rest))


def _arguments(command: str, rest: str | None) -> tuple[tuple[str, int | str | bool], ...]:
    specification = COMMANDS[command]
    words = [] if rest is None else rest.split(" ", max(len(specification) - 1, 0))
    needed = sum(1 for argument in specification if not argument.optional)
    if not needed <= len(words) <= len(specification):
        names = ", ".join(argument.name for argument in specification) or "no data"
        raise ProtocolError(f"{command}: wrong data", got=rest or "nothing", wanted=names)
    pairs = zip(specification[: len(words)], words, strict=True)
    return tuple((argument.name, _value(command, argument, word)) for argument, word in pairs)


def _value(command: str, argument: Argument, word: str) -> int | str | bool:
    where = f"{command}: {argument.name}"
    match argument.kind:
        case Kind.NUMBER:
            if not re.fullmatch(r"-?[0-9]{1,6}", word) or int(word) not in argument.range:
                wanted = f"{argument.range.start} to {argument.range.stop - 1}"
                raise ProtocolError(where, got=word, wanted=wanted)
            return int(word)
        case Kind.SWITCH:
            if word.lower() not in ("on", "off"):
                raise ProtocolError(where, got=word, wanted="on or off")
            return word.lower() == "on"
        case Kind.CHOICE:
            if word.lower() not in argument.choices:
                raise ProtocolError(where, got=word, wanted=", ".join(argument.choices))
            return word.lower()
        case Kind.TEXT:
            return word


class DisDecoder(LineDecoder[Message]):
    """Cuts what the unit says into messages; a line that fits nothing is dropped and counted."""

    def __init__(self) -> None:
        """Start with nothing heard; LF ends a line of the unit, CR before it is nothing."""
        super().__init__(
            b"\n", LONGEST_LINE_BYTES, lambda line: decode(line.removesuffix(b"\r") + b"\n")
        )


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One line as plain values. ``text`` is there when a command is spelled unusually.

    Raises:
        ProtocolError: ``data`` is not one good line, or not UTF-8.
    """
    message = decode(data)
    described: dict[str, Any] = {"command": message.command} | dict(message.arguments)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("not a text", got=data, wanted="UTF-8") from error
    if direction != "from_device" and encode(message) != data:
        described["text"] = text
    return described


def build(fields: dict[str, Any]) -> bytes:
    """The line to the unit that says ``fields``.

    Raises:
        ProtocolError: names the field that is missing, does not fit or contradicts the others.
    """
    spelled = read.text(fields, "text").encode() if "text" in fields else b""
    data = spelled or encode(_message(fields))
    read.check_agreement(fields, describe(data))
    return data


def _message(fields: Mapping[str, Any]) -> Message:
    command = read.text(fields, "command")
    if command not in COMMANDS:
        return Message(command, (("data", read.text(fields, "data")),) if "data" in fields else ())
    arguments: list[tuple[str, int | str | bool]] = []
    for argument in COMMANDS[command]:
        if argument.optional and argument.name not in fields:
            break
        value: int | str | bool
        match argument.kind:
            case Kind.NUMBER:
                least, most = argument.range.start, argument.range.stop - 1
                value = read.integer(fields, argument.name, least, most)
            case Kind.SWITCH:
                value = read.boolean(fields, argument.name)
            case Kind.CHOICE:
                value = read.choice(fields, argument.name, argument.choices)
            case Kind.TEXT:
                value = read.text(fields, argument.name)
        arguments.append((argument.name, value))
    return Message(command, tuple(arguments))
