"""Whether a room follows the hub or leads itself, and what its seats then show.

Theory. After a start nobody leads (``none``): microphones are off. A floor of the hub *for
this boot* and *for the room's last report* makes the room follow (``hub``). When the hub is
out of reach for longer than a grace the room leads itself (``room``) with the same floor law
over its own seats, starting from the last floor it knew; presses the hub had not answered
are decided now. Each change it makes alone counts up ``report``; a floor of the hub is obeyed
again only when it has merged exactly that report, so a decision made in the room can neither
be overlooked nor undone by a floor that was under way. Floors of an older generation, of
another boot, or older than the one in force are ignored.

A meeting may sit in some rooms only. To the others the hub says that they are *free*: such a
room leads itself too, by the rules that came with that word, though the hub is there. It begins
with what it led already, else in silence, and joins a meeting in silence again: what was said
among its own people is no part of it. A fire alarm is the whole site's all the same.

A request that ended in the room is named in its report until the hub has merged it: what is
missing there without being named was unknown to the room, and stays with the hub.

Owns the room's side of the floor. Must not know devices or MQTT. Times are seconds on the
room's monotonic clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from edge.rules.events import AcknowledgeFire, Effect, Ended, FloorEvent, Refused, Tick
from edge.rules.floor import step
from edge.rules.intents import Intent, event_of, subject_of
from edge.rules.lamps import ASKING, BURNING, MUTING, Lamp, SeatWish, led_by_nobody, picture
from edge.rules.merge import RoomReport, believed
from edge.rules.state import Floor, SeatState, Turn, room_of, seat_state
from edge.rules.timers import paced
from edge.rules.turns import Outcome, end_all

Authority = Literal["none", "hub", "room"]
OnLinkLoss = Literal["standalone", "hold"]

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
    ended: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Seats whose turn or request ended here, and the report it was in."""
    spoken_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Speaking time of turns that ended here, since the start."""
    free: bool = False
    """The meeting does not sit here: the room leads itself, whoever can be heard."""
    site_alarm: bool = False
    """While it is free: the hub has told of a fire alarm that is not acknowledged."""
    burning: bool = False
    """The own fire contact is closed: everything is off, whoever leads and whatever is full."""


@dataclass(frozen=True, slots=True)
class HubFloor:
    """A floor message, times already on this room's clock."""

    gen: int
    rev: int
    for_boot: str | None
    for_report: int
    heard_seq: int
    floor: Floor
    free: bool = False
    """The room is to lead itself: of the floor only rules and alarm are for it."""
    heard_extra: frozenset[int] = frozenset()
    """Events beyond ``heard_seq`` that the hub has decided too: they may overtake."""

    def has_heard(self, seq: int) -> bool:
        """The hub has decided on the room's event with this number."""
        return seq <= self.heard_seq or seq in self.heard_extra


def follow(room: Room, message: HubFloor, now_s: float) -> Room:
    """Obey the hub's floor if it is meant for us now; else the very same room."""
    if message.for_boot != room.boot:
        return room
    if (message.gen, message.rev) <= (room.gen, room.applied):
        return room
    if message.free:
        told = replace(room, gen=message.gen, applied=message.rev)
        return _hear_alarm(told if room.free else _set_free(told, message, now_s), message, now_s)
    if message.for_report != room.report:
        return room
    return replace(
        room,
        authority="hub",
        free=False,
        site_alarm=False,
        gen=message.gen,
        applied=message.rev,
        floor=message.floor,
        pending=_unanswered(room.pending, message),
        ended={},
    )


def _set_free(room: Room, message: HubFloor, now_s: float) -> Room:
    """The meeting leaves the room, or was never in it.

    Of what waits for an answer the fire contact is decided here, the rest is refused.
    """
    led = room.authority == "room"
    own = report_of(room) if led else RoomReport(room.id, (), ())
    floor = replace(
        message.floor,
        roles={s: r for s, r in room.floor.roles.items() if room_of(s) == room.id},
        speaking=own.speaking,
        queue=own.queue,
        lost_rooms=frozenset(),
        hold=own.hold,
        fire_rooms=(room if led else message).floor.fire_rooms & {room.id},
        alarm=room.floor.alarm and led,
        left=(),
        totals_s=room.spoken_s,
        merged_s={},
    )
    alone = replace(
        room,
        authority="room",
        free=True,
        # By other rules the same people may wait in another order.
        floor=paced(replace(floor, queue=floor.in_order(floor.queue)), now_s),
        pending=(),
        report=room.report + 1,
    )
    for press in room.pending:
        if press.intent in ("fire", "fire_over"):
            alone, _ = decide(alone, press.intent, None, press.at_s, now_s)
        elif press.seat is not None:
            alone = refuse(alone, press.seat, now_s)
    return alone


def _hear_alarm(room: Room, message: HubFloor, now_s: float) -> Room:
    """A fire elsewhere silences a free room too, until it is acknowledged here or there."""
    burns = message.floor.alarm
    if burns == room.site_alarm:
        return room
    room = replace(room, site_alarm=burns)
    if burns:
        silenced = end_all(replace(room.floor, alarm=True), "set_fire", now_s)
        return _led(room, silenced, now_s)[0]
    # A contact that is still closed here is an alarm of its own.
    return _step(room, AcknowledgeFire(), now_s)[0]


