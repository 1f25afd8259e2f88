"""The room's check of itself before a meeting, beside the running room.

Theory. Everything is asked for what it can prove without people: lamps blink and are read back,
cameras turn aside and come back, displays say what they are, microphones stay closed. While
somebody speaks, votes, or it burns, nothing is touched and the check only looks; whoever begins
to has lamps and cameras back at once. What it finds goes out as it is found.

Owns one check at a time. Must not judge (``edge.check_items`` does). The command-line check
(``edge.check``) is for a room that does not run.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.core.capability import Aim, Bounded, Camera, Health, HealthState
from drivers.core.errors import DeviceError
from drivers.core.reading import Clock
from edge import check_items as items
from edge.camera.sight import NO_EYE
from edge.camera.subject import WIDE
from edge.check_items import Found, SeatLook
from edge.commands import CommandRefused
from edge.contract import messages
from edge.contract.devices import CheckItem
from edge.contract.wire import BadMessage
from edge.fire import CONTACT
from edge.rules.reasons import Reason

if TYPE_CHECKING:
    from edge.controller import Controller

LOOK_S = 0.1
ANSWER_S = 5.0
"""A device that runs has said something within so long."""

BLINK_S = 6.0
"""Every unit of a slow bus has been written to and read back by then."""

STEP_DEG = 8.0
"""Far enough to be no accident of a reading, near enough to be quick."""

MOVE_S = 12.0
"""The slowest camera goes and settles within so long."""

VOTING = frozenset({"ready_check", "open", "paused", "closing"})

BROKEN_OFF = Found("unconfirmed", "dừng vì phòng đang họp", "broken off: the room is in use")

Probe = Callable[[], Awaitable[list[CheckItem]]]


class RoomCheck:
    """Checks the room of one controller."""

    def __init__(self, controller: Controller, folder: Path | None, now_s: Clock) -> None:
        """``folder`` is where the room keeps what must not be lost."""
        self._controller = controller
        self._folder = folder
        self._now_s = now_s
        self._found: list[CheckItem] = []
        self._running = False

    async def run(self, check: str, by: str) -> None:
        """Look at everything and tell, as it goes.

        Raises:
            CommandRefused: a check is running.
        """
        if self._running:
            raise CommandRefused(Reason.CHECK_RUNNING)
        self._running, self._found = True, []
        began_ts, is_active = time.time(), self._may_touch()
        probes = self._probes(is_active)
        done = 0

        def tell(*, running: bool) -> None:
            self._tell(
                check=check,
                by=by,
                running=running,
                active=is_active,
                done=done,
                of=len(probes),
                began_ts=began_ts,
            )

        async def one(probe: Probe) -> None:
            nonlocal done
            self._found += await probe()
            done += 1
            tell(running=True)

        tell(running=True)
        try:
            async with asyncio.TaskGroup() as tasks:
                for n, probe in enumerate(probes):
                    tasks.create_task(one(probe), name=f"check {n}")
        finally:
            self._running = False
            tell(running=False)

    def _may_touch(self) -> bool:
        room, ballot = self._controller.room, self._controller.voting.ballot
        votes = ballot is not None and ballot.stage in VOTING
        return not (room.floor.speaking or room.burning or room.floor.alarm or votes)

    def _tell(self, **fields: object) -> None:
        """As a part of the room's state; too long a list is told without what went well."""
        publisher = self._controller.publisher
        try:
            publisher.tell("check", messages.CheckState, **fields, items=self._found)
        except BadMessage:
            bad = [one for one in self._found if one.verdict != "pass"][:20]
            publisher.tell("check", messages.CheckState, **fields, items=bad)

    def _probes(self, is_active: bool) -> list[Probe]:
        devices = self._controller.devices
        places = {place.id: place for place in self._controller.plan.describe.devices}
        probes: list[Probe] = [self._disk]
        if devices.buses:
            probes.append(lambda: self._seats(is_active))
        if self._controller.ears is not None:
            probes.append(self._microphones)
        for ident in devices.all():
            place = places.get(ident)
            if place is not None:
                probes.append(lambda place=place: self._device(place, is_active))  # type: ignore[misc]
        return probes

    async def _disk(self) -> list[CheckItem]:
        if self._folder is None:
            return []
        usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
        found = items.of_disk(usage.free, usage.total, self._controller.outbox_depth)
        return [items.item("disk", "disk", items.DISK, found)]

    async def _device(self, place: messages.DevicePlace, is_active: bool) -> list[CheckItem]:
        health = await self._health(place.id)
        now_s = self._now_s()
        devices = self._controller.devices
        if place.id in devices.displays:
            state = devices.displays[place.id].state(now_s)
            found = items.of_display(health, state.power.value, state.source.value, now_s)
        elif place.id in devices.cameras:
            found = await self._camera(place.id, health, is_active)
        else:
            found = items.by_health(health, now_s)
            console = devices.console
            if console is not None and console.id == place.id and console.contact(CONTACT).value:
                vi, en = "tiếp điểm báo cháy đang đóng", "the fire contact is closed"
                found = Found("fail", vi, en, "fire")
        return [items.item(place.id, place.kind, place.title, found)]

    async def _health(self, ident: str) -> Health:
        device = self._controller.devices.all()[ident]
        await self._until(lambda: device.health(self._now_s()).state is HealthState.OK, ANSWER_S)
        return device.health(self._now_s())

    async def _camera(self, ident: str, health: Health, is_active: bool) -> Found:
        shots, camera = self._controller.shots, self._controller.devices.cameras[ident]
        found = items.by_health(health, self._now_s())
        start = camera.state(self._now_s()).aim
        held = ident in shots.locked or shots.policy == "locked"
        if found.verdict == "pass" and start.value is None:
            said = start.reason or "position unknown"
            found = Found("unconfirmed", f"không báo hướng: {said}", said)
        elif found.verdict == "pass" and start.value is not None and is_active and not held:
            found = await self._turn(ident, camera, start.value)
        eye = self._controller.eyes.get(ident)
        return items.of_camera(found, (eye.sight() if eye is not None else NO_EYE).picture)

    async def _turn(self, ident: str, camera: Camera, start: Aim) -> Found:
        """Aside and back: what it reports must follow."""
        shots, began_s = self._controller.shots, self._now_s()
        step_deg = STEP_DEG
        aside = Aim(start.pan_deg + step_deg, start.tilt_deg, start.fov_deg)
        if isinstance(camera, Bounded) and camera.out_of_reach(aside) is not None:
            aside = Aim(start.pan_deg - step_deg, start.tilt_deg, start.fov_deg)
        try:
            for aim in (aside, start):
                if not self._may_touch():
                    return BROKEN_OFF
                await shots.look_aside(ident, WIDE, aim)
                if not await self._arrives(camera, aim):
                    return Found("fail", "không đến nơi được gọi", "does not get where it is sent")
        except DeviceError as error:
            return Found("fail", str(error), str(error))
        finally:
            shots.give_back(ident)
        took_s = self._now_s() - began_s
        return items.moved(step_deg, took_s) if self._may_touch() else BROKEN_OFF

    async def _arrives(self, camera: Camera, aim: Aim) -> bool:
        """In time; a room that must be left alone ends the waiting."""

        def over() -> bool:
            return camera.arrived(aim, self._now_s()) is True or not self._may_touch()

        return await self._until(over, MOVE_S)

    async def _seats(self, is_active: bool) -> list[CheckItem]:
        controller, blinked = self._controller, set[int]()
        numbers = set(controller.devices.buses)
        lit = {number for number in numbers if self._has_lamps(number)}
        is_done = False
        if is_active:
            ours = lit - controller.located
            controller.located |= ours
            controller.changed()
            try:
                await self._until(
                    lambda: self._blink(lit, blinked) or not self._may_touch(), BLINK_S
                )
                is_done = self._may_touch()
            finally:
                controller.located -= ours
                controller.changed()
        found = []
        for number in sorted(numbers):
            bus, now_s = controller.devices.buses[number], self._now_s()
            state, name = bus.seat_state(number, now_s), controller.plan.seat(number)
            speaks = any(turn.seat == name for turn in controller.room.floor.speaking)
            tried = number in blinked if is_done and number in lit else None
            look = SeatLook(bus.seat_health(number, now_s), state.microphone.value, speaks, tried)
            found.append((number, items.of_seat(look)))
        return items.grouped("seats", items.SEATS, found)

    def _has_lamps(self, number: int) -> bool:
        """Units that work and never told of a lamp have none that could be tried."""
        bus, now_s = self._controller.devices.buses[number], self._now_s()
        works = bus.seat_health(number, now_s).state is HealthState.OK
        return not works or bus.seat_state(number, now_s).outputs.at_s is not None

    def _blink(self, numbers: set[int], blinked: set[int]) -> bool:
        """Note who has read its lamps back as told; True once everybody has."""
        now_s = self._now_s()
        for number in numbers - blinked:
            shown = self._controller.devices.buses[number].seat_state(number, now_s).outputs.value
            if shown is not None and shown.red == shown.green == "fast":
                blinked.add(number)
        return blinked == numbers

    async def _microphones(self) -> list[CheckItem]:
        ears = self._controller.ears
        if ears is None:
            return []
        faults: dict[int, str] = {}
        for subject, health in ears.subjects().values():
            if health.state is HealthState.FAULT and subject.seat is not None:
                faults[int(subject.seat.rpartition("/")[2])] = health.reason or ""
        heard_s = ears.heard_s()
        found = [
            (number, items.of_microphone(faults.get(number), heard_s.get(str(number))))
            for number in ears.numbers
        ]
        return items.grouped("microphones", items.MICROPHONES, found)

    async def _until(self, holds: Callable[[], bool], most_s: float) -> bool:
        until_s = self._now_s() + most_s
        while not holds():
            if self._now_s() >= until_s:
                return False
            await asyncio.sleep(LOOK_S)
        return True
