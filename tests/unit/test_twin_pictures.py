"""Pictures of the simulated room: detectors find its people where geometry says, and its faults."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from drivers.video.capture import Capture
from drivers.video.mjpeg import MjpegStream, open_source
from edge.camera.aim import Pose, aim_at
from edge.camera.faces import LIVE_PX, CascadeDetector, Detector, ModelDetector
from edge.camera.framing import Seen, Target, angles_of, find
from edge.camera.targets import Bearings, Targets
from edge.twin.cinema import make_videos
from edge.twin.pictures import Lens, Show, View
from edge.twin.video import VideoWire
from firmware_config.loader import load_room
from tests.camera_room import TrueCamera, angle_between_deg

MODEL = os.environ.get("PHONGHOP_FACE_MODEL")
CONFIG = load_room("satellite-1")
CAMERA = CONFIG.cameras[0]
SEATS = {seat.number: seat.position_m for seat in CONFIG.seats}
NAMED = {f"satellite-1/{number}": place for number, place in SEATS.items()}


@pytest.fixture(scope="module")
def view() -> View:
    return View("satellite-1", CAMERA.position_m, CAMERA.heading_deg, SEATS)


def lens_at(seat: int) -> Lens:
    """As the product would aim, which must agree with the twin's own geometry."""
    aim = aim_at(Pose(CAMERA.position_m, CAMERA.heading_deg), SEATS[seat])
    return Lens(aim.pan_deg, aim.tilt_deg, aim.fov_deg)


def detectors() -> list[Detector]:
    found: list[Detector] = [CascadeDetector(LIVE_PX, "")]
    return found + ([ModelDetector(Path(MODEL), LIVE_PX)] if MODEL else [])


@pytest.mark.parametrize("detector", detectors(), ids=lambda d: d.mode)
def test_everybody_is_found_near_the_middle(view: View, detector: Detector) -> None:
    """Within what people lean and sway from their seats."""
    for seat in SEATS:
        faces = detector.faces(view.draw(lens_at(seat), 3.0))
        off_px = min(math.dist(face.centre, (320, 180)) for face in faces)
        assert off_px < 0.25 * 640, f"seat {seat}"


@pytest.mark.parametrize("detector", detectors(), ids=lambda d: d.mode)
@pytest.mark.parametrize("show", ["empty", "black"])
def test_an_empty_or_dark_room_has_no_faces(view: View, detector: Detector, show: str) -> None:
    wide = Lens(0.0, -8.0, 62.0)
    for lens in (lens_at(1), lens_at(7), wide):
        assert detector.faces(view.draw(lens, 3.0, show)) == []  # type: ignore[arg-type]


def test_the_picture_agrees_with_plain_trigonometry(view: View) -> None:
    """Where the twin draws a head is where bearings computed apart say it is."""
    detector = CascadeDetector(LIVE_PX, "")
    person = view._people[3]
    truth = TrueCamera(CAMERA.position_m, CAMERA.heading_deg)
    pan, tilt = truth.bearing_deg(person.head_m(0.0, (1.0, 0.0)))
    (face, *_) = sorted(
        detector.faces(view.draw(Lens(pan, tilt, 20.0), 0.0)),
        key=lambda f: math.dist(f.centre, (320, 180)),
    )
    assert face.centre == (pytest.approx(320, abs=12), pytest.approx(180, abs=24))


def test_the_same_moment_looks_the_same_and_another_does_not(view: View) -> None:
    lens = lens_at(2)
    assert np.array_equal(view.draw(lens, 1.0), view.draw(lens, 1.0))
    assert not np.array_equal(view.draw(lens, 1.0), view.draw(lens, 1.1))


# Served -------------------------------------------------------------------------------------


@asynccontextmanager
async def served(folder: Path, view: View) -> AsyncIterator[tuple[VideoWire, str]]:
    path = folder / "cam-1.video"
    with ThreadPoolExecutor(1) as drawing:
        wire = VideoWire(view, lambda: lens_at(1), path, drawing)
        task = asyncio.create_task(wire.run())
        await wire.ready.wait()
        try:
            yield wire, path.read_text().strip()
        finally:
            task.cancel()
            await asyncio.wait({task})
    assert not path.exists()


