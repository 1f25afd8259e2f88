"""The sound in a room file: what fits together, what does not, and what happens without it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from drivers.audio.absent import AbsentInput
from drivers.core.capability import HealthState
from edge.composition import make_devices, make_ears
from edge.twin.sound import sound_of
from firmware_config.loader import ROOMS_DIR, RoomFileError, load_room

MAIN = (ROOMS_DIR / "main.toml").read_text(encoding="utf-8").partition("[audio]")[0]
STREAM = "\n[[audio.streams]]\nport = {port}\nchannels = {channels}\n"


def room(folder: Path, audio: str) -> Path:
    path = folder / "room.toml"
    path.write_text(f"{MAIN}[audio]\n{audio}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("audio", "says"),
    [
        ('source = "twin:main/audio"\nchannels = [1, 99]', "audio.channels: 99 is no seat"),
        ('source = "twin:main/audio"\nchannels = [1, 2, 1]', "seat 1 has two channels"),
        ('source = "twin:other/audio"\nchannels = [1]', "must be twin:main/audio"),
        ('source = "alsa"\nchannels = [1]', "audio.source"),
        ('source = "rtp"\nchannels = [1]', "the streams carry only 0"),
        ('source = "device:Mixer"\nchannels = [1]' + STREAM, "source rtp only"),
        ('source = "rtp"\nchannels = [1]' + STREAM + STREAM, "port 5004 is used twice"),
        (
            'source = "rtp"\nchannels = [1]' + STREAM + 'group = "10.0.0.1"\n',
            "10.0.0.1 is no IPv4 multicast group",
        ),
    ],
)
def test_a_clash_is_one_line_that_names_the_key(tmp_path: Path, audio: str, says: str) -> None:
    text = audio.replace("{port}", "5004").replace("{channels}", "1")
    with pytest.raises(RoomFileError) as caught:
        load_room(room(tmp_path, text))
    assert says in str(caught.value)


def test_two_groups_may_use_one_port(tmp_path: Path) -> None:
    stream = STREAM.format(port=5004, channels=1)
    audio = 'source = "rtp"\nchannels = [1, 2]'
    for group in ("239.69.0.1", "239.69.0.2"):
        audio += f'{stream}group = "{group}"\n'
    assert load_room(room(tmp_path, audio)).audio is not None


@pytest.mark.parametrize(
    "source",
    ['"device:Mixer"', '"twin:main/audio"', f'"rtp"{STREAM.format(port=5004, channels=1)}'],
)
async def test_every_source_can_be_wired(tmp_path: Path, source: str) -> None:
    config = load_room(room(tmp_path, f"channels = [1]\nsource = {source}"))
    devices = make_devices(config, lambda _: None, lambda _: None)
    assert devices.all()["audio"].health(0.0).state is HealthState.UNCONFIRMED
    assert make_ears(config, devices) is not None


async def test_without_its_packages_the_room_is_deaf_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config = load_room("main")
    assert config.audio is not None
    for name in [n for n in sys.modules if n.startswith(("drivers.audio.", "edge.ears"))]:
        if name not in ("drivers.audio.absent", "drivers.audio.config"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numpy", None)
    devices = make_devices(config, lambda _: None, lambda _: None)
    assert isinstance(devices.audio, AbsentInput)
    found = devices.audio.health(0.0)
    assert (found.state, "phonghop[audio]" in str(found.reason)) == (HealthState.FAULT, True)
    assert make_ears(config, devices) is None
    assert sound_of(config, config.audio, set) is None
    assert len([r for r in caplog.records if "numpy is missing" in r.getMessage()]) == 2
