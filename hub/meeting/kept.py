"""The meeting as one JSON document, and back: as far as it follows from events.

Theory. What a start would make of all events up to one of them can be kept instead of making it
again. Left out is what the store has beside the events: journals and keys of ballots, and which
events of rooms have been heard.

Owns the form. Must not know where it is kept, nor whether it may be believed (``hub.snapshots``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from pydantic import TypeAdapter

from edge.rules.floor import Floor, Role
from hub.meeting.agenda import AgendaItem, Session
from hub.meeting.care import Care
from hub.meeting.care_events import AlarmAcknowledged, CheckEnded
from hub.meeting.events import FloorNow, floor_now, with_floor
from hub.meeting.motion import Member
from hub.meeting.state import Attendance, BallotKey, Meeting, Room
from hub.meeting.vote_events import KeptMotion

BESIDE = ("ballots", "damaged", "keys")
"""Fields of a meeting that do not follow from its events."""


@dataclass(frozen=True, slots=True)
class KeptCare:
    """``Care`` without its keys, which follow from what they stand for."""

    screens: frozenset[str]
    seen: tuple[AlarmAcknowledged, ...]
    checks: Mapping[str, CheckEnded]


@dataclass(frozen=True, slots=True)
class KeptMeeting:
    """``Meeting`` in types that JSON has. Fields of the same name mean the same."""

    title: str
    source: str
    prepared: str
    begun_s: float
    session: Session | None
    rooms_sitting: tuple[str, ...]
    agenda: tuple[AgendaItem, ...]
    item: str
    ended: frozenset[str]
    names: Mapping[str, str]
    assigned: Mapping[str, Role]
    floor: FloorNow
    roles: Mapping[str, Role]
    """Of the floor: every seat that exists."""
    fire_s: float
    rev: int
    plan_rev: int
    rooms: tuple[Room, ...]
    roster: tuple[Member, ...]
    attendance: Attendance
    motions: tuple[KeptMotion, ...]
    begun: tuple[tuple[BallotKey, str], ...]
    shown: BallotKey | None
    past: frozenset[BallotKey]
    care: KeptCare


_FORM = TypeAdapter(KeptMeeting)


def write(meeting: Meeting) -> str:
    """The document."""
    kept: dict[str, Any] = {
        each.name: getattr(meeting, each.name)
        for each in fields(Meeting)
        if each.name not in BESIDE
    }
    care = meeting.care
    return _FORM.dump_json(
        KeptMeeting(
            **kept
            | {
                "floor": floor_now(meeting.floor),
                "roles": dict(meeting.floor.roles),
                "rooms": tuple(replace(room, heard=()) for room in meeting.rooms.values()),
                "motions": tuple(meeting.motions.values()),
                "begun": tuple(meeting.begun.items()),
                "care": KeptCare(care.screens, tuple(care.seen.values()), care.checks),
            }
        )
    ).decode()


def read(document: str) -> Meeting:
    """The meeting again.

    Raises:
        ValueError: the document does not fit.
    """
    kept = _FORM.validate_json(document)
    found: dict[str, Any] = {each.name: getattr(kept, each.name) for each in fields(KeptMeeting)}
    seen = {(event.room, event.alert): event for event in kept.care.seen}
    found |= {
        "floor": with_floor(Floor(roles=found.pop("roles")), kept.floor),
        "rooms": {room.id: room for room in kept.rooms},
        "motions": {motion.id: motion for motion in kept.motions},
        "begun": dict(kept.begun),
        "care": Care(kept.care.screens, seen, kept.care.checks),
    }
    return Meeting(**found)
