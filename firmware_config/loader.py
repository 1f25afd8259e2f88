"""Reads a room file, or says in one line what is wrong with it.

Owns the way from a name or a path to a checked ``RoomConfig``, and the wording of every
complaint: file, key, bound. Must not open a port: a file is judged whole before anything is.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from firmware_config.clashes import first_clash
from firmware_config.schema import RoomConfig, room_schema

ROOMS_DIR = Path(__file__).parent / "rooms"
"""The rooms that come with the project."""

FILE_LIMIT_BYTES = 1 << 20
"""A room of 250 seats needs a few per cent of this; what is larger is no room file."""

LINE_LIMIT = 400
"""Longest complaint, in characters: one line on a screen, or a few."""

_TOO_DEEP = "is not TOML: lists or tables nested too deeply"
_TOO_LONG = "a number in it has more digits than can be read"

Loc = tuple[int | str, ...]

_RANGE = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}
_LENGTH = {
    "too_short": ("min_length", "must have at least", "entries"),
    "too_long": ("max_length", "must have at most", "entries"),
    "string_too_short": ("min_length", "must have at least", "characters"),
    "string_too_long": ("max_length", "must have at most", "characters"),
}
_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


class RoomFileError(ValueError):
    """A room file that cannot be used; ``str()`` is one line naming file, key and bound."""

    def __init__(self, file: str, message: str) -> None:
        """Keep it to one printable line, whatever stands in the file."""
        line = " ".join(f"{file}: {message}".split())
        line = "".join(letter if letter.isprintable() else "?" for letter in line)
        super().__init__(line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 1] + "…")


def load_room(name_or_path: str | Path) -> RoomConfig:
    """Read the room ``main`` (one of those in ``rooms/``) or ``./any/path.toml``.

    Raises:
        RoomFileError: not a file, not TOML, or not a room; says which key and what it may be.
    """
    path = room_path(name_or_path)
    file = str(path)
    data = _parse(file, _read(path))
    try:
        # Through JSON, because strict JSON knows lists and texts only, as TOML does: no text is
        # taken for a number, but a list still makes a tuple.
        config = RoomConfig.model_validate_json(_as_json(file, data), strict=True)
    except ValidationError as error:
        raise RoomFileError(file, _first_complaint(error, data)) from None
    clash = first_clash(config)
    if clash is not None:
        raise RoomFileError(file, clash)
    return config


def room_path(name_or_path: str | Path) -> Path:
    """The file meant: a bare name is one of the project's rooms, all else is a path.

    Raises:
        RoomFileError: a bare name that no room has.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or text.endswith(".toml"):
        return Path(name_or_path)
    path = ROOMS_DIR / f"{text}.toml"
    if not path.is_file():
        known = sorted(entry.stem for entry in ROOMS_DIR.glob("*.toml"))
        raise RoomFileError(
            repr(text),
            "no such room; a room file of your own is given by its path, such as ./room.toml"
            + _hint(text, known),
        )
    return path


