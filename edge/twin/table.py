"""What a twin's hardware sees, laid out for people.

Owns the columns. Must not ask a twin anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def show_table(show: Mapping[str, Any]) -> str:
    """The answer to ``show`` as tables: seats, cameras, displays, console, faults."""
    parts = [f"room {show['room']}"]
    for title, devices in (
        ("seat", show["seats"]),
        ("camera", show["cameras"]),
        ("display", show["displays"]),
    ):
        if devices:
            parts.append(_table(title, devices))
    if show["console"]:
        parts.append("\n".join(_console_lines(show["console"])))
    if show["audio"]:
        talking = ", ".join(map(str, show["audio"]["talking"]))
        parts.append(f"talking  {talking or 'nobody'}")
    faults = ", ".join(f"{device}: {fault}" for device, fault in show["faults"].items())
    parts.append(f"faults   {faults or 'none'}")
    return "\n\n".join(parts)


def _table(title: str, devices: Mapping[str, Mapping[str, Any]]) -> str:
    columns: list[str] = []
    for values in devices.values():
        columns += [key for key in values if key not in columns]
    rows = [[title, *columns]]
    for name, values in devices.items():
        rows.append([name, *(_word(values.get(column)) for column in columns)])
    return "\n".join(_aligned(rows))


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _console_lines(console: Mapping[str, Any]) -> Iterable[str]:
    for name, value in console.items():
        pairs = value.items() if isinstance(value, Mapping) else [("", value)]
        shown = "  ".join(f"{key} {_word(item)}".strip() for key, item in pairs)
        yield f"console {name:<9} {shown or '-'}"


def _word(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
