"""What a meeting is, as people write it down: in a file, or on the secretary's page.

Theory. Both are this one form, judged by the same rules, and both become ``Configure``: the hub
knows no other meeting. Papers are not in the form, because they come and go by themselves.

Owns the form and everything that does not go together in it. Must not know rooms: a seat of a room
that never appears does no harm.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from edge.contract.base import RoomId, Text
from edge.contract.messages import FloorSettings, Mode, Role, SeatName
from edge.rules.floor import room_of
from hub.api.ballot_bodies import MotionBody
from hub.meeting.agenda import AgendaItem, Paper, Session
from hub.meeting.commands import Configure
from hub.meeting.motion import Member
from hub.meeting.wire import settings_of

SEATS_MOST = 2000
ITEMS_MOST = 100
BALLOTS_MOST = 200

ItemId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
Person = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(max_length=120)]


OUTSIDE_NAMED = 3
"""So many seats of rooms outside are named: it is one mistake, not one for each person."""


class Problem(NamedTuple):
    """Something that does not fit: where in the form, and what."""

    key: str
    what: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.key}: {self.what}" if self.key else self.what


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SeatEntry(_Closed):
    """One seat of the roster."""

    seat: SeatName = Field(description="room and number, such as main/12")
    name: Name = Field(default="", description="who sits there; empty when nobody in particular")
    role: Role | None = Field(
        default=None, description="goes before the role in the room's own file"
    )
    person: Person | None = Field(
        default=None, description="id of the person in votes; the seat's name unless it is given"
    )
    weight: int = Field(default=1, ge=1, le=1_000_000, description="of this person's vote")
    proxy: Person | None = Field(
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


class AgendaEntry(_Closed):
    """One item of the agenda."""

    id: ItemId = Field(description="what papers and ballots name it by")
    title: Text
    presenter: Name = Field(default="", description="who reports on it")
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = Field(
        default=None, description="how long it is meant to take"
    )


class MeetingForm(_Closed):
    """A whole meeting."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        default="Cuộc họp", description="what the meeting is called on every page"
    )
    when: str = Field(default="", description="local date and time, such as 2026-11-30T08:00")
    rooms: Annotated[list[RoomId], Field(max_length=100)] = Field(
        default_factory=list, description="rooms in which it sits; without any, all of them"
    )
    agenda: Annotated[list[AgendaEntry], Field(max_length=ITEMS_MOST)] = Field(
        default_factory=list, description="items in the order in which they are called"
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
    seats: Annotated[list[SeatEntry], Field(max_length=SEATS_MOST)] = Field(
        default_factory=list,
        description="names and roles; they are the list of voters. Without any, everybody who has "
        "a seat in a room is in it",
    )
    ballots: Annotated[list[MotionBody], Field(max_length=BALLOTS_MOST)] = Field(
        default_factory=list, description="what is voted on; item names the item it belongs to"
    )

    @field_validator("when")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        if value and datetime.fromisoformat(value).tzinfo is not None:
            raise ValueError("must be local time, without a zone")
        return value

    def digest(self) -> str:
        """Says whether two forms say the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def clashes(form: MeetingForm) -> list[Problem]:
    """Everything that does not go together, in the order of the form."""
    return [*_twice(form), *_outside(form), *_unknown_items(form), *_heavy_secrets(form)]


def _twice(form: MeetingForm) -> Iterator[Problem]:
    names = {
        "agenda.id": [item.id for item in form.agenda],
        "seats": [entry.seat for entry in form.seats],
        "seats.person": [entry.person or entry.seat for entry in form.seats],
        "ballots.id": [ballot.id for ballot in form.ballots],
    }
    for key, found in names.items():
        for each, count in Counter(found).items():
            if count > 1:
                yield Problem(key, f"{each} stands there twice")


def _outside(form: MeetingForm) -> Iterator[Problem]:
    """Whoever is in the list sits where the meeting does."""
    rooms = form.rooms or [room_of(entry.seat) for entry in form.seats]
    outside = [entry.seat for entry in form.seats if room_of(entry.seat) not in rooms]
    if outside:
        named = ", ".join(outside[:OUTSIDE_NAMED]) + (", …" if outside[OUTSIDE_NAMED:] else "")
        yield Problem("seats", f"the meeting does not sit where {named} is: choose the room too")


def _unknown_items(form: MeetingForm) -> Iterator[Problem]:
    known = {item.id for item in form.agenda}
    for ballot in form.ballots:
        if ballot.item and known and ballot.item not in known:
            yield Problem("ballots.item", f"{ballot.id} names {ballot.item}: no such agenda item")


def _heavy_secrets(form: MeetingForm) -> Iterator[Problem]:
    heavy = next((entry for entry in form.seats if entry.weight > 1), None)
    secret = next((ballot for ballot in form.ballots if ballot.kind == "secret"), None)
    if heavy is not None and secret is not None:
        yield Problem(
            "ballots",
            f"{secret.id} is secret, but {heavy.person or heavy.seat} has weight {heavy.weight}: "
            "a weight that few have says who chose what",
        )


def configure(
    form: MeetingForm,
    prepared: str = "",
    papers: Mapping[str, Iterable[Paper]] | None = None,
    session: Session | None = None,
    by: str = "",
) -> Configure:
    """The meeting as the hub takes it; ``papers`` by item, ``prepared`` is which one it is."""
    agenda = tuple(
        AgendaItem(e.id, e.title, e.presenter, e.minutes, tuple((papers or {}).get(e.id, ())))
        for e in form.agenda
    )
    said = [form.digest(), prepared, *(repr(item.papers) for item in agenda)]
    return Configure(
        source=hashlib.sha256("\n".join(said).encode()).hexdigest()[:16],
        title=form.title,
        mode=form.mode,
        max_open=form.max_open,
        queue_max=form.queue_max,
        names={entry.seat: entry.name for entry in form.seats if entry.name},
        roles={entry.seat: entry.role for entry in form.seats if entry.role is not None},
        settings=settings_of(form.settings),
        roster=tuple(_member(entry) for entry in form.seats),
        gate=form.attendance.gate,
        motions=tuple(ballot.motion(by_file=True) for ballot in form.ballots),
        agenda=agenda,
        rooms=tuple(form.rooms),
        prepared=prepared,
        session=session,
        by=by,
    )


def _member(entry: SeatEntry) -> Member:
    person = entry.person or entry.seat
    return Member(person, entry.seat, entry.name, entry.role, entry.weight, entry.proxy)


def problems_of(error: ValidationError) -> list[Problem]:
    """Everything that pydantic found: key, bound, and what stands there."""
    return [_problem(each) for each in error.errors(include_url=False)]


def _problem(found: Mapping[str, Any]) -> Problem:
    key = ".".join(str(part) for part in found["loc"])
    if found["type"] == "extra_forbidden":
        return Problem(key, "no such key")
    if found["type"] == "value_error":
        return Problem(key, str(found["ctx"]["error"]))
    try:
        shown = repr(str(found["input"])[:60])
    except (ValueError, RecursionError):  # a number with thousands of digits, a nest of lists
        shown = "more than can be shown"
    return Problem(key, f"{found['msg']} (is {shown})")
