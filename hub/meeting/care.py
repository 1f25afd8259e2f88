"""What the hub remembers for technicians: screens to watch over, alarms that were seen, checks.

Owns that state, how events change it, and when an order changes nothing. Must not know what
rooms report now: ``hub.care_orders`` looks there first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hub.meeting.care_events import AlarmAcknowledged, CareEvent, CheckEnded, ScreenExpected

if TYPE_CHECKING:
    from hub.meeting.state import Meeting

AlarmKey = tuple[str | None, str]
"""Room (None: the hub itself) and id of the alarm."""


@dataclass(frozen=True, slots=True)
class CareOrder:
    """Something of a technician's care to be recorded; the event says what."""

    event: CareEvent


@dataclass(frozen=True, slots=True)
class Care:
    """All of it."""

    screens: frozenset[str] = frozenset()
    """Rooms whose screen must not be dead."""
    seen: Mapping[AlarmKey, AlarmAcknowledged] = field(default_factory=dict)
    """Acknowledged alarms that have not ended."""
    checks: Mapping[str, CheckEnded] = field(default_factory=dict)
    """The last check of each room."""

    def seen_by(self, room: str | None, alert: str, boot: str) -> AlarmAcknowledged | None:
        """Who acknowledged this alarm of this start."""
        found = self.seen.get((room, alert))
        return found if found is not None and found.boot == boot else None


def after(care: Care, event: CareEvent) -> Care:
    """What is remembered after ``event``."""
    match event:
        case ScreenExpected(room=room, on=on):
            others = care.screens - {room}
            return replace(care, screens=others | {room} if on else others)
        case AlarmAcknowledged(room=room, alert=alert):
            return replace(care, seen={**care.seen, (room, alert): event})
        case CheckEnded(room=room):
            return replace(care, checks={**care.checks, room: event})


def alarm_moved(care: Care, room: str, alert: str) -> Care:
    """The alarm was raised anew, or is over: whoever saw it saw another one."""
    if (room, alert) not in care.seen:
        return care
    return replace(care, seen={key: a for key, a in care.seen.items() if key != (room, alert)})


def is_news(care: Care, event: CareEvent) -> bool:
    """Something would be remembered differently. The same order twice is recorded once."""
    match event:
        case ScreenExpected(room=room, on=on):
            return (room in care.screens) != on
        case AlarmAcknowledged(room=room, alert=alert, boot=boot):
            return care.seen_by(room, alert, boot) is None
        case CheckEnded(room=room, check=check):
            return room not in care.checks or care.checks[room].check != check


def order(meeting: Meeting, given: CareOrder) -> tuple[CareEvent, ...]:
    """What happens; nothing when it has happened already."""
    return (given.event,) if is_news(meeting.care, given.event) else ()
