"""The hub's half of the floor as a model.

It does what ``hub.meeting`` does with ``step`` and ``merge``, with nothing around it.

Owns the order of deciding: merge first, then the presses made after it. Must not check
anything: the world does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from edge.rules import following
from edge.rules.floor import Effect, Floor, FloorEvent, Refused, RoomLost, RoomRestarted, step
from edge.rules.intents import event_of, subject_of
from edge.rules.merge import RoomReport, believed, merge
from tests.floor_room_half import (
    Alive,
    Down,
    Event,
    Receipt,
    Send,
    State,
    Status,
    shifted,
    start_of,
)


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
    states: dict[str, tuple[State, float]] = field(default_factory=dict)
    """What each room said last, and when: its ages are of that moment."""
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
                self._state(message, now_s)
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
        state, _ = self.states.get(status.room, (None, 0.0))
        if state is not None and state.boot != status.boot:
            del self.states[status.room]
        if status.online:
            self.rooms[status.room] = replace(known, online=True, boot=status.boot)
            self.send(Alive(status.room, self.contact))
        elif known.boot == status.boot or not known.online:
            self.rooms[status.room] = replace(known, online=False)
            if status.room not in self.floor.lost_rooms:
                self._step(RoomLost(status.room), now_s)

    def _state(self, state: State, now_s: float) -> None:
        met, (known, _) = self.met.get(state.room), self.states.get(state.room, (None, 0.0))
        if met is not None and met.boot != state.boot:
            return
        if known is not None and known.boot == state.boot and state.rev < known.rev:
            return
        self.states[state.room] = state, now_s

    def _is_met(self, room: str) -> bool:
        met = self.met.get(room)
        return met is not None and met.online

    def _look(self, room: str, now_s: float) -> None:
        """Merge each report once."""
        known, (state, heard_s) = self.rooms[room], self.states.get(room, (None, 0.0))
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
            self._merge(shifted(state.report, heard_s).after(since), now_s)
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
            if not self._is_met(event.room) or start_of(event.boot) > start_of(known.boot):
                return  # its status is on its way
            ours = event.leads == "hub" and event.boot == known.boot
            if ours and (known.merged_boot != event.boot or event.report > known.merged_number):
                return
            self._decide(event, ours and event.report == known.merged_number, now_s)
        known = self.rooms[event.room]
        refused = known.refused & {event.seq}
        self.tell(now_s)
        self.send(Receipt(event.room, frozenset({event.seq}), frozenset(refused)))

    def _decide(self, event: Event, ours: bool, now_s: float) -> None:
        known, subject = self.rooms[event.room], subject_of(event.intent, event.seat)
        refused = False
        if ours:
            if event.seq < known.newest.get(subject or "", 0):
                refused = True
            else:
                asked = event_of(event.intent, event.seat, now_s - event.age_s, event.room)
                refused = any(isinstance(e, Refused) for e in self._step(asked, now_s))
        known = self.rooms[event.room]
        newest = dict(known.newest)
        if subject is not None:
            newest[subject] = max(event.seq, newest.get(subject, 0))
        self.rooms[event.room] = replace(
            known,
            decided=known.decided | {event.seq},
            refused=known.refused | ({event.seq} if refused else set()),
            newest=newest,
        )
        self.rev += 1  # a floor goes out, so the room hears that its press is decided
