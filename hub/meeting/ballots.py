"""What follows for the ballots: from orders, from time, and from people and rooms that come or go.

Theory. A ballot's record is its journal (``edge.rules.ballot_journal``); the meeting keeps the
journals as they stand. An order is judged by the law of the ballot and by one rule more: rooms
have one set of keys, so only one ballot is ready, open or closing at a time.

Owns these decisions. Must not judge a vote: ``voting`` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from edge.contract.messages import Text
from edge.rules import ballot_events as ballot_event
from edge.rules.ballot import BEFORE, DURING, again
from edge.rules.ballot_events import (
    Arrived,
    Called,
    Departed,
    Effect,
    Entered,
    Prepare,
    QuorumChanged,
    Recuse,
    Refused,
    RoomBack,
    RoomLost,
    Tick,
    Withdraw,
)
from edge.rules.ballot_journal import Journal, advance, begin
from edge.rules.ballot_state import RUNNING, Ballot, Stage
from edge.rules.reasons import Reason
from edge.rules.seat_votes import meanings
from hub.meeting import events, vote_events
from hub.meeting.inputs import (
    NOTHING,
    BallotOrder,
    BallotStep,
    Decision,
    KeyChange,
    PlanMotion,
    TimePassed,
    VoteAgain,
)
from hub.meeting.motion import Motion
from hub.meeting.state import BallotKey, Meeting

BUSY = frozenset({Stage.READY_CHECK, *DURING})
"""Stages in which the rooms' keys belong to this ballot."""

OVER = frozenset(Stage) - {Stage.DRAFT} - BUSY
"""Stages in which nobody needs the key of a secret box any more."""


def plan(meeting: Meeting, given: PlanMotion, now_s: float) -> Decision:
    """Put an item on the list; one that a ballot has begun of stays as it is."""
    if meeting.has_begun(given.motion.id):
        return Decision(refused=Reason.VOTE_RUNNING)
    try:
        _first_draft(meeting, given.motion)
    except _NoPlanError as error:
        return Decision(refused=error.reason)
    return Decision((vote_events.MotionPlanned(now_s, given.motion, given.by),))


def order(meeting: Meeting, given: BallotOrder, now_s: float) -> Decision:
    """The chair or the secretary wants something of a ballot."""
    key = (given.ballot, given.generation)
    if key in meeting.damaged:
        return Decision(refused=Reason.VOTE_DAMAGED)
    if isinstance(given.event, Prepare) and key in meeting.past:
        return Decision(refused=Reason.VOTE_PAST)  # it does not know who is there now
    if isinstance(given.event, Prepare) and busy(meeting) not in (None, key):
        return Decision(refused=Reason.VOTE_RUNNING)
    journal = meeting.ballots.get(key)
    steps: tuple[BallotStep, ...] = ()
    if journal is None:
        if given.generation != 1 or given.ballot not in meeting.motions:
            return Decision(refused=Reason.VOTE_UNKNOWN)
        if not isinstance(given.event, Prepare | Withdraw):
            return Decision(refused=Reason.VOTE_NOT_READY)
        try:
            draft = _first_draft(meeting, meeting.motions[given.ballot])
        except _NoPlanError as error:
            return Decision(refused=error.reason)
        journal, first = begin(draft)
        steps = (BallotStep(journal, first),)
    decision = stepped(journal, given.event, now_s, getattr(given.event, "by", ""), steps)
    is_new_key = isinstance(given.event, Prepare) and key not in meeting.keys
    if decision.refused is None and journal.ballot.is_secret and is_new_key:
        decision = replace(decision, keys=(KeyChange(key, given.fresh_key),))
    return decision


def vote_again(meeting: Meeting, given: VoteAgain, now_s: float) -> Decision:
    """Vote again: the next generation, with who is there and which rooms are lost now."""
    journal = meeting.ballots.get((given.ballot, given.generation))
    if journal is None:
        return Decision(refused=Reason.VOTE_UNKNOWN)
    fresh, effects = again(journal.ballot)
    refused = _refusal(effects)
    if refused is not None:
        return Decision(refused=refused)
    known = (meeting.ballots, meeting.damaged, meeting.past)
    if any(fresh.plan.key in there for there in known):
        return NOTHING  # asked for twice
    draft = _as_now(meeting, fresh)
    journal, line = begin(draft)
    moved = _moved(draft, str(Stage.DRAFT), given.by, now_s)
    return Decision((moved,), ballots=(BallotStep(journal, line),))


def time_passed(meeting: Meeting, given: TimePassed, now_s: float) -> Decision:
    """A timed vote closes by itself."""
    for journal in meeting.ballots.values():
        deadline_s = journal.ballot.deadline_s
        if deadline_s is not None and now_s >= deadline_s:
            return stepped(journal, Tick(given.ts), now_s, "timer")
    return NOTHING


