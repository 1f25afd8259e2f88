"""A sound device that comes, goes and comes back; what is missing is one clear line."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from drivers.audio.absent import AbsentInput
from drivers.audio.config import AudioConfig
from drivers.audio.device import QUEUE_BLOCKS, DeviceStream, load_portaudio, open_device
from drivers.audio.input import MUTE_S, STALE_S, AudioInput
from drivers.core.capability import HealthState
from drivers.core.errors import LinkDown
from tests.fake_portaudio import MIXER, FakePortAudio, feed

CONFIG = AudioConfig(source="device:Mixer", rate_hz=16_000, channels=(1, 2, 3))


@pytest.mark.parametrize("source", ["device:USB Mixer: 8 in", "device:mixer", "device:1"])
def test_a_device_is_found_by_name_part_of_it_or_number(source: str) -> None:
    audio = FakePortAudio({"name": "HDMI", "max_input_channels": 0}, MIXER)
    stream = open_device(CONFIG.model_copy(update={"source": source}), audio)
    (opened,) = audio.opened
    assert (opened.device, opened.channels, opened.blocksize) == (1, 3, 320)
    audio.play(0.25)
    block = stream.read()
    assert block is not None
    assert (block.shape, float(block[0, 2])) == ((320, 3), 0.25)


@pytest.mark.parametrize(
    ("devices", "says"),
    [
        ((), "there is no sound device 'Mixer'; inputs are: none"),
        ((MIXER, {**MIXER, "name": "Mixer B"}), "several sound devices match 'Mixer'"),
        (({**MIXER, "max_input_channels": 2},), "has 2 channels, 3 are wanted"),
    ],
)
def test_what_cannot_be_opened_is_one_line(devices: tuple[Any, ...], says: str) -> None:
    with pytest.raises(LinkDown, match=says):
        open_device(CONFIG, FakePortAudio(*devices))
    with pytest.raises(LinkDown, match="cannot be opened: invalid rate"):
        open_device(CONFIG, FakePortAudio(MIXER, refuses="invalid rate"))


def test_a_missing_package_or_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(LinkDown, match=r"install phonghop\[audio\]"):
        load_portaudio()

    class NoLibrary:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    with monkeypatch.context() as without:
        without.delitem(sys.modules, "sounddevice")
        without.setattr(sys, "meta_path", [NoLibrary(), *sys.meta_path])
        with pytest.raises(LinkDown, match="libportaudio2"):
            load_portaudio()

    def broken() -> None:
        raise FakePortAudio.PortAudioError("no host API")

    started = SimpleNamespace(
        PortAudioError=FakePortAudio.PortAudioError, _terminate=lambda: None, _initialize=broken
    )
    monkeypatch.setitem(sys.modules, "sounddevice", started)
    with pytest.raises(LinkDown, match="does not start: no host API"):
        load_portaudio()


def test_overruns_are_counted_and_never_block_the_card() -> None:
    audio = FakePortAudio(MIXER)
    stream = open_device(CONFIG, audio)
    for _ in range(QUEUE_BLOCKS + 3):
        audio.play()
    block = np.zeros((320, 3), dtype=np.float32)
    stream.callback(block, 320, None, SimpleNamespace(input_overflow=True))
    assert stream.counters["overruns"] == 3 + 2, "lost here three and one, and one in the card"


def test_a_device_that_falls_silent_or_ends_is_gone() -> None:
    audio = FakePortAudio(MIXER)
    stream = open_device(CONFIG, audio)
    assert stream.read() is None, "not yet: a card may be late"
    audio.opened[0].active = False
    with pytest.raises(LinkDown, match="is gone"):
        stream.read()
    stream.close()
    assert audio.opened[0].closed
    DeviceStream("never opened", 1).close()


def test_a_device_that_portaudio_gives_up_is_one_line_too() -> None:
    """Pulled out, a device may make every question about it an error."""
    audio = FakePortAudio(MIXER)
    stream = open_device(CONFIG, audio)

    class Broken:
        @property
        def active(self) -> bool:
            raise audio.PortAudioError("Error checking stream [PaErrorCode -9988]")

    stream.stream = Broken()
    with pytest.raises(LinkDown, match="is gone"):
        stream.read()

    def refuses() -> list[dict[str, Any]]:
        raise audio.PortAudioError("Error querying device -1")

    audio.query_devices = refuses  # type: ignore[method-assign]
    with pytest.raises(LinkDown, match="cannot tell its sound devices: Error querying"):
        open_device(CONFIG, audio)


class Heard:
    """Blocks as they arrive, to be waited for."""

    def __init__(self) -> None:
        self.count = 0
        self._more = threading.Condition()

    def __call__(self, block: Any, at_s: float) -> None:
        with self._more:
            self.count += 1
            self._more.notify_all()

    async def until(self, count: int) -> None:
        def wait() -> bool:
            with self._more:
                return self._more.wait_for(lambda: self.count >= count, timeout=20)

        assert await asyncio.to_thread(wait)


async def test_a_device_that_goes_comes_back_by_itself() -> None:
    audio, heard = FakePortAudio(MIXER), Heard()
    source = AudioInput("audio", lambda: open_device(CONFIG, audio))
    source.on_block = heard
    assert source.health(time.monotonic()).state is HealthState.UNCONFIRMED
    running = asyncio.create_task(source.run())
    try:
        await feed(audio, lambda: heard.count >= 3)
        assert source.health(time.monotonic()).state is HealthState.OK
        assert source.listens
        audio.devices.clear()
        audio.opened[-1].active = False
        await feed(audio, lambda: not source.listens)
        gone = source.health(time.monotonic())
        assert gone.state is HealthState.FAULT
        assert "Mixer" in str(gone.reason)
        before = heard.count
        audio.devices.append(MIXER)
        await feed(audio, lambda: heard.count > before)
        assert source.health(time.monotonic()).state is HealthState.OK
        assert source.health(time.monotonic()).counters["opened"] == 2
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert all(stream.closed for stream in audio.opened)


async def test_an_error_in_the_ears_ends_the_source_and_is_raised() -> None:
    """The supervisor starts it again; nothing goes on deaf without a word."""
    audio = FakePortAudio(MIXER)
    source = AudioInput("audio", lambda: open_device(CONFIG, audio))

    def fails(block: Any, at_s: float) -> None:
        raise ZeroDivisionError

    source.on_block = fails
    running = asyncio.create_task(source.run())
    feeding = asyncio.create_task(feed(audio, running.done))
    with pytest.raises(ZeroDivisionError):
        await running
    await feeding


async def test_health_is_proof() -> None:
    """No blocks for a moment: a fault. Nothing but digital zeros: not confirmed."""
    now = [100.0]
    blocks = [np.zeros((320, 1), dtype=np.float32)]
    ended = threading.Event()

    class Stream:
        drift_ppm, trouble = 17.4, None

        def __init__(self) -> None:
            self.counters = {"overruns": 2}

        def read(self) -> Any:
            if blocks:
                return blocks.pop()
            ended.wait(0.01)
            return None

        def close(self) -> None: ...

    heard = Heard()
    source = AudioInput("audio", Stream, lambda: now[0])
    source.on_block = heard
    running = asyncio.create_task(source.run())
    try:
        await heard.until(1)
        now[0] += MUTE_S + 0.1
        blocks.append(np.zeros((320, 1), dtype=np.float32))
        await heard.until(2)
        found = source.health(now[0])
        assert (found.state, found.reason) == (
            HealthState.UNCONFIRMED,
            "every channel is digitally silent",
        )
        assert found.counters["overruns"] == 2
        assert found.counters["drift_ppm"] == 17
        assert source.health(now[0] + STALE_S + 0.1).state is HealthState.FAULT
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    closed = source.health(now[0]).counters
    assert "drift_ppm" not in closed, "of a source that is closed nothing is known"
    assert closed["overruns"] == 2, "what was lost stays lost"


async def test_without_its_package_it_is_a_fault_with_its_cure() -> None:
    absent = AbsentInput("audio", "numpy")
    found = absent.health(0.0)
    assert (found.state, "phonghop[audio]" in str(found.reason)) == (HealthState.FAULT, True)
    running = asyncio.create_task(absent.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
