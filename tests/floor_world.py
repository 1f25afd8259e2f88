"""A meeting of three rooms in which anything may go wrong, and what must hold all the same.

At all times:

1.  a seat has one place: it speaks once, or waits once, in every floor there is;
2.  queues are in order, and who is called from a queue was first in it;
3.  no step opens more microphones than the limit (a lowered limit cuts nobody off);
4.  a microphone is open only if its authority's floor says so, never with none, and after a
    restart of its room only if somebody gave it the floor anew;
5.  a chair who asks is heard, in every floor that somebody leads by, but for a fire alarm;
6.  with a fire alarm every microphone of the room is closed, and nobody keeps a turn that
    would open one again when it is over;
7.  a room obeys only what is for its present start, and never anything older than it obeys;
8.  a merge loses no request of either side, doubles none, and keeps its time.

And when everything has been delivered and all links are up:

9.  every room in which the meeting sits follows the hub, both agree, and what is open is what
    the hub says; every other room leads itself, and the meeting has nobody there;
10. what was asked for is there, unless it was withdrawn, taken, answered or refused; the only
    other way to lose a request is to kill the one machine that knew of it;
11. who left last is silent;
12. a fire alarm that nobody acknowledged is an alarm, and an open contact is open;
13. nobody holds priority who let it go;
14. nothing is left unanswered.

And whenever time has passed:

15. nobody speaks beyond a limit that stops, in the floor of whoever leads.

Owns the world, its accidents and these laws. ``wait`` moves the one true time; rooms' clocks
are far apart on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from edge.rules import following
from edge.rules.events import (
    AcknowledgeFire,
    Ask,
    ClearQueue,
    Effect,
    FloorEvent,
    Granted,
    Next,
    PriorityHeld,
    Queued,
    Take,
)
from edge.rules.floor import step
from edge.rules.intents import Intent
from edge.rules.merge import RoomReport
from edge.rules.settings import Role, Settings
from edge.rules.state import Floor, room_of, seat_state
from edge.rules.timers import next_deadline
from tests.floor_hub_half import HubHalf
from tests.floor_room_half import (
    Alive,
    Down,
    Event,
    Message,
    Receipt,
    RoomHalf,
    State,
    Status,
    start_of,
)
from tests.floor_truth import Truth

ROLES: dict[str, Role] = {
    "main/1": "chair",
    "main/2": "delegate",
    "main/3": "delegate",
    "sat/1": "delegate",
    "sat/2": "delegate",
    "sat/3": "vice_chair",
    "far/1": "delegate",
    "far/2": "guest",
}
SEATS = sorted(ROLES)
AHEAD_S = {"main": -500.0, "sat": 0.0, "far": 7e5}
ROOMS = tuple(AHEAD_S)
SETTINGS = Settings(
    seat_priority={"sat/2": 2}, limit_s={"delegate": 20.0}, at_limit="stop", guest_may_request=True
)
ROUNDS = 20
"""Of resending, until everything must be quiet."""


class World:
    """One hub, three rooms, and messages in the air."""

    def __init__(self, make_room: Callable[..., RoomHalf] = RoomHalf) -> None:
        """Everybody has just started and connected."""
        self.now_s = 1000.0
        self.air: list[tuple[Message, float]] = []
        self.retained: dict[tuple[str, type[Message]], Message] = {}
        self.late_s = 0.0
        """How long messages that arrived have been in the air, together."""
        self.truth = Truth()
        self.obeyed: dict[str, tuple[int, int]] = {}
        whole = Floor(queue_max=200, roles=ROLES, settings=SETTINGS)
        self.hub = HubHalf(whole, self._post, self._watch)
        self.rooms = {
            room: make_room(
                room,
                Floor(roles={s: r for s, r in ROLES.items() if room_of(s) == room}),
                "hold" if room == "far" else "standalone",
                self._post,
                self.truth.effects,
                ahead_s,
            )
            for room, ahead_s in AHEAD_S.items()
        }
        self.places = dict.fromkeys(ROOMS, 0)
        for room in self.rooms.values():
            room.connect(self.now_s)

    # --- what people do ------------------------------------------------------------------------

    def key(self, seat: str) -> None:
        """Somebody presses the microphone key."""
        self._press(following.intent_of_key(self.rooms[room_of(seat)].state, seat), seat)

    def sit(self, *rooms: str) -> None:
        """The meeting sits in these rooms from now on; without any, in all."""
        before = {room for room in ROOMS if self.hub.meeting.sits_in(room)}
        self.hub.sit(rooms, self.now_s)
        for room in ROOMS:
            if (room in before) != self.hub.meeting.sits_in(room):
                self.truth.forget(room)

    def let_go(self, seat: str) -> None:
        """Somebody lets the microphone key go."""
        intent = following.intent_of_release(self.rooms[room_of(seat)].state, seat)
        if intent is not None:
            self._press(intent, seat)

    def console(self, intent: Intent, seat: str) -> None:
        """Somebody presses a key at a console; ``seat`` says in which room."""
        self.truth.press(intent, seat, self.now_s)
        named = seat if intent.startswith("priority") else None
        self.rooms[room_of(seat)].press(intent, named, self.now_s)

    def page(self, event: FloorEvent) -> None:
        """Somebody gives an order at a page of the hub."""
        if isinstance(event, AcknowledgeFire):
            self.truth.fire = False
        if isinstance(event, PriorityHeld):
            self.truth.let_go.discard(event.seat)
        self.hub.order(event, self.now_s)

    def _press(self, intent: Intent, seat: str) -> None:
        room = self.rooms[room_of(seat)]
        self.truth.press(intent, seat, self.now_s)
        room.press(intent, seat, self.now_s)
        if room.state.free:
            self.truth.forget(room.id)

    # --- what happens to messages ----------------------------------------------------------------

    def _post(self, message: Message) -> None:
        if isinstance(message, Status | State):
            self.retained[message.room, type(message)] = message
        self.air.append((message, self.now_s))

    def deliver(self, index: int) -> None:
        """Some message arrives, before others that were sent earlier."""
        message, sent_s = self.air.pop(index)
        self.late_s += self.now_s - sent_s
        if isinstance(message, Down | Receipt | Alive):
            room = self.rooms[message.room]
            room.hear(message, self.now_s)
            if room.state.free:
                self.truth.forget(room.id)
            return
        if not isinstance(message, Event):
            # One client, one connection: what an earlier start published cannot come later.
            self.air = [
                (m, s)
                for m, s in self.air
                if not (isinstance(m, Status | State) and _is_earlier(m, message))
            ]
        self.hub.hear(message, self.now_s)

    def lose(self, index: int) -> None:
        """Some message never arrives."""
        self.air.pop(index)

    def double(self, index: int) -> None:
        """Some message arrives twice."""
        self.air.append(self.air[index])

    # --- what happens to machines ----------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Time passes, and whoever leads notices."""
        self.now_s += seconds
        self.hub.pass_time(self.now_s)
        for room in self.rooms.values():
            room.pass_time(self.now_s)
        self._check_deadlines()

    def lose_hub(self, room: str) -> None:
        """The room waited long enough for the hub."""
        self.rooms[room].contact = 0
        self.rooms[room].lose_hub(self.now_s)

    def lose_room(self, room: str) -> None:
        """The broker tells the room's will."""
        self._post(Status(room, self.rooms[room].state.boot, online=False))

    def restart_room(self, room: str) -> None:
        """Its controller is killed and started."""
        self.lose_room(room)
        self.obeyed.pop(room, None)
        self.places[room] = 0
        state = self.rooms[room].state
        unsure = {*state.ended, *(p.seat for p in state.pending)}
        self.truth.killed(room, unsure, self.hub.floor)
        self.rooms[room].restart()
        self.rooms[room].connect(self.now_s)
        # A contact is a level: the controller tells it after each start.
        burns = room in self.truth.contacts
        self.rooms[room].press("fire" if burns else "fire_over", None, self.now_s)

    def restart_hub(self) -> None:
        """The hub is killed and started; the broker has what was retained."""
        self.hub.restart()
        self.reconnect_hub()

    def reconnect_hub(self) -> None:
        """The hub's connection breaks and comes back."""
        self.hub.connect(self.now_s)
        for message in list(self.retained.values()):
            self._post(message)

    def reconnect_room(self, room: str) -> None:
        """So does the room's; the floor is retained."""
        self.rooms[room].connect(self.now_s)
        self.hub.told.pop(room, None)
        self.hub.tell(self.now_s)

    def settle(self) -> None:
        """All links come back and everything is delivered; then the halves must agree."""
        self.air.clear()
        self.hub.connect(self.now_s)
        for room in self.rooms.values():
            room.connect(self.now_s)
        for _ in range(ROUNDS):
            while self.air:
                self.deliver(0)
            for room in self.rooms.values():
                room.resend(self.now_s)
            if not self.air:
                break
        assert self.air == []
        self._check_agreement()

    # --- the laws --------------------------------------------------------------------------

    def check(self) -> None:
        """Everything that holds at all times."""
        for floor in (self.hub.floor, *(room.state.floor for room in self.rooms.values())):
            _check_places(floor)
        _check_chairs(self.hub.floor, self.now_s)
        for room in self.rooms.values():
            self._check_room(room)
            if room.state.authority == "room":
                _check_chairs(room.state.floor, self.now_s)

    def _check_deadlines(self) -> None:
        led = [r for r in self.rooms.values() if r.state.authority == "room"]
        floors = [
            (self.hub.floor, self.now_s),
            *((r.state.floor, r.now_s(self.now_s)) for r in led),
        ]
        for floor, now_s in floors:
            due_s = next_deadline(floor)
            assert due_s is None or due_s > now_s

    def _check_room(self, room: RoomHalf) -> None:
        state = room.state
        burns = state.floor.alarm or any(p.intent == "fire" for p in state.pending)
        for seat in SEATS:
            if room_of(seat) == room.id and room.wish(seat, self.now_s).microphone:
                assert state.authority != "none"
                assert state.floor.hears(seat)
                assert not burns
                assert seat not in self.truth.silenced
        own = sum(room_of(t.seat) == room.id for t in state.floor.counted())
        obeyed = state.gen, state.applied
        assert self.obeyed.get(room.id, (0, 0)) <= obeyed
        self.obeyed[room.id] = obeyed
        if state.authority == "hub":
            assert self.hub.meeting.room(room.id).merged_boot == state.boot
        if state.authority == "room":
            assert own <= max(state.floor.max_open, self.places[room.id])
        self.places[room.id] = own

    def _watch(
        self, before: Floor, cause: object, after: Floor, effects: tuple[Effect, ...]
    ) -> None:
        """Every step and merge of the hub."""
        assert after.places_taken() <= max(after.max_open, before.places_taken())
        if isinstance(cause, RoomReport):
            self._check_merge(before, cause, after, effects)
        elif isinstance(cause, Next):
            granted = [e.seat for e in effects if isinstance(e, Granted)]
            ready = [w.seat for w in before.queue if not before.is_suspended(w.seat)]
            assert granted == ready[: len(granted)]
        if isinstance(cause, Take) and after is not before:
            self.truth.held.discard(cause.seat)
        if isinstance(cause, ClearQueue):
            self.truth.held -= {w.seat for w in before.queue}
        self.truth.effects(effects)

    def _check_merge(
        self, before: Floor, report: RoomReport, after: Floor, effects: tuple[Effect, ...]
    ) -> None:
        ended = report.ended or {}
        kept = {w.seat for w in before.queue if room_of(w.seat) != report.room}
        kept |= {w.seat for w in before.queue if w.seat not in ended}
        kept |= {w.seat for w in report.queue}
        spoke = {t.seat for t in before.speaking if room_of(t.seat) != report.room}
        spoke |= {t.seat for t in report.speaking}
        if after.alarm:  # it ends turns, and a request that a turn had answered is not asked again
            kept -= spoke
        elif after.has_queue():
            kept |= spoke
        for seat in kept:
            assert after.speaks(seat) or after.waits(seat)
        for effect in effects:
            if isinstance(effect, Queued):  # a turn that yielded waits from when it began
                self.truth.asked_s[effect.seat] = self.now_s
        self._check_times(after)

    def _check_times(self, floor: Floor) -> None:
        """Nobody waits from later than the press, but for what messages took to arrive."""
        for waiting in floor.queue:
            pressed_s = self.truth.asked_s[waiting.seat]
            assert waiting.asked_s <= pressed_s + self.late_s + 1e-6

    def _check_agreement(self) -> None:
        hub = self.hub.floor
        assert hub.lost_rooms == frozenset()
        for room in self.rooms.values():
            state = room.state
            assert room.outbox == []
            assert state.pending == ()
            assert state.free is not self.hub.meeting.sits_in(room.id)
            if state.free:
                assert state.authority == "room"
                assert not any(seat in hub.roles for seat in SEATS if room_of(seat) == room.id)
                continue
            assert state.authority == "hub"
            assert [w.seat for w in state.floor.queue] == [w.seat for w in hub.queue]
            for seat in SEATS:
                assert seat_state(state.floor, seat) is seat_state(hub, seat)
                if room_of(seat) == room.id:
                    assert room.wish(seat, self.now_s).microphone is hub.hears(seat)
            assert state.floor.alarm is hub.alarm
        self.truth.check(hub)


def _is_earlier(message: Status | State, than: Status | State) -> bool:
    return message.room == than.room and start_of(message.boot) < start_of(than.boot)


def _check_places(floor: Floor) -> None:
    seats = [t.seat for t in floor.speaking] + [w.seat for w in floor.queue]
    assert len(seats) == len(set(seats))
    assert not (floor.alarm and floor.speaking)
    assert all(floor.rank(a) <= floor.rank(b) for a, b in pairwise(floor.queue))


def _check_chairs(floor: Floor, now_s: float) -> None:
    for seat in SEATS:
        if floor.is_chair(seat) and not floor.alarm:
            after, _ = step(floor, Ask(seat, now_s), now_s)
            assert after.hears(seat)
