"""A hall with a lectern and one who walks: a real driver, its simulated camera, the room's eye.

Owns the stage, on a virtual clock: the camera's own motors, its wire and its 24 speeds, pictures
with latency and noise as boxes by plain geometry. Must not judge.
"""

from __future__ import annotations

import asyncio
import bisect
import math
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.core.capability import Aim
from drivers.video.config import VideoConfig
from drivers.visca.config import ViscaConfig
from drivers.visca.driver import ViscaCamera
from drivers.visca.sim import BODIES, ViscaCameraSim
from edge.camera.aim import Pose
from edge.camera.eyes import PictureEye
from edge.camera.faces import Face
from edge.camera.gaze import Glimpse
from edge.camera.targets import Bearings
from edge.contract import messages
from edge.looking import make_eye
from edge.room import Devices, Plan
from edge.shots import Shots
from tests.gaze_plant import wall
from tests.memory_wire import MemoryWire
from tests.seated_room import SIZE_PX, projected
from tests.virtual_time import run_virtual

CAMERA_M = (2.5, 0.2, 1.8)
LECTERN_M = (2.5, 4.2, 1.65)
WALKS_M = 2.0
SEAT = "hall/1"
AHEAD_M = LECTERN_M[1] - CAMERA_M[1]
FRAME_S = 0.1
LATENCY_S = 0.275

Path_ = Callable[[float], float]
"""Degrees to the right of the lectern, as seen from the camera, at seconds since the shot."""


@dataclass
class Hall:
    """The stage. ``path`` is the walk; ``sees`` says whether the face can be found then."""

    camera: ViscaCamera
    sim: ViscaCameraSim
    shots: Shots
    eye: PictureEye
    rnd: random.Random
    path: Path_
    video_s: float
    noise_px: float
    miss: float = 0.0
    frame_s: float = FRAME_S
    begun_s: float = math.inf
    sees: Callable[[float], bool] = lambda _: True
    frozen: bool = False
    silent: bool = False
    """No pictures at all."""
    drawn: Callable[[Aim, float], list[Face]] | None = None
    """Real pictures instead: the faces that a detector finds in them."""
    poses: list[tuple[float, Aim]] = field(default_factory=list)
    errors: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the shot, and how far the camera looks to the right of the head."""
    moves: list[tuple[float, str]] = field(default_factory=list)
    _last: Glimpse | None = None

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def head(self, at_s: float) -> tuple[float, float, float]:
        """Right, ahead, up from the lens."""
        pan = math.radians(self.path(max(0.0, at_s - self.begun_s)))
        return AHEAD_M * math.tan(pan), AHEAD_M, LECTERN_M[2] - CAMERA_M[2]

    def look(self) -> None:
        """The camera's motors now, for pictures that come later."""
        shown = self.sim.show()
        aim = Aim(shown["pan_deg"], shown["tilt_deg"], shown["fov_deg"])
        self.poses.append((self.now_s, aim))
        if self.now_s >= self.begun_s:
            since_s = self.now_s - self.begun_s
            self.errors.append((since_s, aim.pan_deg - self.path(since_s)))

    def was(self, at_s: float) -> Aim:
        place = bisect.bisect_right(self.poses, at_s, key=lambda one: one[0])
        return self.poses[max(0, place - 1)][1]

    def glimpse(self) -> Glimpse:
        """The newest picture."""
        if self.frozen and self._last is not None:
            return Glimpse(self._last.faces, SIZE_PX, self.now_s, self._last.cells)
        taken_s = self.now_s - self.video_s + self.rnd.uniform(-0.02, 0.02)
        aim = self.was(taken_s)
        if self.drawn is not None:
            self._last = Glimpse(self.drawn(aim, taken_s), SIZE_PX, self.now_s, wall(aim, self.rnd))
            return self._last
        face = projected(self.head(taken_s), aim, SIZE_PX)
        faces: list[Face] = []
        if (
            face is not None
            and self.sees(taken_s - self.begun_s)
            and self.rnd.random() >= self.miss
        ):
            x, y = (self.rnd.gauss(0, self.noise_px) for _ in range(2))
            faces = [Face(face.x + x, face.y + y, face.width, face.height, 0.9)]
        self._last = Glimpse(faces, SIZE_PX, self.now_s, wall(aim, self.rnd))
        return self._last

    async def run(self, seconds: float) -> None:
        """Let time pass."""
        end_s = self.now_s + seconds
        frame_s = 0.0
        while self.now_s < end_s:
            await asyncio.sleep(0.01)
            self.look()
            if self.now_s >= frame_s:
                frame_s = self.now_s + self.frame_s
                self.eye.tick()
                if not self.silent:
                    self.eye._saw(self.glimpse())

    async def shoot(self) -> None:
        """The lectern has the floor."""
        self.shots.by_hand("cam-1", SEAT, "test")
        self.begun_s = self.now_s

    @property
    def word(self) -> str | None:
        return self.eye.sight().framed

    @property
    def speed_deg_s(self) -> float:
        """Of the pan, over the last tenth of a second."""
        (then_s, then), (now_s, now) = self.poses[-11], self.poses[-1]
        return (now.pan_deg - then.pan_deg) / (now_s - then_s)


def plan() -> Plan:
    """The lectern alone."""
    return Plan(
        id="hall",
        on_link_loss="standalone",
        describe=messages.Describe(
            boot="b", title=messages.Text(vi="h", en="h"), on_link_loss="standalone",
            seats=[], devices=[],
        ),
        roles={1: "delegate"},
        places_m={1: LECTERN_M},
        walks_m={1: WALKS_M},
        bearings={"cam-1": Bearings(Pose(CAMERA_M, 0.0), wide=Aim(0.0, -3.0, 60.0))},
    )  # fmt: skip


def play(
    story: Callable[[Hall], Coroutine[Any, Any, None]],
    path: Path_,
    seed: int = 1,
    latency_s: float = LATENCY_S,
    noise_px: float = 2.0,
    miss: float = 0.0,
    model: str = "sony-srg-300h",
    frame_s: float = FRAME_S,
) -> None:
    """Run a story: the camera rests on the whole room when it begins."""

    async def told() -> None:
        clock = asyncio.get_running_loop().time
        sim = ViscaCameraSim(BODIES[model], "serial")
        wire = MemoryWire(sim, "perfect", seed)
        config = ViscaConfig(id="cam-1", model=model, port="/dev/ttyUSB0", flavour="serial")
        camera = ViscaCamera(config, wire.connect, clock)
        shots = Shots(plan(), Devices({}, {"cam-1": camera}, {}, None), clock)
        video_s = latency_s - 0.075
        video = VideoConfig(source="file:none", latency_ms=round(video_s * 1000))
        eye = make_eye(camera, video, shots, None, Path())
        eye._now_s = clock
        hall = Hall(
            camera, sim, shots, eye, random.Random(seed), path, video_s, noise_px, miss, frame_s
        )
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(wire.run()), tasks.create_task(camera.run())]
            running.append(tasks.create_task(eye._steer_forever()))
            shots.start(tasks)
            try:
                hall.look()
                shots.by_hand("cam-1", "wide", "test")
                await hall.run(4.0)
                await story(hall)
            finally:
                for task in asyncio.all_tasks() - {asyncio.current_task()}:
                    task.cancel()

    run_virtual(told())
