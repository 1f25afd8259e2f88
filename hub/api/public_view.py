"""The meeting as delegates' pages and displays may see it: plain JSON values, much less of it.

Theory. Three hundred pages look on, so what they are told is little and changes rarely. No devices,
alerts or log; of ballots the one at hand, its counts only where its plan shows them while it runs
and after they are announced; of people who is there and who has voted, by seat, never what. Of a
secret ballot not even who. What a person wants to know of themselves, their own page reads from it.

Owns the form of this snapshot. Pure; must not decide when it is told.
"""

from __future__ import annotations

from typing import Any

from edge.contract import messages
from edge.rules.ballot_state import Ballot, Stage
from edge.rules.floor import Floor, room_of
from hub.api import views
from hub.api.ballot_view import ballot_view
from hub.board import Board
from hub.meeting.page_votes import source_of
from hub.meeting.state import Meeting, Room
from hub.meeting.wording import room_text

Json = dict[str, Any]

EVERY_DELEGATE = "delegate"
"""Reader of a paper that all who sit at the table have; a paper for some of them has its title
kept from the others too."""

BEFORE_ANYBODY_IS_ASKED = frozenset({Stage.DRAFT, Stage.WITHDRAWN})

PUBLISHED = frozenset({Stage.OPEN, Stage.PAUSED, Stage.CLOSING, Stage.ANNOUNCED})
"""Stages in which the counts that ``interim`` gives may be seen; in between and after an
annulment they are the chair's."""


def meeting_part(meeting: Meeting) -> Json:
    """Title, mode, limits and agenda, with the papers that every delegate may read."""
    part = views.meeting_part(meeting)
    for item in part["agenda"]:
        item["papers"] = [
            {key: value for key, value in paper.items() if key != "readers"}
            for paper in item["papers"]
            if not paper["readers"] or EVERY_DELEGATE in paper["readers"]
        ]
    return part


def ballots_part(meeting: Meeting, now_s: float) -> list[Json]:
    """The ballot at hand, or the last one; none before anybody is asked."""
    journal = meeting.ballots.get(meeting.shown) if meeting.shown is not None else None
    if journal is None or journal.ballot.stage in BEFORE_ANYBODY_IS_ASKED:
        return []
    ballot, view = journal.ballot, ballot_view(journal, now_s)
    is_published = ballot.stage in PUBLISHED or ballot.plan.show_interim
    if not is_published or ballot.stage is Stage.ANNULLED:
        view |= {"counts": None, "result": None}
    if ballot.stage is not Stage.ANNOUNCED:
        view["result"] = None
    elif view["result"] is not None:
        view["result"] = {k: v for k, v in view["result"].items() if k != "late_ballots"}
    picks = {"picks_min": ballot.plan.picks_min, "picks_max": ballot.plan.picks_max}
    return [view | picks]


def attendance_part(meeting: Meeting) -> Json:
    """How many are there; who is, says each seat."""
    there = meeting.attendance.is_there
    members = meeting.members()
    return {
        "asked": meeting.attendance.asked,
        "gate": meeting.attendance.gate,
        "people": {},
        "present": sum(there(member.sitter) for member in members),
        "members": len(members),
    }


def seats_part(meeting: Meeting, board: Board) -> dict[str, Json]:
    """By seat: whether somebody is there, whence its vote came, whether its microphone is open.

    ``vote`` is ``key``, ``hand``, or the press of the page that it came from; null before it, and
    always in a secret ballot. ``open`` stands at seats that have the floor: what the unit proved.
    """
    there = meeting.attendance.is_there
    found: dict[str, Json] = {
        member.seat: {"present": there(member.sitter), "vote": None} for member in meeting.members()
    }
    for seat, source in _votes(meeting).items():
        found.setdefault(seat, {"present": None})["vote"] = source
    for seat in _speaking(meeting.floor):
        found.setdefault(seat, {"present": None, "vote": None})["open"] = _is_open(board, seat)
    return found


def room_part(meeting: Meeting, room: Room, *, online: bool) -> Json:
    """A room: its name, whether it can be reached, who sits where."""
    plan, roles = room.plan, meeting.roles_in(room.id)
    places = plan.seats if plan is not None else []
    return {
        "id": room.id,
        "title": room_text(room.id, meeting).model_dump(),
        "online": online,
        "since_ms": int(room.since_s * 1000),
        "sits": meeting.sits_in(room.id),
        "plan": {
            "seats": [
                {
                    "number": place.number,
                    "role": roles.get(str(place.number), place.role),
                }
                for place in places
            ],
            "devices": [],
        },
        "names": meeting.names_in(room.id),
        "alerts": {},
    }


def _votes(meeting: Meeting) -> dict[str, str]:
    journal = meeting.ballots.get(meeting.shown) if meeting.shown is not None else None
    if journal is None or journal.ballot.is_secret:
        return {}
    ballot: Ballot = journal.ballot
    found: dict[str, str] = {}
    for person, held in ballot.held():
        seat = ballot.plan.voters[person].seat
        if seat is not None:
            found[seat] = source_of(held)
    return found


def _speaking(floor: Floor) -> list[str]:
    return [turn.seat for turn in floor.speaking]


def _is_open(board: Board, seat: str) -> bool | None:
    room, _, number = seat.partition("/")
    state = board.room(room_of(seat)).states.get("seats")
    if not board.room(room).online() or not isinstance(state, messages.SeatsState):
        return None
    actual = state.seats.get(number)
    return actual.microphone if actual is not None and actual.health == "ok" else None
