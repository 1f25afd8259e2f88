"""Ballots that leave the memory of the hub, and which input needs one of them back.

Theory. A ballot belongs to the meeting in which it began. When another meeting begins, the ballots
before it are *past*: their journals are in the store alone, and of each the meeting keeps only that
it was there, because no other may have its name. A meeting that never ends keeps its newest. All
of this follows from events, so a start comes to the same. Whoever decides on an input that names a
past ballot gets its journal from the store first, and lets go of it afterwards: a room that was
away hands in late votes, a result is announced, a vote is taken again.

A past ballot never has the rooms' keys, and never gets them again: what it knows of who is there is
old. To vote on it again is a new generation.

Owns what is past. Must not read a store.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules.ballot import DURING
from edge.rules.ballot_state import Stage
from hub.meeting.inputs import BallotOrder, EventHeard, HandVote, Input, PageVote, VoteAgain
from hub.meeting.state import BallotKey, Meeting
from hub.meeting.vote_events import BallotMoved

KEPT_MOST = 200
"""Ballots of one meeting in memory; no sitting has as many."""

_STAGES = frozenset(str(stage) for stage in Stage)
_HAS_KEYS = frozenset(str(stage) for stage in (Stage.READY_CHECK, *DURING))
_ENDED = frozenset({"announced", "aborted", "annulled", "withdrawn"})

_OF_BALLOTS = frozenset({"vote", "mark", "drained", "ballot"})
"""Kinds of rooms' events that are decided by the ballot they name."""


def moved(meeting: Meeting, event: BallotMoved) -> Meeting:
    """A ballot has come to another stage."""
    key = (event.ballot, event.generation)
    if event.what not in _STAGES or key in meeting.past:
        return meeting
    shown = key if event.what == Stage.READY_CHECK else meeting.shown
    meeting = replace(meeting, begun={**meeting.begun, key: event.what}, shown=shown)
    more = len(meeting.begun) - KEPT_MOST
    if more <= 0:
        return meeting
    over = [k for k, stage in meeting.begun.items() if stage in _ENDED and k != shown][:more]
    gone = {ballot for ballot, _ in over}
    motions = {k: m for k, m in meeting.motions.items() if m.by_file or k not in gone}
    return replace(_let_go(meeting, over), motions=motions)


def another_begins(meeting: Meeting) -> Meeting:
    """Everything but a ballot that has the rooms' keys is past."""
    over = [key for key, stage in meeting.begun.items() if stage not in _HAS_KEYS]
    return _let_go(meeting, over)


def _let_go(meeting: Meeting, over: list[BallotKey]) -> Meeting:
    past = meeting.past | frozenset(over)
    begun = {key: stage for key, stage in meeting.begun.items() if key not in past}
    return replace(meeting, begun=begun, past=past)


def wanted(meeting: Meeting, given: Input | None) -> BallotKey | None:
    """The past ballot whose journal is needed to decide on ``given``."""
    match given:
        case BallotOrder() | VoteAgain() | PageVote() | HandVote():
            key = (given.ballot, given.generation)
        case EventHeard(event=event) if event.kind in _OF_BALLOTS:
            ballot, generation = event.body.get("ballot"), event.body.get("generation")
            if not isinstance(ballot, str) or not isinstance(generation, int):
                return None
            key = (ballot, generation)
        case _:
            return None
    return key if key in meeting.past else None
