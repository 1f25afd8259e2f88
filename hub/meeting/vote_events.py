"""What happened to ballots and to attendance, as pages and minutes read of it.

A ballot's own record is its journal: votes are there and not here.

Owns these events. Fields may be added with a default, never renamed or removed. Must not hold a
choice, or the time of a mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from edge.contract.messages import Text
from edge.rules import plain
from hub.meeting.motion import Motion

KeptMotion = Annotated[
    Motion,
    PlainSerializer(plain.write),
    PlainValidator(lambda data: plain.read(Motion, data, "motion")),
]
"""A motion as it stands in a record."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """These people came, or left. ``seat`` and ``room`` if it was one of them, at a seat."""

    at_s: float
    people: tuple[str, ...]
    present: bool
    by: str
    seat: str | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True)
class AttendanceAsked:
    """Seats are asked to sign in, or no longer."""

    at_s: float
    asked: bool
    by: str


@dataclass(frozen=True, slots=True)
class MotionPlanned:
    """An item is on the list of votes."""

    at_s: float
    motion: KeptMotion
    by: str


@dataclass(frozen=True, slots=True)
class BallotMoved:
    """Something happened to a ballot that people should read of; its journal is the record.

    Attributes:
        what: the stage it is in now, or ``called``, ``recused``, ``quorum_lost``,
            ``quorum_reached``.
        text: what is voted on.
        person: who was called or recused.
    """

    at_s: float
    ballot: str
    generation: int
    what: str
    by: str
    text: Text
    person: str = ""


@dataclass(frozen=True, slots=True)
class VoteRefused:
    """A press that was not taken as a vote, by its room or by us. Never with the choice."""

    at_s: float
    ballot: str
    generation: int
    seat: str
    room: str
    code: str


@dataclass(frozen=True, slots=True)
class BoxRefused:
    """A room's box of secret votes cannot be opened, or does not fit the votes."""

    at_s: float
    ballot: str
    generation: int
    room: str
    why: str
