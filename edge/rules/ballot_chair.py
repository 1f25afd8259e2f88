"""Rules of a ballot's life: opened, paused, closed, counted, announced, or ended otherwise.

Owns what the chair's and the secretary's acts do, and the timer. Must not decide at which
stage an act is allowed: that is the table in ``edge.rules.ballot``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge.rules.ballot_events import (
    Abort,
    Announce,
    Annul,
    Called,
    CallNext,
    Close,
    Count,
    Event,
    Open,
    Prepare,
    Resume,
    Tick,
    Unseal,
    Withdraw,
)
from edge.rules.ballot_state import Ballot, Ending, Moment, Outcome, Stage, enter, refuse, together
from edge.rules.ballot_votes import does_box_fit
from edge.rules.reasons import Reason

CALLS_PER_NAME = 2
"""Who does not answer a roll call is called once more at the end."""


def prepare(ballot: Ballot, event: Prepare, now_s: float) -> Outcome:
    """Into the ready check."""
    return enter(ballot, Stage.READY_CHECK)


def open_(ballot: Ballot, event: Open, now_s: float) -> Outcome:
    """Open, when quorum and required roles are there or the rule lets the chair go on."""
    quorum = ballot.quorum()
    obstacle: Reason | None = None
    if not quorum.met:
        obstacle = Reason.QUORUM_MISSING
    elif quorum.missing_roles:
        obstacle = Reason.ROLE_MISSING
    if obstacle is not None and not (event.anyway and ballot.plan.may_open_without_quorum):
        return refuse(ballot, event, obstacle)
    duration_s = ballot.plan.duration_s
    opened = replace(
        ballot,
        seen=ballot.attending,
        opened=Moment(now_s, event.ts, event.by),
        opened_anyway=obstacle is not None,
        deadline_s=None if duration_s is None else now_s + duration_s,
        quorum_opening=quorum,
    )
    return enter(opened, Stage.OPEN)


def pause(ballot: Ballot, event: Event, now_s: float) -> Outcome:
    """Freeze; the timer stands still."""
    left_s = None if ballot.deadline_s is None else max(0.0, ballot.deadline_s - now_s)
    return enter(replace(ballot, deadline_s=None, remaining_s=left_s), Stage.PAUSED)


def resume(ballot: Ballot, event: Resume, now_s: float) -> Outcome:
    """Go on with the time that was left."""
    end_s = None if ballot.remaining_s is None else now_s + ballot.remaining_s
    return enter(replace(ballot, deadline_s=end_s, remaining_s=None), Stage.OPEN)


def close(ballot: Ballot, event: Close, now_s: float) -> Outcome:
    """No more presses; from now on the rooms are awaited."""
    moment = Moment(now_s, event.ts, event.by)
    closed = replace(ballot, closed=moment, deadline_s=None, remaining_s=None)
    return enter(closed, Stage.CLOSING)


def tick(ballot: Ballot, event: Tick, now_s: float) -> Outcome:
    """Close when the time is up."""
    if ballot.deadline_s is None or now_s < ballot.deadline_s:
        return ballot, ()
    return close(ballot, Close("timer", event.ts), now_s)


def count(ballot: Ballot, event: Count, now_s: float) -> Outcome:
    """Count without the rooms that are missing, once they had their grace."""
    since_s = now_s if ballot.closed is None else ballot.closed.at_s
    if now_s - since_s < ballot.plan.closing_grace_s:
        return refuse(ballot, event, Reason.ROOMS_AWAITED)
    return enter(replace(ballot, counted_by=event.by), Stage.COUNTED)


def unseal(ballot: Ballot, event: Unseal, now_s: float) -> Outcome:
    """Count a secret ballot from what its journal kept."""
    empty = replace(ballot, slips=())
    if not ballot.is_secret or not does_box_fit(empty, event.slips):
        return refuse(ballot, event, Reason.BAD_ARGUMENT)
    heard = event.heard & ballot.plan.awaited_rooms
    unsealed = replace(empty, drained=heard, slips=together(event.slips))
    by = event.by if unsealed.rooms_not_heard() else None
    return enter(replace(unsealed, counted_by=by), Stage.COUNTED)


def announce(ballot: Ballot, event: Announce, now_s: float) -> Outcome:
    """Announce, but ask once when people are there and not one vote is."""
    if not event.anyway and ballot.present() and not any(ballot.votes.values()):
        return refuse(ballot, event, Reason.VOTE_EMPTY)
    return enter(ballot, Stage.ANNOUNCED)


def end_as(stage: Stage) -> Callable[[Ballot, Any, float], Outcome]:
    """The rule that ends a ballot in ``stage``, with who and why."""

    def rule(ballot: Ballot, event: Abort | Annul | Withdraw, now_s: float) -> Outcome:
        return enter(replace(ballot, ending=Ending(event.by, event.why)), stage)

    return rule


def call_next(ballot: Ballot, event: CallNext, now_s: float) -> Outcome:
    """The next name: everybody once before anybody twice, the chair last."""
    if ballot.plan.kind != "roll_call":
        return refuse(ballot, event, Reason.BAD_ARGUMENT)
    waiting = sorted(
        (person for person in ballot.members() if ballot.vote_of(person) is None),
        key=lambda p: (ballot.plan.voters[p].role == "chair", ballot.called.count(p)),
    )
    person = next((p for p in waiting if ballot.called.count(p) < CALLS_PER_NAME), None)
    if person is None:
        return refuse(ballot, event, Reason.ROLL_COMPLETE)
    return replace(ballot, called=(*ballot.called, person)), (Called(person),)
