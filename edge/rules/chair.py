"""Rules for the whole meeting: the chair's keys, recess, alarms, rooms that come and go.

Theory. Four things hold every delegate back: a chair who holds priority, a recess, emergency
mute, a fire alarm. The first two keep the turns and give them back; the last two end them.
Only the fire alarm silences chairs. Each is a level, not a toggle: setting it twice is
setting it once. A hold ends with the link to the holder's room, because nobody would hear
the key being let go.

Owns these rules. Must not know keys or pages.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules.events import (
    AcknowledgeFire,
    AllOff,
    ClearQueue,
    Effect,
    Ended,
    EndTurn,
    PriorityHeld,
    PriorityPressed,
    PriorityReleased,
    RoomLost,
    RoomRestarted,
    SetDebate,
    SetFire,
    SetMuted,
    SetRecess,
    SetRegistration,
    SetRules,
    name_of,
)
from edge.rules.reasons import Reason
from edge.rules.settings import MAX_OPEN_MOST, QUEUE_MOST
from edge.rules.state import Floor, Hold, Turn, room_of
from edge.rules.turns import (
    Outcome,
    end_all,
    end_delegates,
    end_turns,
    longest,
    refuse,
    speak,
)


def hold_priority(floor: Floor, event: PriorityHeld, now_s: float) -> Outcome:
    """Delegates are muted; the last chair who took priority has it."""
    if (shut := _may_not_take_priority(floor, event.seat)) is not None:
        return refuse(floor, event.seat, shut)
    if floor.hold is not None and floor.hold.seat == event.seat:
        return floor, ()
    floor, ended = _let_go(floor, now_s)
    floor, granted = _open_chair(floor, event.seat, now_s)
    return replace(floor, hold=Hold(event.seat, opened=bool(granted))), (*ended, *granted)


def release_priority(floor: Floor, event: PriorityReleased, now_s: float) -> Outcome:
    """Delegates are heard again, or their turns are over, as the settings say."""
    if floor.hold is None or floor.hold.seat != event.seat:
        return refuse(floor, event.seat, Reason.NO_PRIORITY)
    floor, ended = _let_go(floor, now_s)
    if floor.settings.priority_release == "reset":
        floor, more = end_delegates(floor, name_of(event), now_s)
        ended = (*ended, *more)
    return floor, ended


def press_priority(floor: Floor, event: PriorityPressed, now_s: float) -> Outcome:
    """Every delegate's turn is over; the queue goes too if the settings say so."""
    if (shut := _may_not_take_priority(floor, event.seat)) is not None:
        return refuse(floor, event.seat, shut)
    if floor.hold is not None and floor.hold.seat == event.seat:
        floor = replace(floor, hold=None)  # the own microphone stays
    floor, ended = _let_go(floor, now_s)
    floor, more = end_delegates(floor, name_of(event), now_s)
    ended = (*ended, *more)
    if floor.settings.priority_clears_queue:
        floor, dropped = _clear(floor, name_of(event))
        ended = (*ended, *dropped)
    floor, granted = _open_chair(floor, event.seat, now_s)
    return floor, (*ended, *granted)


def _may_not_take_priority(floor: Floor, seat: str) -> Reason | None:
    if not floor.is_chair(seat):
        return Reason.NOT_CHAIR
    if floor.alarm:
        return Reason.FIRE_ALARM
    holder = floor.hold.seat if floor.hold is not None else seat
    deputy = floor.roles[seat] == "vice_chair" and floor.roles.get(holder) == "chair"
    return Reason.PRIORITY_ACTIVE if floor.settings.chair_beats_deputy and deputy else None


def _let_go(floor: Floor, now_s: float) -> Outcome:
    """Nobody holds priority; a microphone that only the hold had opened closes."""
    if floor.hold is None:
        return floor, ()
    opened = frozenset({floor.hold.seat} if floor.hold.opened else ())
    return end_turns(replace(floor, hold=None), opened, "priority_released", now_s)


def _open_chair(floor: Floor, seat: str, now_s: float) -> Outcome:
    return (floor, ()) if floor.speaks(seat) else speak(floor, Turn(seat, now_s))


def all_off(floor: Floor, event: AllOff, now_s: float) -> Outcome:
    """Silence at the table; chairs and queue stay."""
    return end_delegates(floor, name_of(event), now_s)


