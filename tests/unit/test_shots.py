"""What the director is told and what cameras are sent: scenes, targets, locks, corrections."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from drivers.core.capability import Aim
from edge.camera.aim import Pose, aim_at
from edge.camera.sight import Blind, Sight
from edge.camera.subject import WIDE, Pacing
from edge.camera.targets import PAIR_WIDEST_DEG, Bearings, Targets
from edge.composition import make_devices, make_eyes
from edge.planning import make_plan
from edge.rules.ballot_state import Stage
from edge.rules.floor import Floor
from edge.rules.following import Room
from edge.rules.reasons import Sentence
from edge.rules.seat_votes import Paper
from edge.rules.state import Hold, Turn, Waiting
from edge.scene import scene_of, votes_in_secret
from edge.shots import Shots
from edge.sighted import bearings_of, sightings_path
from firmware_config.clashes import first_clash
from firmware_config.loader import load_room
from firmware_config.schema import PacingSection, RoomConfig, SightingSection
from tests.camera_room import TrueCamera
from tests.paper_room import PaperRoom
from tests.virtual_time import run_virtual

ROLES = MappingProxyType({f"main/{n}": "delegate" for n in range(1, 6)} | {"main/1": "chair"})
FLOOR = Floor(roles=ROLES, mode="open", max_open=3)  # type: ignore[arg-type]


def room(floor: Floor = FLOOR, **more: object) -> Room:
    """The hub leads."""
    return Room("main", "b", "standalone", floor, "hub", **more)  # type: ignore[arg-type]


def speaking(*seats: str) -> Floor:
    """They have the floor, in this order."""
    return replace(FLOOR, speaking=tuple(Turn(seat, 0.0) for seat in seats))


def test_heard_seats_of_this_room_newest_last() -> None:
    scene = scene_of(room(speaking("main/3", "satellite-1/2", "main/2")))
    assert scene.speaking == ("main/3", "main/2")
    assert scene.elsewhere is None


def test_another_room_speaks_when_nobody_does_here() -> None:
    scene = scene_of(room(speaking("satellite-1/2")))
    assert (scene.speaking, scene.elsewhere) == ((), "satellite-1")


def test_only_a_seat_of_this_room_is_next_here() -> None:
    mine, theirs = Waiting("main/4", 1.0), Waiting("satellite-1/2", 0.5)
    assert scene_of(room(replace(FLOOR, queue=(mine,)))).next_up == "main/4"
    assert scene_of(room(replace(FLOOR, queue=(theirs, mine)))).next_up is None


def test_the_chair_who_holds_priority_is_named() -> None:
    held = replace(speaking("main/1", "main/2"), hold=Hold("main/1", opened=True))
    scene = scene_of(room(held))
    assert (scene.priority, scene.speaking) == ("main/1", ("main/1",))


@pytest.mark.parametrize(
    ("there", "secret", "why"),
    [
        (room(), False, ""),
        (room(), True, "secret_ballot"),
        (room(burning=True), True, "fire"),
        (room(replace(FLOOR, alarm=True)), False, "fire"),
    ],
)
def test_when_nobody_may_be_shown_alone(there: Room, secret: bool, why: str) -> None:
    assert scene_of(there, secret_ballot=secret).only_wide == why


@pytest.mark.parametrize(
    ("paper", "hidden"),
    [
        (None, False),
        (Paper("b", 1, Stage.OPEN, "open"), False),
        (Paper("b", 1, Stage.READY_CHECK, "secret"), False),
        (Paper("b", 1, Stage.OPEN, "secret"), True),
        (Paper("b", 1, Stage.CLOSING, "secret"), True),
        (Paper("b", 1, Stage.COUNTED, "secret"), False),
    ],
)
def test_hands_are_hidden_while_a_secret_ballot_runs(paper: Paper | None, hidden: bool) -> None:
    assert votes_in_secret(paper) is hidden


def test_pacing_of_the_room_file_is_the_directors() -> None:
    assert Pacing(**PacingSection().model_dump()) == Pacing()
    assert set(PacingSection.model_fields) == {f.name for f in dataclasses.fields(Pacing)}


POSE = Pose((9.0, 0.0, 2.0), 0.0)
PLACES = {f"main/{n}": (0.7 * n, 4.0, 1.2) for n in range(1, 8)}


def test_a_pair_is_shown_where_it_is_still_a_picture_of_two() -> None:
    targets = Targets(Bearings(Pose((2.8, 0.0, 1.6), 0.0)), PLACES)
    near = targets.aim("main/3+main/4")
    assert near is not None
    assert near.fov_deg < PAIR_WIDEST_DEG
    both = [targets.aim(seat) for seat in ("main/3", "main/4")]
    assert near.pan_deg == pytest.approx(sum(aim.pan_deg for aim in both if aim) / 2)
    assert targets.aim("main/1+main/7") is None
    assert targets.cost("main/1+main/7") is None
    assert targets.aim("main/1+main/99") is None
    assert targets.aim("room:satellite-1") is None


def test_the_gate_is_half_the_way_to_the_neighbour() -> None:
    targets = Targets(Bearings(Pose((2.8, 0.0, 1.2), 0.0)), PLACES)
    beside = aim_at(Pose((2.8, 0.0, 1.2), 0.0), PLACES["main/5"]).pan_deg
    assert targets.gate_deg("main/4") == pytest.approx(beside / 2, abs=0.01)


def test_a_room_without_seats_has_no_wide_shot() -> None:
    assert Targets(Bearings(Pose((0.0, 0.0, 2.0), 0.0)), {}).aim(WIDE) is None


# Sightings -----------------------------------------------------------------------------------


def sighted(tmp_path: Path, turned_deg: float, spoilt: str | None = None) -> RoomConfig:
    """The main room, whose left camera is turned; four seats are sighted in the file."""
    config = load_room("main")
    truth = TrueCamera((1.0, 0.3, 1.9), 20.0 + turned_deg)
    rows = []
    for seat in config.seats:
        if seat.number in (1, 6, 15, 25):
            pan, tilt = truth.bearing_deg(seat.position_m)
            pan += 25.0 * (str(seat.number) == spoilt)
            rows.append({"seat": seat.number, "pan_deg": pan, "tilt_deg": tilt})
    sightings_path(tmp_path, "main").write_text(json.dumps({"cam-left": rows}))
    return config


def test_sightings_turn_every_aim(tmp_path: Path) -> None:
    config = sighted(tmp_path, 7.0)
    found = bearings_of(config, tmp_path)
    assert found["cam-left"].trouble is None
    assert found["cam-left"].pose.heading_deg == pytest.approx(27.0, abs=0.5)
    plan = aim_at(Pose((1.0, 0.3, 1.9), 20.0), config.seats[19].position_m)
    assert found["cam-left"].seats["main/20"].pan_deg == pytest.approx(plan.pan_deg - 7.0, abs=0.5)
    unsighted = found["cam-right"]
    assert unsighted.by_plan == Bearings(Pose((7.0, 0.3, 1.9), 340.0))
    assert (unsighted.seats, len(unsighted.propose)) == ({}, 4)


def test_contradicting_sightings_leave_the_plan_and_say_so(tmp_path: Path) -> None:
    found = bearings_of(sighted(tmp_path, 0.0, spoilt="6"), tmp_path)["cam-left"]
    assert found.pose == Pose((1.0, 0.3, 1.9), 20.0)
    assert found.seats == {}
    assert found.trouble is not None
    assert "contradict" in found.trouble.en


@pytest.mark.parametrize("text", ["[]", "{", '{"cam-left": [{"seat": 1}]}'])
def test_a_broken_file_of_sightings_is_named(tmp_path: Path, text: str) -> None:
    path = sightings_path(tmp_path, "main")
    path.write_text(text)
    trouble = bearings_of(load_room("main"), tmp_path)["cam-left"].trouble
    assert trouble is not None
    assert str(path) in trouble.en


@pytest.mark.parametrize(
    ("seats", "words"), [((99,), "there is no seat 99"), ((2, 2), "seat 2 is sighted twice")]
)
def test_a_sighting_is_of_a_seat_that_exists_and_once(seats: tuple[int, ...], words: str) -> None:
    config = load_room("main")
    rows = tuple(SightingSection(seat=seat, pan_deg=0.0, tilt_deg=0.0) for seat in seats)
    camera = config.cameras[0].model_copy(update={"sightings": rows})
    line = first_clash(config.model_copy(update={"cameras": (camera,)}))
    assert line is not None
    assert line.startswith(f"cameras[id=cam-left].sightings: {words}")


# What is said of cameras ---------------------------------------------------------------------


class SeenAs:
    """An eye that sees this."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    async def run(self) -> None:
        """Nothing to do."""

    def tick(self) -> None:
        """Nothing to do."""

    def sight(self) -> Sight:
        return self._sight


