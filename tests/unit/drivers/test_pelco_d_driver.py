"""Pelco-D cameras on one line: orders, stops that overtake, and nothing claimed unproved."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.core.capability import Aim, Camera, Drivable, HealthState
from drivers.core.errors import LinkDown, Refused
from drivers.pelco_d.config import PelcoConfig
from drivers.pelco_d.driver import PelcoCamera
from drivers.pelco_d.line import GAP_S, PelcoLine
from drivers.pelco_d.sim import Dome, PelcoBusSim
from tests.codec_laws import load_golden
from tests.memory_wire import MemoryWire
from tests.virtual_time import run_virtual

GOLDEN = {frame.id: frame.data for frame in load_golden("pelco_d")}
STOP = GOLDEN["pelco-d-01"]
SEAT = Aim(20.0, -5.0, 12.0)
PRESETS = {1: Aim(21.0, -5.0, 15.0), 2: Aim(-60.0, 0.0, 15.0)}
PORT = "/dev/ttyUSB3"


class Stage:
    """Two cameras on one line, with their domes."""

    def __init__(self, wire: MemoryWire, sim: PelcoBusSim, cameras: list[PelcoCamera]) -> None:
        self.wire, self.sim, self.cameras = wire, sim, cameras
        self.now_s = asyncio.get_running_loop().time

    async def until(self, true: Callable[[], object], limit_s: float = 20.0) -> float:
        start_s = self.now_s()
        while not true():
            assert self.now_s() - start_s < limit_s, self.cameras[0].health(self.now_s())
            await asyncio.sleep(0.005)
        return self.now_s() - start_s

    @property
    def sent(self) -> list[bytes]:
        return [data for _, data in self.wire.heard]


def play(
    story: Callable[[Stage], Coroutine[Any, Any, None]],
    *,
    answers: bool = False,
    manner: str = "perfect",
    **settings: Any,
) -> Stage:
    stages = []

    async def told() -> None:
        sim = PelcoBusSim({1: Dome(answers=answers), 2: Dome(answers=answers)})
        wire = MemoryWire(sim, manner)
        clock = asyncio.get_running_loop().time
        line = PelcoLine(PORT, 2400, wire.connect, clock)
        cameras = [
            PelcoCamera(
                PelcoConfig(id=f"cam-{address}", port=PORT, address=address, **settings),
                line,
                PRESETS,
                clock,
            )
            for address in (1, 2)
        ]
        stage = Stage(wire, sim, cameras)
        stages.append(stage)
        tasks = [asyncio.create_task(wire.run())]
        tasks += [asyncio.create_task(camera.run()) for camera in cameras]
        try:
            await stage.until(lambda: line.session.is_up)
            await story(stage)
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait({task})

    run_virtual(told())
    return stages[0]


TOLD = {"answers": True, "positions": "told", "fov_deg": 40.0}


def test_it_is_a_camera_that_claims_nothing() -> None:
    async def story(stage: Stage) -> None:
        camera = stage.cameras[0]
        assert isinstance(camera, Camera)
        assert isinstance(camera, Drivable)
        await camera.move(SEAT)
        await asyncio.sleep(30)
        assert camera.arrived(SEAT, stage.now_s()) is None
        assert camera.state(stage.now_s()).aim.value is None
        health = camera.health(stage.now_s())
        assert (health.state, health.reason) == (
            HealthState.UNCONFIRMED,
            "it never tells where it looks",
        )
        assert health.proof_at_s is None

    stage = play(story)
    assert stage.sent.count(GOLDEN["pelco-d-06"]) == 2  # said twice: nobody confirms it
    assert STOP in stage.sent  # it may be moving when the room ends


def test_what_no_preset_shows_is_refused() -> None:
    async def story(stage: Stage) -> None:
        camera = stage.cameras[0]
        with pytest.raises(Refused, match=r"no preset shows pan 100\.0°"):
            await camera.move(Aim(100.0, 0.0, 12.0))
        with pytest.raises(Refused, match=r"tilt 80\.0° is beyond -30\.\.30°"):
            await camera.move(Aim(0.0, 80.0, 12.0))
        with pytest.raises(Refused, match=r"beyond 1\.\.32"):
            await camera.recall(33)
        assert stage.sent == []

    play(story, tilt_limits_deg=(-30.0, 30.0))


def test_time_is_trusted_only_by_the_room_files_word() -> None:
    async def story(stage: Stage) -> None:
        camera = stage.cameras[0]
        await camera.move(SEAT)
        assert camera.arrived(SEAT, stage.now_s()) is False
        await asyncio.sleep(2.5)
        assert camera.arrived(SEAT, stage.now_s()) is True
        assert camera.health(stage.now_s()).state is HealthState.UNCONFIRMED
        await camera.stop()
        assert camera.arrived(SEAT, stage.now_s()) is None

    play(story, trust_time=True, settles_s=2.0)


def test_one_that_answers_is_known_and_arrives() -> None:
    async def story(stage: Stage) -> None:
        camera = stage.cameras[0]
        await stage.until(lambda: camera.health(stage.now_s()).state is HealthState.OK)
        for aim in (Aim(-100.0, 20.0, 10.0), Aim(170.0, -20.0, 10.0), Aim(-170.0, 0.0, 10.0)):
            await camera.move(aim)
            assert camera.arrived(aim, stage.now_s()) is not True
            await stage.until(lambda aim=aim: camera.arrived(aim, stage.now_s()))
            shown = stage.sim.show()["1"]
            assert (shown["pan_deg"], shown["tilt_deg"]) == (aim.pan_deg, aim.tilt_deg)
            assert camera.state(stage.now_s()).aim.value == Aim(aim.pan_deg, aim.tilt_deg, 40.0)
        stage.sim.fault = "mute"
        await stage.until(lambda: camera.health(stage.now_s()).state is HealthState.FAULT)
        gone = Aim(-170.0, 0.0, 10.0)
        await stage.until(lambda: camera.arrived(gone, stage.now_s()) is None)

    play(story, **TOLD)


@pytest.mark.parametrize("manner", ["bytewise", "delayed"])
def test_answers_cut_and_late_are_survived(manner: str) -> None:
    async def story(stage: Stage) -> None:
        camera = stage.cameras[0]
        await camera.move(SEAT)
        if manner == "bytewise":
            await stage.until(lambda: camera.arrived(SEAT, stage.now_s()))
        else:
            await asyncio.sleep(10)  # every answer is overdue: it proves nothing
            assert camera.arrived(SEAT, stage.now_s()) is None
            assert camera.health(stage.now_s()).state is HealthState.FAULT

    play(story, manner=manner, **TOLD)


def test_frames_of_two_cameras_keep_their_distance() -> None:
    async def story(stage: Stage) -> None:
        await asyncio.gather(stage.cameras[0].move(SEAT), stage.cameras[1].recall(2))
        await stage.cameras[0].recall(2)

    stage = play(story)
    times = [at_s for at_s, data in stage.wire.heard if data != STOP and data[3] != 0]
    assert len(times) >= 5
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= GAP_S + 7 * 10 / 2400 - 1e-6
    assert {data[1] for data in stage.sent} == {1, 2}


def test_a_stop_overtakes_and_is_said_again_but_not_into_a_newer_order() -> None:
    async def story(stage: Stage) -> None:
        first, second = stage.cameras
        waiting = [asyncio.create_task(camera.recall(2)) for camera in (second, second, first)]
        await asyncio.sleep(0)
        await first.stop()
        assert stage.sent.count(STOP) <= 1
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [getattr(error, "code", None) for error in ended] == [
            "superseded",
            None,
            "superseded",
        ]
        await asyncio.sleep(1)
        assert stage.sent.count(STOP) == 3
        at = stage.sent.index(STOP)
        assert at <= 1
        await first.drive(30.0, 0.0)
        await first.stop()
        await first.drive(-30.0, 0.0)
        await asyncio.sleep(0.3)
        assert stage.sim.show()["1"]["moving"]  # no late stop ended the newer drive

    play(story)


def test_a_drive_nobody_renews_ends() -> None:
    async def story(stage: Stage) -> None:
        camera = stage.cameras[0]
        await camera.drive(60.0 * 0x20 / 0x3F, 0.0)
        await stage.until(lambda: stage.sim.show()["1"]["moving"])
        assert stage.sent[-1] == GOLDEN["pelco-d-03"]
        took_s = await stage.until(lambda: not stage.sim.show()["1"]["moving"])
        assert took_s < 0.7

    play(story)


@pytest.mark.parametrize("order", [None, SEAT], ids=["alone", "with an order after it"])
def test_a_stop_without_a_line_is_said_and_sent_first_of_all(order: Aim | None) -> None:
    async def story(stage: Stage) -> None:
        camera = stage.cameras[0]
        await camera.drive(30.0, 0.0)
        await stage.until(lambda: stage.sim.show()["1"]["moving"])
        stage.wire.wire_fault = "unplugged"
        await stage.wire.cut()
        await stage.until(lambda: camera.health(stage.now_s()).state is HealthState.FAULT)
        with pytest.raises(LinkDown):
            await camera.stop()
        if order is not None:
            with pytest.raises(LinkDown):
                await camera.move(order)
        stage.wire.wire_fault = None
        await stage.until(lambda: not stage.sim.show()["1"]["moving"])

    play(story)


def test_told_twice_to_end_it_ends_and_has_said_stop() -> None:
    async def story(stage: Stage) -> None:
        line = PelcoLine("/dev/ttyUSB4", 2400, stage.wire.connect, stage.now_s)
        config = PelcoConfig(id="other", port="/dev/ttyUSB4", address=1)
        camera = PelcoCamera(config, line, PRESETS, stage.now_s)
        life = asyncio.create_task(camera.run())
        await stage.until(lambda: line.session.is_up)
        await camera.drive(30.0, 0.0)
        life.cancel()
        await asyncio.sleep(0)
        life.cancel()
        await asyncio.wait({life})
        await asyncio.sleep(0.1)
        assert stage.sent.count(STOP) >= 1  # both in one piece, or one by one
        assert not stage.sim.show()["1"]["moving"]

    play(story)


def test_when_one_camera_leaves_the_other_keeps_the_line() -> None:
    async def story(stage: Stage) -> None:
        clock = asyncio.get_running_loop().time
        wire = stage.wire
        line = PelcoLine("/dev/ttyUSB4", 2400, wire.connect, clock)
        lives = []
        for address in (1, 2):
            config = PelcoConfig(id=f"other-{address}", port="/dev/ttyUSB4", address=address)
            lives.append(asyncio.create_task(PelcoCamera(config, line, PRESETS, clock).run()))
        await stage.until(lambda: line.session.is_up)
        lives[0].cancel()
        await asyncio.wait({lives[0]})
        await stage.until(lambda: line.session.is_up)
        lives[1].cancel()
        await asyncio.wait({lives[1]})

    play(story)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"positions": "told"}, "go together"),
        ({"fov_deg": 40.0}, "go together"),
        ({"positions": "told", "fov_deg": 40.0, "trust_time": True}, "do not tell"),
        ({"port": "udp:127.0.0.1:9"}, "serial line"),
        ({"pan_limits_deg": (10.0, -10.0)}, "not below"),
        ({"address": 0}, "greater than"),
    ],
)
def test_settings_that_contradict_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        PelcoConfig(**({"id": "cam-1", "port": PORT} | settings))
