"""``phonghop-edge aim --room FILE --camera ID``: a technician teaches one camera the room.

The camera turns to the proposed seat; arrow keys (or words, one line each) bring the face to the
middle; Enter confirms. After each seat the expected error and the next proposal are told.

Owns the conversation. Must not judge sightings or keep them: ``edge.aiming`` does both.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from drivers.core.errors import DeviceError
from edge.aim_keys import Step, Steps
from edge.aiming import Aiming
from edge.camera.targets import Targets
from edge.commands import CommandRefused
from edge.composition import make_devices
from edge.contract.topics import seat_name
from edge.planning import make_plan
from edge.room import Devices
from edge.rules.reasons import SENTENCES, Sentence
from edge.runtime.in_use import InUseError, owning
from edge.shots import Shots
from firmware_config.loader import RoomFileError, load_room
from firmware_config.schema import RoomConfig

ANSWER_S = 10.0
"""A camera that is there says where it looks within this time."""

REST_S = 15.0
"""The longest swing, and a wide margin."""

LOOK_EVERY_S = 0.05

HELP = (
    "←→↑↓ quay / turn   + - zoom   1 2 3 bước nhỏ, vừa, lớn / step 0.3°, 1°, 5°\n"
    "Enter xác nhận / confirm   s ghế khác / skip   f bỏ lần cuối / drop the last   q thôi / end\n"
    "hoặc từng dòng / or line by line: left 2 · up 0.5 · wider 5 · seat 12 · ok · drop 12 · end"
)


class Guide:
    """One camera, one person."""

    def __init__(
        self, room: str, camera: str, devices: Devices, shots: Shots, say: Callable[[str], None]
    ) -> None:
        """``say`` prints one line for the person."""
        self.room = room
        self._id = camera
        self._camera = devices.cameras[camera]
        self._shots = shots
        self._say = say
        self._seat: str | None = None
        self._skipped: list[str] = []

    @property
    def targets(self) -> Targets:
        """What the camera knows of the room by now."""
        return self._shots.targets[self._id]

    async def talk(self, aiming: Aiming, steps: AsyncIterator[Step]) -> None:
        """Until the person ends it, or says nothing more.

        Raises:
            DeviceError: the camera does not say where it looks.
        """
        await self._rest(ANSWER_S)
        self._say(HELP)
        await self._propose(aiming)
        async for step in steps:
            try:
                if not await self._carry_out(aiming, step):
                    return
            except CommandRefused as refusal:
                self._say(refusal_text(refusal))
            except (DeviceError, ValueError) as error:
                self._say(f"✗ {error}")

    async def _carry_out(self, aiming: Aiming, step: Step) -> bool:
        match step.word:
            case "end":
                return False
            case "nudge":
                await aiming.nudge(self._id, step.pan_deg, step.tilt_deg, step.fov_deg)
            case "seat":
                await self._turn(aiming, seat_name(self.room, step.seat or 0))
            case "skip":
                self._skipped += [self._seat] if self._seat else []
                await self._propose(aiming)
            case "ok" if self._seat is not None:
                await self._confirm(aiming, self._seat)
            case "drop":
                await self._drop(aiming, step.seat)
            case _:
                self._say(HELP)
        return True

    async def _confirm(self, aiming: Aiming, seat: str) -> None:
        await self._rest(REST_S)
        await aiming.sight(self._id, seat)
        bearings = self.targets.bearings
        worst = max(bearings.error_deg, key=lambda s: bearings.error_deg[s], default=None)
        told = f"✓ {seat}: {len(bearings.sighted)} ghế đã ngắm / sighted"
        if worst is not None:
            told += f"; lệch nhiều nhất / worst: {worst} {bearings.error_deg[worst]:.2f}°"
        self._say(told)
        for warning in bearings.warnings:
            self._say(f"! {warning.vi} / {warning.en}")
        await self._propose(aiming)

    async def _drop(self, aiming: Aiming, number: int | None) -> None:
        sighted = list(self.targets.bearings.sighted)
        seat = seat_name(self.room, number) if number else next(reversed(sighted), None)
        if seat is not None:
            await aiming.forget(self._id, seat)
            self._say(f"− {seat}: đã bỏ / dropped")
            await self._propose(aiming)

    async def _propose(self, aiming: Aiming) -> None:
        proposed = [s for s in self.targets.bearings.propose if s not in self._skipped]
        if proposed:
            await self._turn(aiming, proposed[0])
        else:
            self._seat = None
            self._say("Đã đủ; gõ end, hoặc seat SỐ / that will do: end, or seat NUMBER")

    async def _turn(self, aiming: Aiming, seat: str) -> None:
        self._seat = seat
        await aiming.show(self._id, seat)
        self._say(f"→ {seat}: đưa khuôn mặt vào giữa / bring the face to the middle")

    async def _rest(self, within_s: float) -> None:
        """Wait until the camera reports to stand still."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while True:
                    state = self._camera.state(time.monotonic())
                    if state.aim.value is not None and state.moving.value is False:
                        return
                    await asyncio.sleep(LOOK_EVERY_S)
        state = self._camera.state(time.monotonic())
        if state.aim.value is None:
            raise DeviceError(
                f"says nothing: {state.aim.reason}", device=self._id, command="position"
            )


