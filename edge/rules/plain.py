"""Frozen data classes as plain JSON data, and back with one clear line for what does not fit.

Owns the two directions. Keys that a class does not know are ignored, keys without a default
must be there. A class says its bounds in ``__post_init__`` with ``ValueError("key: what, what
may stand there")``; the path in front is added here. Must not know any class by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

SHOWN_CHARACTERS = 60
"""So much of a wrong value is repeated in a complaint."""


class PlainError(ValueError):
    """Data that does not fit; the text names the key, what stands there, and what may."""


def write(value: object) -> Any:
    """``value`` as JSON knows it: sets sorted, tuples as lists, classes as objects."""
    kind: Any = type(value)
    if kind in _AS_IT_IS:
        return value
    names = _names(kind)
    if names is not None:
        return {name: write(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): write(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(write(item) for item in value)
    if isinstance(value, tuple | list):
        return [write(item) for item in value]
    return str(value) if isinstance(value, str) else value


_AS_IT_IS = frozenset({str, int, float, bool, NoneType})


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of a data class or named tuple, None for everything else."""
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    return getattr(kind, "_fields", None) if issubclass(kind, tuple) else None


def snake(kind: type) -> str:
    """The name of a class as records have it: ``all_off`` of ``AllOff``."""
    return "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")


def read(kind: type[T], data: object, where: str) -> T:
    """One ``kind`` made of ``data``; ``where`` is its place, for complaints.

    Raises:
        PlainError: something is missing, of another type, or out of bounds.
    """
    made: T = _read(kind, data, where)
    return made


def shown(value: object) -> str:
    """A wrong value, for a complaint: printable, on one line, not too long."""
    text = ascii(value) if not isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 3] + "..."


def _read(kind: Any, data: object, where: str) -> Any:
    if kind is Any or kind is object:
        return data
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _read_optional(kind, data, where)
    if origin is Literal:
        if any(data is choice or data == choice for choice in get_args(kind)):
            return data
        allowed = ", ".join(str(choice) for choice in get_args(kind))
        raise PlainError(f"{where}: {shown(data)}, must be one of {allowed}")
    if origin in (tuple, frozenset):
        return origin(
            _read(get_args(kind)[0], item, f"{where}[{index}]")
            for index, item in enumerate(_of(list, data, where, "a list"))
        )
    if origin is not None and issubclass(origin, Mapping):
        found = _of(dict, data, where, "an object")
        return {
            key: _read(get_args(kind)[1], item, f"{where}.{key}") for key, item in found.items()
        }
    if kind in _SIMPLE:
        return _SIMPLE[kind](data, where)
    return _read_class(kind, data, where)


def _read_optional(kind: Any, data: object, where: str) -> Any:
    if data is None:
        return None
    (inner,) = (each for each in get_args(kind) if each is not NoneType)
    return _read(inner, data, where)


def _read_class(kind: Any, data: object, where: str) -> Any:
    found = _of(dict, data, where, "an object")
    arguments = {}
    for name, (hint, is_needed) in _shape(kind).items():
        if name in found:
            arguments[name] = _read(hint, found[name], f"{where}.{name}")
        elif is_needed:
            raise PlainError(f"{where}.{name}: missing")
    try:
        return kind(**arguments)
    except ValueError as error:
        raise PlainError(f"{where}.{error}") from error


@cache
def _shape(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Per key: the type, and whether it must be there."""
    hints = get_type_hints(kind)
    if is_dataclass(kind):
        return {
            field.name: (
                hints[field.name],
                field.default is MISSING and field.default_factory is MISSING,
            )
            for field in fields(kind)
        }
    return {name: (hints[name], name not in kind._field_defaults) for name in kind._fields}


def _of(kind: type[T], data: object, where: str, called: str) -> T:
    # Exactly this type: true is no number here.
    if type(data) is not kind:
        raise PlainError(f"{where}: {shown(data)}, must be {called}")
    return data


def _number(data: object, where: str) -> float:
    if type(data) not in (int, float) or not math.isfinite(data):  # type: ignore[arg-type]
        raise PlainError(f"{where}: {shown(data)}, must be a number")
    return data  # type: ignore[return-value]


_SIMPLE: dict[Any, Callable[[object, str], Any]] = {
    int: lambda data, where: _of(int, data, where, "a whole number"),
    str: lambda data, where: _of(str, data, where, "text"),
    bool: lambda data, where: _of(bool, data, where, "true or false"),
    float: _number,
}
