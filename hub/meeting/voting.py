"""What follows from a room's events about votes: cast, marked, handed in, refused, ordered.

Theory. A vote is decided whenever it comes: it was recorded in its room while the ballot was
open there, and the person was told so. Neither a restart of the room nor a merge of floors
matters, and sending it again gets the same answer. It counts for nobody but the person whose
seat, of that very room, the ballot's list names.

*Drained* is decided only after everything its room recorded before it. That of a secret ballot
is held until the count: its box is opened in memory, and who dies before the count asks again.

Owns these decisions. Must not know how a vote travels or is stored.
"""

from __future__ import annotations

from dataclasses import replace

from edge.contract import messages
from edge.rules import ballot_events as ballot_event
from edge.rules import slip_sheet
from edge.rules.ballot_events import Cast, Event, Late, Mark, Refused, Slips
from edge.rules.ballot_journal import Journal, advance, refuse
from edge.rules.ballot_state import Stage
from edge.rules.floor import room_of
from edge.rules.reasons import Reason
from hub.meeting import ballots, page_votes, vote_events
from hub.meeting.inputs import HELD, BallotOrder, BallotStep, Decision, EventHeard
from hub.meeting.sealed import open_box
from hub.meeting.state import BallotKey, Meeting


def vote(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """A seat cast a vote in an open or roll-call ballot.

    Raises:
        ValidationError: the body is none.
    """
    body = messages.Vote.model_validate(given.event.body)
    journal = meeting.ballots.get((body.ballot, body.generation))
    revision, pressed_s = body.revision, given.heard_s - given.event.age_ms / 1000
    if journal is not None:
        revision = page_votes.revision_of(journal, body.person, revision, pressed_s)
    cast = Cast(
        body.ballot,
        body.generation,
        body.person,
        tuple(body.choices),
        given.event.id,
        revision,
        recorded=True,
        pressed_s=pressed_s,
    )
    return _judged(meeting, given.room, body.seat, cast, now_s)


def mark(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """Somebody has voted in a secret ballot.

    Raises:
        ValidationError: the body is none.
    """
    body = messages.Mark.model_validate(given.event.body)
    marked = Mark(body.ballot, body.generation, body.person, given.event.id, recorded=True)
    return _judged(meeting, given.room, body.seat, marked, now_s)


def _judged(meeting: Meeting, room: str, seat: str, given: Cast | Mark, now_s: float) -> Decision:
    key = (given.ballot, given.generation)
    journal = meeting.ballots.get(key)
    if journal is None:
        return _unknown(meeting, room, seat, key, now_s, is_secret=isinstance(given, Mark))
    obstacle = _misplaced(journal, room, seat, given)
    if obstacle is not None:
        return _refused(journal, given, obstacle, now_s)
    after, effects, line = advance(journal, given, now_s)
    refused: Reason | None = None
    for effect in effects:
        if isinstance(effect, Refused):
            refused = effect.reason
        elif isinstance(effect, Late):
            refused = Reason.VOTE_CLOSED
    if line is None:
        return Decision(refused=refused)
    return Decision(refused=refused, ballots=(BallotStep(after, line),))


def _misplaced(journal: Journal, room: str, seat: str, given: Cast | Mark) -> Reason | None:
    """Not this room's seat, not this seat's person, or not this kind of ballot."""
    if room_of(seat) != room:
        return Reason.SEAT_UNKNOWN
    voter = journal.ballot.plan.voters.get(given.person)
    if voter is None or voter.seat != seat:
        return Reason.NOT_ENTITLED
    if journal.ballot.is_secret and isinstance(given, Cast):
        return Reason.BAD_ARGUMENT  # a choice with a name has no place in a secret ballot
    return None


def _unknown(
    meeting: Meeting, room: str, seat: str, key: BallotKey, now_s: float, *, is_secret: bool
) -> Decision:
    reason = Reason.VOTE_DAMAGED if key in meeting.damaged else Reason.VOTE_UNKNOWN
    if is_secret:
        return Decision(refused=reason)  # a record would have its time
    return Decision((vote_events.VoteRefused(now_s, *key, seat, room, reason.value),), reason)


def _refused(journal: Journal, given: Event, reason: Reason, now_s: float) -> Decision:
    after, line = refuse(journal, given, reason, now_s)
    return Decision(refused=reason, ballots=(BallotStep(after, line),))


def drained(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """The room has seen the closing and has handed in everything.

    Raises:
        ValidationError: the body is none.
    """
    body = messages.Drained.model_validate(given.event.body)
    if given.newest_missing >= body.since:
        return HELD
    key = (body.ballot, body.generation)
    journal = meeting.ballots.get(key)
    if journal is None:
        known = Reason.VOTE_DAMAGED if key in meeting.damaged else Reason.VOTE_UNKNOWN
        return Decision(refused=known)
    ballot, why = journal.ballot, ""
    slips: tuple[Slips, ...] = ()
    waits = ballot.is_secret and ballot.stage is Stage.CLOSING
    if waits and given.room in ballot.drained:
        return HELD
    if waits and body.box is not None:
        slips, why = _opened(meeting, given.room, key, body.box)
    empty = ballot_event.Drained(body.ballot, body.generation, given.room)
    if why:
        decision = _refused(journal, empty, Reason.BAD_ARGUMENT, now_s)
    else:
        decision = ballots.stepped(journal, replace(empty, slips=slips), now_s, given.room)
        if decision.refused is Reason.BAD_ARGUMENT:
            why = "more slips than people voted, or choices that cannot be"
    if why:
        trouble = vote_events.BoxRefused(now_s, *key, given.room, why)
        return replace(decision, events=(*decision.events, trouble))
    is_counted = not decision.ballots or decision.ballots[-1].line is not None
    return replace(decision, held=waits and not is_counted)


def _opened(meeting: Meeting, room: str, key: BallotKey, box: str) -> tuple[tuple[Slips, ...], str]:
    """The slips of a room's box, or why it cannot be opened."""
    options = [option.id for option in meeting.ballots[key].ballot.plan.options]
    label = slip_sheet.label(room, *key)
    try:
        return slip_sheet.slips(open_box(meeting.keys.get(key, b""), box, label), options), ""
    except ValueError as error:
        return (), str(error)


def refused_press(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """A press that the room did not take as a vote.

    Raises:
        ValidationError: the body is none.
    """
    body = messages.RefusedVote.model_validate(given.event.body)
    if body.ballot is None:
        return Decision()
    refused = vote_events.VoteRefused(
        now_s, body.ballot, body.generation, body.seat, given.room, body.reason
    )
    return Decision((refused,))


ORDERS = {
    "open": ballot_event.Open,
    "pause": ballot_event.Pause,
    "resume": ballot_event.Resume,
    "close": ballot_event.Close,
    "count": ballot_event.Count,
    "announce": ballot_event.Announce,
    "abort": ballot_event.Abort,
}


def chair_order(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """The chair pressed a hardware key; only a room with the chair's seat has one.

    Raises:
        ValidationError: the body is none.
    """
    event = given.event
    body = messages.BallotOrder.model_validate(event.body)
    chairs = [seat for seat, role in meeting.floor.roles.items() if role == "chair"]
    if not any(room_of(seat) == given.room for seat in chairs):
        return Decision(refused=Reason.NOT_CHAIR)
    kind, by = ORDERS[body.order], f"console {given.room}"
    wanted = kind(by=by)
    if isinstance(wanted, ballot_event.Open | ballot_event.Close) and event.clock == "synced":
        wanted = replace(wanted, ts=event.ts)
    return ballots.order(meeting, BallotOrder(body.ballot, body.generation, wanted), now_s)
