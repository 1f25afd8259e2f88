"""The meeting's file: title, rules of the floor, who sits where with which role.

Owns the file's form and its error messages: one line naming file, key and bound. Must not
know rooms: a seat of a room that never appears does no harm.
"""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.contract.messages import FloorSettings, Mode, Role, SeatName
from hub.meeting.commands import Configure
from hub.meeting.wire import settings_of


class MeetingFileError(ValueError):
    """The meeting's file cannot be used; ``str()`` is one clear line."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SeatEntry(_Closed):
    """One seat of the roster."""

    seat: SeatName = Field(description="room and number, such as main/12")
    name: Annotated[str, Field(max_length=120)] = Field(
        default="", description="who sits there; empty when nobody in particular"
    )
    role: Role | None = Field(
        default=None, description="goes before the role in the room's own file"
    )


class SettingsTable(FloorSettings, _Closed):
    """How the floor is kept; ``edge/rules/settings.py`` says what each key means."""


class MeetingFile(_Closed):
    """The whole file."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        default="Cuộc họp", description="what the meeting is called on every page"
    )
    mode: Mode = Field(
        default="open",
        description="open: first come; override: the newest closes the oldest; request: the chair "
        "calls; voice: speaking opens; push_to_talk: open while held; chair_only: chairs alone",
    )
    max_open: int = Field(
        default=1, ge=1, le=25, description="microphones open at once, chairs not counted"
    )
    queue_max: int = Field(default=50, ge=0, le=200, description="longest queue")
    settings: SettingsTable = Field(
        default_factory=SettingsTable, description="speaking time, priority, limits by room"
    )
    seats: list[SeatEntry] = Field(default_factory=list, description="names and roles")


def parse(text: str, name: str) -> Configure:
    """The meeting that ``text`` describes; ``name`` is the file's, for messages.

    Raises:
        MeetingFileError: not TOML, an unknown key, a value out of its bounds, a seat twice.
    """
    try:
        found = MeetingFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MeetingFileError(f"{name}: not TOML: {error}") from error
    except ValidationError as error:
        raise MeetingFileError(f"{name}: {_first(error)}") from error
    seen: set[str] = set()
    for entry in found.seats:
        if entry.seat in seen:
            raise MeetingFileError(f"{name}: seats: {entry.seat} stands there twice")
        seen.add(entry.seat)
    return Configure(
        source=hashlib.sha256(found.model_dump_json().encode()).hexdigest()[:16],
        title=found.title,
        mode=found.mode,
        max_open=found.max_open,
        queue_max=found.queue_max,
        names={entry.seat: entry.name for entry in found.seats if entry.name},
        roles={entry.seat: entry.role for entry in found.seats if entry.role is not None},
        settings=settings_of(found.settings),
    )


def _first(error: ValidationError) -> str:
    """The first thing that is wrong: key, bound, and what stands there."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key}: no such key"
    return f"{key}: {first['msg']} (is {str(first['input'])[:60]!r})"


def load(path: Path | None) -> Configure:
    """The meeting of the file at ``path``; without one an open meeting without names.

    Raises:
        MeetingFileError: the file cannot be read or used.
    """
    if path is None:
        return parse("", "(no meeting file)")
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise MeetingFileError(f"{path}: cannot be read: {reason}") from error


def demo_file() -> Path:
    """The meeting that the demo holds."""
    return Path(str(resources.files("hub") / "demo_meeting.toml"))
