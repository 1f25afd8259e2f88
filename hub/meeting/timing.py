"""What time alone does to the meeting, and when it does it next.

Theory. Nothing counts and nothing polls: whoever keeps the clock asks ``next_deadline``, waits
until then unless something happens before, and gives a ``TimePassed``.

Owns the deadlines of the meeting. Must not know a clock.
"""

from __future__ import annotations

from edge.rules import timers
from edge.rules.floor import Tick, step
from hub.meeting import events
from hub.meeting.causes import cause_of_time
from hub.meeting.inputs import NOTHING, Decision, TimePassed
from hub.meeting.state import Meeting


def next_deadline(meeting: Meeting) -> float | None:
    """When time has something to do next, in seconds on the meeting's clock; None: never."""
    return timers.next_deadline(meeting.floor)


def time_passed(meeting: Meeting, given: TimePassed, now_s: float) -> Decision:
    """End what is over."""
    after, effects = step(meeting.floor, Tick(), now_s)
    if after is meeting.floor:
        return NOTHING
    cause = cause_of_time(effects)
    return Decision((events.floor_changed(meeting.floor, after, cause, "hub", now_s),))
