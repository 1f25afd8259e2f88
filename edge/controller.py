"""The heart of the room: what happens -> rules -> what should be.

Everything that happens comes in through one of five doors: a key at a seat, a key of the
console, a message from the hub, the link going up or down, and time passing. Each door
changes ``self.room`` through the pure rules and ends in ``_make_true``, which tells the
devices what should be. What *is* goes out through ``publisher``.

Owns the order of things. Must not know wires, topics' spelling, or how devices work.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from types import MappingProxyType

from drivers.core.capability import KeyPress, Lamp, SeatOutputs
from drivers.core.reading import Clock
from edge.commander import Commander
from edge.contract import messages, topics
from edge.publisher import Publisher
from edge.room import Devices, Plan
from edge.rules import following
from edge.rules.floor import Effect, Floor, Turn, Waiting
from edge.rules.following import HubFloor, Intent, Pending, Room
from edge.runtime.link import Link
from edge.runtime.outbox import Outbox, OutboxError, OutboxFull
from edge.shots import Shots

log = logging.getLogger(__name__)

GRACE_S = 1.0
"""A broker that restarts is back within this; a delegate at a dead key waits no longer."""

FIRST_GRACE_S = 4.0
"""After a start the hub has this long to answer before the room leads itself."""

HUB_SILENT_S = 25.0
"""The hub tells its time every 10 s; two missed and it counts as gone."""

TICK_S = 0.1
"""How often cameras are looked at: a cut should not wait longer for its arrival."""

LOOK_EVERY_TICKS = 10
"""How often everything is looked at, for what nobody announces: ages, expiries, health."""

LOCATED: tuple[Lamp, ...] = ("fast",) * 7
"""Every lamp of a seat that somebody looks for."""

CONSOLE_INTENTS: dict[str, Intent] = {"next": "next", "all_off": "all_off"}
"""Keys of the console that are about the floor; ``priority`` and ``wide`` act here."""


class Controller:
    """One room. Build it, connect its doors, then ``run``."""

    def __init__(
        self, plan: Plan, devices: Devices, outbox: Outbox, now_s: Clock = time.monotonic
    ) -> None:
        """Nothing moves before ``run``; ``connect`` gives it its link."""
        self.plan = plan
        self.devices = devices
        self.ticks = 0
        self.room = Room(
            id=plan.id,
            boot=outbox.boot,
            on_link_loss=plan.on_link_loss,
            floor=Floor(roles=MappingProxyType(plan.roles_by_seat)),
        )
        self.located: set[int] = set()
        self._outbox = outbox
        self._now_s = now_s
        self._hub_gen = 0
        self._hub_online = False
        self._hub_heard_s = now_s()
        self._alone_at_s: float | None = now_s() + FIRST_GRACE_S
        self._wake = asyncio.Event()
        self._recording: set[asyncio.Task[None]] = set()
        self.shots = Shots(plan, devices, now_s)

    def connect(self, link: Link) -> None:
        """Give the room its link; the parts that speak over it are made here."""
        self._link = link
        self.publisher = Publisher(self, link, self._now_s)
        self.commander = Commander(self, link, self._now_s)

    # --- doors -------------------------------------------------------------------------------

    def seat_key(self, press: KeyPress) -> None:
        """A key at a seat: the microphone key speaks to the floor."""
        if press.released or press.key != "mic":
            return
        seat = self.plan.seat(int(press.source))
        self._pressed(press, following.intent_of_key(self.room, seat), seat)

    def console_key(self, press: KeyPress) -> None:
        """A key of the chair's console."""
        if press.released:
            return
        if press.key == "wide":
            self.shots.by_hand_wide("the console")
        elif press.key == "priority":
            chair = next((s for s, r in self.plan.roles_by_seat.items() if r == "chair"), None)
            if chair is not None:
                self._pressed(press, following.intent_of_key(self.room, chair), chair)
        elif press.key in CONSOLE_INTENTS:
            self._pressed(press, CONSOLE_INTENTS[press.key], None)
        self._make_true()

    def deliver(self, topic: topics.Topic | None, message: messages.Message) -> None:
        """A message that passed the gate of the contract."""
        match message:
            case messages.HubStatus():
                self._hub_status(message)
            case messages.HubTime() if message.gen >= self._hub_gen:
                self._heard_hub(message.gen)
                self.commander.clock.hear(message.gen, message.mono_ms, self._now_ms())
            case messages.Floor():
                self._hub_floor(message)
            case messages.Receipt():
                self._receipt(message)
            case messages.Meeting() if message.gen >= self._hub_gen:
                self._heard_hub(message.gen)
                self._meeting(message)
            case messages.Command() if topic is not None and topic.item is not None:
                self.commander.take(topic.item, message)
            case _:
                return
        self._make_true()

    def link_changed(self, up: bool) -> None:
        """The broker can be reached, or not any more."""
        if not up:
            self._hub_online = False
            self._hub_gone_soon()

    async def run(self) -> None:
        """Let time pass until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self.commander.tasks = tasks
            self.shots.start(tasks)
            self._make_true()
            while True:
                self._wake.clear()
                try:
                    async with asyncio.timeout(TICK_S):
                        await self._wake.wait()
                except TimeoutError:
                    self.ticks += 1
                    self._time_passes()
                else:
                    self._make_true()

    def changed(self, *_: object) -> None:
        """A device has news: look at once instead of at the next tick."""
        self._wake.set()

    # --- what a press leads to -----------------------------------------------------------------

    def _pressed(self, press: KeyPress, intent: Intent, seat: str | None) -> None:
        """Record the press; decide it here when the room leads itself, else ask the hub."""
        leads = "room" if self.room.authority == "room" else "hub"
        body = messages.Press(
            key=press.key,
            intent=intent,
            seat=seat,
            leads=leads,
            report=self.room.report,
        )
        try:
            seq, recorded = self._outbox.append("press", body.model_dump(), press.at_s)
        except OutboxFull as error:
            self._not_recorded(leads, press, intent, seat, error)
        else:
            if leads == "hub":
                self.room = following.await_hub(self.room, Pending(seat, intent, press.at_s, seq))
            task = asyncio.create_task(
                self._wait_recorded(recorded, press, intent, seat, leads, seq), name="recording"
            )
            self._recording.add(task)
            task.add_done_callback(self._recording.discard)
        if leads == "room":
            self._decide_here(intent, seat, press.at_s)
        self._make_true()

    async def _wait_recorded(
        self,
        recorded: asyncio.Future[None],
        press: KeyPress,
        intent: Intent,
        seat: str | None,
        leads: str,
        seq: int,
    ) -> None:
        try:
            await recorded
        except OutboxError as error:
            pending = tuple(p for p in self.room.pending if p.seq != seq)
            self.room = replace(self.room, pending=pending)
            self._not_recorded(leads, press, intent, seat, error)
            self._make_true()

    def _not_recorded(
        self, leads: str, press: KeyPress, intent: Intent, seat: str | None, error: Exception
    ) -> None:
        """A press the hub will never hear of is refused, visibly; a led room goes on without."""
        log.error("%s at %s not recorded: %s", press.key, press.source, error)
        if leads == "hub" and seat is not None:
            self.room = following.refuse(self.room, seat, self._now_s())

    def _decide_here(self, intent: Intent, seat: str | None, at_s: float) -> None:
        self.room, effects = following.decide(self.room, intent, seat, at_s, self._now_s())
        self._log_effects(effects)

    def _log_effects(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            log.info("alone: %s", effect)

    # --- what the hub says ---------------------------------------------------------------------

    def _hub_status(self, message: messages.HubStatus) -> None:
        if message.gen < self._hub_gen:
            return
        if message.state == "online":
            self._heard_hub(message.gen)
        else:
            self._hub_online = False
            self._hub_gone_soon()

    def _heard_hub(self, gen: int) -> None:
        self._hub_gen = max(self._hub_gen, gen)
        self._hub_heard_s = self._now_s()
        self._hub_online = True
        if self.room.authority == "hub":
            self._alone_at_s = None

    def _hub_gone_soon(self) -> None:
        if self._alone_at_s is None and self.room.authority != "room":
            self._alone_at_s = self._now_s() + GRACE_S

    def _hub_floor(self, message: messages.Floor) -> None:
        heard = message.heard_seq if message.heard_epoch == self._outbox.epoch else 0
        floor = HubFloor(
            gen=message.gen,
            rev=message.rev,
            for_boot=message.for_boot,
            for_report=message.for_report,
            heard_seq=heard,
            floor=floor_from(message, self.room.floor, self._now_s()),
        )
        led = self.room.authority
        self.room = following.follow(self.room, floor)
        if self.room.authority == "hub" and self._hub_online:
            self._alone_at_s = None
        if led != self.room.authority:
            log.info("the hub leads: floor %d.%d", message.gen, message.rev)

    def _receipt(self, message: messages.Receipt) -> None:
        refused = [refusal.seq for refusal in message.refused]
        self._outbox.settle(message.epoch, message.upto, message.extra, refused)
        if message.epoch == self._outbox.epoch:
            for seq in refused:
                self.room = following.hub_refused(self.room, seq, self._now_s())

    def _meeting(self, message: messages.Meeting) -> None:
        roles = dict(self.room.floor.roles)
        for number, role in message.roles.items():
            if number.isdigit() and int(number) in self.plan.roles:
                roles[self.plan.seat(int(number))] = role
        if roles != self.room.floor.roles:
            floor = replace(self.room.floor, roles=MappingProxyType(roles))
            self.room = replace(self.room, floor=floor)

    # --- time ----------------------------------------------------------------------------------

    def _time_passes(self) -> None:
        now_s = self._now_s()
        if self._hub_online and now_s - self._hub_heard_s > HUB_SILENT_S:
            self._hub_online = False
            self._hub_gone_soon()
        if self._alone_at_s is not None and now_s >= self._alone_at_s:
            self._alone_at_s = None
            self.room, effects = following.lose_hub(self.room, now_s)
            log.warning("no hub: the room leads itself (%s)", self.plan.on_link_loss)
            self._log_effects(effects)
            self._make_true()
        elif self.ticks % LOOK_EVERY_TICKS == 0:
            self._make_true()
        else:
            self._show_cameras(now_s)

    def _make_true(self) -> None:
        """Tell the devices what should be, and the hub what is."""
        now_s = self._now_s()
        wanted = {number: self._wanted(number, now_s) for number in self.devices.buses}
        for number, bus in self.devices.buses.items():
            bus.set_outputs(number, wanted[number])
        self.publisher.look(wanted, now_s)
        self._show_cameras(now_s)

    def _show_cameras(self, now_s: float) -> None:
        speaking = tuple(
            t.seat for t in self.room.floor.speaking if t.seat in self.plan.roles_by_seat
        )
        self.shots.show(speaking if self.room.authority != "none" else ())
        self.publisher.look_at_cameras(now_s)

    def _wanted(self, number: int, now_s: float) -> SeatOutputs:
        """What the unit at a seat should do and show now."""
        wish = following.wish(self.room, self.plan.seat(number), now_s)
        if number in self.located:
            return SeatOutputs(wish.microphone, *LOCATED)
        return SeatOutputs(wish.microphone, wish.red, wish.green, amber=wish.amber)

    def _now_ms(self) -> int:
        return int(self._now_s() * 1000)


def floor_from(message: messages.Floor, known: Floor, now_s: float) -> Floor:
    """The rules' floor of a floor message, its ages turned into times on our clock."""
    lost = {w.seat.partition("/")[0] for w in message.queue if w.suspended}
    return replace(
        known,
        mode=message.mode,
        max_open=message.max_open,
        queue_max=message.queue_max,
        speaking=tuple(Turn(t.seat, now_s - t.for_ms / 1000) for t in message.speaking),
        queue=tuple(Waiting(w.seat, now_s - w.for_ms / 1000) for w in message.queue),
        lost_rooms=frozenset(lost),
    )
