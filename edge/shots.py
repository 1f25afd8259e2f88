"""The cameras at work: the director's decisions carried out, one mover per camera.

Owns the moving of cameras and who is on air. Must not decide: ``edge.camera.director`` does.
A camera that does not obey is not waited for: its mover tries again while the shot is wanted,
and the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from drivers.core.capability import Aim, HealthState
from drivers.core.errors import DeviceError
from drivers.core.reading import Clock
from edge.camera import director
from edge.camera.director import CameraView, Decision, Direction, Move
from edge.room import Devices, Plan

log = logging.getLogger(__name__)

TRY_AGAIN_S = 1.0
"""A camera that refused or was silent is asked again after this, while the shot is wanted."""


def view_cost(aim: Aim) -> float:
    """How badly a camera sees a target: far to its side, or so far away that it must zoom in.

    A heuristic: 90 degrees to the side weigh as much as a picture 2 degrees wide.
    """
    return abs(aim.pan_deg) / 90.0 + 2.0 / aim.fov_deg


class Shots:
    """The room's cameras under one director."""

    def __init__(self, plan: Plan, devices: Devices, now_s: Clock) -> None:
        """Aims are computed once, from the places in the room file."""
        self.direction = Direction()
        self._cameras = devices.cameras
        self._now_s = now_s
        self._aims: dict[str, Mapping[str, Aim]] = {c: plan.aims(c) for c in self._cameras}
        self._costs = {
            camera: {target: view_cost(aim) for target, aim in aims.items()}
            for camera, aims in self._aims.items()
        }
        self._orders: dict[str, asyncio.Queue[str]] = {}
        self._speaking: tuple[str, ...] = ()

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Start one mover per camera."""
        for camera in self._cameras:
            self._orders[camera] = asyncio.Queue()
            tasks.create_task(self._mover(camera), name=f"mover {camera}")

    def show(self, speaking: tuple[str, ...]) -> None:
        """These seats of the room speak, newest last: decide and act."""
        self._speaking = speaking
        self.direction, decisions = director.direct(
            self.direction, speaking, self._views(), self._now_s()
        )
        self._act(decisions)

    def by_hand(self, camera: str, target: str, by: str) -> None:
        """A person aims ``camera``; the automatic waits a while."""
        self.direction, decisions = director.by_hand(
            self.direction, camera, target, by, self._now_s()
        )
        self._act(decisions)

    def by_hand_wide(self, by: str) -> None:
        """The wide shot, on the camera that is on air or else the first."""
        camera = self.direction.on_air or next(iter(self._cameras), None)
        if camera is not None:
            self.by_hand(camera, director.WIDE, by)

    def arrived(self, camera: str) -> bool | None:
        """The camera reports to rest at the shot it was sent to; None when unknown."""
        target = self.direction.shots.get(camera)
        if target is None:
            return None
        return self._cameras[camera].arrived(self._aims[camera][target], self._now_s())

    @property
    def is_wide(self) -> bool:
        """The camera on air reports to rest at the shot of the whole room."""
        camera = self.direction.on_air
        if camera is None or self.direction.shots.get(camera) != director.WIDE:
            return False
        return self.arrived(camera) is True

    def can_show(self, camera: str, target: str) -> bool:
        """There is such a camera and it can see the target."""
        return target in self._aims.get(camera, {})

    def _views(self) -> dict[str, CameraView]:
        return {
            ident: CameraView(
                works=camera.health(self._now_s()).state is not HealthState.FAULT,
                arrived=self.arrived(ident),
                cost=self._costs[ident],
            )
            for ident, camera in self._cameras.items()
        }

    def _act(self, decisions: tuple[Decision, ...]) -> None:
        for decision in decisions:
            log.info("%s", decision)
            if isinstance(decision, Move) and decision.camera in self._orders:
                self._orders[decision.camera].put_nowait(decision.target)

    async def _mover(self, camera: str) -> None:
        """Send the camera to the newest target until it has accepted it."""
        orders = self._orders[camera]
        while True:
            target: str | None = await orders.get()
            while target is not None:
                target = await self._send(camera, target, orders)

    async def _send(self, camera: str, target: str, orders: asyncio.Queue[str]) -> str | None:
        """One attempt; returns the target to go on with, or None when done."""
        while not orders.empty():
            target = orders.get_nowait()
        try:
            await self._cameras[camera].move(self._aims[camera][target])
        except DeviceError as error:
            log.info("%s cannot be aimed at %s: %s", camera, target, error)
            try:
                async with asyncio.timeout(TRY_AGAIN_S):
                    return await orders.get()
            except TimeoutError:
                return target if self.direction.shots.get(camera) == target else None
        return None
