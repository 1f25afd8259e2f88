"""The room's ears as processes: people of the twin talk over RTP, edge and hub draw consequences.

Who talks is said at the twin; what is seen is seen on MQTT and at the simulated hardware.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from edge.twin.client import TwinClient
from tests.broker import mosquitto_program
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

UP, DOWN = "phonghop/v1/main/up", "phonghop/v1/main/down"

MEETING = """\
mode = "open"
max_open = 3
[settings]
silence_off_s = 2.0
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with the main room, where silence ends a turn."""
    running = Site(tmp_path_factory.mktemp("ears"))
    running.broker.start()
    meeting = running.folder / "meeting.toml"
    meeting.write_text(MEETING)
    running.start_hub("--meeting", str(meeting))
    running.start_twin("main")
    running.start_edge("main")
    yield running
    running.stop_all()


async def ready(ear: Ear) -> None:
    """The hub leads, every unit answers, sound comes, nobody speaks."""
    await ear.until(lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads", 40.0)
    await ear.until(
        lambda t: all(s["health"] == "ok" for s in t[f"{UP}/state/seats"]["seats"].values()),
        "every unit answers",
    )
    await ear.until(lambda t: t[f"{UP}/state/audio"]["listens"], "sound comes")
    await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "nobody speaks")


async def press(seat: int) -> None:
    async with TwinClient("main") as twin:
        await twin.press(str(seat), "mic", 80)


async def voice(**people: str) -> None:
    """``seat_12="talks"``."""
    async with TwinClient("main") as twin:
        for seat, what in people.items():
            await twin.voice(seat.removeprefix("seat_"), what)


async def opened(ear: Ear, seat: int) -> None:
    await press(seat)
    await ear.until(
        lambda t: t[f"{UP}/state/seats"]["seats"][str(seat)]["microphone"],
        f"microphone {seat} proved open",
    )


async def until_talking(ear: Ear, *seats: str) -> None:
    await ear.until(
        lambda t: t[f"{UP}/state/audio"]["talking"] == list(seats), f"{seats or 'nobody'} talks"
    )


async def test_somebody_talks_falls_silent_and_loses_the_turn(site: Site) -> None:
    async with listening(site) as ear:
        await ready(ear)
        await voice(seat_12="talks")
        await opened(ear, 12)
        await until_talking(ear, "main/12")
        await ear.until(lambda t: t[f"{UP}/tele/levels"]["figures"]["12"] > -50, "a meter")
        begun = len(ear.heard)
        await voice(seat_12="silent")
        await ear.until(
            lambda t: t[f"{DOWN}/floor"]["speaking"][0]["silent_ms"] is not None,
            "the hub knows of the silence",
        )
        await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "the turn is over")
        await until_shown(
            "main", lambda s: s["seats"]["12"]["microphone"] is False, "microphone 12 closed"
        )
        meters = [at for topic, _, at in ear.heard[begun:] if topic == f"{UP}/tele/levels"]
        assert len(meters) <= 10 * (meters[-1] - meters[0]) / 1e9 + 2
        assert ear.latest[f"{UP}/state/audio"]["heard_s"]["12"] > 0


async def test_a_voice_keeps_the_turn(site: Site) -> None:
    async with listening(site) as ear:
        await ready(ear)
        await voice(seat_5="talks")
        await opened(ear, 5)
        await until_talking(ear, "main/5")
        begun = time.monotonic_ns()
        await ear.until(
            lambda t: float(t[f"{UP}/state/audio"]["heard_s"].get("5", 0)) > 5.0,
            "heard for longer than a silence of the same time would have been borne",
            40.0,
        )
        ended = [
            at
            for topic, payload, at in ear.heard
            if topic == f"{DOWN}/floor" and at > begun and not payload["speaking"]
        ]
        assert ended == []
        await press(5)
        await voice(seat_5="auto")
        await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "the turn is over")


async def test_an_open_microphone_that_is_dead_is_an_alert(site: Site) -> None:
    """The chair's, whose turn no silence ends."""
    async with listening(site) as ear:
        await ready(ear)
        await voice(seat_1="dead", seat_8="talks")
        await opened(ear, 8)
        await opened(ear, 1)
        alert = await ear.until(lambda t: t[f"{UP}/alert/mic-1-silent"], "an alert", 30.0)
        assert (alert["seat"], alert["device"]) == ("main/1", "audio")
        await voice(seat_1="well", seat_8="silent")
        await ear.until(
            lambda t: [turn["seat"] for turn in t[f"{DOWN}/floor"]["speaking"]] == ["main/1"],
            "the delegate is silent, and off",
        )
        await voice(seat_1="talks")
        await ear.until(lambda t: t[f"{UP}/alert/mic-1-silent"] is None, "heard: no alert")
        await press(1)
        await voice(seat_1="auto", seat_8="auto")
        await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "the turn is over")


async def test_no_sound_is_a_fault_that_heals_and_the_room_goes_on(site: Site) -> None:
    async with listening(site) as ear:
        await ready(ear)
        async with TwinClient("main") as twin:
            await twin.fault("audio", "stopped")
        alert = await ear.until(lambda t: t[f"{UP}/alert/audio"], "an alert")
        assert "no packets come" in alert["evidence"]
        await ear.until(lambda t: t[f"{UP}/state/audio"]["listens"] is False, "nobody listens")
        await opened(ear, 3)
        await press(3)
        await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "one press still works")
        async with TwinClient("main") as twin:
            await twin.fault("audio", None)
        await ear.until(lambda t: t[f"{UP}/alert/audio"] is None, "healed", 40.0)
        await ear.until(lambda t: t[f"{UP}/state/audio"]["listens"], "sound comes")


async def test_a_lossy_network_is_counted_and_understood(site: Site) -> None:
    async with listening(site) as ear:
        await ready(ear)
        async with TwinClient("main") as twin:
            await twin.fault("audio", "lossy")
        await voice(seat_20="talks")
        await opened(ear, 20)
        await until_talking(ear, "main/20")
        await ear.until(
            lambda t: t[f"{UP}/state/devices"]["devices"]["audio"]["counters"]["lost"] > 10,
            "lost packets are counted",
            30.0,
        )
        await press(20)
        async with TwinClient("main") as twin:
            await twin.fault("audio", None)
        await voice(seat_20="auto")
        await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "the turn is over")


async def test_in_the_check_each_microphone_proves_itself(tmp_path: Any) -> None:
    """With a twin alone; the satellite's, because it is smaller."""
    alone = Site(tmp_path)
    try:
        alone.start_twin("satellite-1")
        await until_shown("satellite-1", lambda s: s["seats"], "the twin runs")
        async with TwinClient("satellite-1") as twin:
            await twin.voice("2", "silent")
        done = await asyncio.to_thread(
            subprocess.run,
            [
                *(sys.executable, "-m", "edge.cli", "check", "--room", "satellite-1", "--json"),
                *("--microphones", "--word-seconds", "5", "--seconds", "20"),
            ],
            capture_output=True,
            text=True,
            env=alone.env,
            timeout=90,  # a machine that does five other things is slow, not wrong
            check=False,
        )
        found = {d["device"]: d["verdict"] for d in json.loads(done.stdout)["devices"]}
        microphones = {k: v for k, v in found.items() if k.startswith("mic-")}
        assert microphones.pop("mic-2") == "unconfirmed"
        assert set(microphones.values()) == {"pass"}
        assert done.returncode == 1
        await until_shown(
            "satellite-1",
            lambda s: not any(seat["microphone"] for seat in s["seats"].values()),
            "every microphone closed again",
        )
    finally:
        alone.stop_all()
