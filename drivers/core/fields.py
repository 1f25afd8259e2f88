"""Reads the values of a frame that somebody typed: right type, right range, or a clear line.

Owns what every codec's ``build()`` needs to turn a dict of fields (from JSON) into a frame.
Must not know any protocol.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from drivers.core.errors import ProtocolError

Fields = Mapping[str, Any]
"""A frame as plain JSON values, the way the golden files and the ``wire`` tool show it."""


def integer(fields: Fields, key: str, least: int, most: int) -> int:
    """The whole number ``fields[key]``.

    Raises:
        ProtocolError: it is missing, no whole number, or outside ``least`` to ``most``.
    """
    value = _required(fields, key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ProtocolError(f"{key}: {value!r} does not fit", wanted=f"{least} to {most}")
    return value


def boolean(fields: Fields, key: str) -> bool:
    """The truth value ``fields[key]``.

    Raises:
        ProtocolError: it is missing or something else.
    """
    value = _required(fields, key)
    if not isinstance(value, bool):
        raise ProtocolError(f"{key}: {value!r} does not fit", wanted="true or false")
    return value


def text(fields: Fields, key: str) -> str:
    """The text ``fields[key]``.

    Raises:
        ProtocolError: it is missing or no text.
    """
    value = _required(fields, key)
    if not isinstance(value, str):
        raise ProtocolError(f"{key}: {value!r} does not fit", wanted="text")
    return value


def choice(fields: Fields, key: str, choices: Collection[str]) -> str:
    """The word ``fields[key]``, one of ``choices``.

    Raises:
        ProtocolError: it is missing or none of them.
    """
    value = _required(fields, key)
    if not isinstance(value, str) or value not in choices:
        raise ProtocolError(f"{key}: {value!r} is not known", wanted=", ".join(sorted(choices)))
    return value


def check_agreement(fields: Fields, described: Fields) -> None:
    """Everything said twice must say the same, so that a value edited in one place is not lost.

    Args:
        fields: what somebody asked for.
        described: what the frame built from it says of itself.

    Raises:
        ProtocolError: names the first field in which they differ.
    """
    for key in fields:
        if key in described and fields[key] != described[key]:
            raise ProtocolError(
                f"{key}: {fields[key]!r} contradicts the other fields", wanted=repr(described[key])
            )


def _required(fields: Fields, key: str) -> object:
    if key not in fields:
        raise ProtocolError(f"{key}: this field is missing")
    value: object = fields[key]
    return value
