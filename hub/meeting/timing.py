"""What time alone does to the meeting, and when it does it next.

Theory. Nothing counts and nothing polls: whoever keeps the clock asks ``next_deadline``, waits
until then unless something happens before, and gives a ``TimePassed``.

Owns the deadlines of the meeting. Must not know a clock.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules import timers
from edge.rules.floor import Tick, step
from hub.meeting import ballots, events
from hub.meeting.causes import cause_of_time
from hub.meeting.inputs import Decision, TimePassed
from hub.meeting.state import Meeting


def next_deadline(meeting: Meeting) -> float | None:
    """When time has something to do next, in seconds on the meeting's clock; None: never."""
    votes = [j.ballot.deadline_s for j in meeting.ballots.values()]
    found = [due_s for due_s in (timers.next_deadline(meeting.floor), *votes) if due_s is not None]
    return min(found, default=None)


def time_passed(meeting: Meeting, given: TimePassed, now_s: float) -> Decision:
    """End what is over: turns, holds, and a timed vote."""
    decision = ballots.time_passed(meeting, given, now_s)
    after, effects = step(meeting.floor, Tick(), now_s)
    if after is meeting.floor:
        return decision
    cause = cause_of_time(effects)
    changed = events.floor_changed(meeting.floor, after, cause, "hub", now_s)
    return replace(decision, events=(changed, *decision.events))
