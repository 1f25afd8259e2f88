"""One camera's picture looked at: newest picture, faces, and now and then a correction.

Theory. Looking costs tens of milliseconds and must not hold the room up: each camera has a
thread of its own that takes the newest picture, detects, and hands over what it saw. It looks
less often by itself when looking takes more than a third of the time there is, and for no
faces while nobody is to be framed. Everything is decided in the event loop; a correction is an
ordinary absolute move, sent only while the camera reports to rest.

Owns the thread and its pace. Must not decide what a face means (``gaze``, ``framing``), nor
whom the camera shows (the director).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from drivers.core.capability import Aim, Camera, Drivable, HealthState
from drivers.core.errors import DeviceError
from drivers.core.reading import Clock
from drivers.video.capture import Capture, Frame, Picture
from drivers.video.config import VideoConfig
from edge.camera.faces import Detector
from edge.camera.framing import Manners
from edge.camera.gaze import Cells, Gaze, Glimpse
from edge.camera.pursuit import Speeds
from edge.camera.sight import Sight
from edge.camera.targets import Targets

log = logging.getLogger(__name__)

SHARE_OF_TIME = 3.0
"""Looking takes at most one part in so many of the time between two looks."""

STEER_S = 0.1
"""Between two speeds for one who walks; so often is the picture looked at then, too."""

CASCADE_PERIOD_S = 0.5
"""The cascade costs five times as much as the model: at most two looks a second."""

NEWS_WAIT_S = 0.5
"""How long the thread waits for a new picture before it asks whether it should end."""

CELLS = (64, 36)
"""The picture for the question whether it moves: columns, rows."""


class Order(Protocol):
    """What the camera was sent to last."""

    @property
    def target(self) -> str:
        """Whom it should show."""
        ...

    @property
    def aim(self) -> Aim:
        """Where that is."""
        ...

    @property
    def corrects(self) -> object | None:
        """The order that this one puts right."""
        ...


@dataclass(frozen=True)
class Hands:
    """What an eye may ask for and do with its camera.

    ``order``: the newest order; ``reached``: it reports to rest at it; ``may_correct``: nobody
    has locked it; ``correct``: move there, for the same target; ``follow``: turn at these speeds
    (pan, tilt; right and up positive), zeroes stop; ``following``: the shot goes on by itself.
    """

    order: Callable[[], Order | None]
    reached: Callable[[], bool]
    may_correct: Callable[[], bool]
    correct: Callable[[Aim], None]
    follow: Callable[[float, float], Awaitable[None]]
    following: Callable[[], None]


class PictureEye:
    """The eye of one camera; see ``edge.camera.sight.Eye``. ``capture`` has the newest picture."""

    def __init__(
        self,
        camera: Camera,
        video: VideoConfig,
        capture: Capture,
        make_detector: Callable[[], Detector],
        targets: Targets,
        hands: Hands,
        now_s: Clock = time.monotonic,
    ) -> None:
        """Nothing is opened before ``run``."""
        self.capture = capture
        self.detect_ms = 0.0
        """How long the last look took."""
        self._camera = camera
        self._hands = hands
        self._now_s = now_s
        self._make_detector = make_detector
        self._gaze = Gaze(targets, video.latency_ms / 1000, Manners())
        self._period_s = 1.0 / video.frames_per_s
        self._order: Order | None = None
        self._here: Aim | None = None
        self._faces: int | None = None
        self._detector: Detector | None = None
        self._wants_faces = self._is_hurried = False
        self._chase = asyncio.Event()
        """Somebody is to be followed."""
        self._ended = threading.Event()

    # In the event loop ------------------------------------------------------------------------

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        self._ended.clear()
        self.capture.start()
        with ThreadPoolExecutor(1, thread_name_prefix=f"eye {self._camera.id}") as thread:
            looking = loop.run_in_executor(thread, self._look_forever, loop)
            steering = asyncio.create_task(self._steer_forever(), name=f"eye {self._camera.id}")
            try:
                await asyncio.wait({looking, steering}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._ended.set()
                self.capture.stop(0.0)  # first: whoever is told to end twice waits for nothing
                steering.cancel()
                await asyncio.wait({looking, steering})
        for task in (looking, steering):
            if not task.cancelled():
                task.result()

    def tick(self) -> None:
        """See ``Eye.tick``."""
        order = self._hands.order()
        reading = self._camera.state(self._now_s()).aim
        here = reading.value
        if order is not None and order is not self._order:
            is_ours = order.corrects is not None and order.corrects is self._order
            if not is_ours:
                steerable = isinstance(self._camera, Drivable)
                self._gaze.ordered(order.target, order.aim, self._here or here, steerable=steerable)
            self._order = order
        if here is not None and reading.at_s is not None:
            self._gaze.reported(here, reading.at_s)
        self._here = here or self._here
        self._gaze.rests(self._hands.reached(), self._now_s())
        self._wants_faces, self._is_hurried = self._gaze.wants_faces, self._gaze.pursues

    def _saw(self, glimpse: Glimpse) -> None:
        """The thread has looked at a picture."""
        self.tick()
        self._faces = None if glimpse.faces is None else len(glimpse.faces)
        here = self._camera.state(self._now_s()).aim.value
        if here is None or not self._hands.may_correct():
            return
        aim = self._gaze.look(glimpse, here, self._now_s())
        if aim is not None:
            log.info("%s: corrected by the picture from %s to %s", self._camera.id, here, aim)
            self._hands.correct(aim)
        if self._gaze.is_following:
            self._hands.following()
            self._chase.set()

    async def _steer_forever(self) -> None:
        """Somebody walks: a speed for the camera, again and again, until nobody is followed."""
        while True:
            await self._chase.wait()
            try:
                await self._steer()
            except DeviceError as error:
                log.info("%s cannot follow: %s", self._camera.id, error)
            await asyncio.sleep(STEER_S)

    async def _steer(self) -> None:
        self.tick()
        now_s = self._now_s()
        camera = self._camera
        step: Speeds | Aim | None = None
        if isinstance(camera, Drivable) and self._hands.may_correct():
            step = self._gaze.steer(now_s, camera.fastest_deg_s(now_s))
        if step is None:
            self._chase.clear()
        elif isinstance(step, Aim):
            log.info("%s: whoever walks is lost, showing %s", camera.id, step)
            self._chase.clear()
            self._hands.correct(step)
        else:
            self._hands.following()
            await self._hands.follow(*step)

    def sight(self) -> Sight:
        """See ``Eye.sight``."""
        now_s, detector = self._now_s(), self._detector
        word, health = self.capture.word(now_s), self.capture.health(now_s)
        return Sight(
            detector=detector.mode if detector is not None else "geometry",
            detector_reason=detector.why if detector is not None else "not started yet",
            picture=word,
            trouble=health.reason if health.state is HealthState.FAULT else None,
            faces=self._faces,
            framed=self._gaze.word,
            wrong_model=None if detector is None else detector.wrong_model,
        )

    def frame(self) -> Frame | None:
        """See ``Eye.frame``."""
        return self.capture.newest()

    # In the thread ----------------------------------------------------------------------------

    def _look_forever(self, loop: asyncio.AbstractEventLoop) -> None:
        cv2.setNumThreads(1)  # several eyes with OpenCV's own threads fight for four cores
        detector = self._detector = self._make_detector()
        number = -1
        while not self._ended.is_set():
            frame = self.capture.newer(number, NEWS_WAIT_S)
            if frame is None or self._ended.is_set():
                continue
            started_s = time.perf_counter()
            number = frame.number
            faces = detector.faces(frame.picture) if self._wants_faces else None
            height, width = frame.picture.shape[:2]
            glimpse = Glimpse(faces, (width, height), frame.at_s, cells_of(frame.picture))
            spent_s = time.perf_counter() - started_s
            self.detect_ms = spent_s * 1000
            if not self._ended.is_set():
                loop.call_soon_threadsafe(self._saw, glimpse)
            is_cascade = faces is not None and detector.mode == "cascade"
            if self._is_hurried:
                self._ended.wait(pause_s(STEER_S, spent_s, is_cascade=False))
            else:
                self._ended.wait(pause_s(self._period_s, spent_s, is_cascade))


def pause_s(period_s: float, spent_s: float, is_cascade: bool) -> float:
    """How long to rest after a look that took ``spent_s``."""
    period_s = max(period_s, CASCADE_PERIOD_S) if is_cascade else period_s
    return max(period_s, SHARE_OF_TIME * spent_s) - spent_s


def cells_of(picture: Picture) -> Cells:
    """The picture as a few grey cells, (rows, columns)."""
    small = cv2.resize(picture, CELLS, interpolation=cv2.INTER_AREA)
    return np.asarray(small.mean(axis=2), np.int16)