async def read(stream: MjpegStream) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
    return (await asyncio.to_thread(stream.read))[1]


async def test_pictures_come_one_after_the_other(tmp_path: Path, view: View) -> None:
    async with served(tmp_path, view) as (wire, address):
        assert not wire._drawn, "nothing is drawn while nobody looks"
        stream = await asyncio.to_thread(MjpegStream, address)
        one, two = await read(stream), await read(stream)
        assert one is not None
        assert two is not None
        assert one.shape == (360, 640, 3)
        assert not np.array_equal(one, two)
        wire.set_fault("frozen")
        await read(stream)
        one, two = await read(stream), await read(stream)
        assert one is not None
        assert np.array_equal(one, two)
        wire.set_fault("unplugged")
        while await read(stream) is not None:
            pass
        stream.release()
        with pytest.raises(OSError, match="no pictures"):
            await asyncio.to_thread(MjpegStream, address)
        with pytest.raises(ValueError, match="a picture knows frozen"):
            wire.set_fault("melted")


async def test_the_edge_sees_a_frozen_picture(tmp_path: Path, view: View) -> None:
    clock_s = 0.0
    async with served(tmp_path, view) as (wire, address):
        capture = Capture("cam-1", address, MjpegStream, 1.0, lambda: clock_s)
        capture.start()
        try:
            frame = await asyncio.to_thread(capture.newer, 0, 5.0)
            assert frame is not None
            assert capture.word(clock_s) == "ok"
            assert await asyncio.to_thread(capture.newer, frame.number, 5.0) is not None
            wire.set_fault("frozen")
            number = capture._counters["frames"]
            await asyncio.to_thread(capture.newer, number, 5.0)
            clock_s = 10.0
            while capture.word(clock_s) != "frozen":
                await asyncio.sleep(0.01)
            assert capture.newest() is None
            wire.set_fault(None)
            while capture.word(clock_s) != "ok":
                await asyncio.sleep(0.01)
            clock_s = 20.0
            assert capture.word(30.0) == "stale"
        finally:
            await asyncio.to_thread(capture.stop)


def test_a_picture_of_a_twin_that_does_not_run_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHONGHOP_RUN_DIR", str(tmp_path))
    with pytest.raises(OSError, match=r"cam-1\.video"):
        open_source("twin:satellite-1/cam-1")


def test_only_cameras_of_this_twin_have_pictures() -> None:
    assert make_videos(CONFIG, {}) == {}


@pytest.mark.parametrize("show", ["people", "two_faces", "poster", "empty", "black"])
def test_whose_face_it_is_with_the_detector_that_ships(view: View, show: Show) -> None:
    """The person at the seat, or nobody (a miss is no news); never the neighbour or the poster."""
    found = 0
    detector = CascadeDetector(LIVE_PX, "")
    targets = Targets(Bearings(Pose(CAMERA.position_m, CAMERA.heading_deg)), NAMED)
    truth = TrueCamera(CAMERA.position_m, CAMERA.heading_deg)
    for seat in SEATS:
        name = f"satellite-1/{seat}"
        aim = targets.aim(name)
        assert aim is not None
        picture = view.draw(Lens(aim.pan_deg, aim.tilt_deg, aim.fov_deg), 3.0, show)
        seen = Seen(detector.faces(picture), aim, (640, 360), 0.0)
        target = Target(aim, targets.distance_m(name), targets.gate_deg(name))
        face = find(seen, target)
        if face is None:
            continue
        found += 1
        right = truth.bearing_deg(SEATS[seat])[0] + CAMERA.heading_deg
        side = math.cos(math.radians(right)), -math.sin(math.radians(right))
        head = truth.bearing_deg(view._people[seat].head_m(3.0, side))
        there = angles_of(*face.centre, aim, (640, 360))
        assert angle_between_deg(there, head) < 1.5, f"seat {seat}"
    least, most = (5, 8) if show in ("people", "two_faces", "poster") else (0, 0)
    assert least <= found <= most
