"""The room's half of the floor as it really is: ``edge.controller`` behind the model's doors.

It hears and says what ``tests.floor_room_half.RoomHalf`` does, so the world and its laws can
be played with either. Everything goes through the messages of the contract, made and read on
the other side by the hub's own translation.

Owns the way between the model's messages and the contract's. Must not know a rule.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from edge.contract import messages, topics
from edge.controller import Controller
from edge.room import Devices
from edge.rules import following
from edge.rules.events import Effect
from edge.rules.intents import Intent
from edge.rules.plain import write
from edge.rules.state import Floor
from hub.meeting import wire
from tests.floor_room_half import Alive, Down, Event, Receipt, RoomHalf, Send, State, Status
from tests.paper_room import PaperBus, PaperKept, PaperLink, PaperVoting, make_plan

HUB_GEN = 1


class WatchedController(Controller):
    """Tells what comes of what it decides itself."""

    watch: Callable[[tuple[Effect, ...]], None]

    def _lead(self, outcome: tuple[following.Room, tuple[Effect, ...]]) -> None:
        self.watch(outcome[1])
        super()._lead(outcome)


class StateLink(PaperLink):
    """Sends the room's floor as the model's message."""

    def __init__(self, room: str, send: Send) -> None:
        super().__init__()
        self._room = room
        self._send = send

    def publish_state(self, name: str, message: messages.Message | None) -> None:
        if isinstance(message, messages.FloorState):
            self._send(_state(self._room, message))


class RealRoom(RoomHalf):
    """One room, boot after boot. The outbox and the kept rules survive."""

    def __init__(
        self,
        ident: str,
        floor: Floor,
        on_link_loss: following.OnLinkLoss,
        send: Send,
        watch: Callable[[tuple[Effect, ...]], None],
        ahead_s: float,
    ) -> None:
        self.id, self.send, self.watch, self.ahead_s = ident, send, watch, ahead_s
        self.epoch, self.boot, self.folder = "epoch", "", Path()
        self.starts, self.seq = 0, 0
        self.outbox: list[Event] = []
        self.pressed_s: dict[int, float] = {}
        self._hub_s = 0.0
        roles = {int(seat.partition("/")[2]): role for seat, role in floor.roles.items()}
        self._plan = make_plan(roles, on_link_loss, ident)
        self._kept = PaperKept()
        self.restart()

    # --- its outbox ------------------------------------------------------------------------

    @property
    def start(self) -> int:
        return self.starts

    def append(
        self, kind: str, body: dict[str, Any], at_s: float
    ) -> tuple[int, asyncio.Future[None]]:
        """Its outbox: recorded at once, and sent."""
        self.seq += 1
        said = messages.Press.model_validate(body)
        event = Event(
            self.id,
            self.boot,
            self.seq,
            said.seat,
            cast(Intent, said.intent),
            said.leads,
            said.report,
            0.0,
        )
        self.outbox.append(event)
        self.pressed_s[self.seq] = at_s - self.ahead_s
        self.send(event)
        recorded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        recorded.set_result(None)
        return self.seq, recorded

    def settle(
        self, epoch: str, upto: int, extra: list[int], refused: list[int], also: None
    ) -> None:
        """Receipts."""
        self.outbox = [e for e in self.outbox if e.seq not in {*extra, *refused}]

    # --- what the world does -------------------------------------------------------------------

    @property
    def state(self) -> following.Room:
        return self.controller.room

    @property
    def contact(self) -> int:
        return self.controller.hub.contact

    @contact.setter
    def contact(self, value: int) -> None:
        """The world takes the link away."""
        assert value == 0
        self.controller.link_changed(False)

    def restart(self) -> None:
        self.starts += 1
        self.boot = f"{self.id}-{self.starts}"
        devices = Devices(
            buses=dict.fromkeys(self._plan.roles, PaperBus()), cameras={}, displays={}, console=None
        )
        self.controller = WatchedController(
            self._plan,
            devices,
            cast(Any, self),
            cast(Any, self._kept),
            cast(Any, PaperVoting()),
            self._own_s,
        )
        self.controller.watch = self.watch
        self.controller.connect(cast(Any, StateLink(self.id, self.send)))

    def _own_s(self) -> float:
        return self.now_s(self._hub_s)

    def connect(self, hub_s: float) -> None:
        self._hub_s = hub_s
        self.send(Status(self.id, self.boot, True))
        self.controller.link_changed(True)
        self.resend(hub_s)

    def press(self, intent: Intent, seat: str | None, hub_s: float) -> None:
        self._hub_s = hub_s
        if intent in ("fire", "fire_over"):
            self.controller.contact("fire_alarm", intent == "fire")
            return
        self.controller.presses.ask("key", intent, seat, self._own_s())
        self.controller._make_true()

    def pass_time(self, hub_s: float) -> None:
        self._hub_s = hub_s
        if self.controller.hub.is_online:
            self.controller.deliver(None, messages.HubTime(gen=HUB_GEN, mono_ms=0))
        self.controller._time_passes()
        self.controller._make_true()

    def lose_hub(self, hub_s: float) -> None:
        self._hub_s = hub_s
        self.controller.link_changed(False)
        self.controller.hub._alone_at_s = self._own_s()
        self.controller._time_passes()

    def hear(self, message: Down | Receipt | Alive, hub_s: float) -> None:
        self._hub_s = hub_s
        said: messages.Message
        if isinstance(message, Alive):
            said = messages.HubStatus(state="online", gen=HUB_GEN, contact=message.contact)
        elif isinstance(message, Down):
            said = _floor(message.message)
        else:
            said = _receipt(message)
        self.controller.deliver(topics.Topic(self.id, "down", "any"), said)


def _receipt(receipt: Receipt) -> messages.Receipt:
    text = messages.Text(vi="Không", en="No")
    return messages.Receipt(
        epoch="epoch",
        upto=0,
        extra=sorted(receipt.seqs),
        refused=[messages.RefusedEvent(seq=n, code="x", text=text) for n in receipt.refused],
    )


def _floor(hub: following.HubFloor) -> messages.Floor:
    floor = hub.floor
    return messages.Floor(
        gen=hub.gen,
        rev=hub.rev,
        for_boot=hub.for_boot,
        for_report=hub.for_report,
        heard_epoch="epoch",
        heard_seq=hub.heard_seq,
        heard_extra=sorted(hub.heard_extra),
        mode=floor.mode,
        max_open=floor.max_open,
        queue_max=floor.queue_max,
        speaking=[wire.turn_message(turn, 0.0) for turn in floor.speaking],
        queue=[
            wire.waiting_message(w, 0.0, suspended=floor.is_suspended(w.seat)) for w in floor.queue
        ],
        settings=wire.settings_message(floor.settings),
        registration=floor.registration,
        debating=floor.debating,
        hold=None if floor.hold is None else messages.Hold(**write(floor.hold)),
        recess=floor.recess,
        muted=floor.muted,
        fire_rooms=sorted(floor.fire_rooms),
        alarm=floor.alarm,
        free=hub.free,
    )


def _state(room: str, said: messages.FloorState) -> State:
    """The model's messages carry an age as a time before zero."""
    report = wire.report_of(room, said, 0.0)
    head = room, said.boot, said.rev, said.authority
    return State(*head, report, said.report, said.contact or 0, said.free)
