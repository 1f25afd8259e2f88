"""The messages between the halves of the floor, and the room's half as a model.

``RoomHalf`` does what ``edge.controller`` does with ``following``. Messages carry ages, never
times: each half has a clock of its own.

Owns the protocol as the contract describes it. Must not check anything: the world does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from edge.rules import following
from edge.rules.floor import (
    Effect,
    Floor,
    Turn,
)
from edge.rules.intents import Intent
from edge.rules.merge import RoomReport


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
    free: bool = False


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


def start_of(boot: str | None) -> int:
    """The number of the start: boots of a room are in order."""
    return 0 if boot is None else int(boot.rpartition("-")[2])


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
            State(
                self.id,
                room.boot,
                self.rev,
                room.authority,
                own,
                room.report,
                self.contact,
                room.free,
            )
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
            told = replace(message.message, floor=floor)
            self.state = following.follow(self.state, told, self.now_s(hub_s))
        else:
            settled = message.seqs
            self.outbox = [e for e in self.outbox if e.seq not in settled]
            for seq in sorted(message.refused):
                self.state = following.hub_refused(self.state, seq, self.now_s(hub_s))
        self.tell(hub_s)

    def wish(self, seat: str, hub_s: float) -> following.SeatWish:
        """What the seat's unit is told."""
        return following.wish(self.state, seat, self.now_s(hub_s))
