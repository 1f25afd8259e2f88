"""Live listening: a sound card and packets of RTP, told as they come, until somebody ends it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from drivers.audio import codec, device
from drivers.audio.config import AudioConfig, RtpStreamConfig
from drivers.audio.device import open_device
from drivers.audio.input import AudioInput
from drivers.audio.sim import RtpSenderSim
from drivers.audio.sim_room import SimAcoustics
from drivers.core.errors import LinkDown
from edge.cli import main
from edge.composition import make_audio
from edge.listen_live import Event, Listener, say
from edge.listening.dominance import Margins
from tests.fake_portaudio import GOOD, MIXER, FakePortAudio, feed
from tests.ports import free_port

RATE_HZ, BLOCK = 16_000, 320
SEATS = (1, 2, 3)
PLACES = {n: (0.62 * n, 0.0, 1.2) for n in SEATS}
Story = tuple[tuple[float, set[int], dict[int, str]], ...]
"""So many seconds, who talks, how microphones are."""


class Card(FakePortAudio):
    """Plays a story as quickly as it is taken, then Ctrl-C, then the noise of the room."""

    def __init__(self, *story: tuple[float, set[int], dict[int, str]]) -> None:
        super().__init__(MIXER)
        self.story: Story = story
        self.thread = threading.Thread(target=self._play, daemon=True)

    def InputStream(self, **wanted: Any) -> SimpleNamespace:  # noqa: N802
        stream = super().InputStream(**wanted)
        stream.start = self.thread.start
        return stream

    def _play(self) -> None:
        room = SimAcoustics(SEATS, PLACES, RATE_HZ)
        for seconds, talking, microphones in self.story:
            for _ in range(round(seconds * 50)):
                self._give(room.hear(BLOCK, talking, set(SEATS), microphones))
        os.kill(os.getpid(), signal.SIGINT)
        while not self.opened[-1].closed:
            self._give(room.hear(BLOCK, set(), set(SEATS), {}))

    def _give(self, block: Any) -> None:
        callback = self.opened[-1].callback
        while callback.__self__._queue.qsize() > 5 and not self.opened[-1].closed:
            time.sleep(0.0005)
        callback(block, len(block), None, GOOD)


def live(*more: str) -> list[str]:
    return ["listen", "--device", "mixer", "--channels", "3", "--rate", str(RATE_HZ), *more]


def test_a_card_is_heard_until_it_is_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = Card((1.0, set(), {}), (2.0, {2}, {}), (1.5, {2}, {3: "stuck"}), (2.0, set(), {}))
    monkeypatch.setattr(device, "load_portaudio", lambda: card)
    assert main(live("--json")) == 0
    card.thread.join()
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [e["talking"] for e in events if "talking" in e] == [["2"], []]
    alerts = [(e["alert"]["seat"], e["alert"]["kind"], e["on"]) for e in events if "alert" in e]
    assert alerts == [("3", "stuck", True), ("3", "stuck", False)]
    levels = [e["levels"] for e in events if "levels" in e]
    assert len(levels) >= 6, "one a second"
    assert levels[0].keys() == {"1", "2", "3"}
    assert levels[2]["2"] > levels[2]["1"] > levels[0]["1"]
    assert [e["sound"] for e in events if "sound" in e] == ["ok"]
    figures = events[-1]["figures"]
    assert (figures["channels"], figures["overruns"]) == (3, 0)
    assert figures["blocks"] >= 6 * 50
    assert figures["ms_per_block"] > 0


def test_what_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Any:
        raise LinkDown("PortAudio is missing: install the package libportaudio2")

    for load, says in ((missing, "libportaudio2"), (FakePortAudio, "no sound device 'mixer'")):
        monkeypatch.setattr(device, "load_portaudio", load)
        assert main(live()) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert says in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--device", "mixer"], "needs --channels, 1 to 64"),
        (["--device", "mixer", "--channels", "65"], "needs --channels, 1 to 64"),
        (["--device", "", "--channels", "3"], "1 to 100 characters"),
        (["--room", "nowhere"], "no such room"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["listen", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said


def test_a_room_without_sound_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "room.toml"
    path.write_text('[room]\nid = "small"\ntitle = { vi = "a", en = "a" }\n')
    assert main(["listen", "--room", str(path)]) == 1
    assert "has no [audio]" in capsys.readouterr().err


@asynccontextmanager
async def listener(
    config: AudioConfig, source: AudioInput
) -> AsyncIterator[tuple[list[Event], Callable[[], bool]]]:
    """What it tells, and whether it has ended."""
    events: list[Event] = []
    ended = asyncio.Event()
    running = asyncio.create_task(Listener(config, Margins(), source, events.append).run(ended))
    try:
        yield events, running.done
    finally:
        ended.set()
        await running


async def test_a_device_that_goes_is_told_and_waited_for() -> None:
    config = AudioConfig(source="device:Mixer", rate_hz=RATE_HZ, channels=SEATS)
    audio = FakePortAudio(MIXER)
    source = AudioInput("audio", lambda: open_device(config, audio))

    def states() -> list[str]:
        return [event["sound"] for event in events if "sound" in event]

    async with listener(config, source) as (events, _):
        await feed(audio, lambda: states() == ["ok"])
        audio.devices.clear()
        audio.opened[-1].active = False
        await feed(audio, lambda: "fault" in states())
        assert "Mixer" in [event for event in events if "sound" in event][1]["reason"]
        audio.devices.append(MIXER)
        await feed(audio, lambda: states()[-1] == "ok")
    assert events[-1]["figures"]["opened"] == 2


async def test_packets_are_heard_and_lost_ones_counted() -> None:
    """Seat 2 talks; the sender loses one packet in twenty."""
    port = free_port()
    stream = RtpStreamConfig(port=port, channels=3, encoding="L16", payload_type=96)
    config = AudioConfig(source="rtp", rate_hz=RATE_HZ, channels=SEATS, streams=(stream,))
    sim = RtpSenderSim(SEATS, PLACES, RATE_HZ, lambda: {1, 2, 3})
    sim.receive(codec.receiver_report(1), 0.0)
    sim.people = {1: "silent", 2: "talks", 3: "silent"}
    sim.fault = "lossy"
    source = make_audio(config)
    assert isinstance(source, AudioInput)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        async with listener(config, source) as (events, has_ended), asyncio.timeout(30):
            while {"talking": ["2"]} not in [{"talking": event.get("talking")} for event in events]:
                assert not has_ended()
                for reply in sim.tick(time.monotonic()):
                    out.sendto(reply.data, ("127.0.0.1", port))
                await asyncio.sleep(0.01)
    assert events[-1]["figures"]["lost"] > 0


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ({"talking": ["2", "3"]}, "ghế 2, 3 nói / seat 2, 3 talks"),
        ({"talking": []}, "im lặng / nobody talks"),
        ({"levels": {"1": -60, "2": -20}}, "dBFS  1:-60  2:-20"),
        ({"sound": "fault", "reason": "it is gone"}, "không có tiếng / no sound: it is gone"),
        ({"sound": "ok", "reason": None}, "có tiếng / sound comes"),
    ],
)
def test_lines_for_people(event: Event, line: str) -> None:
    assert say({"at_s": 1.25, **event}) == f"    1.25 s   {line}"


def test_an_alert_is_said_in_both_languages_and_taken_back() -> None:
    alert = {"seat": "3", "kind": "hum", "vi": "ù nguồn", "en": "hum", "evidence": "-20 dBFS"}
    begun = say({"at_s": 1.0, "alert": alert, "on": True})
    assert begun.endswith("! ghế 3: ù nguồn / hum (-20 dBFS)")
    assert say({"at_s": 1.0, "alert": alert, "on": False}).endswith("over: ghế 3: ù nguồn / hum")
    assert say({"figures": {"channels": 3, "lost": 0}}) == "channels 3  lost 0"
