"""Who may speak: one law, used by the hub for the whole meeting and by a room left alone.

Theory. A seat is in one of three states: *silent*, *waiting* (in the one queue) or
*speaking* (has the floor; its microphone should be open). Everything that happens is an
event. ``SEAT_LAW`` says for each event about a seat and each state of that seat which rule
applies, or with which reason it is refused; ``MEETING_LAW`` has the events that concern more
than one seat. ``step`` looks up, applies, and then settles: in *open* mode a free place goes
to the head of the queue, and the clocks of turns stop or run. A refused event returns the
very same floor and one ``Refused``.

Chairs stand outside every limit: they are never counted and get the floor at once. Seats of
a room whose link is lost keep their place, marked *suspended*: skipped, and not counted,
because their microphones are out of our reach. There is no toggle: *ask* and *leave* are
different events, and repeating one changes nothing.

The modes differ in one question only, what happens to a seat that asks (``asking.ask``):

    open           a free place at once, else the queue
    override       a free place at once, else the oldest turn ends for it
    request        the queue, until the chair calls
    voice          as *open* without a queue, and being heard is asking
    push_to_talk   as *open* without a queue, and letting the key go is leaving
    chair_only     refused, or the queue

The story goes on in ``asking`` (a seat), ``running`` (a turn), ``chair`` (the meeting);
``state``, ``events`` and ``settings`` have the words it is told in.

Owns the law. Must not know rooms' devices, time of day, or MQTT. All times are seconds on
the clock of whoever keeps the floor.
"""

from __future__ import annotations

from edge.rules import asking, chair, running
from edge.rules.events import (
    AcknowledgeFire,
    AllOff,
    Ask,
    ClearQueue,
    Effect,
    Ended,
    EndTurn,
    Extend,
    ExtendTurns,
    FloorEvent,
    Give,
    Granted,
    Leave,
    MeetingEvent,
    Next,
    PriorityHeld,
    PriorityPressed,
    PriorityReleased,
    Queued,
    Refused,
    RoomLost,
    RoomRestarted,
    SeatEvent,
    SeatHeard,
    SeatSilent,
    SetDebate,
    SetFire,
    SetMuted,
    SetRecess,
    SetRegistration,
    SetRules,
    Take,
    Tick,
    name_of,
)
from edge.rules.reasons import Reason
from edge.rules.settings import CHAIRS, SILENCED, Kind, Mode, Registration, Role, Settings
from edge.rules.state import Floor, Hold, Left, SeatState, Turn, Waiting, room_of, seat_state
from edge.rules.timers import paced
from edge.rules.turns import Outcome, Rule, refuse, settle

SILENT, WAITING, SPEAKING = SeatState.SILENT, SeatState.WAITING, SeatState.SPEAKING

SEAT_LAW: dict[tuple[type[SeatEvent], SeatState], Rule | Reason] = {
    (Ask, SILENT): asking.ask,
    (Ask, WAITING): Reason.ALREADY_REQUESTED,
    (Ask, SPEAKING): Reason.ALREADY_SPEAKING,
    (Leave, SILENT): asking.leave_hidden,
    (Leave, WAITING): asking.withdraw,
    (Leave, SPEAKING): asking.finish,
    (Give, SILENT): asking.give,
    (Give, WAITING): asking.give,
    (Give, SPEAKING): Reason.ALREADY_SPEAKING,
    (Take, SILENT): asking.leave_hidden,
    (Take, WAITING): asking.withdraw,
    (Take, SPEAKING): asking.stop,
    (Extend, SILENT): Reason.NOT_SPEAKING,
    (Extend, WAITING): Reason.NOT_SPEAKING,
    (Extend, SPEAKING): running.extend,
    (SeatHeard, SILENT): running.hear_voice,
    (SeatHeard, WAITING): asking.ignore,
    (SeatHeard, SPEAKING): running.voice_goes_on,
    (SeatSilent, SILENT): asking.ignore,
    (SeatSilent, WAITING): asking.ignore,
    (SeatSilent, SPEAKING): running.voice_stops,
    (PriorityHeld, SILENT): chair.hold_priority,
    (PriorityHeld, WAITING): chair.hold_priority,
    (PriorityHeld, SPEAKING): chair.hold_priority,
    (PriorityReleased, SILENT): chair.release_priority,
    (PriorityReleased, WAITING): chair.release_priority,
    (PriorityReleased, SPEAKING): chair.release_priority,
    (PriorityPressed, SILENT): chair.press_priority,
    (PriorityPressed, WAITING): chair.press_priority,
    (PriorityPressed, SPEAKING): chair.press_priority,
}

