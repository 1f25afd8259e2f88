"""Aiming the room's cameras by hand, seat after seat, until each knows how it stands.

A sighting is what the camera *reports* at rest while a person sees the seat in the middle of
its picture. Each new one is judged with those before it: a contradiction changes nothing.

Owns the sightings of the room and their file. Must not compute poses (``edge.sighted``), nor
choose shots (``edge.shots``).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from pathlib import Path

from drivers.core.capability import Aim
from drivers.core.errors import Refused
from drivers.core.reading import Clock
from edge.camera.aim import NARROWEST_DEG, WIDEST_DEG
from edge.camera.subject import WIDE
from edge.commands import CommandRefused
from edge.contract.topics import split_seat
from edge.room import Devices, Plan
from edge.rules.reasons import Reason, Sentence
from edge.shots import Shots
from edge.sighted import (
    CannotStandError,
    SightingsError,
    read_sightings,
    stand,
    write_sightings,
)
from firmware_config.schema import SightingSection

log = logging.getLogger(__name__)

SEARCH_DEG = 40.0
"""Width of the first picture while the camera is known from the drawing only: wide enough for a
head that is ten degrees off to be seen, narrow enough to tell who it is (assumption)."""

AIR = 3.0
"""Afterwards the picture is wider than the shot by so many times the expected error."""

SETTLE_S, SETTLE_LOOKS = 2.0, 20
"""A nudge ends within this time; what moves longer does not stand where a person saw it."""

Sighted = Mapping[str, tuple[float, float]]


class Aiming:
    """What people do with cameras to teach them the room. Commands raise ``CommandRefused``."""

    def __init__(self, plan: Plan, devices: Devices, shots: Shots, now_s: Clock) -> None:
        """Without a file in the plan, sightings last as long as the process."""
        self._places_m = {plan.seat(n): place for n, place in plan.places_m.items()}
        self._cameras = devices.cameras
        self._shots = shots
        self._path = plan.sightings_file
        self._now_s = now_s
        self._one_at_a_time = asyncio.Lock()

    async def show(self, camera: str, seat: str) -> None:
        """Turn the camera to where the seat should be, wide enough to find it."""
        self._know(seat)
        await self._look(camera, seat, self._guess(camera, seat))

    async def nudge(self, camera: str, pan_deg: float, tilt_deg: float, fov_deg: float) -> None:
        """A little to the right, up, and wider; nudges that come quickly add up."""
        order = self._shots.orders.get(camera)
        is_ours = order is not None and self._shots.is_aside(camera)
        here = order.aim if order is not None and is_ours else self._reported(camera)
        aim = Aim(
            here.pan_deg + pan_deg,
            here.tilt_deg + tilt_deg,
            min(WIDEST_DEG, max(NARROWEST_DEG, here.fov_deg + fov_deg)),
        )
        target = order.target if order is not None and is_ours else self._shots.target(camera)
        await self._look(camera, target or WIDE, aim)

    async def sight(self, camera: str, seat: str) -> None:
        """The camera looks at this seat now."""
        self._know(seat)
        aim = await self._rested(camera)
        sighted = {**self._sighted(camera), seat: (aim.pan_deg, aim.tilt_deg)}
        await self._learn(camera, sighted)
        self._shots.keep_aside(camera)

    async def forget(self, camera: str, seat: str) -> None:
        """What was sighted there was wrong."""
        self._know(seat)
        await self._learn(camera, {s: a for s, a in self._sighted(camera).items() if s != seat})

    def _know(self, seat: str) -> None:
        if seat not in self._places_m:
            raise CommandRefused(Reason.SEAT_UNKNOWN, seat)

    def _sighted(self, camera: str) -> Sighted:
        return self._shots.targets[camera].bearings.sighted

    def _reported(self, camera: str) -> Aim:
        reading = self._cameras[camera].state(self._now_s()).aim
        if reading.value is None:
            raise CommandRefused(Reason.POSITION_UNKNOWN, reading.reason or "")
        return reading.value

    async def _rested(self, camera: str) -> Aim:
        """Where it looks once it stands still: the last nudge may be under way yet."""
        patience = SETTLE_LOOKS
        while (aim := self._reported(camera)) and not self._stands(camera):
            patience -= 1
            if patience < 0:
                raise CommandRefused(Reason.CAMERA_MOVING)
            await asyncio.sleep(SETTLE_S / SETTLE_LOOKS)
        return aim

    def _stands(self, camera: str) -> bool:
        return self._cameras[camera].state(self._now_s()).moving.value is False

    def _guess(self, camera: str, seat: str) -> Aim:
        targets = self._shots.targets[camera]
        if targets.aim(seat) is None:
            raise CommandRefused(Reason.SEAT_UNKNOWN, seat)
        aim = targets.head(seat)  # sightings have the head in the middle, shots have air above
        is_solved = bool(targets.bearings.error_deg)
        air_deg = AIR * targets.error_deg(seat) if is_solved else SEARCH_DEG - aim.fov_deg
        return Aim(aim.pan_deg, aim.tilt_deg, min(WIDEST_DEG, aim.fov_deg + max(0.0, air_deg)))

    async def _look(self, camera: str, target: str, aim: Aim) -> None:
        try:
            await self._shots.look_aside(camera, target, aim)
        except Refused as error:
            if error.code != "limit":
                raise
            raise CommandRefused(Reason.OUT_OF_REACH, str(error)) from error

    async def _learn(self, camera: str, sighted: Sighted) -> None:
        """Judge, keep, obey: in this order, and as a whole."""
        async with self._one_at_a_time:
            plan = self._shots.targets[camera].bearings.by_plan
            try:
                bearings = await asyncio.to_thread(stand, plan, self._places_m, sighted)
                if self._path is not None:
                    await asyncio.to_thread(_keep, self._path, camera, sighted)
            except CannotStandError as error:
                raise CommandRefused(error.reason, error.said) from error
            except OSError as error:
                log.error("%s: not kept: %s", self._path, error)
                why = Sentence("không ghi được tệp", "the file cannot be written")
                raise CommandRefused(Reason.STORAGE_FULL, why) from error
            self._shots.stand(camera, bearings)


def _keep(path: Path, camera: str, sighted: Sighted) -> None:
    """Put the sightings of one camera in the room's file; a file that is none is replaced."""
    found: dict[str, tuple[SightingSection, ...]] = {}
    with contextlib.suppress(SightingsError):
        found.update(read_sightings(path))
    found[camera] = tuple(
        SightingSection(seat=split_seat(seat)[1], pan_deg=pan, tilt_deg=tilt)
        for seat, (pan, tilt) in sighted.items()
    )
    write_sightings(path, found)
