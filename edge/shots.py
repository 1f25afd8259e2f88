"""The cameras at work: the director's decisions carried out, one mover per camera.

Owns the moving of cameras and who is on air. Must not decide: ``edge.camera.director`` does.
A camera that does not obey is not waited for: its mover tries again while the shot is wanted,
and the others go on.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from dataclasses import dataclass, replace

from drivers.core.capability import Aim, Bounded, Camera, Drivable, HealthState
from drivers.core.errors import DeviceError
from drivers.core.reading import Clock
from edge.camera import director
from edge.camera.director import CameraView, Decision, Direction, Move
from edge.camera.subject import WIDE, Policy, Scene, group_of, seats_of
from edge.camera.targets import Bearings, Targets
from edge.room import Devices, Plan

log = logging.getLogger(__name__)

TRY_AGAIN_S = 1.0
"""A camera that refused or was silent is asked again after this, while the shot is wanted."""

ASIDE_S = 60.0
"""A camera that a person aims is left to that person for so long after the last touch."""

FOLLOWED_WITHIN_S = 1.0
"""Whoever follows somebody says so more often; meanwhile the shot counts as reached."""

CORRECTED_WITHIN_S = 3.0
"""A correction by the picture is a nudge: the shot counts as reached meanwhile, but no longer."""


@dataclass(frozen=True, slots=True)
class Order:
    """Where a camera is to look, for which target, since when.

    ``corrects`` is the order whose aim the picture put right.
    """

    target: str
    aim: Aim
    at_s: float
    corrects: Order | None = None


class Shots:
    """The room's cameras under one director. ``policy`` and ``locked`` are people's to change."""

    def __init__(self, plan: Plan, devices: Devices, now_s: Clock) -> None:
        """Nothing moves before ``start`` and ``show``."""
        self._outside = plan.outside
        # A picture from outside shows what it shows: it is there from the start.
        self.direction = Direction(shots={picture: picture for picture in plan.outside})
        self.policy: Policy = plan.camera_policy
        self.locked = set(plan.locked_cameras)
        self.targets: dict[str, Targets] = {c: plan.targets(c) for c in devices.cameras}
        self.orders: dict[str, Order] = {}
        """The newest order of each camera."""
        self._aside_until_s: dict[str, float] = {}
        self._followed_s: dict[str, float] = {}
        """When the person in the shot of a camera was last followed."""
        self._driven: dict[str, bool] = {}
        """Cameras that were given speeds, and stopped since or not."""
        self._cameras = devices.cameras
        self._pacing = plan.pacing
        self._now_s = now_s
        self._news: dict[str, asyncio.Event] = {c: asyncio.Event() for c in self._cameras}

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Start one mover per camera."""
        for ident, camera in self._cameras.items():
            tasks.create_task(self._mover(camera), name=f"mover {ident}")

    def show(self, scene: Scene) -> None:
        """This is what the room knows now: decide and act."""
        now_s = self._now_s()
        self.direction, decisions = director.direct(
            self.direction, scene, self._views(scene, now_s), self._pacing, now_s
        )
        self._act(decisions)

    def by_hand(self, camera: str, target: str, by: str) -> None:
        """A person aims ``camera``; the automatic waits a while."""
        self._aside_until_s.pop(camera, None)
        self.direction, decisions = director.by_hand(
            self.direction, camera, target, by, self._pacing, self._now_s()
        )
        self._act(decisions)

    def by_hand_wide(self, by: str) -> None:
        """The wide shot, on the camera that is on air or else the first."""
        camera = self.direction.on_air
        if camera not in self._cameras:
            camera = next(iter(self._cameras), None)
        if camera is not None and self.can_show(camera, WIDE):
            self.by_hand(camera, WIDE, by)

    def is_aside(self, camera: str) -> bool:
        """A person is aiming it; the programme does without it."""
        return self._now_s() < self._aside_until_s.get(camera, float("-inf"))

    def keep_aside(self, camera: str) -> None:
        """A person has begun, or goes on, to aim it."""
        if not self.is_aside(camera):
            left = {c: shot for c, shot in self.direction.shots.items() if c != camera}
            self.direction = replace(self.direction, shots=left)
        self._aside_until_s[camera] = self._now_s() + ASIDE_S

    def give_back(self, camera: str) -> None:
        """Nobody aims it any more: the programme may have it at once."""
        self._aside_until_s.pop(camera, None)

    async def look_aside(self, camera: str, target: str, aim: Aim) -> None:
        """Turn it there without going on air.

        Raises:
            DeviceError: the camera did not take it.
        """
        self.keep_aside(camera)
        await self._cameras[camera].move(aim)
        self.orders[camera] = Order(target, aim, self._now_s())

    def stand(self, camera: str, bearings: Bearings) -> None:
        """It is known better how ``camera`` stands: its present shot follows at once."""
        self.targets[camera].stand(bearings)
        target = self.direction.shots.get(camera)
        aim = None if target is None else self.targets[camera].aim(target)
        if target is not None and aim is not None and not self.is_aside(camera):
            self._order(camera, Order(target, aim, self._now_s()))

    def correct(self, camera: str, aim: Aim) -> None:
        """The picture shows that the present shot of ``camera`` belongs a little elsewhere."""
        before = self.orders[camera]
        self._order(camera, Order(before.target, aim, self._now_s(), before))

    async def follow(self, camera: str, pan_deg_s: float, tilt_deg_s: float) -> None:
        """Turn ``camera`` at these speeds, for the one who walks in its present shot.

        Zeroes stop it. To be renewed: a camera that is forgotten stops by itself.

        Raises:
            DeviceError: the camera did not take it.
        """
        device = self._cameras[camera]
        if not isinstance(device, Drivable) or not self.may_correct(camera):
            return
        was_driven = self._driven.get(camera, False)
        self._driven[camera] = is_driven = (pan_deg_s, tilt_deg_s) != (0.0, 0.0)
        if is_driven:
            await device.drive(pan_deg_s, tilt_deg_s)
        elif was_driven:
            await device.stop()

    def keeps_following(self, camera: str) -> None:
        """Whoever is shown there is followed just now, and the shot is as good as reached."""
        self._followed_s[camera] = self._now_s()

    def arrived(self, camera: str) -> bool | None:
        """The camera reports to rest at the shot it was sent to; None when unknown."""
        order, now_s = self.orders.get(camera), self._now_s()
        if order is None:
            return None
        if now_s - self._followed_s.get(camera, float("-inf")) < FOLLOWED_WITHIN_S:
            return True
        is_nudged = order.corrects is not None and now_s - order.at_s < CORRECTED_WITHIN_S
        return True if is_nudged else self.reached(camera)

    def reached(self, camera: str) -> bool | None:
        """The same, and a correction by the picture is under way until it is reached, too."""
        order = self.orders.get(camera)
        if order is None:
            return None
        return self._cameras[camera].arrived(order.aim, self._now_s())

    def may_correct(self, camera: str) -> bool:
        """Nobody has said that the camera is to stay where it is."""
        is_locked = camera in self.locked or self.policy == "locked"
        return not is_locked and not self.is_aside(camera)

    def target(self, camera: str) -> str | None:
        """What it was sent to last, by whomever."""
        order = self.orders.get(camera)
        if order is not None and self.is_aside(camera):
            return order.target
        return self.direction.shots.get(camera)

    @property
    def is_wide(self) -> bool:
        """The camera on air reports to rest at the shot of the whole room."""
        camera = self.direction.on_air
        if camera is None or self.direction.shots.get(camera) != WIDE:
            return False
        return self.arrived(camera) is True

    def can_show(self, camera: str, target: str) -> bool:
        """There is such a camera and it can see the target."""
        return camera in self.targets and self._aim(camera, target) is not None

    def _aim(self, camera: str, target: str) -> Aim | None:
        """Where the camera must look for the target; None when it cannot."""
        aim, device = self.targets[camera].aim(target), self._cameras[camera]
        if aim is not None and isinstance(device, Bounded) and device.out_of_reach(aim):
            return None
        return aim

    def _views(self, scene: Scene, now_s: float) -> dict[str, CameraView]:
        asked = self._asked(scene)
        views = {ident: self._view(ident, asked, now_s) for ident in self._cameras}
        return views | {picture: _from_outside(picture) for picture in self._outside}

    def _asked(self, scene: Scene) -> set[str]:
        """Every target that the director may choose for this scene."""
        named = (scene.next_up, scene.priority)
        seats = {*scene.speaking, *(scene.talkers or ()), *(seat for seat in named if seat)}
        seats |= {*seats_of(self.direction.subject.target)}
        pairs = {group_of(pair) for pair in itertools.combinations(sorted(seats), 2)}
        return {WIDE, self.direction.subject.target, *seats, *pairs}

    def _view(self, ident: str, asked: set[str], now_s: float) -> CameraView:
        camera, targets = self._cameras[ident], self.targets[ident]
        aims = {target: aim for target in asked if (aim := self._aim(ident, target)) is not None}
        costs = {target: targets.cost(target) for target in aims}
        here = camera.state(now_s).aim.value
        travel_s: dict[str, float] = {}
        if here is not None:
            travel_s = {target: camera.move_time_s(here, aim) for target, aim in aims.items()}
        is_aside = self.is_aside(ident)
        return CameraView(
            works=camera.health(now_s).state is not HealthState.FAULT and not is_aside,
            arrived=self.arrived(ident),
            cost={target: cost for target, cost in costs.items() if cost is not None},
            travel_s=travel_s,
            locked=ident in self.locked,
            aside=is_aside,
        )

    def _act(self, decisions: tuple[Decision, ...]) -> None:
        for decision in decisions:
            log.info("%s", decision)
            if isinstance(decision, Move):
                aim = self.targets[decision.camera].aim(decision.target)
                if aim is not None:
                    self._order(decision.camera, Order(decision.target, aim, self._now_s()))

    def _order(self, camera: str, order: Order) -> None:
        self.orders[camera] = order
        self._followed_s.pop(camera, None)
        self._driven.pop(camera, None)  # the move ends it
        self._news[camera].set()

    async def _mover(self, camera: Camera) -> None:
        """Carry out the newest order until the camera has accepted it."""
        news = self._news[camera.id]
        while True:
            await news.wait()
            news.clear()
            while not await self._send(camera, self.orders[camera.id]):
                try:
                    async with asyncio.timeout(TRY_AGAIN_S):
                        await news.wait()
                    news.clear()
                except TimeoutError:
                    pass

    async def _send(self, camera: Camera, order: Order) -> bool:
        """One attempt: the camera has accepted, or it is not worth another one."""
        try:
            await camera.move(order.aim)
        except DeviceError as error:
            log.info("%s cannot be aimed at %s: %s", camera.id, order.target, error)
            if order.corrects is None:
                return False
            if self.orders[camera.id] is order:  # what cannot be corrected is left as it was
                self.orders[camera.id] = replace(order.corrects, at_s=order.at_s)
        return True


def _from_outside(picture: str) -> CameraView:
    """Another room's picture: always there, never moved by us."""
    return CameraView(works=True, arrived=True, cost={picture: 0.0}, locked=True)