MEETING_LAW: dict[type[MeetingEvent], Rule] = {
    Next: asking.call_next,
    EndTurn: chair.end_turn,
    ExtendTurns: running.extend_all,
    AllOff: chair.all_off,
    SetRules: chair.set_rules,
    SetRegistration: chair.set_registration,
    ClearQueue: chair.clear_queue,
    SetDebate: chair.set_debate,
    SetRecess: chair.set_recess,
    SetMuted: chair.set_muted,
    SetFire: chair.set_fire,
    AcknowledgeFire: chair.acknowledge_fire,
    RoomLost: chair.room_lost,
    RoomRestarted: chair.room_restarted,
    Tick: running.tick,
}

REFILLS: frozenset[type[FloorEvent]] = frozenset(
    {
        Leave,
        Take,
        Next,
        EndTurn,
        SetRules,
        SetRegistration,
        SetRecess,
        PriorityReleased,
        RoomRestarted,
        Tick,
    }
)
"""Events after which *open* mode passes a free place on. Not *all off*, pressed priority,
mute or the fire alarm: whoever asked for silence does not want the next in the queue to be
heard a moment later; nor the loss of a room, whose speaker should find the place kept."""


def step(floor: Floor, event: FloorEvent, now_s: float) -> Outcome:
    """Apply one event at ``now_s``: the new floor, and what happened, in order."""
    rule: Rule | Reason
    if isinstance(event, SeatEvent):
        if event.seat not in floor.roles:
            return refuse(floor, event.seat, Reason.SEAT_UNKNOWN)
        rule = SEAT_LAW[type(event), seat_state(floor, event.seat)]
        if isinstance(rule, Reason):
            return refuse(floor, event.seat, rule)
    else:
        rule = MEETING_LAW[type(event)]
    changed, effects = rule(floor, event, now_s)
    if any(isinstance(effect, Refused) for effect in effects):
        return floor, effects
    if type(event) in REFILLS:
        changed, granted = settle(changed, now_s)
        effects = (*effects, *granted)
    changed = paced(changed, now_s)
    return (floor if changed == floor else changed), effects


__all__ = [
    "CHAIRS",
    "MEETING_LAW",
    "REFILLS",
    "SEAT_LAW",
    "SILENCED",
    "AcknowledgeFire",
    "AllOff",
    "Ask",
    "ClearQueue",
    "Effect",
    "EndTurn",
    "Ended",
    "Extend",
    "ExtendTurns",
    "Floor",
    "FloorEvent",
    "Give",
    "Granted",
    "Hold",
    "Kind",
    "Leave",
    "Left",
    "MeetingEvent",
    "Mode",
    "Next",
    "Outcome",
    "PriorityHeld",
    "PriorityPressed",
    "PriorityReleased",
    "Queued",
    "Refused",
    "Registration",
    "Role",
    "RoomLost",
    "RoomRestarted",
    "SeatEvent",
    "SeatHeard",
    "SeatSilent",
    "SeatState",
    "SetDebate",
    "SetFire",
    "SetMuted",
    "SetRecess",
    "SetRegistration",
    "SetRules",
    "Settings",
    "Take",
    "Tick",
    "Turn",
    "Waiting",
    "name_of",
    "room_of",
    "seat_state",
    "settle",
    "step",
]
