"""What the hub knows for sure: everything here is the sum of committed events.

Owns the shape of the meeting. What rooms merely report of their devices is not here but on
``hub.board``: it is proved anew by each report and needs no record.
Times are seconds on the meeting's clock (``hub.clock``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from edge.contract.messages import Describe
from edge.contract.topics import seat_name
from edge.rules.ballot_journal import Journal
from edge.rules.floor import Floor, Role, room_of
from hub.meeting.agenda import AgendaItem, Session
from hub.meeting.care import Care
from hub.meeting.motion import Member, Motion
from hub.meeting.numbers import Numbers

BallotKey = tuple[str, int]
"""Ballot and generation."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """One room that has been heard of."""

    id: str
    online: bool = False
    since_s: float = 0.0
    """Since when it is online, or offline."""
    boot: str | None = None
    """The start of its controller that spoke last."""
    plan: Describe | None = None
    """How it described itself."""
    merged_boot: str | None = None
    merged_report: int = 0
    """The last report of its own floor that is part of the meeting's."""
    start: int = 0
    """Which start of its controller that is, counted inside ``epoch``; 0: it does not say."""
    epoch: str | None = None
    """Its outbox file: numbers of events count inside it."""
    heard: tuple[tuple[int, int], ...] = ()
    """Its events that have been decided, as ranges: first and last of each."""
    presses: Mapping[str, int] = field(default_factory=dict)
    """Number of the newest decided press by what it sets (``intents.subject_of``)."""

    @property
    def heard_seq(self) -> int:
        """Every event up to this number has been decided."""
        return Numbers(self.heard).upto

    def heard_extra(self, most: int) -> list[int]:
        """The newest events beyond ``heard_seq`` that have been decided too, in order."""
        upto, found = self.heard_seq, list[int]()
        for first, last in reversed(self.heard):
            if last > upto:
                found += range(last, max(first - 1, last - most + len(found)), -1)
        return found[::-1]

    @property
    def is_simulated(self) -> bool:
        """Some of its devices are: people may practise there."""
        return self.plan is not None and any(device.simulated for device in self.plan.devices)

    def has_device(self, ident: str, kind: str) -> bool:
        """The room described a device of this kind."""
        return self.plan is not None and any(
            device.id == ident and device.kind == kind for device in self.plan.devices
        )

    def has_scene(self, ident: str) -> bool:
        """The room described a scene of this name."""
        return self.plan is not None and any(scene.id == ident for scene in self.plan.scenes)


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who is there. Persons, holders of proxies among them."""

    gate: bool = False
    """Only who signed in is there; else everybody who has not left."""
    asked: bool = False
    """Seats ask people to sign in."""
    signed_in: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    def is_there(self, person: str) -> bool:
        """The person counts as there."""
        return person in self.signed_in if self.gate else person not in self.left


@dataclass(frozen=True, slots=True)
class Meeting:
    """The whole meeting."""

    title: str = ""
    source: str = ""
    """Which version of the meeting is in force: a digest of what it says."""
    prepared: str = ""
    """Which prepared meeting that is; empty: none of them."""
    begun_s: float = 0.0
    """When it took the place of another one."""
    session: Session | None = None
    rooms_sitting: tuple[str, ...] = ()
    """Rooms in which it sits; empty: all."""
    agenda: tuple[AgendaItem, ...] = ()
    item: str = ""
    """The item of the agenda at hand."""
    ended: frozenset[str] = frozenset()
    """Prepared meetings that are over."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names by seat, from the meeting's file."""
    assigned: Mapping[str, Role] = field(default_factory=dict)
    """Roles from the meeting's file; they go before what a room says of its seats."""
    floor: Floor = field(default_factory=Floor)
    fire_s: float = 0.0
    """When the newest fire that is known began: who acknowledged before meant an older one."""
    rev: int = 0
    """Counts the floors: a room never goes back to an older one."""
    plan_rev: int = 0
    """Counts changes of names, roles and rooms."""
    rooms: Mapping[str, Room] = field(default_factory=dict)
    roster: tuple[Member, ...] = ()
    """The list of the meeting's file; empty: everybody who has a seat in a room."""
    attendance: Attendance = field(default_factory=Attendance)
    motions: Mapping[str, Motion] = field(default_factory=dict)
    """What can be put to the vote: by id, in order."""
    ballots: Mapping[BallotKey, Journal] = field(default_factory=dict)
    """This meeting's ballots, in the order in which they began; past ones are in the store."""
    begun: Mapping[BallotKey, str] = field(default_factory=dict)
    """Every ballot that has begun in this meeting, and its stage by the events."""
    shown: BallotKey | None = None
    """The ballot that rooms are told of: the last one that was made ready."""
    damaged: Mapping[BallotKey, str] = field(default_factory=dict)
    """Ballots whose record does not hold, and why: nobody votes in them any more."""
    keys: Mapping[BallotKey, bytes] = field(default_factory=dict, repr=False)
    """Keys of the boxes of secret ballots that are not over."""
    past: frozenset[BallotKey] = frozenset()
    """Ballots that are done with (``hub.meeting.past``): their journals are not here."""

    def has_begun(self, ballot: str) -> bool:
        """There was a vote of this name, here or in a meeting before."""
        first = (ballot, 1)
        return first in self.ballots or first in self.past or first in self.damaged

    care: Care = field(default_factory=Care)

    def sits_in(self, room: str) -> bool:
        """The meeting takes place in that room; a room in which it does not leads itself."""
        return not self.rooms_sitting or room in self.rooms_sitting

    @property
    def identity(self) -> str:
        """Which meeting it is, however it is called; empty when it has ended.

        One of a file has no beginning of its own: it is the one since another went.
        """
        if self.session == "ended":
            return ""
        return self.prepared if self.session else f"{self.prepared} since {self.begun_s}"

    def has_seat(self, seat: str) -> bool:
        """A room described this seat, whether the meeting sits there or not."""
        room, _, number = seat.partition("/")
        plan = self.room(room).plan
        return plan is not None and any(str(place.number) == number for place in plan.seats)

    def members(self) -> tuple[Member, ...]:
        """The list: the roster, or who sits at the rooms' seats."""
        if self.roster:
            return self.roster
        return tuple(
            Member(seat, seat, self.names.get(seat, ""), role)
            for seat, role in self.floor.roles.items()
        )

    def members_in(self, rooms: Iterable[str]) -> dict[str, list[Member]]:
        """Who is in the list, by these rooms; nobody where the meeting does not sit."""
        found: dict[str, list[Member]] = {room: [] for room in rooms}
        if self.roster:
            for member in self.roster:
                room = room_of(member.seat)
                if room in found and self.sits_in(room):
                    found[room].append(member)
            return found
        for room, members in found.items():
            plan = self.room(room).plan if self.sits_in(room) else None
            for place in plan.seats if plan is not None else ():
                seat = seat_name(room, place.number)
                members.append(Member(seat, seat, self.names.get(seat, "")))
        return found

    def people_there(self) -> frozenset[str]:
        """Everybody in the list who counts as there, holders of proxies included."""
        there = self.attendance.is_there
        return frozenset(member.sitter for member in self.members() if there(member.sitter))

    def is_reachable(self, room: str) -> bool:
        """The room is online and its floor is part of the meeting's."""
        return self.room(room).online and room not in self.floor.lost_rooms

    def room(self, ident: str) -> Room:
        """The room, blank when it was never heard of."""
        return self.rooms.get(ident) or Room(ident)

    def names_in(self, room: str) -> dict[str, str]:
        """Names at the seats that the room described, by number as text."""
        return _at_seats(self.names, self.room(room)) if self.sits_in(room) else {}

    def roles_in(self, room: str) -> dict[str, Role]:
        """Roles at the seats that the room described, by number as text.

        In a room that leads itself they are those of the room.
        """
        known = self.room(room)
        roles = self.floor.roles if self.sits_in(room) else roles_of([known], {})
        return _at_seats(roles, known)


def _at_seats(told: Mapping[str, T], room: Room) -> dict[str, T]:
    """What is told of one room's seats: looked up by seat, because a site may have thousands."""
    places = room.plan.seats if room.plan is not None else []
    found = {str(place.number): told.get(seat_name(room.id, place.number)) for place in places}
    return {number: value for number, value in found.items() if value is not None}


def roles_of(rooms: Iterable[Room], assigned: Mapping[str, Role]) -> dict[str, Role]:
    """The role of every seat of those rooms that have described themselves."""
    roles: dict[str, Role] = {}
    for room in rooms:
        for place in room.plan.seats if room.plan is not None else ():
            seat = seat_name(room.id, place.number)
            roles[seat] = assigned.get(seat, place.role)
    return roles
