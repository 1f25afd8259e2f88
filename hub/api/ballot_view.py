"""Ballots and attendance as pages show them.

Owns the form of the parts ``ballots`` and ``attendance``. Pure; must not decide when they are
told. Counts of a running vote are shown where its plan allows it (``interim``), never a name.
"""

from __future__ import annotations

from typing import Any

from edge.rules import plain
from edge.rules.ballot_journal import Journal, document
from edge.rules.ballot_plan import Plan
from edge.rules.ballot_state import HAS_RESULT, Ballot, Stage, interim
from hub.meeting.ballots import BUSY
from hub.meeting.motion import Motion
from hub.meeting.state import BallotKey, Meeting
from hub.outgoing_ballots import left_ms

Json = dict[str, Any]

LONG = ("entitled", "did_not_take_part", "ballots", "options", "text")
"""What of a result document stands in the document only: lists of people, and what is said
beside it already."""


class BallotViews:
    """Makes the part ``ballots``; what is over is made once."""

    def __init__(self) -> None:
        """Nothing has been made."""
        self._over: dict[BallotKey, tuple[Journal, Json]] = {}

    def part(self, meeting: Meeting, now_s: float) -> list[Json]:
        """Every ballot of this meeting, newest last, then items that nobody has been asked yet."""
        for key in self._over.keys() & meeting.past:
            del self._over[key]  # of a meeting that is over: no page shows it again
        begun = [
            self._ballot(journal, now_s)
            for key, journal in meeting.ballots.items()
            if key not in meeting.past
        ]
        damaged = [_damaged(key, meeting) for key in meeting.damaged if key not in meeting.past]
        drafts = [
            _motion(motion, meeting)
            for motion in meeting.motions.values()
            if not meeting.has_begun(motion.id)
        ]
        return [*damaged, *begun, *drafts]

    def _ballot(self, journal: Journal, now_s: float) -> Json:
        key = journal.ballot.plan.key
        made = self._over.get(key)
        if made is not None and made[0] is journal:
            return made[1]
        view = ballot_view(journal, now_s)
        if journal.ballot.stage not in BUSY:
            self._over[key] = journal, view
        return view


def ballot_view(journal: Journal, now_s: float) -> Json:
    """One ballot. ``voted`` and ``present`` are persons, ``counts`` null while they are hidden."""
    ballot = journal.ballot
    seen, quorum = interim(ballot), ballot.quorum()
    return {
        **_said(ballot.plan, str(ballot.stage)),
        "voted": seen.voted,
        "present": quorum.present,
        "members": quorum.members,
        "counts": None if seen.counts is None else dict(seen.counts),
        "quorum": {
            "needed": quorum.needed,
            "present": quorum.present,
            "met": quorum.met,
            "missing_roles": list(quorum.missing_roles),
        },
        "rooms_not_heard": _awaited(ballot),
        "remaining_ms": left_ms(ballot, now_s),
        "opened_ts": None if ballot.opened is None else ballot.opened.ts,
        "called": _called(ballot),
        "ending": plain.write(ballot.ending),
        "result": summary(journal) if ballot.stage in HAS_RESULT else None,
    }


def summary(journal: Journal) -> Json:
    """The result document without its lists of people."""
    return {key: value for key, value in document(journal).items() if key not in LONG}


def attendance_part(meeting: Meeting) -> Json:
    """Who is there. ``members`` and ``present`` count the list."""
    attendance = meeting.attendance
    people = {
        member.person: {
            "seat": member.seat,
            "name": member.name,
            "present": attendance.is_there(member.sitter),
        }
        for member in meeting.members()
    }
    return {
        "asked": attendance.asked,
        "gate": attendance.gate,
        "people": people,
        "present": sum(entry["present"] is True for entry in people.values()),
        "members": len(people),
    }


def _said(plan: Plan | Motion, stage: str) -> Json:
    return {
        "ballot": plan.id,
        "generation": plan.generation if isinstance(plan, Plan) else 1,
        "stage": stage,
        "kind": plan.kind,
        "text": plain.write(plan.text),
        "options": [{"id": option.id, **plain.write(option.label)} for option in plan.options],
        "press": plan.press,
    }


def _empty(about: Json, members: int) -> Json:
    return about | {
        "voted": 0,
        "present": 0,
        "members": members,
        "counts": None,
        "quorum": {"needed": 0, "present": 0, "met": False, "missing_roles": []},
        "rooms_not_heard": [],
        "remaining_ms": None,
        "opened_ts": None,
        "called": None,
        "ending": None,
        "result": None,
    }


def _motion(motion: Motion, meeting: Meeting) -> Json:
    return _empty(_said(motion, str(Stage.DRAFT)), len(meeting.members()))


def _damaged(key: BallotKey, meeting: Meeting) -> Json:
    ballot, generation = key
    text = {"vi": ballot, "en": ballot}
    known = meeting.motions.get(ballot)
    about = {
        "ballot": ballot,
        "kind": "open",
        "text": text,
        "options": [],
        "press": "last_press",
        **({} if known is None else _said(known, "")),
        "generation": generation,
        "stage": "damaged",
    }
    return _empty(about, 0)


def _awaited(ballot: Ballot) -> list[str]:
    """Rooms that have not handed in everything, once they were asked to."""
    is_asked = ballot.stage is Stage.CLOSING or ballot.stage in HAS_RESULT
    return ballot.rooms_not_heard() if is_asked else []


def _called(ballot: Ballot) -> Json | None:
    if not ballot.called:
        return None
    voter = ballot.plan.voters[ballot.called[-1]]
    return {"person": ballot.called[-1], "seat": voter.seat, "name": voter.name}
