"""LG commercial display frames: bytes to messages and back.

Owns ``c1 c2 SP id SP data CR`` to the set and ``c2 SP id SP OK|NG data x`` from it. Must not
know ports, time or what a display should do. Source: LG manuals M4210, 42WS50 and 55WV70.

A reply ends in the letter x and may begin with it, and carries only the second letter of the
command: it is found by its whole pattern, never by splitting at x, and who reads it must
know what was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from drivers.core import fields as read
from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError
from drivers.lg_rs232 import commands

MOST_SETS = 99
MOST_DATA_CHARACTERS = 64

_COMMAND_END = ord("\r")
_REPLY_END = ord("x")
_COMMAND = r"([a-z]{2}) ([0-9A-Fa-f]{1,2}) ([0-9A-Fa-f]{1,2}(?: [0-9A-Fa-f]{1,2}){0,15})\r"
_REPLY = rf"([a-z]) ([0-9A-Fa-f]{{1,2}}) (OK|NG)([ -wyz]{{0,{MOST_DATA_CHARACTERS}}})x"
_COMMAND_TEXT = re.compile(_COMMAND)
_REPLY_TEXT = re.compile(_REPLY)
# The greedy start finds the last frame that ends here, so an unfinished one does not spoil it.
_COMMAND_LAST = re.compile(b".*" + _COMMAND.encode() + rb"\Z", re.DOTALL)
_REPLY_LAST = re.compile(b".*" + _REPLY.encode() + rb"\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """To a set: ``command`` two letters, ``set_id`` 1 to 99 or 0 for all, ``data`` as sent."""

    command: str
    set_id: int
    data: str

    @property
    def query(self) -> bool:
        """It asks and sets nothing."""
        return self.data.lower() == commands.READ


@dataclass(frozen=True, slots=True)
class Reply:
    """From a set. With ``ok`` False, data 01 is an illegal code, 02 not supported, 03 wait."""

    command2: str
    set_id: int
    ok: bool
    data: str


Message = Command | Reply


def encode(message: Message) -> bytes:
    """The frame of ``message``, the id as two small hex digits.

    Raises:
        ProtocolError: a part of it cannot be said in a frame.
    """
    if isinstance(message, Command):
        text = f"{message.command} {message.set_id:02x} {message.data}\r"
    else:
        verdict = "OK" if message.ok else "NG"
        text = f"{message.command2} {message.set_id:02x} {verdict}{message.data}x"
    data = text.encode()
    if decode(data) != message:
        raise ProtocolError("this message cannot be sent", got=data, wanted=str(decode(data)))
    return data


def decode(data: bytes) -> Message:
    """The message of exactly one frame.

    Raises:
        ProtocolError: neither a command nor a reply, or a set id above 99.
    """
    text = data.decode("ascii", "replace")
    if match := _COMMAND_TEXT.fullmatch(text):
        return Command(match[1], _set_id(match[2]), match[3])
    if match := _REPLY_TEXT.fullmatch(text):
        return Reply(match[1], _set_id(match[2]), match[3] == "OK", match[4])
    raise ProtocolError("no LG frame", got=text, wanted="'ka 01 ff' CR, or 'a 01 OK01x'")


def _set_id(digits: str) -> int:
    number = int(digits, 16)
    if number > MOST_SETS:
        raise ProtocolError(f"set id {number} does not exist", got=digits, wanted="00 to 63 hex")
    return number


class LgDecoder(Collector):
    """Finds commands and replies by their pattern in a stream that may be noisy."""

    buffer_limit = 128

    def feed(self, data: bytes) -> list[Message]:
        """Take a piece of the stream, give every message that is now complete."""
        messages = []
        for byte in data:
            if len(self._buffer) == self.buffer_limit:
                del self._buffer[0]
                self.dropped_bytes += 1
            self._buffer.append(byte)
            message = self._ended_by(byte)
            if message is not None:
                messages.append(message)
        return messages

    def _ended_by(self, byte: int) -> Message | None:
        if byte == _COMMAND_END:
            match = _COMMAND_LAST.match(self._buffer)
        elif byte == _REPLY_END:
            match = _REPLY_LAST.match(self._buffer)
        else:
            return None
        if match is None:
            return None
        start = match.start(1)
        try:
            message = decode(bytes(self._buffer[start:]))
        except ProtocolError:
            return None
        self.dropped_bytes += start
        self._buffer.clear()
        return message


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One frame as plain values. ``text`` is there when the frame is spelled unusually.

    A reply tells only the second letter; where several commands share it, ``may_be`` lists
    their names and ``name`` is the likeliest.

    Raises:
        ProtocolError: ``data`` is not one good frame, or cannot go in ``direction``.
    """
    message = decode(data)
    sender = "to_device" if isinstance(message, Command) else "from_device"
    if direction not in ("", sender):
        raise ProtocolError(f"this frame is never sent {direction}", got=data, wanted=sender)
    if isinstance(message, Command):
        described = _describe_command(message)
    else:
        described = _describe_reply(message)
    return described if encode(message) == data else described | {"text": data.decode()}


def _describe_command(command: Command) -> dict[str, Any]:
    name = commands.name_of(command.command)
    described: dict[str, Any] = {
        "command": command.command,
        "set_id": command.set_id,
        "data": command.data,
        "query": command.query,
        "name": name,
    }
    value = None if command.query else commands.value_of(name, command.data)
    if value is not None:
        described["value"] = value
    if command.set_id == 0:
        described["broadcast"] = True
    return described


def _describe_reply(reply: Reply) -> dict[str, Any]:
    names = commands.names_of_reply(reply.command2)
    described: dict[str, Any] = {
        "command2": reply.command2,
        "set_id": reply.set_id,
        "ok": reply.ok,
        "data": reply.data,
        "name": names[0],
    }
    value = commands.value_of(names[0], reply.data) if reply.ok else None
    if value is not None:
        described["value"] = value
    if len(names) > 1:
        described["may_be"] = names
    return described


def build(fields: dict[str, Any]) -> bytes:
    """The frame of ``fields``; instead of ``data`` a command may give ``value`` or ``query``.

    Raises:
        ProtocolError: names the field that is missing, does not fit or contradicts the others.
    """
    set_id = read.integer(fields, "set_id", 0, MOST_SETS)
    if "text" in fields:
        data = read.text(fields, "text").encode()
    elif "command2" in fields:
        letter = read.text(fields, "command2")
        data = encode(Reply(letter, set_id, read.boolean(fields, "ok"), read.text(fields, "data")))
    else:
        data = encode(Command(read.text(fields, "command"), set_id, _data(fields)))
    read.check_agreement(fields, describe(data))
    return data


def _data(fields: read.Fields) -> str:
    if "data" in fields:
        return read.text(fields, "data")
    if fields.get("query") is True:
        return commands.READ
    name = commands.name_of(read.text(fields, "command"))
    data = commands.data_for(name, fields.get("value"))
    if data is None:
        raise ProtocolError(f"value: {fields.get('value')!r} is not known for {name}")
    return data
