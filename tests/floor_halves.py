"""Both halves of the floor as models, and the channel between them.

``HubHalf`` does what ``hub.meeting`` does with ``step`` and ``merge``; ``RoomHalf`` does what
``edge.controller`` does with ``following``. Messages carry ages, never times: each half has a
clock of its own. What survives a kill is marked.

Owns the protocol as the contract describes it. Must not check anything: the machine does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TypeVar

from edge.rules import following
from edge.rules.floor import (
    Effect,
    Floor,
    FloorEvent,
    Refused,
    RoomLost,
    RoomRestarted,
    Turn,
    step,
)
from edge.rules.intents import Intent, event_of
from edge.rules.merge import RoomReport, believed, merge


@dataclass(frozen=True, slots=True)
class Status:
    """``up/status``: a birth, or the will."""

    room: str
    boot: str
    online: bool


@dataclass(frozen=True, slots=True)
class State:
    """``up/state/floor``; times in it are ages."""

    room: str
    boot: str
    rev: int
    authority: str
    report: RoomReport
    number: int
    contact: int
    """Connection of the hub that it was made for; what was made for another has old ages."""


@dataclass(frozen=True, slots=True)
class Event:
    """``up/event`` of kind press."""

    room: str
    boot: str
    seq: int
    seat: str | None
    intent: Intent
    leads: str
    report: int
    age_s: float


@dataclass(frozen=True, slots=True)
class Down:
    """``down/floor``; times in it are ages."""

    room: str
    message: following.HubFloor


@dataclass(frozen=True, slots=True)
class Receipt:
    """``down/receipt``."""

    room: str
    seqs: frozenset[int]
    refused: frozenset[int]


@dataclass(frozen=True, slots=True)
class Alive:
    """``hub/status`` online, and which of its connections this is."""

    room: str
    contact: int


Message = Status | State | Event | Down | Receipt | Alive
Send = Callable[[Message], None]
F = TypeVar("F", Floor, RoomReport)


def shifted(floor: F, by_s: float) -> F:
    """The floor with every time moved: from a clock to ages and back."""

    def turn(t: Turn) -> Turn:
        return replace(
            t,
            since_s=t.since_s + by_s,
            paused_at_s=None if t.paused_at_s is None else t.paused_at_s + by_s,
            silent_since_s=None if t.silent_since_s is None else t.silent_since_s + by_s,
        )

    return replace(
        floor,
        speaking=tuple(turn(t) for t in floor.speaking),
        queue=tuple(replace(w, asked_s=w.asked_s + by_s) for w in floor.queue),
    )


# --- the room ----------------------------------------------------------------------------------


@dataclass(slots=True)
class RoomHalf:
    """One room. Boot after boot; the outbox survives (edge/runtime/outbox.py)."""

    id: str
    floor: Floor
    on_link_loss: following.OnLinkLoss
    send: Send
    watch: Callable[[tuple[Effect, ...]], None]
    """Is told what comes of what it decides itself."""
    ahead_s: float
    """How far its clock is ahead of the hub's."""
    starts: int = 0
    outbox: list[Event] = field(default_factory=list)
    pressed_s: dict[int, float] = field(default_factory=dict)
    seq: int = 0
    rev: int = 0
    state: following.Room = field(init=False)
    told: object = None
    contact: int = 0
    """The hub's connection that is heard now; 0: none."""

    def __post_init__(self) -> None:
        """First start."""
        self.restart()

    def restart(self) -> None:
        """Killed and started: all but the outbox is gone."""
        self.starts += 1
        self.rev = 0
        self.contact = 0
        self.state = following.Room(
            id=self.id,
            boot=f"{self.id}-{self.starts}",
            on_link_loss=self.on_link_loss,
            floor=self.floor,
        )

    def connect(self, hub_s: float) -> None:
        """A fresh connection: birth, floor, then everything without a receipt."""
        self.contact = 0
        self.send(Status(self.id, self.state.boot, True))
        self.told = None
        self.tell(hub_s)
        self.resend(hub_s)

    def resend(self, hub_s: float) -> None:
        """Send the events again that have no receipt."""
        for event in self.outbox:
            self.send(replace(event, age_s=hub_s - self.pressed_s[event.seq]))

    def tell(self, hub_s: float) -> None:
        """Publish the own floor if it is news."""
        room = self.state
        news = (room.authority, room.report, room.floor, room.gen, room.applied, self.contact)
        if news == self.told:
            return
        self.told = news
        self.rev += 1
        own = shifted(following.report_of(room), -self.now_s(hub_s))
        self.send(
            State(self.id, room.boot, self.rev, room.authority, own, room.report, self.contact)
        )

    def now_s(self, hub_s: float) -> float:
        """Its own clock."""
        return hub_s + self.ahead_s

    def press(self, intent: Intent, seat: str | None, hub_s: float) -> None:
        """Somebody at a key: recorded, then decided here or asked of the hub."""
        now_s = self.now_s(hub_s)
        leads = "room" if self.state.authority == "room" else "hub"
        self.seq += 1
        event = Event(
            self.id, self.state.boot, self.seq, seat, intent, leads, self.state.report, 0.0
        )
        self.outbox.append(event)
        self.pressed_s[self.seq] = hub_s
        if leads == "hub":
            pending = following.Pending(seat, intent, now_s, self.seq)
            self.state = following.await_hub(self.state, pending)
        else:
            self.state, effects = following.decide(self.state, intent, seat, now_s, now_s)
            self.watch(effects)
        self.send(event)
        self.tell(hub_s)

    def pass_time(self, hub_s: float) -> None:
        """Its clock ticks."""
        self.state, effects = following.pass_time(self.state, self.now_s(hub_s))
        self.watch(effects)
        self.tell(hub_s)

    def lose_hub(self, hub_s: float) -> None:
        """The grace is over."""
        self.state, effects = following.lose_hub(self.state, self.now_s(hub_s))
        self.watch(effects)
        self.tell(hub_s)

    def hear(self, message: Down | Receipt | Alive, hub_s: float) -> None:
        """A message from the hub."""
        if isinstance(message, Alive):
            self.contact = max(self.contact, message.contact)
        elif isinstance(message, Down):
            known = self.state.floor
            theirs = shifted(message.message.floor, self.now_s(hub_s))
            floor = replace(theirs, roles=known.roles, totals_s={}, merged_s={}, left=())
            self.state = following.follow(self.state, replace(message.message, floor=floor))
        else:
            settled = message.seqs
            self.outbox = [e for e in self.outbox if e.seq not in settled]
            for seq in sorted(message.refused):
                self.state = following.hub_refused(self.state, seq, self.now_s(hub_s))
        self.tell(hub_s)

    def wish(self, seat: str, hub_s: float) -> following.SeatWish:
        """What the seat's unit is told."""
        return following.wish(self.state, seat, self.now_s(hub_s))