def end_turn(floor: Floor, event: EndTurn, now_s: float) -> Outcome:
    """The longest delegate's turn ends."""
    delegates = tuple(t for t in floor.speaking if not floor.is_chair(t.seat))
    over = longest(delegates)
    if over is None:
        return refuse(floor, None, Reason.NOBODY_SPEAKS)
    return end_turns(floor, frozenset({over.seat}), name_of(event), now_s)


def set_rules(floor: Floor, event: SetRules, now_s: float) -> Outcome:
    """Other rules from now on; open microphones and the queue are kept."""
    if not (1 <= event.max_open <= MAX_OPEN_MOST and 0 <= event.queue_max <= QUEUE_MOST):
        return refuse(floor, None, Reason.BAD_ARGUMENT)
    ruled = replace(
        floor,
        mode=event.mode,
        max_open=event.max_open,
        queue_max=event.queue_max,
        settings=event.settings or floor.settings,
    )
    return replace(ruled, queue=ruled.in_order(ruled.queue)), ()


def set_registration(floor: Floor, event: SetRegistration, now_s: float) -> Outcome:
    """Whether requests are taken."""
    return replace(floor, registration=event.to), ()


def clear_queue(floor: Floor, event: ClearQueue, now_s: float) -> Outcome:
    """Every request ends."""
    return _clear(floor, name_of(event))


def _clear(floor: Floor, why: str) -> Outcome:
    dropped: tuple[Effect, ...] = tuple(Ended(w.seat, why) for w in floor.queue)
    return replace(floor, queue=()), dropped


def set_debate(floor: Floor, event: SetDebate, now_s: float) -> Outcome:
    """Replies go before speeches, or among them: no request is lost by it."""
    changed = replace(floor, debating=event.on)
    return replace(changed, queue=changed.in_order(changed.queue)), ()


def set_recess(floor: Floor, event: SetRecess, now_s: float) -> Outcome:
    """Turns are kept and their clocks stand still."""
    return replace(floor, recess=event.on), ()


def set_muted(floor: Floor, event: SetMuted, now_s: float) -> Outcome:
    """On: everything closes now, and chairs may open again."""
    if not event.on:
        return replace(floor, muted=False), ()
    return end_all(replace(floor, muted=True), name_of(event), now_s)


def set_fire(floor: Floor, event: SetFire, now_s: float) -> Outcome:
    """Closed contact: everything is off until acknowledged. Open again: the alarm stays."""
    if not event.on:
        return replace(floor, fire_rooms=floor.fire_rooms - {event.room}), ()
    burning = replace(floor, alarm=True, fire_rooms=floor.fire_rooms | {event.room})
    return end_all(burning, name_of(event), now_s)


def acknowledge_fire(floor: Floor, event: AcknowledgeFire, now_s: float) -> Outcome:
    """Clears the alarm unless a contact that can be heard is still closed."""
    if floor.fire_rooms - floor.lost_rooms:
        return refuse(floor, None, Reason.FIRE_ALARM)
    return replace(floor, alarm=False), ()


def room_lost(floor: Floor, event: RoomLost, now_s: float) -> Outcome:
    """The room's seats are suspended. A key held there counts as let go."""
    floor = replace(floor, lost_rooms=floor.lost_rooms | {event.room})
    floor, ended = _lose_holder(floor, event.room, now_s)
    if floor.mode == "push_to_talk":
        floor, more = _end_room(floor, event, chairs=False, now_s=now_s)
        ended = (*ended, *more)
    return floor, ended


def room_restarted(floor: Floor, event: RoomRestarted, now_s: float) -> Outcome:
    """The room is back, silent; its requests stay."""
    outer = {s: t for s, t in floor.merged_s.items() if room_of(s) != event.room}
    floor = replace(floor, lost_rooms=floor.lost_rooms - {event.room}, merged_s=outer)
    floor, ended = _lose_holder(floor, event.room, now_s)
    floor, more = _end_room(floor, event, chairs=True, now_s=now_s)
    return floor, (*ended, *more)


def _lose_holder(floor: Floor, room: str, now_s: float) -> Outcome:
    holder = floor.hold
    return _let_go(floor, now_s) if holder and room_of(holder.seat) == room else (floor, ())


def _end_room(
    floor: Floor, event: RoomLost | RoomRestarted, *, chairs: bool, now_s: float
) -> Outcome:
    seats = frozenset(
        t.seat
        for t in floor.speaking
        if room_of(t.seat) == event.room and (chairs or not floor.is_chair(t.seat))
    )
    return end_turns(floor, seats, name_of(event), now_s)