def refusal_text(refusal: CommandRefused) -> str:
    """The reason in both languages."""
    said, detail = SENTENCES[refusal.reason], refusal.detail
    more = Sentence(detail, detail) if isinstance(detail, str) else detail
    vi, en = (f"{a}: {b}" if b else a for a, b in zip(said, more, strict=True))
    return f"✗ {vi} / {en}"


def outcome(targets: Targets, seats: list[str]) -> dict[str, Any]:
    """What was learnt, as JSON knows it."""
    bearings, aims = targets.bearings, {}
    for seat in seats:
        aim = targets.aim(seat)
        if aim is not None:
            aims[seat] = {
                "pan_deg": round(aim.pan_deg, 3),
                "tilt_deg": round(aim.tilt_deg, 3),
                "fov_deg": round(aim.fov_deg, 3),
                "expected_error_deg": round(targets.error_deg(seat), 3),
                "sighted": seat in bearings.sighted,
            }
    return {
        "solved": bool(bearings.error_deg),
        "aims": aims,
        "propose": list(bearings.propose),
        "warnings": [{"vi": said.vi, "en": said.en} for said in bearings.warnings],
    }


def table(found: dict[str, Any]) -> str:
    """The same for people, the worst seat first."""
    rows = [f"{'ghế/seat':>14} {'pan':>8} {'tilt':>7} {'view':>6} {'±':>7}"]
    aims = sorted(found["aims"].items(), key=lambda item: -item[1]["expected_error_deg"])
    for seat, aim in aims:
        mark = "  ✓" if aim["sighted"] else ""
        rows.append(
            f"{seat:>14} {aim['pan_deg']:7.1f}° {aim['tilt_deg']:6.1f}° {aim['fov_deg']:5.1f}°"
            f" {aim['expected_error_deg']:6.2f}°{mark}"
        )
    return "\n".join(rows)


async def guided(
    config: RoomConfig, camera: str, data_dir: Path, say: Callable[[str], None]
) -> Any:
    """Open the camera, let the person aim it, and tell what was learnt.

    Raises:
        DeviceError: the camera does not answer.
    """
    devices = make_devices(config, lambda _: None, lambda _: None)
    plan = make_plan(config, "aim", data_dir)
    shots = Shots(plan, devices, time.monotonic)
    aiming = Aiming(plan, devices, shots, time.monotonic)
    guide = Guide(config.room.id, camera, devices, shots, say)
    running = asyncio.create_task(devices.cameras[camera].run(), name=f"camera {camera}")
    try:
        async with Steps(sys.stdin) as steps:
            await guide.talk(aiming, steps)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return outcome(guide.targets, [plan.seat(n) for n in sorted(plan.places_m)])


def run_guide(room: str, camera: str | None, data_dir: Path, *, as_json: bool) -> int:
    """The command: 0 when the camera knows the room from sightings."""
    out = sys.stderr if as_json else sys.stdout

    def say(line: str) -> None:
        out.write(line + "\n")
        out.flush()

    try:
        config = load_room(room)
        known = [section.id for section in config.cameras]
        if camera is None or camera not in known:
            raise ValueError(f"--camera: one of {', '.join(known) or 'none: the room has none'}")
        with owning(data_dir, config.room.id):
            found = asyncio.run(guided(config, camera, data_dir, say))
    except InUseError as error:
        advice = "aim on the technician's page, or stop the controller first"
        sys.stderr.write(f"phonghop-edge aim: {error}; {advice}\n")
        return 1
    except (RoomFileError, DeviceError, ValueError) as error:
        sys.stderr.write(f"phonghop-edge aim: {error}\n")
        return 1
    sys.stdout.write((json.dumps(found, ensure_ascii=False) if as_json else table(found)) + "\n")
    return 0 if found["solved"] else 1
