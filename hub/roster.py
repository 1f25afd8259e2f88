"""The meeting's file: title, rules of the floor, who sits where, what is voted on.

Owns the file's form and its error messages: one line naming file, key and bound. Must not
know rooms: a seat of a room that never appears does no harm.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.contract.messages import FloorSettings, Mode, Role, SeatName
from hub.api.ballot_bodies import MotionBody
from hub.meeting.commands import Configure
from hub.meeting.motion import Member
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
    person: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="id of the person in votes; the seat's name unless it is given"
    )
    weight: int = Field(default=1, ge=1, le=1_000_000, description="of this person's vote")
    proxy: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="who sits there instead and, where a ballot allows it, votes"
    )


class AttendanceTable(_Closed):
    """Whether people must sign in."""

    gate: bool = Field(
        default=False,
        description="true: only who signed in is there and may vote; false: everybody in the list "
        "is there until they are signed out",
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
    attendance: AttendanceTable = Field(default_factory=AttendanceTable)
    seats: list[SeatEntry] = Field(
        default_factory=list,
        description="names and roles; they are the list of voters. Without any, everybody who has "
        "a seat in a room is in it",
    )
    ballots: list[MotionBody] = Field(default_factory=list, description="what is voted on")


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
    roster = tuple(_member(entry) for entry in found.seats)
    for key, names in {
        "seats": [entry.seat for entry in found.seats],
        "seats.person": [member.person for member in roster],
        "ballots.id": [ballot.id for ballot in found.ballots],
    }.items():
        twice = next((each for each, count in Counter(names).items() if count > 1), None)
        if twice is not None:
            raise MeetingFileError(f"{name}: {key}: {twice} stands there twice")
    heavy = next((member for member in roster if member.weight > 1), None)
    secret = next((ballot for ballot in found.ballots if ballot.kind == "secret"), None)
    if heavy is not None and secret is not None:
        raise MeetingFileError(
            f"{name}: ballots: {secret.id} is secret, but {heavy.person} has weight "
            f"{heavy.weight}: a weight that few have says who chose what"
        )
    return Configure(
        source=hashlib.sha256(found.model_dump_json().encode()).hexdigest()[:16],
        title=found.title,
        mode=found.mode,
        max_open=found.max_open,
        queue_max=found.queue_max,
        names={entry.seat: entry.name for entry in found.seats if entry.name},
        roles={entry.seat: entry.role for entry in found.seats if entry.role is not None},
        settings=settings_of(found.settings),
        roster=roster,
        gate=found.attendance.gate,
        motions=tuple(ballot.motion(by_file=True) for ballot in found.ballots),
    )


def _member(entry: SeatEntry) -> Member:
    person = entry.person or entry.seat
    return Member(person, entry.seat, entry.name, entry.role, entry.weight, entry.proxy)


def _first(error: ValidationError) -> str:
    """The first thing that is wrong: key, bound, and what stands there."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key}: no such key"
    if first["type"] == "value_error":
        return f"{key}: {first['ctx']['error']}"
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
