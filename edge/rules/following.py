"""Whether a room follows the hub or leads itself, and what its seats then show.

Theory. After a start nobody leads (``none``): microphones are off. A floor of the hub *for
this boot* and *for the room's last report* makes the room follow (``hub``). When the hub is
out of reach for longer than a grace the room leads itself (``room``) with the same floor law
over its own seats, starting from the last floor it knew; presses the hub had not answered
are decided now. Each change it makes alone counts up ``report``; a floor of the hub is obeyed
again only when it has merged exactly that report, so a decision made in the room can neither
be overlooked nor undone by a floor that was under way. Floors of an older generation, of
another boot, or older than the one in force are ignored.

Owns the room's side of the floor. Must not know devices or MQTT. Times are seconds on the
room's monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from edge.rules.floor import (
    AllOff,
    Ask,
    Effect,
    Floor,
    FloorEvent,
    Leave,
    Next,
    Refused,
    SeatState,
    room_of,
    seat_state,
    step,
)
from edge.rules.merge import RoomReport

Authority = Literal["none", "hub", "room"]
Intent = Literal["ask", "leave", "next", "all_off"]
OnLinkLoss = Literal["standalone", "hold"]
Lamp = Literal["off", "on", "slow", "fast"]

REFUSED_SHOWN_S = 2.0
"""How long a seat's lamps say no: two fast bursts, long enough to be seen when looked for."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A press the hub has not answered yet; ``seq`` is its number in the outbox."""

    seat: str | None
    intent: Intent
    at_s: float
    seq: int


@dataclass(frozen=True, slots=True)
class Room:
    """One room's view of the floor. ``floor`` is the meeting's, or its own when it leads."""

    id: str
    boot: str
    on_link_loss: OnLinkLoss
    floor: Floor
    authority: Authority = "none"
    gen: int = 0
    applied: int = 0
    report: int = 0
    pending: tuple[Pending, ...] = ()
    refused_until_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HubFloor:
    """A floor message, times already on this room's clock."""

    gen: int
    rev: int
    for_boot: str | None
    for_report: int
    heard_seq: int
    floor: Floor


def follow(room: Room, message: HubFloor) -> Room:
    """Obey the hub's floor if it is meant for us now; else the very same room."""
    if message.for_boot != room.boot or message.for_report != room.report:
        return room
    if (message.gen, message.rev) <= (room.gen, room.applied) or message.gen < room.gen:
        return room
    return replace(
        room,
        authority="hub",
        gen=message.gen,
        applied=message.rev,
        floor=message.floor,
        pending=tuple(p for p in room.pending if p.seq > message.heard_seq),
    )


def lose_hub(room: Room, now_s: float) -> tuple[Room, tuple[Effect, ...]]:
    """The hub is out of reach: lead the own seats, and decide what was left unanswered."""
    if room.authority == "room":
        return room, ()
    report = report_of(room)
    own = replace(
        room.floor,
        mode="request" if room.on_link_loss == "hold" else room.floor.mode,
        roles={s: r for s, r in room.floor.roles.items() if room_of(s) == room.id},
        # Nobody led before: no microphone opens by itself after a start.
        speaking=report.speaking if room.authority == "hub" else (),
        queue=report.queue,
        lost_rooms=frozenset(),
    )
    alone = replace(room, authority="room", floor=own, pending=(), report=room.report + 1)
    effects: tuple[Effect, ...] = ()
    for press in room.pending:
        alone, more = decide(alone, press.intent, press.seat, press.at_s, now_s)
        effects = (*effects, *more)
    return alone, effects


def decide(
    room: Room, intent: Intent, seat: str | None, at_s: float, now_s: float
) -> tuple[Room, tuple[Effect, ...]]:
    """Apply one press to the floor this room leads; each change is a new report."""
    event = _event(intent, seat, at_s)
    floor, effects = step(room.floor, event, now_s)
    changed = floor is not room.floor
    room = replace(room, floor=floor, report=room.report + (1 if changed else 0))
    for effect in effects:
        if isinstance(effect, Refused) and effect.seat is not None:
            room = refuse(room, effect.seat, now_s)
    return room, effects


def _event(intent: Intent, seat: str | None, at_s: float) -> FloorEvent:
    match intent, seat:
        case "ask", str():
            return Ask(seat, at_s)
        case "leave", str():
            return Leave(seat)
        case "next", _:
            return Next()
        case _:
            return AllOff()


def await_hub(room: Room, press: Pending) -> Room:
    """Remember a press until the hub has answered it."""
    return replace(room, pending=(*room.pending, press))


def hub_refused(room: Room, seq: int, now_s: float) -> Room:
    """The hub said no to the press with this number: the seat shows it."""
    seats = [p.seat for p in room.pending if p.seq == seq and p.seat is not None]
    room = replace(room, pending=tuple(p for p in room.pending if p.seq != seq))
    for seat in seats:
        room = refuse(room, seat, now_s)
    return room


def refuse(room: Room, seat: str, now_s: float) -> Room:
    """Show *no* at the seat for a moment."""
    shown = {s: until for s, until in room.refused_until_s.items() if until > now_s}
    return replace(room, refused_until_s={**shown, seat: now_s + REFUSED_SHOWN_S})


def intent_of_key(room: Room, seat: str) -> Intent:
    """What a press of the microphone key means, from what its lamps show the person now."""
    for press in reversed(room.pending):
        if press.seat == seat:
            return "ask" if press.intent == "leave" else "leave"
    return "ask" if seat_state(room.floor, seat) is SeatState.SILENT else "leave"


@dataclass(frozen=True, slots=True)
class SeatWish:
    """What a seat should do and show."""

    microphone: bool
    red: Lamp
    green: Lamp


def wish(room: Room, seat: str, now_s: float) -> SeatWish:
    """Microphone and lamps of ``seat``: red speaks, green waits, both fast is *no*."""
    if room.refused_until_s.get(seat, 0.0) > now_s:
        speaks = room.floor.speaks(seat) and room.authority != "none"
        return SeatWish(microphone=speaks, red="fast", green="fast")
    asked = next((p.intent for p in reversed(room.pending) if p.seat == seat), None)
    if room.authority == "none":
        return SeatWish(False, "off", "fast" if asked == "ask" else "off")
    match seat_state(room.floor, seat):
        case SeatState.SPEAKING:
            # Whoever pressed *off* is not heard any more, before anybody has answered.
            return SeatWish(asked != "leave", "off" if asked == "leave" else "on", "off")
        case SeatState.WAITING:
            head = room.floor.next_waiting()
            is_next = head is not None and head.seat == seat
            return SeatWish(False, "off", "slow" if is_next else "on")
        case SeatState.SILENT:
            return SeatWish(False, "off", "fast" if asked == "ask" else "off")


def report_of(room: Room) -> RoomReport:
    """What the room says of its own seats."""
    return RoomReport(
        room=room.id,
        speaking=tuple(t for t in room.floor.speaking if room_of(t.seat) == room.id),
        queue=tuple(w for w in room.floor.queue if room_of(w.seat) == room.id),
    )
