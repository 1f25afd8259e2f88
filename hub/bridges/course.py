"""The course of meetings as other systems are told of it: who came, who spoke, what was decided.

Theory. A fold over the record of events: ``step`` takes one after the other and gives the facts
that each of them completes. Export and webhook are the same fold, so both say the same, and both
say the same again after a restart.

Owns what a fact says. Pure; must not tell single votes, nor anything of a ballot that has not
been announced.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from edge.rules.ballot_journal import Journal
from edge.rules.floor import Turn
from hub.api.ballot_view import summary
from hub.meeting import events, session_events, vote_events
from hub.meeting.motion import Member
from hub.meeting.state import BallotKey
from hub.store.store import Stored

Json = dict[str, Any]

KINDS = (
    events.MeetingSet,
    events.FloorChanged,
    events.RoomMerged,
    vote_events.SignedIn,
    vote_events.BallotMoved,
    session_events.MeetingEnded,
)
"""Events that it is made of."""

NAMES = [events.name_of(kind) for kind in KINDS]

RESULT = (
    "item_id", "form", "members", "present", "present_by_room", "counts", "weights", "base",
    "needed", "outcome", "rooms_not_heard", "is_training", "announcement", "chain",
)  # fmt: skip
"""Of a result document: sums, never a person's vote, nor who was late or helped."""

JournalOf = Callable[[BallotKey], Awaitable[Journal | None]]


class Fact(NamedTuple):
    """Something that other systems are told once."""

    id: str
    """The number of its event, which of its facts it is, and when it was: the same at each telling,
    and not that of another fact whose event has the number after a backup was put back."""
    type: str
    """``meeting``, ``attendance``, ``speech`` or ``result``."""
    meeting: str
    data: Json


@dataclass(slots=True)
class Course:
    """Where the fold stands."""

    meeting: str = ""
    title: str = ""
    roster: tuple[Member, ...] = ()
    gate: bool = False
    names: dict[str, str] = field(default_factory=dict)
    speaking: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Seat, and since when: on the meeting's clock, and seconds since 1970."""
    clocks: dict[str, Turn] = field(default_factory=dict)
    """What was last known of these turns."""

    def step(self, stored: Stored, journal: Journal | None = None) -> list[Fact]:
        """One event; the facts that it completes. ``journal`` is of ``ballot_of(stored)``."""
        match stored.event:
            case events.MeetingSet() as given:
                found = self._set(given, stored)
            case session_events.MeetingEnded(prepared=ident, title=title):
                data = {"title": title, "state": "ended", "ts": _ts(stored.ts)}
                found = [("meeting", ident, data)]
            case vote_events.SignedIn() as given:
                found = [
                    ("attendance", self.meeting, self._person(person, given, stored.ts))
                    for person in given.people
                ]
            case events.FloorChanged() | events.RoomMerged() as given:
                found = self._turns(given.floor.speaking, given.at_s, stored.ts)
            case vote_events.BallotMoved(what="announced" | "annulled") as given:
                found = self._result(given, journal, stored.ts)
            case _:
                found = []
        when_ms = round(stored.ts * 1000)
        return [Fact(f"{stored.n}-{place}-{when_ms}", *each) for place, each in enumerate(found)]

    def _set(self, given: events.MeetingSet, stored: Stored) -> list[tuple[str, str, Json]]:
        is_new = given.prepared != self.meeting or given.session == "running"
        self.meeting, self.title = given.prepared, given.title
        self.roster, self.names = given.roster, dict(given.names)
        self.gate = given.gate
        if not is_new:
            return []
        data = {"title": given.title, "state": "begun", "ts": _ts(stored.ts)}
        return [("meeting", given.prepared, data)]

    def _person(self, person: str, given: vote_events.SignedIn, ts: float) -> Json:
        member = next((m for m in self.roster if m.sitter == person), None)
        return {
            "person": person,
            "seat": member.seat if member is not None else given.seat or person,
            "name": self._name(member, person),
            "present": given.present,
            "by": given.by,
            "ts": _ts(ts),
        }

    def _name(self, member: Member | None, seat: str) -> str:
        """Of who sits there; whoever holds a proxy is known by an id alone."""
        if member is None:
            return self.names.get(seat, "")
        return member.name if member.proxy is None else ""

    def _turns(
        self, speaking: tuple[Turn, ...], at_s: float, ts: float
    ) -> list[tuple[str, str, Json]]:
        now = {turn.seat: turn for turn in speaking}
        found = []
        for seat, (since_s, since_ts) in list(self.speaking.items()):
            if seat in now and now[seat].since_s == since_s:
                continue
            del self.speaking[seat]
            found.append(("speech", self.meeting, self._speech(seat, since_s, since_ts, at_s)))
        for seat, turn in now.items():
            self.speaking.setdefault(seat, (turn.since_s, ts - (at_s - turn.since_s)))
        self.clocks = now
        return found

    def _speech(self, seat: str, since_s: float, since_ts: float, at_s: float) -> Json:
        member = next((m for m in self.roster if m.seat == seat), None)
        turn = self.clocks.get(seat)
        paused_s = 0.0
        if turn is not None:
            still_s = 0.0 if turn.paused_at_s is None else at_s - turn.paused_at_s
            paused_s = turn.paused_s + still_s
        return {
            "person": member.sitter if member is not None else seat,
            "seat": seat,
            "name": self._name(member, seat),
            "begun_ts": _ts(since_ts),
            "ended_ts": _ts(since_ts + at_s - since_s),
            "spoken_s": round(max(0.0, at_s - since_s - paused_s), 1),
        }

    def _result(
        self, given: vote_events.BallotMoved, journal: Journal | None, ts: float
    ) -> list[tuple[str, str, Json]]:
        """What everybody may know of it; an annulment says no more than that."""
        about = {
            "vote_id": given.ballot,
            "generation": given.generation,
            "stage": given.what,
            "text": given.text.model_dump(),
            "ts": _ts(ts),
        }
        if journal is not None and str(journal.ballot.stage) == given.what == "announced":
            found = summary(journal)
            about |= {key: found[key] for key in RESULT}
        return [("result", self.meeting, about)]


def ballot_of(stored: Stored) -> BallotKey | None:
    """The ballot whose journal says what this event announces."""
    match stored.event:
        case vote_events.BallotMoved(what="announced") as given:
            return given.ballot, given.generation
        case _:
            return None


def _ts(ts: float) -> float:
    return round(ts, 3)
