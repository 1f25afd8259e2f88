"""The heart of the room: what happens -> rules -> what should be.

Everything that happens comes in through one of seven doors: a key at a seat, a key of the
console, a contact, a voice, a message from the hub, the link going up or down, and time
passing. Each door changes ``self.room`` through the pure rules and ends in ``_make_true``, which
tells the devices what should be. What *is* goes out through ``publisher``.

Owns the order of things. Must not know wires, topics' spelling, or how devices work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from drivers.core.capability import KeyPress, Lamp, SeatOutputs
from drivers.core.reading import Clock
from edge import fire
from edge.aiming import Aiming
from edge.camera.sight import Eye
from edge.commander import Commander
from edge.console import ChairConsole
from edge.contract import messages, topics
from edge.drills import Drills
from edge.fire import FireAlarm
from edge.floor_messages import hub_floor
from edge.hub_watch import HubWatch
from edge.kept_rules import KeptRules
from edge.presses import Presses
from edge.previews import Previews
from edge.programme import Programme, Watched
from edge.publisher import Publisher
from edge.room import Devices, Plan
from edge.room_check import RoomCheck
from edge.rules import following
from edge.rules.floor import Effect, Floor, Refused
from edge.rules.following import Intent, Room
from edge.runtime.link import Link
from edge.runtime.outbox import Outbox
from edge.scene import scene_of, votes_in_secret
from edge.screens import Screens
from edge.shots import Shots
from edge.stuck_keys import StuckKeys
from edge.voting import Voting

if TYPE_CHECKING:
    from edge.ears import Ears

log = logging.getLogger(__name__)

TICK_S = 0.1
"""How often cameras are looked at: a cut should not wait longer for its arrival."""

LOOK_EVERY_TICKS = 10
"""How often everything is looked at, for what nobody announces: ages, expiries, health."""

LOCATED: tuple[Lamp, ...] = ("fast",) * 7
"""Every lamp of a seat that somebody looks for."""


class Controller:
    """One room. Build it, connect its doors, then ``run``."""

    def __init__(
        self,
        plan: Plan,
        devices: Devices,
        outbox: Outbox,
        kept: KeptRules,
        voting: Voting,
        now_s: Clock = time.monotonic,
    ) -> None:
        """Nothing moves before ``run``; ``connect`` gives it its link."""
        self.plan = plan
        self.devices = devices
        self.ticks = 0
        floor, rules = Floor(roles=MappingProxyType(plan.roles_by_seat)), kept.read()
        self.room = Room(
            id=plan.id,
            boot=outbox.boot,
            on_link_loss=plan.on_link_loss,
            floor=rules.on(floor) if rules is not None else floor,
        )
        self.located: set[int] = set()
        self.ears: Ears | None = None
        self.talkers: tuple[str, ...] | None = None
        """Seats with a voice, the clearest first; None: nobody listens."""
        self.session: str | None = None
        """What the hub said last of a meeting in this room; None: nothing."""
        self.hub = HubWatch(now_s())
        self._outbox = outbox
        self._kept = kept
        self._now_s = now_s
        self._wake = asyncio.Event()
        self.shots = Shots(plan, devices, now_s)
        self.screens = Screens(plan, devices.displays, self.shots, now_s, self.changed)
        self.aiming = Aiming(plan, devices, self.shots, now_s)
        self.eyes: Mapping[str, Eye] = {}
        """By camera, where it has a picture."""
        self.programme = Programme(devices.switcher, plan.pacing.manual_s, now_s, self.changed)
        self.stream: Watched | None = None
        """The programme as people can open it, where the room offers that."""
        self.stuck_keys = StuckKeys()
        self.presses = Presses(self, outbox, now_s)
        self.console = ChairConsole(self, outbox, now_s)
        self.voting = voting
        voting.on_change = self.changed

    def connect(self, link: Link) -> None:
        """Give the room its link; the parts that speak over it are made here."""
        self.publisher = Publisher(self, link, self._now_s)
        self.commander = Commander(self, link, self._now_s)
        self.previews = Previews(
            self.plan.id, lambda ident: self.eyes.get(ident), link, self._now_s
        )
        self.drills = Drills(self, None)
        self.checking = RoomCheck(self, self._outbox.folder, self._now_s)
        self.fire = FireAlarm(self.devices, self.screens, self._now_s)

    @property
    def outbox_depth(self) -> int:
        """Events that have no receipt yet."""
        return self._outbox.depth

    # --- doors -------------------------------------------------------------------------------

    def seat_key(self, press: KeyPress) -> None:
        """A key at a seat: the microphone key speaks to the floor, the others vote."""
        self.stuck_keys.take(press)
        if press.key != "mic":
            self.voting.key(press)
            return
        seat = self.plan.seat(int(press.source))
        means = following.intent_of_release if press.released else following.intent_of_key
        intent = means(self.room, seat)
        if intent is not None:
            self.presses.ask(press.key, intent, seat, press.at_s)
            self._make_true()

    def console_key(self, press: KeyPress) -> None:
        """A key of the chair's console."""
        self.console.key(press)
        self._make_true()

    def contact(self, name: str, is_closed: bool) -> None:
        """A contact of the console, as it was found first and whenever it changes."""
        if name == fire.CONTACT:
            self.fire.is_closed = is_closed
            self.room = replace(self.room, burning=is_closed)
            log.warning("fire contact: %s", "closed" if is_closed else "open")
            self._make_true()

    def on_talking(self, seats: tuple[str, ...] | None) -> None:
        """Who talks, by their sound, has changed; None: nobody listens any more."""
        log.info("talking: %s", "unknown" if seats is None else ", ".join(seats) or "nobody")
        self.talkers = seats
        self.changed()

    def deliver(self, topic: topics.Topic | None, message: messages.Message) -> None:
        """A message that passed the gate of the contract."""
        match message:
            case messages.HubStatus():
                self.hub.status(message, self.room.authority, self._now_s())
            case messages.HubTime() if message.gen >= self.hub.gen:
                self._heard_hub(message.gen)
                self.commander.clock.hear(message.gen, message.mono_ms, self._now_ms())
                self.publisher.echo(message.mono_ms)
            case messages.Floor():
                self._hub_floor(message)
            case messages.Ballot() | messages.BallotKey() | messages.Attendance():
                self.voting.deliver(message)
            case messages.Receipt():
                self._receipt(message)
            case messages.Meeting() if message.gen >= self.hub.gen:
                self._heard_hub(message.gen)
                self._meeting(message)
            case messages.Command() if topic is not None and topic.item is not None:
                self.commander.take(topic.item, message)
            case _:
                return
        self._make_true()

    def link_changed(self, up: bool) -> None:
        """The broker can be reached, or not any more."""
        self.hub.link_changed(up, self.room.authority, self._now_s())
        if up:
            self.publisher.tell_floor_anew()
            self._make_true()

    async def run(self) -> None:
        """Let time pass until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self.commander.tasks = tasks
            self.shots.start(tasks)
            tasks.create_task(self.fire.run(), name="fire alarm")
            tasks.create_task(self.programme.run(), name="programme")
            tasks.create_task(self.screens.run(), name="screens")
            self._make_true()
            loop = asyncio.get_running_loop()
            tick_at_s = loop.time() + TICK_S
            while True:
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(tick_at_s):
                        await self._wake.wait()
                if loop.time() >= tick_at_s:  # also when a device talks without a pause
                    tick_at_s = loop.time() + TICK_S
                    self.ticks += 1
                    self._time_passes()
                if self._wake.is_set():
                    self._listen(self._now_s())
                    self._make_true()

    def changed(self, *_: object) -> None:
        """A device has news: look at once instead of at the next tick."""
        self._wake.set()

    # --- what the hub says ---------------------------------------------------------------------

    def _heard_hub(self, gen: int) -> None:
        self.hub.heard(gen, self.room.authority, self._now_s())

    def _hub_floor(self, message: messages.Floor) -> None:
        before = self.room
        now_s = self._now_s()
        floor = hub_floor(message, self._outbox.epoch, before.floor, now_s)
        self.room = following.follow(before, floor, now_s)
        self.hub.leads(self.room.authority)
        if self.room is not before:
            self._kept.keep(self.room.floor)
        if self.room.free != before.free:
            log.info("the meeting %s here", "does not sit" if self.room.free else "sits")
        if self.room.authority != before.authority:
            log.info("the %s leads: floor %d.%d", self.room.authority, message.gen, message.rev)

    def _receipt(self, message: messages.Receipt) -> None:
        refused = [refusal.seq for refusal in message.refused]
        also = self.voting.settled(message)
        self._outbox.settle(message.epoch, message.upto, message.extra, refused, also)
        if message.epoch == self._outbox.epoch:
            self.console.refused(refused)
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
        self.session = message.session
        self.screens.session(message.session)

    # --- what the room decides itself ----------------------------------------------------------

    def decide_here(self, intent: Intent, seat: str | None, at_s: float) -> bool:
        """A press at ``at_s`` while the room leads itself; False: it is refused."""
        outcome = following.decide(self.room, intent, seat, at_s, self._now_s())
        self._lead(outcome)
        return not any(isinstance(effect, Refused) for effect in outcome[1])

    def lead_with(self, intent: Intent, seat: str | None, at_s: float) -> None:
        """Lead the room until the hub has merged what this press decided in it."""
        self._lead(following.lose_hub(self.room, self._now_s()))
        self.decide_here(intent, seat, at_s)

    def _lead(self, outcome: tuple[Room, tuple[Effect, ...]]) -> None:
        self.room, effects = outcome
        for effect in effects:
            log.info("alone: %s", effect)

    # --- time ----------------------------------------------------------------------------------

    def _time_passes(self) -> None:
        now_s, before = self._now_s(), self.room
        self.voting.time(now_s)
        self.screens.time(now_s)
        self._listen(now_s)
        if self.hub.must_lead(self.room.authority, now_s):
            log.warning("no hub: the room leads itself (%s)", self.plan.on_link_loss)
            self._lead(following.lose_hub(self.room, now_s))
        else:
            self._lead(following.pass_time(self.room, now_s))
        if (
            self.console.time(now_s)
            or self.room is not before
            or self.ticks % LOOK_EVERY_TICKS == 0
        ):
            self._make_true()
        else:
            self._show_cameras(now_s)

    def _listen(self, now_s: float) -> None:
        if self.ears is not None:
            for intent, seat in self.ears.look(self.room, now_s):
                self.presses.ask("voice", intent, seat, now_s)
            self.publisher.look_at_sound(self.ears, now_s)

    def _make_true(self) -> None:
        """Tell the floor what it must know, the devices what should be, the hub what is."""
        now_s = self._now_s()
        if (owed := self.fire.owed(self.room)) is not None:
            self.presses.ask(fire.CONTACT, owed, None, now_s)
        wanted = {number: self._wanted(number, now_s) for number in self.devices.buses}
        for number, bus in self.devices.buses.items():
            bus.set_outputs(number, wanted[number])
        if self.devices.console is not None:
            for name, lamp in self.console.lamps().items():
                self.devices.console.set_lamp(name, lamp)
        self.fire.show(self.room)
        self.publisher.look(wanted, now_s)
        self._show_cameras(now_s)

    def _show_cameras(self, now_s: float) -> None:
        """Who is heard here is seen; nobody is alone while a ballot is secret or it burns."""
        scene = scene_of(
            self.room,
            talkers=self.talkers,
            voiced=None if self.ears is None else self.ears.voiced,
            secret_ballot=votes_in_secret(self.voting.ballot),
            policy=self.shots.policy,
        )
        self.shots.show(scene)
        for eye in self.eyes.values():
            eye.tick()
        self.programme.show(self.shots.direction.on_air)
        self.publisher.look_at_cameras(now_s)
        self.publisher.look_at_programme(now_s)

    def _wanted(self, number: int, now_s: float) -> SeatOutputs:
        """What the unit at a seat should do and show now."""
        wish = following.wish(self.room, self.plan.seat(number), now_s)
        if number in self.located:
            return SeatOutputs(wish.microphone, *LOCATED)
        floor = SeatOutputs(wish.microphone, wish.red, wish.green, amber=wish.amber)
        return self.voting.lamps(number, floor)

    def _now_ms(self) -> int:
        return int(self._now_s() * 1000)
