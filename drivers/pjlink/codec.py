"""PJLink lines: bytes to messages and back, authentication included.

Owns greetings, commands, answers and the digests in front of a first command. Must not know
sockets, passwords at rest, time or what a projector should do. Lines are UTF-8 and end in CR
alone. Source: PJLink specification 1.04 (2013), 2.00 (2017) and 2.10 (2024).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from drivers.core import fields as read
from drivers.core.errors import ProtocolError
from drivers.core.lines import LineDecoder
from drivers.pjlink import answers

END = b"\r"
MOST_PARAM_BYTES = 128
LONGEST_LINE_BYTES = 96 + 7 + MOST_PARAM_BYTES
"""A proof of SHA-256, then ``%1BODY`` with its separator, then the parameter."""

SEARCH_BODIES = frozenset({"SRCH", "ACKN", "LKUP"})
"""Bodies that exist on UDP 4352 only."""

_MD5_HEX = 32
_SHA256_RANDOM_HEX = 32

_GREETING = re.compile(r"PJLINK (?:(0)|1 ([0-9A-Fa-f]{8})|2 ([0-9A-Fa-f]{32}))")
_LINE = re.compile(
    r"(?P<proof>(?:[0-9A-Fa-f]{96}|[0-9A-Fa-f]{32})?)"
    r"%(?P<class>[1-9])(?P<body>[A-Z0-9]{4})(?P<separator>[ =]?)(?P<param>[^\x00-\x1f\x7f]*)"
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """The projector speaks first. ``auth`` is none, md5 or sha256; ``random`` as it sent it."""

    auth: str
    random: str = ""


@dataclass(frozen=True, slots=True)
class AuthError:
    """Wrong password, or an authentication it does not know; the projector closes now."""


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """The controller asks for SHA-256 instead of answering an MD5 greeting."""


@dataclass(frozen=True, slots=True)
class Command:
    """To a projector; ``param`` is ``?`` for a question and None when there is none at all.

    ``proof`` stands in front of the first command of an authenticated connection: see
    ``md5_proof`` and ``sha256_proof``.
    """

    klass: int
    body: str
    param: str | None
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """From a projector: the answer to a command, or a notification over UDP."""

    klass: int
    body: str
    param: str

    @property
    def error(self) -> str | None:
        """``ERR1`` unknown, ``ERR2`` bad parameter, ``ERR3`` not now, ``ERR4`` failure."""
        return self.param if re.fullmatch(r"ERR[1-4A]", self.param) else None


Message = Greeting | AuthError | AuthRequest | Command | Answer


def md5_proof(random: str, password: str) -> str:
    """What proves the password under MD5: 32 hex digits over random and password."""
    return hashlib.md5((random + password).encode(), usedforsecurity=False).hexdigest()


def sha256_proof(server_random: str, client_random: str, password: str) -> str:
    """What proves the password under SHA-256: our random, then the digest.

    Args:
        server_random: 32 hex digits of the projector's greeting.
        client_random: 32 hex digits of our own, new for each connection.
        password: as configured on the projector.

    Raises:
        ProtocolError: a random is not 32 hex digits.
    """
    for random in (server_random, client_random):
        if not re.fullmatch(r"[0-9A-Fa-f]{32}", random):
            raise ProtocolError("a random that is none", got=random, wanted="32 hex digits")
    mixed = f"{int(server_random, 16) ^ int(client_random, 16):032x}"
    return client_random + hashlib.sha256((mixed + password).encode()).hexdigest()


def encode(message: Message) -> bytes:
    """The line of ``message``, CR included.

    Raises:
        ProtocolError: a part of it cannot be said on a line.
    """
    match message:
        case Greeting(auth="none"):
            line = "PJLINK 0"
        case Greeting(auth=auth, random=random):
            line = f"PJLINK {({'md5': 1, 'sha256': 2}).get(auth, auth)} {random}"
        case AuthError():
            line = "PJLINK ERRA"
        case AuthRequest():
            line = "PJLINK 2"
        case Answer(klass, body, param):
            line = f"%{klass}{body}={param}"
        case Command(klass, body, param, proof):
            line = f"{proof}%{klass}{body}" + ("" if param is None else f" {param}")
    data = line.encode() + END
    if decode(data) != message:
        raise ProtocolError("this message cannot be sent", got=data, wanted=str(decode(data)))
    return data


def decode(data: bytes) -> Message:
    """The message of exactly one line, CR included.

    Raises:
        ProtocolError: not one whole line of the protocol.
    """
    if not data.endswith(END) or END in data[:-1]:
        raise ProtocolError("not one whole line", got=data, wanted="CR at the end, and only there")
    try:
        line = data[:-1].decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("not a text", got=data, wanted="UTF-8") from error
    if line.startswith("PJLINK"):
        return _greeting(line)
    match = _LINE.fullmatch(line)
    if match is None:
        raise ProtocolError(
            "no PJLink line",
            got=line,
            wanted="%, class digit, four capitals; no control characters",
        )
    return _command_or_answer(line, match)


def _greeting(line: str) -> Message:
    if line == "PJLINK ERRA":
        return AuthError()
    if line == "PJLINK 2":
        return AuthRequest()
    match = _GREETING.fullmatch(line)
    if match is None:
        raise ProtocolError(
            "no greeting", got=line, wanted="PJLINK 0, 1 with 8 or 2 with 32 hex digits, or ERRA"
        )
    if match[1]:
        return Greeting("none")
    return Greeting("md5", match[2]) if match[2] else Greeting("sha256", match[3])


def _command_or_answer(line: str, match: re.Match[str]) -> Command | Answer:
    klass, body, separator, param = int(match["class"]), match["body"], match[4], match["param"]
    if len(param.encode()) > MOST_PARAM_BYTES:
        raise ProtocolError("the parameter is too long", got=line, wanted="at most 128 bytes")
    if separator == "=":
        if match["proof"]:
            raise ProtocolError("an answer carries no digest", got=line, wanted="% first")
        return Answer(klass, body, param)
    if not separator and param:
        raise ProtocolError("no separator after the body", got=line, wanted="a space or =")
    return Command(klass, body, param if separator else None, match["proof"])


class PjlinkDecoder(LineDecoder[Message]):
    """Cuts a connection into messages; a line that says nothing known is dropped and counted."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        # A projector that adds LF to its CR thereby only sends an empty line more.
        super().__init__(b"\r\n", LONGEST_LINE_BYTES, lambda line: decode(line + END))


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """One line as plain values. The line itself tells its direction.

    Raises:
        ProtocolError: ``data`` is not one good line, or cannot go in ``direction``.
    """
    message = decode(data)
    sender = "to_device" if isinstance(message, Command | AuthRequest) else "from_device"
    if direction not in ("", sender):
        raise ProtocolError(f"this line is never sent {direction}", got=data, wanted=sender)
    match message:
        case Greeting(auth, random):
            return {"kind": "greeting", "auth": auth} | ({"random": random} if random else {})
        case AuthError():
            return {"kind": "auth_error"}
        case AuthRequest():
            return {"kind": "auth_request", "auth": "sha256"}
        case Answer(klass, body, param):
            meaning = answers.meaning(body, param)
            return {"kind": "answer", "class": klass, "body": body, "param": param} | meaning
        case Command():
            return _describe_command(message)