def _unanswered(pending: tuple[Pending, ...], message: HubFloor) -> tuple[Pending, ...]:
    """What is still to be decided: nothing that a newer press, already decided, overtook."""
    newest: dict[str | None, int] = {}
    for press in pending:
        if message.has_heard(press.seq):
            newest[subject_of(press.intent, press.seat)] = press.seq
    newest[None] = 0
    return tuple(
        p
        for p in pending
        if not message.has_heard(p.seq) and p.seq > newest.get(subject_of(p.intent, p.seat), 0)
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
        speaking=_still_speaking(room, report) if room.authority == "hub" else (),
        queue=report.queue,
        lost_rooms=frozenset(),
        hold=report.hold,
        fire_rooms=room.floor.fire_rooms & {room.id},
        left=(),
        totals_s=room.spoken_s,
        merged_s={},
    )
    alone = replace(
        room, authority="room", floor=paced(own, now_s), pending=(), report=room.report + 1
    )
    effects: tuple[Effect, ...] = ()
    for press in room.pending:
        alone, more = decide(alone, press.intent, press.seat, press.at_s, now_s)
        effects = (*effects, *more)
    return alone, effects


def _still_speaking(room: Room, report: RoomReport) -> tuple[Turn, ...]:
    """Turns that outlast the link: losing it counts as letting a held key go."""
    if room.floor.mode != "push_to_talk":
        return report.speaking
    return tuple(t for t in report.speaking if room.floor.is_chair(t.seat))


def decide(
    room: Room, intent: Intent, seat: str | None, at_s: float, now_s: float
) -> tuple[Room, tuple[Effect, ...]]:
    """Apply one press to the floor this room leads; each change is a new report."""
    return _step(room, event_of(intent, seat, at_s, room.id), now_s)


def pass_time(room: Room, now_s: float) -> tuple[Room, tuple[Effect, ...]]:
    """End what is over; only a room that leads itself does that."""
    return _step(room, Tick(), now_s) if room.authority == "room" else (room, ())


def _step(room: Room, event: FloorEvent, now_s: float) -> tuple[Room, tuple[Effect, ...]]:
    return _led(room, step(room.floor, event, now_s), now_s)


def _led(room: Room, outcome: Outcome, now_s: float) -> tuple[Room, tuple[Effect, ...]]:
    """The room after what it decided itself: whatever changes is a new report."""
    floor, effects = outcome
    if floor != room.floor:
        report = room.report + 1
        ended = {e.seat: report for e in effects if isinstance(e, Ended)}
        room = replace(
            room,
            floor=floor,
            report=report,
            ended={**room.ended, **ended},
            spoken_s=floor.totals_s,
        )
    for effect in effects:
        if isinstance(effect, Refused) and effect.seat is not None:
            room = refuse(room, effect.seat, now_s)
    return room, effects


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
    match _asked(room, seat):
        case "leave":
            return "ask"
        case None:
            return "ask" if seat_state(room.floor, seat) is SeatState.SILENT else "leave"
        case _:
            return "leave"


def intent_of_release(room: Room, seat: str) -> Intent | None:
    """What letting the microphone key go means: something in *push to talk* only.

    A chair's key is never held: it opens and closes in every mode.
    """
    held = room.floor.mode == "push_to_talk" and not room.floor.is_chair(seat)
    return "leave" if held and intent_of_key(room, seat) == "leave" else None


def _asked(room: Room, seat: str) -> Intent | None:
    """What the seat asked for last and has no answer to."""
    return next(
        (
            p.intent
            for p in reversed(room.pending)
            if p.seat == seat and p.intent in (*ASKING, "leave")
        ),
        None,
    )


def wish(room: Room, seat: str, now_s: float) -> SeatWish:
    """Microphone and lamps of ``seat``: red speaks, green waits, both fast is *no*."""
    asked = _asked(room, seat)
    pressed = {p.intent for p in room.pending}
    if room.burning or room.floor.alarm or "fire" in pressed:
        return BURNING
    if room.authority == "none":
        shown = led_by_nobody(asked)
    else:
        shown = picture(room.floor, seat, asked, pressed & MUTING, now_s)
    if room.refused_until_s.get(seat, 0.0) > now_s:
        return replace(shown, red="fast", green="fast")
    return shown


def report_of(room: Room) -> RoomReport:
    """What the room says of its own seats."""
    return replace(
        believed(room.floor, room.id),
        ended=room.ended,
        # What the hub itself told is no news to it.
        alarm=room.floor.alarm and not room.site_alarm,
        fire=room.id in room.floor.fire_rooms,
        spoken_s=room.spoken_s,
    )


__all__ = [
    "Authority",
    "HubFloor",
    "Intent",
    "Lamp",
    "OnLinkLoss",
    "Pending",
    "Room",
    "SeatWish",
    "await_hub",
    "decide",
    "follow",
    "hub_refused",
    "intent_of_key",
    "intent_of_release",
    "lose_hub",
    "pass_time",
    "refuse",
    "report_of",
    "wish",
]
