"""Kinds of events that people tell apart in the log.

Owns that division: every event has one kind. Pure; must not word or store them.
"""

from __future__ import annotations

from typing import Literal

from hub.meeting import access_events, care_events, events, session_events, vote_events

Kind = Literal[
    "alarms", "commands", "floor", "votes", "attendance", "rooms", "checks", "access", "meeting"
]

KINDS: dict[Kind, tuple[type[events.Event], ...]] = {
    "alarms": (events.AlertRaised, events.AlertCleared, care_events.AlarmAcknowledged),
    "commands": (access_events.CommandGiven, events.Ordered, events.OrderEnded),
    "floor": (events.Pressed, events.FloorChanged),
    "votes": (
        vote_events.MotionPlanned,
        vote_events.BallotMoved,
        vote_events.VoteRefused,
        vote_events.BoxRefused,
    ),
    "attendance": (vote_events.SignedIn, vote_events.AttendanceAsked),
    "rooms": (
        events.RoomDescribed,
        events.RoomOnline,
        events.RoomOffline,
        events.RoomMerged,
        care_events.ScreenExpected,
    ),
    "checks": (care_events.CheckEnded,),
    "access": (access_events.AccessNoted,),
    "meeting": (
        events.MeetingSet,
        events.Audited,
        session_events.MeetingPrepared,
        session_events.MeetingEnded,
        session_events.ItemCalled,
    ),
}
"""What one can ask for, and the events that are of this kind."""

_KIND_OF: dict[type[events.Event], Kind] = {
    event: kind for kind, listed in KINDS.items() for event in listed
}


def kind_of(event: events.Event) -> Kind:
    """The kind of an event."""
    return _KIND_OF.get(type(event), "meeting")
