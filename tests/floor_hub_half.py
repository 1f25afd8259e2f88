"""The hub's half of the floor: the real one, from message to message.

Everything between a room's message and the hub's answer is the product: hearing, board, desk,
decisions, records and what goes out. Only the wire, the disk and the clock are the world's.

Owns the translation between the world's messages and the contract's. Must not decide anything,
and must not check anything: the world does.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from edge.contract import messages, topics
from edge.floor_messages import hub_floor
from edge.rules.floor import Effect, Floor, FloorEvent, room_of, step
from edge.rules.merge import merge
from hub import desk as desk_module
from hub import outgoing
from hub.board import Board
from hub.clock import HubClock, LastSeen
from hub.desk import Desk, Item
from hub.hearing import Hearing
from hub.link import CONTACT_BITS, Heard
from hub.meeting import commands, events, presses, rooms, session, timing, wire
from hub.meeting.evolve import heard_before, replay
from hub.meeting.state import Meeting
from hub.store.inbox import Inbox
from hub.store.store import Store
from tests.floor_room_half import Alive, Down, Event, Receipt, Send, State, Status, start_of

Watch = Callable[[Floor, object, Floor, tuple[Effect, ...]], None]

TEXT = messages.Text(vi="Phòng", en="Room")


class HubHalf:
    """The hub. Records and receipts survive a restart; what rooms said does not."""

    def __init__(self, floor: Floor, send: Send, watch: Watch) -> None:
        """A hub whose meeting has this floor's settings, and its rooms with their seats.

        ``watch`` is told of every step and merge.
        """
        self.gen = 1
        self.contact = self.gen << CONTACT_BITS
        self.now_s = 0.0
        self.told: dict[str, object] = {}
        """What each room was told last."""
        self._send = send
        self._watch = watch
        self._before = floor
        self._records: list[tuple[str, str]] = []
        self._inbox = Inbox()
        self._items: list[Item] = []
        self._forms = 0
        self._start(Meeting())
        settings = floor.settings
        roster = commands.Configure(
            "s", "", floor.mode, floor.max_open, floor.queue_max, {}, {}, settings
        )
        self._settle(Item(roster))
        for room in dict.fromkeys(room_of(seat) for seat in floor.roles):
            self._settle(Item(commands.DescribeHeard(room, _plan(room, floor))))

    @property
    def meeting(self) -> Meeting:
        """Everything that is committed."""
        return self._desk.meeting

    @property
    def floor(self) -> Floor:
        """The meeting's floor."""
        return self.meeting.floor

    def _start(self, meeting: Meeting) -> None:
        async def put(item: Item) -> None:
            self._items.append(item)

        clock = HubClock(LastSeen(self.now_s, 0.0), monotonic=lambda: self.now_s, wall=lambda: 0.0)
        self._board = Board()
        self._hearing = Hearing(
            self._board,
            clock,
            put,
            lambda *path: None,
            lambda room: self._send(Alive(room, self.contact)),
            lambda: self.contact,
            lambda: self._desk.meeting,
        )
        store = cast(Store, SimpleNamespace(inbox=self._inbox))
        self._desk = Desk(meeting, store, clock, lambda done: None, lambda error: None)

    def restart(self) -> None:
        """Killed and started: what happened is read again."""
        self.gen += 1
        self.contact = self.gen << CONTACT_BITS
        self.told = {}
        again = replay(events.from_json(what, body) for what, body in self._records)
        for room in again.rooms.values():
            again = heard_before(again, room.id, self._inbox.ranges(room.id, room.epoch or ""))
        assert again == self.meeting
        self._start(again)

    def connect(self, now_s: float) -> None:
        """A fresh connection to the broker: every floor goes out anew."""
        self.contact += 1
        self._board.link_lost()
        self.told = {}
        for room in self.meeting.rooms:
            self._send(Alive(room, self.contact))
        self.tell(now_s)

    def tell(self, now_s: float) -> None:
        """Send the floor to each room for which it is new."""
        floors = outgoing.Floors(self.meeting, self.gen, now_s)
        for room in self.meeting.rooms.values():
            news = (self.meeting.rev, room.merged_boot, room.merged_report)
            if self.told.get(room.id) != news:
                self.told[room.id] = news
                read = messages.Floor.model_validate_json(floors.to(room.id))
                self._send(Down(room.id, hub_floor(read, _epoch(room.id), Floor(), 0.0)))

    def hear(self, message: Status | State | Event, now_s: float) -> None:
        """A message from a room."""
        self.now_s = now_s
        kind, item, said = _said(message)
        topic = topics.Topic(message.room, "up", kind, item)
        _run(
            self._hearing.hear(Heard(topic, type(said).model_validate_json(said.model_dump_json())))
        )
        items, self._items = self._items, []
        self._settle(*items)

    def sit(self, rooms: tuple[str, ...], now_s: float) -> None:
        """The secretary changes in which rooms the meeting sits; none named: in all."""
        self.now_s, self._forms = now_s, self._forms + 1
        floor = self.floor
        form = commands.Configure(
            f"s{self._forms}",
            "",
            floor.mode,
            floor.max_open,
            floor.queue_max,
            {},
            {},
            floor.settings,
            rooms=rooms,
        )
        self._settle(Item(form))

    def order(self, event: FloorEvent, now_s: float) -> None:
        """Somebody at a page."""
        self.now_s = now_s
        self._settle(Item(commands.FloorOrder(event, "page")))

    def pass_time(self, now_s: float) -> None:
        """The desk looks at its clock."""
        self.now_s = now_s
        self._settle()

    def _settle(self, *items: Item) -> None:
        """What the desk does with a batch, on a disk that never fails; floors, then receipts."""
        with self._watched():
            work = self._desk.decide_all(list(items))
        self._records += [events.to_json(event) for event in work.change.happened]
        for decided in work.change.decided:
            self._inbox.add(decided)
        self._desk.meeting = work.meeting
        self.tell(self.now_s)
        for room, receipt in self._inbox.receipts(work.heard):
            settled = frozenset([*range(1, receipt.upto + 1), *receipt.extra])
            refused = frozenset(one.seq for one in receipt.refused)
            self._send(Receipt(room, settled, refused))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Look on while the hub decides."""
        troubles: list[Exception] = []

        def decide(meeting: Meeting, *given: Any) -> commands.Decision:
            self._before = meeting.floor
            try:
                return commands.decide(meeting, *given)
            except Exception as error:  # the desk goes on without; a test must not
                troubles.append(error)
                raise

        def looked_on(act: Callable[..., Any]) -> Callable[..., Any]:
            def acted(floor: Floor, cause: object, now_s: float) -> Any:
                after, effects = act(floor, cause, now_s)
                self._watch(self._before, cause, after, effects)
                return after, effects

            return acted

        places: list[tuple[ModuleType, str, Callable[..., Any]]] = [
            (desk_module, "decide", decide),
            *(
                (where, "step", looked_on(step))
                for where in (commands, presses, rooms, session, timing)
            ),
            (rooms, "merge", looked_on(merge)),
        ]
        kept = [(where, name, getattr(where, name)) for where, name, _ in places]
        for where, name, instead in places:
            setattr(where, name, instead)
        try:
            yield
        finally:
            for where, name, real in kept:
                setattr(where, name, real)
        if troubles:
            raise troubles[0]


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Let a coroutine that waits for nothing finish."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")


def _plan(room: str, floor: Floor) -> messages.Describe:
    return messages.Describe(
        boot="",
        title=TEXT,
        on_link_loss="standalone",
        seats=[
            messages.SeatPlace(
                number=int(seat.partition("/")[2]),
                role=role,
                position_m=(0.0, 0.0, 0.0),
                device="bus-1",
            )
            for seat, role in floor.roles.items()
            if room_of(seat) == room
        ],
        devices=[],
    )


def _epoch(room: str) -> str:
    """Its outbox file outlives its controller."""
    return f"outbox of {room}"


def _said(message: Status | State | Event) -> tuple[str, str | None, messages.Message]:
    """Kind, item and payload of what a room says."""
    match message:
        case Status():
            return "status", None, _status(message)
        case State():
            return "state", "floor", _floor_state(message)
        case Event():
            return "event", None, _event(message)


def _status(message: Status) -> messages.Status:
    return messages.Status(
        state="online" if message.online else "offline",
        boot=message.boot,
        epoch=_epoch(message.room),
        version="test",
        start=start_of(message.boot),
    )


def _floor_state(message: State) -> messages.FloorState:
    report = message.report
    return messages.FloorState(
        boot=message.boot,
        rev=message.rev,
        authority=cast(Any, message.authority),
        report=message.number,
        mode="open",
        speaking=[wire.turn_message(turn, 0.0) for turn in report.speaking],
        queue=[wire.waiting_message(one, 0.0, suspended=False) for one in report.queue],
        ended=None if report.ended is None else dict(report.ended),
        hold=None
        if report.hold is None
        else messages.Hold(seat=report.hold.seat, opened=report.hold.opened),
        alarm=report.alarm,
        fire=report.fire,
        spoken_s=dict(report.spoken_s),
        contact=message.contact,
        free=message.free,
    )


def _event(message: Event) -> messages.Event:
    body = messages.Press(
        key="key",
        intent=message.intent,
        seat=message.seat,
        leads=cast(Any, message.leads),
        report=message.report,
    )
    return messages.Event(
        id=f"{message.room}-{message.seq}",
        source=message.room,
        epoch=_epoch(message.room),
        seq=message.seq,
        boot=message.boot,
        mono_ms=0,
        ts=0.0,
        start=start_of(message.boot),
        kind="press",
        body=body.model_dump(),
        age_ms=round(message.age_s * 1000),
    )
