"""Rules of rooms and people while a ballot runs: handed in, lost, back, arrived, left, recused.

Owns how presence, and with it the quorum, follows them. Must not decide at which stage which
of these rules applies: that is the table in ``edge.rules.ballot``.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules.ballot_chair import pause
from edge.rules.ballot_events import (
    Arrived,
    Departed,
    Drained,
    QuorumChanged,
    Recuse,
    RoomBack,
    RoomLost,
)
from edge.rules.ballot_state import (
    RUNNING,
    Ballot,
    Ending,
    Outcome,
    Stage,
    enter,
    refuse,
    together,
)
from edge.rules.ballot_votes import does_box_fit
from edge.rules.reasons import Reason


def drained(ballot: Ballot, event: Drained, now_s: float) -> Outcome:
    """The room is done; when every room is, the ballot is counted."""
    if event.room not in ballot.plan.awaited_rooms:
        return refuse(ballot, event, Reason.ROOM_UNKNOWN)
    if event.room in ballot.drained:
        return ballot, ()
    if not does_box_fit(ballot, event.slips, event.room):
        return refuse(ballot, event, Reason.BAD_ARGUMENT)
    heard = replace(
        ballot,
        drained=ballot.drained | {event.room},
        slips=together((*ballot.slips, *event.slips)),
    )
    return (heard, ()) if heard.rooms_not_heard() else enter(heard, Stage.COUNTED)


def drained_late(ballot: Ballot, event: Drained, now_s: float) -> Outcome:
    """The count went without this room: what its box holds is not looked at."""
    if event.room not in ballot.plan.awaited_rooms:
        return refuse(ballot, event, Reason.ROOM_UNKNOWN)
    if event.room in ballot.drained | ballot.late_rooms:
        return ballot, ()
    return replace(ballot, late_rooms=ballot.late_rooms | {event.room}), ()


def room_lost(ballot: Ballot, event: RoomLost, now_s: float) -> Outcome:
    """Its members are no longer present, but for those whose vote is in; then as planned."""
    plan = ballot.plan
    if event.room not in plan.rooms:
        return refuse(ballot, event, Reason.ROOM_UNKNOWN)
    if event.room in ballot.lost_rooms:
        return ballot, ()
    lost, effects = _changed(ballot, replace(ballot, lost_rooms=ballot.lost_rooms | {event.room}))
    if ballot.stage not in RUNNING or event.room in plan.uncounted_rooms:
        return lost, effects
    if plan.on_room_lost == "abort_and_repeat":
        ending = Ending("", f"link to {event.room} lost")
        lost, more = enter(replace(lost, ending=ending), Stage.ABORTED)
        return lost, (*effects, *more)
    if plan.on_room_lost == "pause" and ballot.stage is Stage.OPEN:
        lost, more = pause(lost, event, now_s)
        return lost, (*effects, *more)
    return lost, effects


def room_back(ballot: Ballot, event: RoomBack, now_s: float) -> Outcome:
    """Its signed-in members are present again. A paused vote stays paused."""
    if event.room not in ballot.plan.rooms:
        return refuse(ballot, event, Reason.ROOM_UNKNOWN)
    if event.room not in ballot.lost_rooms:
        return ballot, ()
    return _changed(ballot, replace(ballot, lost_rooms=ballot.lost_rooms - {event.room}))


def arrived(ballot: Ballot, event: Arrived, now_s: float) -> Outcome:
    """Who signs in while the vote runs may vote and counts."""
    if event.people <= ballot.attending:
        return ballot, ()
    seen = ballot.seen | event.people if ballot.stage in RUNNING else ballot.seen
    return _changed(ballot, replace(ballot, attending=ballot.attending | event.people, seen=seen))


def departed(ballot: Ballot, event: Departed, now_s: float) -> Outcome:
    """Who leaves after voting stays counted, see ``Ballot.is_present``."""
    if not event.people & ballot.attending:
        return ballot, ()
    return _changed(ballot, replace(ballot, attending=ballot.attending - event.people))


def recuse(ballot: Ballot, event: Recuse, now_s: float) -> Outcome:
    """The bases shrink by this person.

    Not while a secret vote runs: a slip of theirs may be in a room's box already, and a box with
    more slips than people who voted is not counted.
    """
    if ballot.is_secret and ballot.stage in RUNNING:
        return refuse(ballot, event, Reason.VOTE_RUNNING)
    if not ballot.plan.is_listed(event.person):
        return refuse(ballot, event, Reason.NOT_ENTITLED)
    if ballot.vote_of(event.person) is not None:
        return refuse(ballot, event, Reason.ALREADY_VOTED)
    if not ballot.is_member(event.person):
        return ballot, ()
    return _changed(ballot, replace(ballot, recused=ballot.recused | {event.person}))


def _changed(before: Ballot, after: Ballot) -> Outcome:
    """While the vote runs a change of quorum is said at once."""
    if after.stage not in RUNNING:
        return after, ()
    now = after.quorum()
    if before.quorum().met == now.met:
        return after, ()
    return after, (QuorumChanged(now.met, now.present, now.needed),)
