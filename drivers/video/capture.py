"""The newest picture of one camera, whatever the camera's stream does.

Theory. Reading blocks, and what is not read in time waits in somebody's buffer and is old when
it comes. So a thread of its own reads all the time and keeps only the newest picture with the
time of its arrival. A stream that ends, hangs or never opens is opened again, with growing
pauses. A picture that is exactly the one before, again and again, is frozen: no live camera
sends the same noise twice.

Owns the thread and the newest picture. Must not look at what is in it. Monotonic seconds.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from drivers.core.capability import NOT_OPENED, Health, HealthState, down_state
from drivers.core.reading import Clock
from drivers.core.session import retry_delay_s

log = logging.getLogger(__name__)

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), blue green red."""

FROZEN_S = 5.0
"""The same picture for so long is no picture any more."""


Word = Literal["ok", "stale", "frozen", "none"]

STALE, FROZEN = "no new picture comes", "the picture is frozen"
REASON_WORDS: dict[str, Word] = {STALE: "stale", FROZEN: "frozen"}


class Stream(Protocol):
    """What OpenCV's VideoCapture offers, as far as it is used."""

    def read(self) -> tuple[bool, Picture | None]:
        """The next picture; False when there is none any more."""
        ...

    def release(self) -> None:
        """Let go of it."""
        ...


Open = Callable[[str], Stream]
"""Opens a source; raises OSError when it cannot be opened."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and when it arrived."""

    picture: Picture
    at_s: float
    number: int


class Capture:
    """Reads one source for as long as it is started."""

    def __init__(
        self,
        ident: str,
        source: str,
        open_: Open,
        stale_s: float = 1.0,
        now_s: Clock = time.monotonic,
    ) -> None:
        """Nothing is opened before ``start``."""
        self.id = ident
        self._source = source
        self._open = open_
        self._stale_s = stale_s
        self._now_s = now_s
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._frame: Frame | None = None
        self._came = threading.Condition()
        self._trouble: str | None = NOT_OPENED
        self._print: bytes = b""
        self._changed_s = now_s()
        self._counters = {"frames": 0, "opened": 0}

    def start(self) -> None:
        """Begin to read."""
        self._ended = threading.Event()  # a new one: a thread that still hangs keeps its own
        self._thread = threading.Thread(
            target=self._read, args=(self._ended,), name=f"video {self.id}", daemon=True
        )
        self._thread.start()

    def stop(self, wait_s: float = 2.0) -> None:
        """End; a stream that hangs is left to itself."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(wait_s)

    def newest(self) -> Frame | None:
        """The newest picture; None when there is none, or it is stale or frozen."""
        frame = self._frame
        return frame if frame is not None and self._judge(self._now_s())[1] is None else None

    def newer(self, number: int, wait_s: float) -> Frame | None:
        """The newest picture once it is another than ``number``; None when none comes in time."""
        with self._came:
            self._came.wait_for(
                lambda: self._frame is not None and self._frame.number != number, wait_s
            )
        frame = self.newest()
        return frame if frame is not None and frame.number != number else None

    def word(self, now_s: float) -> Word:
        """How the picture is, in a word: ``none`` while the source cannot be read at all."""
        reason = self._judge(now_s)[1]
        if reason is None:
            return "ok"
        return REASON_WORDS.get(reason, "none")

    def health(self, now_s: float) -> Health:
        """Ok while new pictures come and differ."""
        state, reason = self._judge(now_s)
        frame = self._frame
        return Health(state, reason, None if frame is None else frame.at_s, dict(self._counters))

    def _judge(self, now_s: float) -> tuple[HealthState, str | None]:
        frame, trouble = self._frame, self._trouble
        if trouble is not None:
            return down_state(trouble), trouble
        if frame is None or now_s - frame.at_s > self._stale_s:
            return HealthState.FAULT, STALE
        if now_s - self._changed_s > FROZEN_S:
            return HealthState.FAULT, FROZEN
        return HealthState.OK, None

    # In the thread

    def _read(self, ended: threading.Event) -> None:
        attempt = 0
        while not ended.is_set():
            try:
                stream = self._open(self._source)
            except OSError as error:
                trouble = str(error)
            else:
                trouble = "the stream has ended"
                self._counters["opened"] += 1
                had = self._counters["frames"]
                try:
                    self._read_all(stream, ended)
                finally:
                    stream.release()
                attempt = 0 if self._counters["frames"] > had else attempt
            if ended.is_set():
                return
            if attempt == 0:
                log.warning("%s: %s: %s", self.id, self._source, trouble)
            self._trouble = trouble
            attempt += 1
            ended.wait(retry_delay_s(attempt))

    def _read_all(self, stream: Stream, ended: threading.Event) -> None:
        while True:
            good, picture = stream.read()
            if ended.is_set() or not good or picture is None:
                return
            self._take(picture)

    def _take(self, picture: Picture) -> None:
        at_s = self._now_s()
        # A coarse grid tells a frozen picture from a live one; noise differs everywhere.
        grid = np.ascontiguousarray(picture[::16, ::16])
        found = hashlib.blake2b(grid.tobytes(), digest_size=8).digest()
        if found != self._print:
            self._print, self._changed_s = found, at_s
        self._counters["frames"] += 1
        with self._came:
            self._frame = Frame(picture, at_s, self._counters["frames"])
            self._trouble = None
            self._came.notify_all()


def opencv(source: str) -> Stream:
    """Open with OpenCV.

    Raises:
        OSError: it cannot be opened.
    """
    import cv2

    target: str | int = source.removeprefix("file:")
    if source.startswith("/dev/video"):
        target = int(source.removeprefix("/dev/video"))
    stream = cv2.VideoCapture(target)
    if not stream.isOpened():
        stream.release()
        raise OSError(f"{source}: cannot be opened as a video")
    stream.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # honoured by some backends only
    return _OpenCvStream(stream, cv2.error)


class _OpenCvStream:
    """See ``Stream``; some backends throw where others end."""

    def __init__(self, stream: Any, error: type[Exception]) -> None:
        self._stream, self._error = stream, error
        self.release = stream.release

    def read(self) -> tuple[bool, Picture | None]:
        try:
            return cast(tuple[bool, Picture | None], self._stream.read())
        except self._error as error:
            log.debug("%s", error)
            return False, None