def stepped(
    journal: Journal,
    event: ballot_event.Event,
    now_s: float,
    by: str,
    steps: tuple[BallotStep, ...] = (),
) -> Decision:
    """The ballot's answer to ``event`` as a decision, after the ``steps`` before it."""
    before = journal.ballot
    after, effects, line = advance(journal, event, now_s)
    refused = _refusal(effects)
    if refused is not None and not steps:
        return Decision(refused=refused, ballots=(BallotStep(after, line),))
    if refused is not None:
        return Decision(refused=refused)  # nothing begins with a refusal
    if line is None and after.ballot is before:
        return NOTHING
    told = [_told(after.ballot, effect, by, now_s) for effect in effects]
    happened = [moved for moved in told if moved is not None]
    if isinstance(event, Recuse):
        happened.append(_moved(after.ballot, "recused", by, now_s, event.person))
    over = before.stage is not after.ballot.stage and after.ballot.stage in OVER
    keys = (KeyChange(before.plan.key, None),) if over and before.is_secret else ()
    return Decision(tuple(happened), ballots=(*steps, BallotStep(after, line)), keys=keys)


# --- what happens elsewhere ------------------------------------------------------------------


def followed(meeting: Meeting, decision: Decision, now_s: float) -> Decision:
    """The decision with what its events mean for ballots: people and rooms come and go."""
    for event in decision.events:
        what = _meant(event)
        if what is None:
            continue
        for key in _concerned(meeting, what):
            more = stepped(meeting.ballots[key], what, now_s, "hub")
            meeting = with_ballots(meeting, more)
            decision = _joined(decision, more)
    return decision


_Elsewhere = Arrived | Departed | RoomLost | RoomBack


def _meant(event: events.Event) -> _Elsewhere | None:
    match event:
        case vote_events.SignedIn():
            people = frozenset(event.people)
            return Arrived(people) if event.present else Departed(people)
        case events.RoomOffline():
            return RoomLost(event.room)
        case events.RoomMerged():
            return RoomBack(event.room)
        case _:
            return None


def with_ballots(meeting: Meeting, decision: Decision) -> Meeting:
    """The meeting after the decision's steps of ballots. Its events are applied apart."""
    news = {done.journal.ballot.plan.key: done.journal for done in decision.ballots}
    return with_keys(replace(meeting, ballots={**meeting.ballots, **news}), decision.keys)


def with_keys(meeting: Meeting, changes: Iterable[KeyChange]) -> Meeting:
    """The meeting with the keys of secret boxes that were made or are needed no longer."""
    keys = {**meeting.keys, **{change.ballot: change.value for change in changes}}
    return replace(meeting, keys={key: value for key, value in keys.items() if value is not None})


def _concerned(meeting: Meeting, what: _Elsewhere) -> list[BallotKey]:
    """Ballots that are not closed; of a room's coming and going those that it takes part in."""
    room = what.room if isinstance(what, RoomLost | RoomBack) else None
    return [
        key
        for key, journal in meeting.ballots.items()
        if key not in meeting.past
        and journal.ballot.stage in (*BEFORE, *RUNNING)
        and (room is None or room in journal.ballot.plan.rooms)
    ]


def _joined(one: Decision, other: Decision) -> Decision:
    return replace(
        one,
        events=(*one.events, *other.events),
        ballots=(*one.ballots, *other.ballots),
        keys=(*one.keys, *other.keys),
    )


# --- beginnings ------------------------------------------------------------------------------


class _NoPlanError(Exception):
    """The motion cannot be voted on with the list as it is."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def _first_draft(meeting: Meeting, motion: Motion) -> Ballot:
    members = meeting.members()
    fits_keys = motion.picks_max == 1 and bool(meanings(tuple(o.id for o in motion.options)))
    if motion.kind == "secret" and not fits_keys:  # no page takes a secret vote
        raise _NoPlanError(Reason.BEYOND_KEYS)
    if not members:
        raise _NoPlanError(Reason.ROOM_UNKNOWN)
    roles = {seat: str(role) for seat, role in meeting.floor.roles.items()}
    gate = meeting.attendance.gate
    try:
        found = motion.plan(members, roles, meeting=meeting.title, gate=gate)
    except ValueError as error:
        raise _NoPlanError(Reason.BAD_ARGUMENT) from error
    return _as_now(meeting, Ballot(found))


def _as_now(meeting: Meeting, ballot: Ballot) -> Ballot:
    rooms = ballot.plan.rooms
    lost = frozenset(room for room in rooms if not meeting.is_reachable(room))
    return replace(ballot, attending=meeting.people_there(), lost_rooms=lost)


def busy(meeting: Meeting) -> BallotKey | None:
    """The ballot to which the rooms' keys belong."""
    return next((key for key, j in meeting.ballots.items() if j.ballot.stage in BUSY), None)


# --- words -----------------------------------------------------------------------------------


def _refusal(effects: Iterable[Effect]) -> Reason | None:
    return next((effect.reason for effect in effects if isinstance(effect, Refused)), None)


def _told(ballot: Ballot, effect: Effect, by: str, now_s: float) -> vote_events.BallotMoved | None:
    match effect:
        case Entered():
            return _moved(ballot, str(effect.stage), by, now_s)
        case QuorumChanged():
            return _moved(ballot, "quorum_reached" if effect.met else "quorum_lost", by, now_s)
        case Called():
            return _moved(ballot, "called", by, now_s, effect.person)
        case _:
            return None


def _moved(
    ballot: Ballot, what: str, by: str, now_s: float, person: str = ""
) -> vote_events.BallotMoved:
    text = Text(vi=ballot.plan.text.vi[:400], en=ballot.plan.text.en[:400])
    return vote_events.BallotMoved(now_s, *ballot.plan.key, what, by, text, person)