# --- the hub -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the hub has committed about a room."""

    boot: str | None = None
    online: bool = False
    merged_boot: str | None = None
    merged_number: int = 0
    newest: Mapping[str, int] = field(default_factory=dict)
    decided: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()

    @property
    def upto(self) -> int:
        """Every event up to this number is decided."""
        return next(n for n in count() if n + 1 not in self.decided)


Watch = Callable[[Floor, object, Floor, tuple[Effect, ...]], None]


@dataclass(slots=True)
class HubHalf:
    """The hub. Floor, revision and what it knows of rooms survive; what rooms said does not."""

    floor: Floor
    send: Send
    watch: Watch
    """Is told of every step and merge."""
    rooms: dict[str, Known]
    gen: int = 1
    contact: int = 1
    rev: int = 0
    states: dict[str, State] = field(default_factory=dict)
    met: dict[str, Status] = field(default_factory=dict)
    told: dict[str, object] = field(default_factory=dict)

    def restart(self) -> None:
        """Killed and started."""
        self.gen += 1
        self.states, self.met, self.told = {}, {}, {}

    def connect(self, now_s: float) -> None:
        """A fresh connection to the broker: every floor goes out anew."""
        self.contact += 1
        self.met, self.told, self.states = {}, {}, {}
        for room in self.rooms:
            self.send(Alive(room, self.contact))
        self.tell(now_s)

    def tell(self, now_s: float) -> None:
        """Send the floor to each room for which it is new."""
        for room, known in self.rooms.items():
            news = (self.rev, known.merged_boot, known.merged_number)
            if self.told.get(room) != news:
                self.told[room] = news
                self.send(
                    Down(
                        room,
                        following.HubFloor(
                            gen=self.gen,
                            rev=self.rev,
                            for_boot=known.merged_boot,
                            for_report=known.merged_number,
                            heard_seq=known.upto,
                            heard_extra=frozenset(n for n in known.decided if n > known.upto),
                            floor=shifted(self.floor, -now_s),
                        ),
                    )
                )

    def hear(self, message: Status | State | Event, now_s: float) -> None:
        """A message from a room."""
        match message:
            case Status():
                self._status(message, now_s)
                self._look(message.room, now_s)
            case State():
                self._state(message)
                self._look(message.room, now_s)
            case Event():
                self._event(message, now_s)
        self.tell(now_s)

    def order(self, event: FloorEvent, now_s: float) -> tuple[Effect, ...]:
        """Somebody at a page."""
        effects = self._step(event, now_s)
        self.tell(now_s)
        return effects

    def _step(self, event: FloorEvent, now_s: float) -> tuple[Effect, ...]:
        before = self.floor
        self.floor, effects = step(before, event, now_s)
        if self.floor is not before:
            self.rev += 1
        self.watch(before, event, self.floor, effects)
        return effects

    def _status(self, status: Status, now_s: float) -> None:
        known = self.rooms[status.room]
        met = self.met.get(status.room)
        if not status.online and met is not None and met.online and met.boot != status.boot:
            return
        self.met[status.room] = status
        if (state := self.states.get(status.room)) and state.boot != status.boot:
            del self.states[status.room]
        if status.online:
            self.rooms[status.room] = replace(known, online=True, boot=status.boot)
            self.send(Alive(status.room, self.contact))
        elif known.boot == status.boot or not known.online:
            self.rooms[status.room] = replace(known, online=False)
            if status.room not in self.floor.lost_rooms:
                self._step(RoomLost(status.room), now_s)

    def _state(self, state: State) -> None:
        met, known = self.met.get(state.room), self.states.get(state.room)
        if met is not None and met.boot != state.boot:
            return
        if known is not None and known.boot == state.boot and state.rev < known.rev:
            return
        self.states[state.room] = state

    def _is_met(self, room: str) -> bool:
        met = self.met.get(room)
        return met is not None and met.online

    def _look(self, room: str, now_s: float) -> None:
        """Merge each report once."""
        known, state = self.rooms[room], self.states.get(room)
        if state is None or not self._is_met(room) or not known.online or known.boot != state.boot:
            return
        lost, new_boot = room in self.floor.lost_rooms, known.merged_boot != state.boot
        if not new_boot and state.number < known.merged_number:
            return
        merged = not new_boot and state.number == known.merged_number
        if merged and not lost:
            return
        if not merged and state.authority != "none" and state.contact != self.contact:
            return  # its ages are of another time; the room says it again when it hears us
        if new_boot:
            self._step(RoomRestarted(room), now_s)
        if state.authority != "none" and not merged:
            since = 0 if new_boot else known.merged_number
            self._merge(shifted(state.report, now_s).after(since), now_s)
        elif lost:
            self._merge(believed(self.floor, room), now_s)
        self.rev += 1
        self.rooms[room] = replace(
            self.rooms[room], merged_boot=state.boot, merged_number=state.number
        )

    def _merge(self, report: RoomReport, now_s: float) -> None:
        before = self.floor
        self.floor, effects = merge(before, report, now_s)
        self.watch(before, report, self.floor, effects)

    def _event(self, event: Event, now_s: float) -> None:
        known = self.rooms[event.room]
        if event.seq not in known.decided:
            if not self._is_met(event.room):
                return
            ours = event.leads == "hub" and event.boot == known.boot
            if ours and (known.merged_boot != event.boot or event.report > known.merged_number):
                return
            self._decide(event, ours and event.report == known.merged_number, now_s)
        known = self.rooms[event.room]
        refused = known.refused & {event.seq}
        self.tell(now_s)
        self.send(Receipt(event.room, frozenset({event.seq}), frozenset(refused)))

    def _decide(self, event: Event, ours: bool, now_s: float) -> None:
        known = self.rooms[event.room]
        refused = False
        if ours:
            if event.seat is not None and event.seq < known.newest.get(event.seat, 0):
                refused = True
            else:
                asked = event_of(event.intent, event.seat, now_s - event.age_s, event.room)
                refused = any(isinstance(e, Refused) for e in self._step(asked, now_s))
        known = self.rooms[event.room]
        newest = dict(known.newest)
        if event.seat is not None:
            newest[event.seat] = max(event.seq, newest.get(event.seat, 0))
        self.rooms[event.room] = replace(
            known,
            decided=known.decided | {event.seq},
            refused=known.refused | ({event.seq} if refused else set()),
            newest=newest,
        )
        self.rev += 1  # a floor goes out, so the room hears that its press is decided
