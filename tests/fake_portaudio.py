"""A sound card by hand, in the shape of the package sounddevice.

Owns devices that come and go, and blocks that are played. Must not know who listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

MIXER = {"name": "USB Mixer: 8 in", "max_input_channels": 8}
GOOD = SimpleNamespace(input_overflow=False)


class FakePortAudio:
    """Devices by hand; ``play`` is the sound card."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *devices: dict[str, Any], refuses: str = "") -> None:
        self.devices = list(devices)
        self.refuses = refuses
        self.opened: list[SimpleNamespace] = []

    def query_devices(self) -> list[dict[str, Any]]:
        return self.devices

    def InputStream(self, **wanted: Any) -> SimpleNamespace:  # noqa: N802
        if self.refuses:
            raise self.PortAudioError(self.refuses)
        stream = SimpleNamespace(active=True, closed=False, **wanted)
        stream.start = lambda: None
        stream.close = lambda ignore_errors: setattr(stream, "closed", True)
        self.opened.append(stream)
        return stream

    def play(self, level: float = 0.1) -> None:
        stream = self.opened[-1]
        block = np.full((stream.blocksize, stream.channels), level, dtype=np.float32)
        stream.callback(block, len(block), None, GOOD)


async def feed(audio: FakePortAudio, until: Callable[[], bool]) -> None:
    """Play for as long as it takes."""
    async with asyncio.timeout(20):
        while not until():
            if audio.opened and audio.opened[-1].active:
                audio.play()
            await asyncio.sleep(0.005)
