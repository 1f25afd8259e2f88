"""One source of sound, kept open for as long as the room runs.

Theory. Reading blocks, so it has a thread of its own; what is done with a block is done there
too, before the next one is due, and never on the loop that keeps the room. A source that
cannot be opened, ends or says nothing is opened again, with growing pauses.

Owns the thread and the health of the source. Must not look at who talks.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from drivers.audio.codec import Samples
from drivers.core.capability import Health, HealthState
from drivers.core.errors import LinkDown
from drivers.core.reading import Clock
from drivers.core.session import retry_delay_s

log = logging.getLogger(__name__)

BLOCK_S = 0.020
"""What the detectors of speech take."""

STALE_S = 1.0
"""Without a block for so long there is no sound."""

MUTE_S = 10.0
"""Digital silence on every channel for so long: no converter is that quiet."""

ENDING_S = 2.0
"""A source that hangs is left to itself after this."""


class Stream(Protocol):
    """An open source."""

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong so far, by name."""
        ...

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the source's clock is than ours, where that can be known."""
        ...

    @property
    def trouble(self) -> str | None:
        """What is wrong though blocks still come."""
        ...

    def read(self) -> Samples | None:
        """The next block of every channel; None when none came for a moment.

        Raises:
            LinkDown: the source is gone; one line.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


Open = Callable[[], Stream]
"""Opens the source; raises LinkDown, one line, when it cannot be."""

OnBlock = Callable[[Samples, float], None]
"""Takes a block and the time of its end, in the source's thread."""


class AudioInput:
    """Keeps one source open. Implements ``Device``."""

    def __init__(self, ident: str, open_: Open, now_s: Clock = time.monotonic) -> None:
        """Nothing is opened before ``run``."""
        self.id = ident
        self.on_block: OnBlock = lambda block, at_s: None
        self.drift_ppm: float | None = None
        self._open = open_
        self._now_s = now_s
        self._block_s: float | None = None
        self._sound_s: float | None = None
        self._trouble: str | None = None
        self._counters = {"blocks": 0, "opened": 0}
        self._of_stream: dict[str, int] = {}
        self._of_earlier: dict[str, int] = {}

    async def run(self) -> None:
        """Listen until cancelled. An error of ``on_block`` ends it, and is raised here."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        ended = threading.Event()
        errors: list[Exception] = []

        def live() -> None:
            try:
                self._live(ended)
            except Exception as error:  # noqa: BLE001  # raised again in the task
                errors.append(error)
            if not ended.is_set():
                loop.call_soon_threadsafe(over.set)

        thread = threading.Thread(target=live, name=f"audio {self.id}", daemon=True)
        thread.start()
        try:
            await over.wait()
        finally:
            ended.set()
            await asyncio.to_thread(thread.join, ENDING_S)
        raise errors[0]

    def health(self, now_s: float) -> Health:
        """Ok while blocks come and anything is in them."""
        state, reason = self._judge(now_s)
        counters = {**self._counters, **self._sums()}
        if self.drift_ppm is not None:
            counters["drift_ppm"] = round(self.drift_ppm)
        return Health(state, reason, self._block_s, counters)

    @property
    def listens(self) -> bool:
        """Sound comes now: who is not heard is silent."""
        return self._judge(self._now_s())[0] is not HealthState.FAULT and self._block_s is not None

    def _judge(self, now_s: float) -> tuple[HealthState, str | None]:
        block_s, sound_s = self._block_s, self._sound_s
        if self._trouble is not None:
            return HealthState.FAULT, self._trouble
        if block_s is None:
            return HealthState.UNCONFIRMED, "nothing has come yet"
        if now_s - block_s > STALE_S:
            return HealthState.FAULT, "no sound comes any more"
        if sound_s is None or now_s - sound_s > MUTE_S:
            return HealthState.UNCONFIRMED, "every channel is digitally silent"
        return HealthState.OK, None

    def _sums(self) -> dict[str, int]:
        names = self._of_earlier.keys() | self._of_stream.keys()
        return {n: self._of_earlier.get(n, 0) + self._of_stream.get(n, 0) for n in sorted(names)}

    # In the thread

    def _live(self, ended: threading.Event) -> None:
        attempt = 0
        while not ended.is_set():
            had = self._counters["blocks"]
            try:
                stream = self._open()
            except LinkDown as error:
                trouble = str(error)
            else:
                self._counters["opened"] += 1
                try:
                    trouble = self._listen(stream, ended)
                finally:
                    self._of_earlier, self._of_stream = self._sums(), {}
                    self.drift_ppm = None
                    stream.close()
            if ended.is_set():
                return
            attempt = 0 if self._counters["blocks"] > had else attempt + 1
            if trouble != self._trouble:
                log.warning("%s: %s", self.id, trouble)
            self._trouble = trouble
            ended.wait(retry_delay_s(attempt))

    def _listen(self, stream: Stream, ended: threading.Event) -> str:
        """Read until it ends; says why."""
        while not ended.is_set():
            try:
                block = stream.read()
            except LinkDown as error:
                return str(error)
            self._of_stream = dict(stream.counters)
            self.drift_ppm = stream.drift_ppm
            if block is None:
                continue
            now_s = self._now_s()
            self._counters["blocks"] += 1
            self._block_s, self._trouble = now_s, stream.trouble
            if block.any() or self._sound_s is None:
                self._sound_s = now_s
            self.on_block(block, now_s)
        return "ended"