def test_a_lost_picture_is_published_and_raises_an_alarm_that_ends() -> None:
    async def story() -> None:
        room = PaperRoom()
        frozen = Sight("cascade", "no model file", "frozen", "the picture is frozen", 1, "late")
        room.controller.eyes = {"cam-1": SeenAs(frozen), "cam-2": Blind("cv2 is not installed")}
        async with room.running():
            room.hub()
            await asyncio.sleep(3)
            told = room.told("state", "cameras").cameras
            assert (told["cam-1"].picture, told["cam-1"].framed) == ("frozen", "late")
            assert (told["cam-2"].detector, told["cam-2"].picture) == ("geometry", None)
            assert told["cam-2"].detector_reason == "cv2 is not installed"
            alert = room.told("alert", "picture-cam-1")
            assert alert.severity == "warning"
            assert alert.text.en.endswith("the picture is frozen; aimed by the seats' places alone")
            room.controller.eyes = {"cam-1": SeenAs(Sight("cascade", picture="ok"))}
            await asyncio.sleep(3)
            assert room.told("alert", "picture-cam-1") is None

    run_virtual(story())


def test_an_eye_says_what_is_wrong_with_its_model(tmp_path: Path) -> None:
    looking = pytest.importorskip("edge.looking")
    config = load_room("satellite-1")
    devices = make_devices(config, lambda _: None, lambda _: None)
    shots = Shots(make_plan(config, "b"), devices, lambda: 0.0)
    model = tmp_path / "model.onnx"
    model.write_bytes(b"another")
    video = config.cameras[0].video
    eye = looking.make_eye(devices.cameras["cam-1"], video, shots, model, tmp_path)
    assert eye.sight().wrong_model is None
    eye._detector = eye._make_detector()
    sight = eye.sight()
    assert sight.detector == "cascade"
    assert sight.wrong_model == sight.detector_reason
    assert str(model) in sight.detector_reason