def _describe_command(command: Command) -> dict[str, Any]:
    said: dict[str, Any] = {"class": command.klass, "body": command.body}
    if command.param is not None:
        said["param"] = command.param
    if command.body in SEARCH_BODIES:
        said["transport"] = "udp"
    if not command.proof:
        return {"kind": "command"} | said
    said = {"kind": "authenticated_command"} | said
    if len(command.proof) == _MD5_HEX:
        return said | {"auth": "md5", "digest": command.proof}
    return said | {
        "auth": "sha256",
        "client_random": command.proof[:_SHA256_RANDOM_HEX],
        "digest": command.proof[_SHA256_RANDOM_HEX:],
    }


def prove(described: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Adds to a described line what its digest proves: the password and the random used.

    Args:
        described: what ``describe`` said.
        known: fields that somebody claims for the same line.

    Raises:
        ProtocolError: the digest was not made of the claimed password and random.
    """
    secrets = ("random", "server_random", "password")
    claimed = {key: known[key] for key in secrets if key in known and key not in described}
    if described.get("kind") != "authenticated_command" or "password" not in claimed:
        return described
    expected = _proof(described | claimed, without_digest=True)[-len(described["digest"]) :]
    if expected != described["digest"].lower():
        raise ProtocolError(
            "digest: not made of this password and random", got=described["digest"], wanted=expected
        )
    return described | claimed


def build(fields: dict[str, Any]) -> bytes:
    """The line of ``fields``. A digest may be given, or is computed from random and password.

    Raises:
        ProtocolError: names the field that is missing, does not fit or contradicts the others.
    """
    kind = fields.get("kind", "command")
    message: Message
    match kind:
        case "greeting":
            auth = read.choice(fields, "auth", ("none", "md5", "sha256"))
            message = Greeting(auth, "" if auth == "none" else read.text(fields, "random"))
        case "auth_error":
            message = AuthError()
        case "auth_request":
            message = AuthRequest()
        case "answer":
            message = Answer(*_head(fields), read.text(fields, "param"))
        case "command" | "authenticated_command":
            param = read.text(fields, "param") if "param" in fields else None
            proof = _proof(fields) if kind == "authenticated_command" else ""
            message = Command(*_head(fields), param, proof)
        case _:
            raise ProtocolError(f"kind: {kind!r} is not known", wanted="command, greeting, answer")
    data = encode(message)
    read.check_agreement(fields, prove(describe(data), fields))
    return data


def _head(fields: read.Fields) -> tuple[int, str]:
    return read.integer(fields, "class", 1, 9), read.text(fields, "body")


def _proof(fields: read.Fields, without_digest: bool = False) -> str:
    sha256 = fields.get("auth") == "sha256" or "client_random" in fields
    ours = read.text(fields, "client_random") if sha256 else ""
    if "digest" in fields and not without_digest:
        return ours + read.text(fields, "digest")
    password = read.text(fields, "password")
    if sha256:
        return sha256_proof(read.text(fields, "server_random"), ours, password)
    return md5_proof(read.text(fields, "random"), password)
