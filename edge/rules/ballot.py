"""The law of a ballot: what counts, what is refused and why, from draft to announcement.

Theory. ``LAW`` says for every event and every stage which rule applies, or with which reason
the event is refused. ``step`` looks up and applies. What changes nothing (a key pressed twice,
a vote sent again) gives the very same ballot back; a vote sent again gets the same answer.

A *press* happens now and is judged by the stage as it is. A *recorded* vote was stored by a
room while the vote was open there, and the person has been told so: it is still accepted while
the ballot is paused or closing, until its room says that it has handed in everything. So no
race between the last press and the end can lose a vote or move a total after the count.

The closing waits for every room. The chair may count without a silent one after a grace; the
result then names the room. What arrives after that is kept apart and never counted.

Owns the table. Must not know where votes are stored, how they travel, or who may be chair.
The rules themselves: ``ballot_chair`` (its life), ``ballot_votes``, ``ballot_rooms``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge.rules import ballot_chair as chair
from edge.rules import ballot_rooms as rooms
from edge.rules import ballot_votes as votes
from edge.rules.ballot_events import (
    Abort,
    Addressed,
    Announce,
    Annul,
    Arrived,
    CallNext,
    Cast,
    Close,
    Count,
    Departed,
    Drained,
    Entered,
    Event,
    Mark,
    Open,
    Pause,
    Prepare,
    Recuse,
    Refused,
    Resume,
    RoomBack,
    RoomLost,
    Tick,
    Unseal,
    Withdraw,
)
from edge.rules.ballot_state import Ballot, Outcome, Stage, refuse
from edge.rules.reasons import Reason

Rule = Callable[[Ballot, Any, float], Outcome]


def same(ballot: Ballot, event: Event, now_s: float) -> Outcome:
    """Nothing to do, and nothing wrong: it is so already, or it does not matter any more."""
    return ballot, ()


BEFORE = (Stage.DRAFT, Stage.READY_CHECK)
DURING = (Stage.OPEN, Stage.PAUSED, Stage.CLOSING)

NOT_OPEN, NOT_READY = Reason.VOTE_NOT_OPEN, Reason.VOTE_NOT_READY
BUSY, PAUSED = Reason.VOTE_RUNNING, Reason.VOTE_PAUSED
UNCOUNTED, OVER = Reason.VOTE_NOT_COUNTED, Reason.VOTE_CLOSED


def _row(
    before: Rule | Reason, during: Rule | Reason, after: Rule | Reason, **but: Rule | Reason
) -> dict[Stage, Rule | Reason]:
    """One event at every stage: three general answers, ``but`` those named by their stage."""
    row: dict[Stage, Rule | Reason] = {}
    for stage in Stage:
        general = before if stage in BEFORE else during if stage in DURING else after
        row[stage] = but.pop(stage.value, general)
    if but:
        raise TypeError(f"no such stage: {', '.join(but)}")
    return row


_aborted, _annulled = chair.end_as(Stage.ABORTED), chair.end_as(Stage.ANNULLED)
_withdrawn = chair.end_as(Stage.WITHDRAWN)

LAW: dict[type[Event], dict[Stage, Rule | Reason]] = {
    # the chair and the secretary
    Prepare: _row(same, BUSY, OVER, draft=chair.prepare),
    Open: _row(chair.open_, same, OVER, draft=NOT_READY, paused=PAUSED, closing=OVER),
    Pause: _row(NOT_OPEN, OVER, OVER, open=chair.pause, paused=same),
    Resume: _row(NOT_OPEN, OVER, OVER, open=same, paused=chair.resume),
    Close: _row(NOT_OPEN, chair.close, OVER, closing=same, counted=same, announced=same),
    Count: _row(NOT_OPEN, BUSY, OVER, closing=chair.count, counted=same, announced=same),
    Unseal: _row(NOT_OPEN, BUSY, OVER, closing=chair.unseal),
    Announce: _row(NOT_OPEN, UNCOUNTED, OVER, counted=chair.announce, announced=same),
    Annul: _row(NOT_OPEN, UNCOUNTED, OVER, counted=_annulled, announced=_annulled, annulled=same),
    Abort: _row(NOT_OPEN, _aborted, OVER, aborted=same),
    Withdraw: _row(_withdrawn, BUSY, OVER, withdrawn=same),
    CallNext: _row(NOT_OPEN, chair.call_next, OVER, paused=PAUSED, closing=OVER),
    Recuse: _row(rooms.recuse, rooms.recuse, OVER, closing=OVER),
    # votes
    **{
        kind: _row(
            NOT_OPEN,
            votes.vote,
            votes.vote_late,
            paused=votes.vote_paused,
            closing=votes.vote_closing,
            withdrawn=NOT_OPEN,
        )
        for kind in (Cast, Mark)
    },
    # rooms, people, time: after the closing presence is settled
    Drained: _row(
        NOT_OPEN,
        BUSY,
        rooms.drained_late,
        closing=rooms.drained,
        aborted=same,
        withdrawn=NOT_OPEN,
    ),
    RoomLost: _row(rooms.room_lost, rooms.room_lost, same, closing=same),
    RoomBack: _row(rooms.room_back, rooms.room_back, same, closing=same),
    Arrived: _row(rooms.arrived, rooms.arrived, same, closing=same),
    Departed: _row(rooms.departed, rooms.departed, same, closing=same),
    Tick: _row(same, same, same, open=chair.tick),
}


def step(ballot: Ballot, event: Event, now_s: float) -> Outcome:
    """Apply one event at ``now_s``: the new ballot, and what happened, in order."""
    if isinstance(event, Addressed) and (event.ballot, event.generation) != ballot.plan.key:
        return refuse(ballot, event, Reason.VOTE_UNKNOWN)
    rule = LAW[type(event)][ballot.stage]
    if isinstance(rule, Reason):
        return refuse(ballot, event, rule)
    return rule(ballot, event, now_s)


def again(ballot: Ballot) -> Outcome:
    """The next generation of an aborted or annulled ballot, as a draft.

    Nothing is carried over but the plan, who is there, who is recused and which rooms are lost.
    """
    if ballot.stage not in {Stage.ABORTED, Stage.ANNULLED}:
        return ballot, (Refused(Reason.VOTE_RUNNING),)
    plan = replace(ballot.plan, generation=ballot.plan.generation + 1)
    fresh = Ballot(
        plan,
        attending=ballot.attending,
        recused=ballot.recused,
        lost_rooms=ballot.lost_rooms,
    )
    return fresh, (Entered(Stage.DRAFT),)