def test_a_wrong_model_file_raises_one_alarm_for_all_cameras() -> None:
    async def story() -> None:
        room = PaperRoom()
        wrong = "/srv/model.onnx: SHA-256 is aa, must be bb"
        blunt = Sight("cascade", wrong, "ok", wrong_model=wrong)
        room.controller.eyes = {"cam-1": SeenAs(blunt), "cam-2": SeenAs(blunt)}
        async with room.running():
            room.hub()
            await asyncio.sleep(3)
            alert = room.told("alert", "face-model")
            assert (alert.severity, alert.evidence) == ("warning", wrong)
            assert alert.text.en.endswith("a lesser detector is used instead")
            told = room.told("state", "cameras").cameras["cam-1"]
            assert (told.detector, told.detector_reason) == ("cascade", wrong)
            assert room.told("alert", "picture-cam-1") is None
            room.controller.eyes = {"cam-1": SeenAs(Sight("model", picture="ok"))}
            await asyncio.sleep(3)
            assert room.told("alert", "face-model") is None

    run_virtual(story())


def test_sightings_that_are_not_used_raise_an_alarm() -> None:
    async def story() -> None:
        room = PaperRoom()
        trouble = Sentence("mâu thuẫn", "the sightings contradict each other")
        room.controller.shots.targets["cam-2"].bearings = Bearings(POSE, trouble=trouble)
        async with room.running():
            room.hub()
            await asyncio.sleep(3)
            alert = room.told("alert", "aims-cam-2")
            assert alert.text.en == "Room: aimed by the plan; the sightings contradict each other"
            assert room.told("alert", "aims-cam-1") is None

    run_virtual(story())


def test_without_opencv_the_room_starts_blind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "edge.looking", None)
    config = load_room("satellite-1")
    devices = make_devices(config, lambda _: None, lambda _: None)
    shots = Shots(make_plan(config, "boot"), devices, lambda: 0.0)
    (eye,) = make_eyes(config, devices, shots, tmp_path).values()
    assert eye.sight().detector == "geometry"
    assert "phonghop[vision]" in eye.sight().detector_reason


# Cameras at work -----------------------------------------------------------------------------


def test_a_locked_camera_stays_and_the_policy_too() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.controller.shots.locked.add("cam-1")
        async with room.running():
            room.hub()
            room.floor("main/2")
            await asyncio.sleep(1)
            assert room.cameras["cam-1"].aims == []
            assert room.controller.shots.direction.on_air == "cam-2"
            room.controller.shots.policy = "locked"
            before = list(room.cameras["cam-2"].aims)
            room.floor("main/4")
            await asyncio.sleep(10)
            assert room.cameras["cam-2"].aims == before

    run_virtual(story())


def test_a_correction_moves_the_camera_and_keeps_the_shot() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/2")
            await asyncio.sleep(5)
            shots = room.controller.shots
            camera = shots.direction.on_air or ""
            aim = Aim(1.0, 2.0, 10.0)
            shots.correct(camera, aim)
            assert shots.arrived(camera) is True
            await asyncio.sleep(20)
            assert room.cameras[camera].aims[-1] == aim
            assert shots.direction.on_air == camera
            assert shots.orders[camera].target == "main/2"

    run_virtual(story())


def test_a_secret_ballot_shows_the_room_only() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.controller.voting.ballot = Paper("b", 1, Stage.OPEN, "secret")  # type: ignore[misc]
            room.floor("main/2")
            await asyncio.sleep(5)
            assert set(room.controller.shots.direction.shots.values()) == {WIDE}

    run_virtual(story())