def _read(path: Path) -> bytes:
    try:
        if not path.exists():
            raise RoomFileError(str(path), "there is no such file")
        if not path.is_file():
            raise RoomFileError(str(path), "is not a file")
        if path.stat().st_size > FILE_LIMIT_BYTES:
            raise RoomFileError(str(path), f"is larger than {FILE_LIMIT_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise RoomFileError(str(path), f"cannot be read: {error.strerror}") from error


def _parse(file: str, raw: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RoomFileError(file, f"line {line} is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise RoomFileError(file, f"is not TOML: {error}") from error
    except RecursionError as error:
        raise RoomFileError(file, _TOO_DEEP) from error
    except ValueError as error:  # a number with thousands of digits
        raise RoomFileError(file, _TOO_LONG) from error


def _as_json(file: str, data: dict[str, Any]) -> str:
    try:
        return json.dumps(data, default=str)
    except RecursionError as error:  # a key with a thousand dots
        raise RoomFileError(file, _TOO_DEEP) from error
    except ValueError as error:  # the same number, written with 0x
        raise RoomFileError(file, _TOO_LONG) from error


def _first_complaint(error: ValidationError, data: dict[str, Any]) -> str:
    """The error to mend first: a misspelt key also makes the right one missing, so it leads."""
    errors: list[Any] = error.errors(include_url=False)
    errors.sort(key=lambda one: one["type"] != "extra_forbidden")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{_where(errors[0]['loc'], data)}: {_complaint(errors[0])}{more}"


def _where(loc: Loc, data: Any) -> str:
    """``seats[number=12].unit``: the place as a person finds it in the file."""
    text = ""
    for depth, part in enumerate(loc):
        if isinstance(part, int):
            entry = data[part] if isinstance(data, list) and part < len(data) else None
            text += f"[{_label(part, entry)}]"
            data = entry
        elif isinstance(data, dict) and part not in data and depth < len(loc) - 1:
            continue  # the tag of a union, which is no key of the file
        else:
            text += f".{part}" if text else part
            data = data.get(part) if isinstance(data, dict) else None
    return text or "the file"


def _label(index: int, entry: Any) -> str:
    if isinstance(entry, dict):
        for key in ("id", "number"):
            if isinstance(entry.get(key), str | int):
                return f"{key}={entry[key]}"
    return f"entry {index + 1}"


def _complaint(one: dict[str, Any]) -> str:
    """What is wrong and what would be right, from one of pydantic's errors."""
    kind, context, value = one["type"], one.get("ctx", {}), one["input"]
    if kind == "extra_forbidden":
        known = _known_keys(one["loc"])
        return f"unknown key{_hint(str(one['loc'][-1]), known)}"
    if kind == "missing":
        return "is missing"
    if kind in _RANGE:
        key, words = _RANGE[kind]
        return f"{words} {context[key]:g}, is {_shown(value)}"
    if kind in _LENGTH:
        key, words, what = _LENGTH[kind]
        return f"{words} {context[key]} {what}, is {_shown(value)}"
    if kind in _TYPES:
        return f"must be {_TYPES[kind]}, is {_shown(value)}"
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        expected = context.get("expected") or context.get("expected_tags")
        known = [word.strip("'") for word in str(expected).replace(" or ", ", ").split(", ")]
        return f"must be {expected}, is {_shown(value)}{_near(value, known)}"
    if kind == "union_tag_not_found":
        near = difflib.get_close_matches("driver", value, n=1) if isinstance(value, dict) else []
        return f"{near[0]}: unknown key; did you mean 'driver'?" if near else "driver is missing"
    if kind == "string_pattern_mismatch":
        return f"{_shown(value)} does not match {context['pattern']}"
    if kind == "value_error":
        return str(context["error"])
    return f"{one['msg']}, is {_shown(value)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def _near(word: Any, known: Iterable[str]) -> str:
    """The word probably meant, if ``word`` is one and is near."""
    near = difflib.get_close_matches(word, known, n=1) if isinstance(word, str) else []
    return f"; did you mean {near[0]!r}?" if near else ""


def _hint(word: str, known: Iterable[str]) -> str:
    """The word probably meant, or all that could be."""
    words = sorted(known)
    listed = f"; known here: {', '.join(words)}" if words else ""
    return _near(word, words) or listed


def _known_keys(loc: Loc) -> list[str]:
    """The keys that may stand where ``loc`` ends, from the schema itself."""
    schema = room_schema()
    nodes = [schema]
    for part in loc[:-1]:
        chosen = [node for node in nodes if _driver(node) == part]
        nodes = chosen or [
            branch for node in nodes for branch in _branches(_inside(node, part), schema["$defs"])
        ]
    return [key for node in nodes for key in node.get("properties", ())]


def _driver(node: dict[str, Any]) -> str | None:
    """The tag by which a union knows this table, which is no key of the file."""
    driver: str | None = node.get("properties", {}).get("driver", {}).get("const")
    return driver


def _inside(node: dict[str, Any], part: int | str) -> dict[str, Any]:
    if isinstance(part, int):
        found = node.get("items", {})
    else:
        named = node.get("properties", {}).get(part)
        any_name = next(iter(node.get("patternProperties", {}).values()), None)
        found = named or any_name or node.get("additionalProperties")
    return found if isinstance(found, dict) else {}


def _branches(node: dict[str, Any], definitions: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]]
    options = node.get("anyOf") or node.get("oneOf")
    if options is None:
        return [node]
    return [branch for option in options for branch in _branches(option, definitions)]
