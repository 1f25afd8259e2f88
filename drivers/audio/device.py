"""A sound device of this machine, through PortAudio.

PortAudio calls back in a thread of its own that must never wait: it copies the block into a
short queue, and a queue that is full is an overrun.

Owns the device's name and its blocks. Must not know what is heard.
"""

from __future__ import annotations

import queue
from collections import Counter
from typing import Any

import numpy as np

from drivers.audio.codec import Samples
from drivers.audio.config import AudioConfig
from drivers.audio.input import BLOCK_S
from drivers.core.errors import LinkDown

QUEUE_BLOCKS = 25
"""Half a second: longer than any pause of the machine that is no fault."""

PATIENCE_S = 0.2
GONE_S = 1.0
"""Without a block for so long the device is gone, whatever PortAudio says."""


class DeviceStream:
    """One open device. Implements ``Stream``."""

    drift_ppm: float | None = None  # its clock is the one that the blocks come by
    trouble: str | None = None

    def __init__(self, name: str, wanted: int, broken: type[Exception] = RuntimeError) -> None:
        """``wanted``: its first so many channels; ``broken``: what PortAudio raises."""
        self.counters: Counter[str] = Counter(overruns=0)
        self.stream: Any = None
        self._name, self._wanted, self._broken = name, wanted, broken
        self._queue: queue.Queue[Samples] = queue.Queue(QUEUE_BLOCKS)
        self._waited_s = 0.0

    def callback(self, block: Any, frames: int, time: Any, status: Any) -> None:
        """In PortAudio's thread: keep a copy, or count the loss."""
        if status.input_overflow:
            self.counters["overruns"] += 1
        try:
            self._queue.put_nowait(np.array(block[:, : self._wanted], dtype=np.float32))
        except queue.Full:
            self.counters["overruns"] += 1

    def read(self) -> Samples | None:
        """The next block; see ``Stream``."""
        try:
            block = self._queue.get(timeout=PATIENCE_S)
        except queue.Empty:
            self._waited_s += PATIENCE_S
            if self._waited_s >= GONE_S or not self._is_active():
                raise LinkDown(f"the sound device {self._name} is gone") from None
            return None
        self._waited_s = 0.0
        return block

    def _is_active(self) -> bool:
        """PortAudio may refuse to answer for a device that was pulled out."""
        try:
            return bool(self.stream.active)
        except self._broken:
            return False

    def close(self) -> None:
        """Let go of the device."""
        if self.stream is not None:
            self.stream.close(ignore_errors=True)


def load_portaudio() -> Any:
    """The package sounddevice with a fresh list of devices.

    Raises:
        LinkDown: the package or PortAudio itself is missing; says what to install.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise LinkDown("sounddevice is missing: install phonghop[audio]") from error
    except OSError as error:
        raise LinkDown("PortAudio is missing: install the package libportaudio2") from error
    # PortAudio looks for devices once; one that was plugged in later is found only so.
    try:
        sounddevice._terminate()  # noqa: SLF001  # there is no public way
        sounddevice._initialize()  # noqa: SLF001
    except sounddevice.PortAudioError as error:
        raise LinkDown(f"PortAudio does not start: {error}") from error
    return sounddevice


def open_device(config: AudioConfig, portaudio: Any = None) -> DeviceStream:
    """Open the device that ``source`` names.

    Raises:
        LinkDown: PortAudio or the device is missing, or it cannot do what is asked; one line.
    """
    audio = load_portaudio() if portaudio is None else portaudio
    wanted = len(config.channels)
    try:
        devices = audio.query_devices()
    except audio.PortAudioError as error:
        raise LinkDown(f"PortAudio cannot tell its sound devices: {error}") from error
    index, name = _find(devices, config.source.removeprefix("device:"), wanted)
    stream = DeviceStream(name, wanted, audio.PortAudioError)
    try:
        stream.stream = audio.InputStream(
            device=index,
            samplerate=config.rate_hz,
            blocksize=round(config.rate_hz * BLOCK_S),
            channels=wanted,
            dtype="float32",
            callback=stream.callback,
        )
        stream.stream.start()
    except audio.PortAudioError as error:
        stream.close()
        raise LinkDown(f"the sound device {name} cannot be opened: {error}") from error
    return stream


def _find(devices: Any, wanted: str, channels: int) -> tuple[int, str]:
    """By index, by its whole name, or by a part that only one has."""
    inputs = {n: d for n, d in enumerate(devices) if d["max_input_channels"] > 0}
    if wanted.isdigit():
        found = [n for n in inputs if n == int(wanted)]
    else:
        found = [n for n, d in inputs.items() if d["name"] == wanted]
        found = found or [n for n, d in inputs.items() if wanted.lower() in d["name"].lower()]
    if len(found) != 1:
        known = ", ".join(f"{n} {d['name']}" for n, d in inputs.items()) or "none"
        many = "several sound devices match" if found else "there is no sound device"
        raise LinkDown(f"{many} {wanted!r}; inputs are: {known}")
    device = inputs[found[0]]
    if device["max_input_channels"] < channels:
        raise LinkDown(
            f"the sound device {device['name']} has {device['max_input_channels']} channels, "
            f"{channels} are wanted"
        )
    return found[0], device["name"]
