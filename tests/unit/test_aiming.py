"""Guided aiming: nudges, sightings and their file, contradictions, and what the hub is told."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import pytest

from drivers.core.capability import Aim, CameraState
from drivers.core.errors import Refused
from drivers.core.reading import Reading
from edge.aiming import SEARCH_DEG, Aiming
from edge.camera.aim import Pose
from edge.camera.sight import NO_EYE
from edge.camera.targets import Bearings
from edge.commands import CommandRefused
from edge.contract import messages
from edge.planning import make_plan
from edge.reporting import camera_actual
from edge.room import Devices
from edge.rules.reasons import Reason
from edge.shots import ASIDE_S, Shots
from edge.sighted import bearings_of, sightings_path, stand
from firmware_config.loader import load_room
from tests.camera_room import TrueCamera, angle_between_deg
from tests.paper_room import PaperCamera, PaperRoom
from tests.virtual_time import run_virtual

CONFIG = load_room("main")
PLACES = {f"main/{seat.number}": seat.position_m for seat in CONFIG.seats}
FOUR = ("main/15", "main/5", "main/22", "main/8")
TRUTH = TrueCamera((1.05, 0.35, 1.9), 32.0)
"""The room file says (1.0, 0.3, 1.9) and 20 degrees."""


class HandledCamera(PaperCamera):
    """Goes where it is told and no further than 100 degrees; ``moving`` and ``known`` are set."""

    def __init__(self) -> None:
        super().__init__("cam-left")
        self.moving: bool | None = False
        self.known = True

    async def move(self, aim: Aim) -> None:
        """Arrived, or refused."""
        if abs(aim.pan_deg) > 100:
            raise Refused("beyond its limits", code="limit", device=self.id, command="move")
        await super().move(aim)

    def look_at(self, seat: str, off_deg: float = 0.0) -> None:
        """A person has turned it so that the seat is in the middle."""
        pan, tilt = TRUTH.bearing_deg(PLACES[seat])
        self.aims.append(Aim(pan + off_deg, tilt, 10.0))

    def state(self, now_s: float) -> CameraState:
        """As it was set."""
        found = super().state(now_s)
        moving = Reading.known(self.moving, now_s) if self.moving is not None else None
        return CameraState(
            found.aim if self.known else Reading[Aim].unknown("silent"),
            moving or Reading[bool].unknown("silent"),
            found.power,
        )


class Desk:
    """The parts of a room that aim one camera, on a clock that is set by hand."""

    def __init__(self, tmp_path: Path) -> None:
        self.at_s = 0.0
        self.path = sightings_path(tmp_path, "main")
        self.camera = HandledCamera()
        cameras = {"cam-left": self.camera, "cam-right": PaperCamera("cam-right")}
        devices = Devices(buses={}, cameras=cameras, displays={}, console=None)
        plan = make_plan(CONFIG, "boot", tmp_path)
        self.shots = Shots(plan, devices, lambda: self.at_s)
        self.aiming = Aiming(plan, devices, self.shots, lambda: self.at_s)

    async def sight(self, seat: str, off_deg: float = 0.0) -> None:
        """Look at the seat as a person does, and confirm."""
        self.camera.look_at(seat, off_deg)
        await self.aiming.sight("cam-left", seat)

    def actual(self) -> messages.CameraActual:
        """What the hub is told of the camera."""
        return camera_actual(self.camera, self.shots, NO_EYE, self.at_s, aged=False)

    def worst_deg(self) -> float:
        """How far the camera's aims really are from the seats, the worst of them."""
        targets = self.shots.targets["cam-left"]
        return max(
            angle_between_deg((aim.pan_deg, aim.tilt_deg), TRUTH.bearing_deg(place))
            for seat, place in PLACES.items()
            if (aim := targets.head(seat))
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Nothing has been sighted."""
    return Desk(tmp_path)


async def test_four_sightings_teach_the_camera_the_room(desk: Desk) -> None:
    assert desk.actual().propose == list(FOUR)
    assert desk.actual().aim_quality is None
    before = desk.worst_deg()
    for count in itertools.count(1):
        await desk.sight(desk.actual().propose[0])
        if count == 4:
            break
    assert before > 10.0
    assert desk.worst_deg() < 0.5
    told = desk.actual()
    assert told.sightings == list(FOUR)
    assert told.aim_quality is not None
    assert told.aim_quality.worst_deg == max(told.aim_quality.seats_deg.values())
    assert set(told.aim_quality.seats_deg) == {str(seat.number) for seat in CONFIG.seats}


async def test_the_first_sighting_already_turns_the_camera(desk: Desk) -> None:
    before = desk.worst_deg()
    await desk.sight("main/15")
    assert desk.worst_deg() < before / 3
    assert desk.actual().aim_quality is not None


async def test_sightings_outlive_the_process(desk: Desk, tmp_path: Path) -> None:
    for seat in FOUR:
        await desk.sight(seat)
    rows = json.loads(desk.path.read_text())["cam-left"]
    assert [row["seat"] for row in rows] == [15, 5, 22, 8]
    again = Desk(tmp_path)
    assert again.worst_deg() < 0.5
    assert again.actual().sightings == list(FOUR)
    assert bearings_of(CONFIG, tmp_path)["cam-left"].trouble is None


async def test_a_contradiction_changes_nothing_and_names_the_seat(desk: Desk) -> None:
    for seat in FOUR:
        await desk.sight(seat)
    kept, worst = desk.path.read_text(), desk.worst_deg()
    with pytest.raises(CommandRefused) as refused:
        await desk.sight("main/25", off_deg=30.0)
    assert refused.value.reason is Reason.SIGHTINGS_CONTRADICT
    assert "main/25" in str(refused.value.detail)
    assert desk.path.read_text() == kept
    assert desk.worst_deg() == worst
    assert desk.actual().sightings == list(FOUR)


async def test_a_forgotten_sighting_is_gone_and_the_last_one_brings_the_plan_back(
    desk: Desk,
) -> None:
    before = desk.worst_deg()
    for seat in FOUR:
        await desk.sight(seat)
    await desk.aiming.forget("cam-left", "main/5")
    assert desk.actual().sightings == ["main/15", "main/22", "main/8"]
    for seat in desk.actual().sightings:
        await desk.aiming.forget("cam-left", seat)
    assert desk.worst_deg() == before
    assert json.loads(desk.path.read_text()) == {"cam-left": []}


async def test_a_camera_that_moves_or_is_silent_cannot_be_sighted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.aiming.SETTLE_S", 0.02)
    desk.camera.look_at("main/15")
    for moving in (True, None):
        desk.camera.moving = moving
        with pytest.raises(CommandRefused) as refused:
            await desk.aiming.sight("cam-left", "main/15")
        assert refused.value.reason is Reason.CAMERA_MOVING
    desk.camera.known = False
    with pytest.raises(CommandRefused) as refused:
        await desk.aiming.sight("cam-left", "main/15")
    assert refused.value.reason is Reason.POSITION_UNKNOWN
    assert not desk.path.exists()


async def test_a_seat_that_is_none(desk: Desk) -> None:
    desk.camera.look_at("main/15")
    for act in (desk.aiming.sight, desk.aiming.forget, desk.aiming.show):
        with pytest.raises(CommandRefused) as refused:
            await act("cam-left", "main/99")
        assert refused.value.reason is Reason.SEAT_UNKNOWN


async def test_nudges_add_up_and_stay_in_reach(desk: Desk) -> None:
    desk.camera.look_at("main/15")
    start = desk.camera.aims[-1]
    await desk.aiming.nudge("cam-left", 2.0, 0.0, 0.0)
    await desk.aiming.nudge("cam-left", 2.0, -1.0, 5.0)
    aim = desk.camera.aims[-1]
    assert (aim.pan_deg, aim.tilt_deg, aim.fov_deg) == pytest.approx(
        (start.pan_deg + 4.0, start.tilt_deg - 1.0, 15.0)
    )
    desk.camera.aims[-1] = Aim(99.0, 0.0, 10.0)
    desk.at_s += ASIDE_S + 1
    with pytest.raises(CommandRefused) as refused:
        await desk.aiming.nudge("cam-left", 2.0, 0.0, 0.0)
    assert refused.value.reason is Reason.OUT_OF_REACH


async def test_the_first_guess_is_wide_the_later_ones_are_near(desk: Desk) -> None:
    await desk.aiming.show("cam-left", "main/15")
    assert desk.camera.aims[-1].fov_deg == SEARCH_DEG
    for seat in FOUR:
        await desk.sight(seat)
    await desk.aiming.show("cam-left", "main/20")
    aim = desk.camera.aims[-1]
    assert aim.fov_deg < SEARCH_DEG / 2
    seen = angle_between_deg((aim.pan_deg, aim.tilt_deg), TRUTH.bearing_deg(PLACES["main/20"]))
    assert seen < 0.5
    assert desk.actual().target == "main/20"


async def test_a_camera_that_is_aimed_is_left_alone_for_a_while(desk: Desk) -> None:
    await desk.aiming.show("cam-left", "main/15")
    assert desk.actual().aside
    desk.at_s += ASIDE_S + 1
    assert not desk.actual().aside


async def test_a_full_disk_refuses_and_keeps_the_aims(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = desk.worst_deg()
    monkeypatch.setattr("edge.sighted.replace_file", full)
    with pytest.raises(CommandRefused) as refused:
        await desk.sight("main/15")
    assert refused.value.reason is Reason.STORAGE_FULL
    assert desk.worst_deg() == before


async def test_a_broken_file_is_replaced_by_the_next_sighting(desk: Desk, tmp_path: Path) -> None:
    desk.path.write_text("{")
    await desk.sight("main/15")
    assert bearings_of(CONFIG, tmp_path)["cam-left"].trouble is None


def test_nothing_sighted_is_the_plan() -> None:
    plan = Bearings(Pose((1.0, 0.3, 1.9), 20.0))
    assert stand(plan, PLACES, {}).pose == plan.pose


def test_the_programme_leaves_a_camera_that_is_taken_and_says_why() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/2")
            await asyncio.sleep(5)
            taken = room.controller.shots.direction.on_air or ""
            other = ({"cam-1", "cam-2"} - {taken}).pop()
            await room.controller.aiming.show(taken, "main/5")
            await asyncio.sleep(10)
            direction = room.controller.shots.direction
            assert direction.on_air == other
            assert room.cameras[taken].aims[-1].pan_deg == pytest.approx(
                room.controller.shots.orders[taken].aim.pan_deg
            )
            assert room.controller.shots.target(taken) == "main/5"
            await asyncio.sleep(ASIDE_S)
            assert not room.controller.shots.is_aside(taken)

    run_virtual(story())
