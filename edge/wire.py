"""``phonghop-edge wire``: names frames, makes frames, and checks files of frames.

Owns the table of protocols and how frames are typed and shown. Must not know what any frame
means: every codec offers ``describe(data, direction)`` and ``build(fields)`` for that, and may
offer ``prove(described, known)`` where a frame holds only a digest of what it says.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from drivers.core.errors import ProtocolError

EXIT_OK = 0
EXIT_DOES_NOT_HOLD = 1
EXIT_USAGE = 2

DIRECTIONS = ("to_device", "from_device")


class Codec(Protocol):
    """What the module of a protocol offers to this tool."""

    def describe(self, data: bytes, direction: str = "") -> dict[str, Any]:
        """One frame as fields; raises ProtocolError."""
        ...

    def build(self, fields: dict[str, Any]) -> bytes:
        """The frame of fields; raises ProtocolError."""
        ...


@dataclass(frozen=True, slots=True)
class Wire:
    """One protocol: where its codec lives, and whether people write it as text."""

    module: str
    is_text: bool = False

    def codec(self) -> Codec:
        """The codec, loaded when it is first needed."""
        return cast(Codec, importlib.import_module(self.module))

    def show(self, data: bytes) -> str:
        """Bytes the way people and the golden files write them."""
        return data.decode(errors="replace") if self.is_text else data.hex(" ").upper()


WIRES: Mapping[str, Wire] = {
    "visca_serial": Wire("drivers.visca.codec"),
    "visca_ip": Wire("drivers.visca.ip"),
    "pelco_d": Wire("drivers.pelco_d.codec"),
    "pjlink": Wire("drivers.pjlink.codec", is_text=True),
    "samsung_mdc": Wire("drivers.samsung_mdc.codec"),
    "lg_rs232": Wire("drivers.lg_rs232.codec", is_text=True),
    "modbus_rtu": Wire("drivers.delegate_unit.modbus"),
    "shure_dis": Wire("drivers.shure_dis.codec", is_text=True),
    "televic_ascii": Wire("drivers.televic.codec", is_text=True),
    "switcher": Wire("drivers.switcher.codec", is_text=True),
    "taiden": Wire("drivers.taiden.codec"),
}


class UsageError(ValueError):
    """What was typed cannot be read; nothing was said about any frame yet."""


def add_parser(subparsers: Any) -> None:
    """Adds ``wire`` with its three commands; ``args.run(args)`` then gives the exit code."""
    wire = subparsers.add_parser("wire", help="decode, encode and check frames of a device")
    commands = wire.add_subparsers(dest="wire_command", required=True)
    protocols = "protocol: " + ", ".join(WIRES)

    decode = commands.add_parser("decode", help="say what one frame means")
    decode.add_argument("protocol", help=protocols)
    decode.add_argument("frame", help="hex bytes, or text with escapes such as \\r")
    decode.add_argument("--direction", choices=DIRECTIONS, default="", help="who sends it")
    decode.set_defaults(run=_guarded(_decode))

    encode = commands.add_parser("encode", help="make one frame")
    encode.add_argument("protocol", help=protocols)
    encode.add_argument("fields", help="JSON object, as decode --json prints it or its fields")
    encode.set_defaults(run=_guarded(_encode))

    check = commands.add_parser("check", help="decode and encode every frame of a file")
    check.add_argument("file", type=Path, help="JSON file: protocol, frames with hex or text")
    check.set_defaults(run=_guarded(_check))

    for command in (decode, encode, check):
        command.add_argument("--json", action="store_true", help="print JSON")


def _guarded(
    command: Callable[[argparse.Namespace], int],
) -> Callable[[argparse.Namespace], int]:
    """``command`` with every error said in one line on stderr."""

    def run(args: argparse.Namespace) -> int:
        try:
            return command(args)
        except (UsageError, ProtocolError) as error:
            line = " ".join(str(error).split())
            sys.stderr.write(f"phonghop-edge wire {args.wire_command}: {line}\n")
            return EXIT_USAGE if isinstance(error, UsageError) else EXIT_DOES_NOT_HOLD

    return run


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _decode(args: argparse.Namespace) -> int:
    wire = _wire(args.protocol)
    data, fields = _describe_typed(wire, args.frame, args.direction)
    if args.json:
        about = {"protocol": args.protocol, "direction": args.direction or None}
        _say(_json(about | _forms(wire, data) | {"fields": fields}))
        return EXIT_OK
    _say(f"{args.protocol}  {_escaped(wire.show(data))}")
    width = max(map(len, fields), default=0)
    for key, value in fields.items():
        _say(f"  {key:<{width}}  {_plain(value)}")
    return EXIT_OK


def _encode(args: argparse.Namespace) -> int:
    wire = _wire(args.protocol)
    try:
        fields = json.loads(args.fields)
    except ValueError as error:
        raise UsageError(f"this is no JSON: {error}") from error
    if isinstance(fields, dict) and isinstance(fields.get("fields"), dict):
        fields = fields["fields"]
    if not isinstance(fields, dict):
        raise UsageError('wanted a JSON object such as {"name": "power", "value": "on"}')
    data = wire.codec().build(fields)
    _say(_json(_forms(wire, data)) if args.json else _escaped(wire.show(data)))
    return EXIT_OK


def _check(args: argparse.Namespace) -> int:
    protocol, frames = _read_file(args.file)
    wire = _wire(protocol)
    results = [check_frame(wire, frame, f"frame {at}") for at, frame in enumerate(frames, 1)]
    failed = sum(1 for result in results if not result["ok"])
    if args.json:
        _say(_json(results))
    else:
        width = max((len(result["id"]) for result in results), default=0)
        for result in results:
            verdict = "ok    " if result["ok"] else "FAILED"
            _say(f"{verdict}  {result['id']:<{width}}  {_remark(result)}".rstrip())
        _say(f"{protocol}: {len(results) - failed} of {len(results)} frames ok")
    return EXIT_DOES_NOT_HOLD if failed else EXIT_OK


def _remark(result: dict[str, Any]) -> str:
    if "error" in result:
        return str(result["error"])
    decoded = ", ".join(f"{key} {_plain(value)}" for key, value in result["decoded"].items())
    unconfirmed = ", ".join(result.get("unconfirmed", ()))
    return decoded + (f"; not in the frame: {unconfirmed}" if unconfirmed else "")


def check_frame(wire: Wire, frame: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Decodes one frame of a file, compares it with its ``fields`` and encodes it again.

    Args:
        wire: the protocol of the file.
        frame: ``hex`` or ``text``, and if known ``id``, ``direction`` and ``fields``.
        name: the id of a frame that has none.

    Returns:
        ``id``, ``ok``, ``decoded`` and ``reencoded`` (None unless sent to the device); with
        ``error`` when it does not hold, and with ``unconfirmed`` when the file claims fields
        that the frame itself does not tell.

    Raises:
        UsageError: the entry is not shaped like a frame.
    """
    data, known, direction = _entry(wire, frame, name)
    result: dict[str, Any] = {
        "id": str(frame.get("id", name)),
        "ok": False,
        "decoded": None,
        "reencoded": None,
    }
    malformed = known.get("malformed") is True
    codec = wire.codec()
    try:
        decoded = codec.describe(data, direction)
        result["decoded"] = decoded
        prove = getattr(codec, "prove", None)
        if prove is not None:
            decoded = result["decoded"] = prove(decoded, known)
        if direction == "to_device" and not malformed:
            again = codec.build(decoded)
            result["reencoded"] = wire.show(again)
            if again != data:
                raise ProtocolError("encoded again it differs", got=again, wanted=wire.show(data))
    except ProtocolError as error:
        if not (malformed and result["decoded"] is None):
            return result | {"error": str(error)}
        decoded = result["decoded"] = {"malformed": True, "error": str(error)}
    for key in known:
        if key in decoded and known[key] != decoded[key]:
            wrong = f"{key}: the file says {_plain(known[key])}, the frame {_plain(decoded[key])}"
            return result | {"error": wrong}
    if bool(decoded.get("malformed", False)) != malformed:
        return result | {"error": "malformed: the file and the frame do not agree on it"}
    unconfirmed = [key for key in known if key not in decoded]
    return result | {"ok": True} | ({"unconfirmed": unconfirmed} if unconfirmed else {})


