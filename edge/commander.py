"""Commands from the hub carried out: judged, done, answered after the hardware answered.

Owns the doing. Must not judge (``edge.commands`` does); what the devices do is theirs.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from drivers.core.errors import DeviceError
from drivers.core.reading import Clock
from edge.camera.subject import WIDE
from edge.commands import CommandGate, CommandRefused, HubClock, result
from edge.contract import messages, topics
from edge.rules.reasons import Reason
from edge.runtime.link import Link

if TYPE_CHECKING:
    from edge.controller import Controller

log = logging.getLogger(__name__)

ROOM = "room"
"""The name under which the room itself takes commands."""


class Commander:
    """Carries out what ``take`` hands it, each command in its own task."""

    def __init__(self, controller: Controller, link: Link, now_s: Clock) -> None:
        """Nothing can be carried out before the controller runs, and sets ``tasks``."""
        self.tasks = asyncio.TaskGroup()
        self.clock = HubClock()
        self._gate = CommandGate(self.clock)
        self._controller = controller
        self._link = link
        self._now_s = now_s

    def take(self, device: str, command: messages.Command) -> None:
        """One command for ``device`` (or ``room``)."""
        verdict = self._gate.judge(device, command, int(self._now_s() * 1000))
        if verdict is True:
            work = self._carry_out(device, command)
            try:
                self.tasks.create_task(work, name=f"command {device}")
            except RuntimeError:  # the controller has ended; the supervisor begins it anew
                work.close()
                why = "the room's controller starts anew"
                self._end(result(command, "failed", Reason.DEVICE_FAULT, why))
        elif isinstance(verdict, messages.Result):
            self._answer(verdict)

    async def _carry_out(self, device: str, command: messages.Command) -> None:
        try:
            await self._do(device, command)
            outcome = result(command, "done")
        except CommandRefused as refusal:
            outcome = result(command, "rejected", refusal.reason, refusal.detail)
        except DeviceError as error:
            log.warning("command %s for %s: %s", command.action, device, error)
            outcome = result(command, "failed", Reason.DEVICE_FAULT, str(error))
        except Exception as error:  # one command must not end the room
            log.exception("command %s for %s", command.action, device)
            outcome = result(command, "failed", Reason.DEVICE_FAULT, type(error).__name__)
        self._end(outcome)
        self._controller.changed()

    def _end(self, outcome: messages.Result) -> None:
        self._gate.finished(outcome)
        self._answer(outcome)

    def _answer(self, outcome: messages.Result) -> None:
        self._link.publish_once(topics.up(self._controller.plan.id, "result"), outcome)

    async def _do(self, device: str, command: messages.Command) -> None:
        devices = self._controller.devices
        if device in devices.displays:
            await self._display(device, command)
        elif device in devices.cameras:
            await self._camera(device, command)
        elif device == ROOM and command.action == "check":
            await self._controller.checking.run(command.id, command.by)
        elif device == ROOM and command.action == "drill":
            await self._drill(command)
        elif device == ROOM:
            self._room(command)
        else:
            raise CommandRefused(Reason.DEVICE_UNKNOWN, device)

    async def _display(self, device: str, command: messages.Command) -> None:
        screens = self._controller.screens
        match command.action, command.args:
            case "power", {"on": bool(on)}:
                await screens.by_hand(device, "power", on)
            case "source", {"source": str(source)}:
                await screens.by_hand(device, "source", source)
            case "volume", {"percent": int(percent)} if 0 <= percent <= 100:
                await screens.by_hand(device, "volume", percent)
            case _:
                raise _not_understood(command)

    async def _camera(self, device: str, command: messages.Command) -> None:
        """Aiming is done when the order is given; the camera's own report follows as state.

        What is locked the automatic leaves alone; people may still aim it.
        """
        shots, aiming = self._controller.shots, self._controller.aiming
        match command.action, command.args:
            case "aim", {"wide": True}:
                self._aim(device, WIDE, command.by)
            case "aim", {"seat": str(seat), "aside": True}:
                await aiming.show(device, seat)
            case "aim", {"seat": str(seat)}:
                self._aim(device, seat, command.by)
            case "nudge", {"pan_deg": pan, "tilt_deg": tilt, **more}:
                await aiming.nudge(device, *map(_degrees, (pan, tilt, more.get("fov_deg", 0))))
            case "sight", {"seat": str(seat)}:
                await aiming.sight(device, seat)
            case "forget_sighting", {"seat": str(seat)}:
                await aiming.forget(device, seat)
            case "preview", {"seconds": int(seconds)} if seconds >= 0:
                self._controller.previews.look(device, seconds, self.tasks)
            case "lock", {"on": bool(on)}:
                (shots.locked.add if on else shots.locked.discard)(device)
            case _:
                raise _not_understood(command)

    def _aim(self, camera: str, target: str, by: str) -> None:
        if not self._controller.shots.can_show(camera, target):
            raise CommandRefused(Reason.SEAT_UNKNOWN, target)
        self._controller.shots.by_hand(camera, target, by)

    async def _drill(self, command: messages.Command) -> None:
        match command.args:
            case {"device": str(device), "fault": str(fault), "on": bool(on)}:
                await self._controller.drills.switch(device, fault, on)
            case _:
                raise CommandRefused(Reason.BAD_ARGUMENT, command.action)

    def _room(self, command: messages.Command) -> None:
        located = self._controller.located
        match command.action, command.args:
            case "locate", {"seat": int(number), "on": bool(on)}:
                if number not in self._controller.plan.roles:
                    raise CommandRefused(Reason.SEAT_UNKNOWN, str(number))
                (located.add if on else located.discard)(number)
            case "lock", {"policy": "track" | "fixed" | "locked" as policy}:
                self._controller.shots.policy = policy
            case "scene", {"scene": str(scene)}:
                try:
                    self._controller.screens.choose(scene)
                except KeyError as error:
                    raise CommandRefused(Reason.SCENE_UNKNOWN, scene[:32]) from error
            case _:
                raise _not_understood(command)


def _degrees(value: object) -> float:
    """A small, finite angle."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 45:
        raise CommandRefused(Reason.BAD_ARGUMENT, f"{value!r} degrees, at most 45 at a time")
    return float(value)


def _not_understood(command: messages.Command) -> CommandRefused:
    known = {"power", "source", "volume", "aim", "nudge", "lock", "locate"}
    known |= {"scene", "sight", "forget_sighting", "preview"}
    reason = Reason.BAD_ARGUMENT if command.action in known else Reason.COMMAND_UNKNOWN
    return CommandRefused(reason, command.action)
