"""The newest picture: reopened, never queued, and known to be stale or frozen."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.core.capability import HealthState
from drivers.video.capture import FROZEN_S, Capture, Frame, Picture, opencv

WAIT_S = 10.0


def noise(seed: int) -> Picture:
    """A live picture."""
    return np.random.default_rng(seed).integers(0, 255, (36, 64, 3), dtype=np.uint8)


class FakeStream:
    """Pictures as the test hands them out; None ends the stream."""

    def __init__(self) -> None:
        self.pictures: queue.Queue[Picture | None] = queue.Queue()
        self.released = threading.Event()
        self.asked = threading.Semaphore(0)

    def read(self) -> tuple[bool, Picture | None]:
        self.asked.release()
        picture = self.pictures.get()
        return picture is not None, picture

    def release(self) -> None:
        self.released.set()

    def give(self, *pictures: Picture | None) -> None:
        """Hand out, and wait until the reader has come back for more."""
        for picture in pictures:
            assert self.asked.acquire(timeout=WAIT_S)
            self.pictures.put(picture)
        if pictures[-1] is not None:
            assert self.asked.acquire(timeout=WAIT_S)
            self.asked.release()


class Clock:
    """A clock that stands still unless told otherwise."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stream() -> FakeStream:
    return FakeStream()


@pytest.fixture
def capture(stream: FakeStream, clock: Clock) -> Iterator[Capture]:
    made = Capture("cam-1", "rtsp://camera", lambda _: stream, now_s=clock)
    made.start()
    yield made
    end(made, stream)


def end(capture: Capture, stream: FakeStream) -> None:
    """The stream ends, and the reader with it."""
    stream.pictures.put(None)
    capture.stop(WAIT_S)


def newest(capture: Capture) -> Frame:
    frame = capture.newest()
    assert frame is not None
    return frame


def test_only_the_newest_is_kept(capture: Capture, stream: FakeStream) -> None:
    stream.give(noise(1), noise(2), noise(3))
    assert newest(capture).number == 3
    assert np.array_equal(newest(capture).picture, noise(3))


def test_a_stale_picture_is_no_picture(capture: Capture, stream: FakeStream, clock: Clock) -> None:
    stream.give(noise(1))
    clock.now_s += 0.9
    assert capture.newest() is not None
    clock.now_s += 0.2
    assert capture.newest() is None
    assert capture.health(clock.now_s).reason == "no new picture comes"


def test_a_frozen_picture_is_no_picture(capture: Capture, stream: FakeStream, clock: Clock) -> None:
    stream.give(noise(1))
    clock.now_s += FROZEN_S + 0.1
    stream.give(noise(1))
    assert capture.newest() is None
    assert capture.health(clock.now_s).reason == "the picture is frozen"
    stream.give(noise(2))
    assert capture.health(clock.now_s).state is HealthState.OK


def test_a_stream_that_ends_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.video.capture.retry_delay_s", lambda attempt: 0.01)
    streams = [FakeStream(), FakeStream()]
    opened = iter([*streams, *(FakeStream() for _ in range(3))])
    capture = Capture("cam-1", "rtsp://camera", lambda _: next(opened))
    capture.start()
    streams[0].give(noise(1), None)
    assert streams[0].released.wait(WAIT_S)
    streams[1].give(noise(2))
    assert np.array_equal(newest(capture).picture, noise(2))
    end(capture, streams[1])


def test_what_cannot_be_opened_says_so(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Semaphore(0)
    monkeypatch.setattr("drivers.video.capture.retry_delay_s", lambda attempt: 0.01)

    def refuse(source: str) -> FakeStream:
        tried.release()
        raise OSError(f"{source}: unplugged")

    capture = Capture("cam-1", "/dev/video0", refuse, now_s=clock)
    assert capture.health(100.0).state is HealthState.UNCONFIRMED
    capture.start()
    for _ in range(3):
        assert tried.acquire(timeout=WAIT_S)
    health = capture.health(100.0)
    capture.stop()
    assert (health.state, health.reason) == (HealthState.FAULT, "/dev/video0: unplugged")


class Broken:
    """An OpenCV backend that throws instead of ending."""

    def __init__(self, target: str | int) -> None:
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802  # OpenCV's own name
        return True

    def set(self, name: int, value: float) -> bool:
        return True

    def read(self) -> tuple[bool, Picture | None]:
        raise cv2.error("Unknown C++ exception from OpenCV code")

    def release(self) -> None:
        self.released = True


def test_an_error_of_opencv_ends_the_stream_and_not_the_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", Broken)
    stream = opencv("rtsp://camera")
    assert stream.read() == (False, None)
    stream.release()


def test_a_reader_that_hung_does_not_read_on_beside_the_next(clock: Clock) -> None:
    streams = [FakeStream(), FakeStream()]
    opened = iter(streams)
    capture = Capture("cam-1", "rtsp://camera", lambda _: next(opened), now_s=clock)
    capture.start()
    assert streams[0].asked.acquire(timeout=WAIT_S)  # it waits for a picture
    capture.stop(0.0)
    capture.start()
    streams[0].pictures.put(noise(1))
    assert streams[0].released.wait(WAIT_S)
    streams[1].give(noise(2))
    assert np.array_equal(newest(capture).picture, noise(2))
    end(capture, streams[1])


def test_a_real_file_is_read_and_a_missing_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 36))
    for seed in range(3):
        writer.write(noise(seed))
    writer.release()
    stream = opencv(f"file:{path}")
    good, picture = stream.read()
    stream.release()
    assert good
    assert picture is not None
    assert picture.shape == (36, 64, 3)
    with pytest.raises(OSError, match="cannot be opened"):
        opencv(f"file:{tmp_path / 'missing.avi'}")