def _entry(wire: Wire, frame: Mapping[str, Any], name: str) -> tuple[bytes, Mapping[str, Any], str]:
    known, direction = frame.get("fields", {}), frame.get("direction", "")
    if not isinstance(known, dict):
        raise UsageError(f"{name}: fields: wanted an object")
    if direction not in ("", *DIRECTIONS):
        raise UsageError(f"{name}: direction: {direction!r}, wanted to_device or from_device")
    if isinstance(frame.get("text"), str):
        return frame["text"].encode(), known, direction
    data = _from_hex(str(frame.get("hex", "")))
    if not data:
        raise UsageError(f"{name}: wanted hex bytes in 'hex' or characters in 'text'")
    return data, known, direction


def _read_file(file: Path) -> tuple[str, list[dict[str, Any]]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{file}: no JSON: {error}") from error
    frames = content.get("frames") if isinstance(content, dict) else None
    if not isinstance(frames, list) or not all(isinstance(frame, dict) for frame in frames):
        raise UsageError(f"{file}: frames: wanted a list of objects")
    return str(content.get("protocol", "")), frames


def _wire(protocol: str) -> Wire:
    if protocol not in WIRES:
        raise UsageError(f"protocol {protocol!r} is not known, wanted one of {', '.join(WIRES)}")
    return WIRES[protocol]


def _describe_typed(wire: Wire, typed: str, direction: str) -> tuple[bytes, dict[str, Any]]:
    """The bytes that were meant and their fields. A text protocol may be typed as hex too."""
    describe = wire.codec().describe
    as_hex = _from_hex(typed)
    if not wire.is_text:
        if not as_hex:
            raise UsageError(f"{typed[:48]!r} is no hex, wanted pairs of digits such as 81 01 FF")
        return as_hex, describe(as_hex, direction)
    as_text = _unescaped(typed)
    try:
        return as_text, describe(as_text, direction)
    except ProtocolError:
        if not as_hex:
            raise
    return as_hex, describe(as_hex, direction)


def _from_hex(typed: str) -> bytes | None:
    """Bytes of ``81 01 FF``, ``8101ff``, ``0x81, 0x01`` and the like; None when it is no hex."""
    digits = re.sub(r"0[xX]|\\x|[\s,:]", "", typed)
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return None


_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.?)", re.DOTALL)
_ESCAPED = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\", '"': '"', "/": "/"}


def _unescaped(typed: str) -> bytes:
    r"""Text in which ``\r``, ``\x0D`` and ``\u000D`` stand for the characters they name."""

    def character(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            return chr(int(code[1:], 16))
        if code not in _ESCAPED:
            raise UsageError(f"\\{code} is no escape, wanted \\r \\n \\t \\\\ \\xNN or \\uNNNN")
        return _ESCAPED[code]

    try:
        return _ESCAPE.sub(character, typed).encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"a character that cannot be sent: {error.reason}") from error


def _escaped(text: str) -> str:
    """Text on one line: control characters as escapes that ``_unescaped`` reads."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')


def _forms(wire: Wire, data: bytes) -> dict[str, str | None]:
    return {"hex": data.hex(" ").upper(), "text": wire.show(data) if wire.is_text else None}


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
