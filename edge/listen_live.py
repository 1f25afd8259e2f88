"""``phonghop-edge listen --device`` or ``--room``: the room's ears on live sound, told as it comes.

What changes is said when it changes (who talks, microphones that cannot be believed, the state
of the source), levels from time to time, and figures at the end. A source that is not there is
one line and the end; one that goes later is said, and listening goes on when it comes back.

Owns the course of the command and its wording. Must not decide who talks: ``edge.listening``
does; nor keep a source open: ``drivers.audio`` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from drivers.audio.config import CHANNELS_MOST, SOURCE, AudioConfig
from drivers.audio.input import AudioInput
from drivers.core.capability import Device, Health, HealthState
from edge.composition import make_audio
from edge.listen import fault_of, find_detector
from edge.listening.chain import Chain, Heard
from edge.listening.dominance import Margins
from edge.listening.levels import Samples
from edge.listening.truth import Fault, Kind
from firmware_config.loader import RoomFileError, load_room

LOOK_EVERY_S = 0.1
"""The source's state is asked so often; who talks is told at once."""

LEVELS_EVERY_S = 1.0

STATES = {
    HealthState.OK: ("có tiếng", "sound comes"),
    HealthState.FAULT: ("không có tiếng", "no sound"),
    HealthState.UNCONFIRMED: ("chưa rõ", "not confirmed"),
}

Event = dict[str, Any]
Tell = Callable[[Event], None]


@dataclass(slots=True)
class Changes:
    """What is new in what is heard: events, each with its time since the start."""

    seats: Mapping[int, str]
    talking: tuple[int, ...] = ()
    faults: dict[tuple[int, Kind], Fault] = field(default_factory=dict)
    levels_s: float = 0.0

    def see(self, heard: Heard, chain: Chain, at_s: float) -> list[Event]:
        """After a block."""
        found: list[Event] = []
        if heard.talking != self.talking:
            self.talking = heard.talking
            found.append({"talking": [self.seats[c] for c in heard.talking]})
        now = {(f.channel, f.kind): f for f in heard.faults}
        began = [f for key, f in now.items() if key not in self.faults]
        over = [f for key, f in self.faults.items() if key not in now]
        found += [
            {"alert": fault_of(f, self.seats[f.channel]), "on": is_on}
            for faults, is_on in ((began, True), (over, False))
            for f in faults
        ]
        self.faults = now
        if heard.at_s - self.levels_s >= LEVELS_EVERY_S:
            self.levels_s = heard.at_s
            levels = chain.meter.level_dbfs
            found.append(
                {"levels": {seat: round(float(levels[c])) for c, seat in self.seats.items()}}
            )
        return [{"at_s": round(at_s, 2), **event} for event in found]


class Listener:
    """One source through one chain; ``tell`` is called on the loop."""

    def __init__(
        self, config: AudioConfig, margins: Margins, source: AudioInput, tell: Tell
    ) -> None:
        """Every channel that is a seat's counts as an open microphone."""
        detector = find_detector()
        self._chain = Chain(len(config.channels), config.rate_hz, detector, margins)
        self._chain.open = np.array([number > 0 for number in config.channels])
        self._changes = Changes({c: str(n) for c, n in enumerate(config.channels) if n})
        self._figures: dict[str, Any] = {
            "channels": len(config.channels),
            "rate_hz": config.rate_hz,
            "detector": "none" if detector is None else "webrtc",
        }
        self._source, self._tell = source, tell
        self._spent_s, self._blocks = 0.0, 0
        self._told: tuple[HealthState, str | None] | None = None
        self._begun_s = time.monotonic()
        source.on_block = self._hear

    async def run(self, ended: asyncio.Event, seconds: float | None = None) -> str | None:
        """Until then; says why there is no sound, where there is none at the end."""
        self._loop, self._begun_s = asyncio.get_running_loop(), time.monotonic()
        running = asyncio.create_task(self._source.run(), name="source")
        try:
            while not ended.is_set() and not running.done():
                health = self._look()
                if not self._blocks and health.state is HealthState.FAULT:
                    break  # never begun: nobody should wait for what is not there
                if seconds is not None and self._at_s() >= seconds:
                    break
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), LOOK_EVERY_S)
            if running.done():
                await running  # an error of ours
            health = self._look()  # what came and went between two looks is told as well
        finally:
            running.cancel()
            await asyncio.wait({running})
        if self._blocks:
            self._tell({"figures": self._sums(health)})
        return None if health.state is HealthState.OK else health.reason or "no sound came"

    def _look(self) -> Health:
        """How the source is; told when that is new and sound has come."""
        health = self._source.health(time.monotonic())
        state = (health.state, health.reason)
        if self._blocks and state != self._told:
            self._told = state
            self._tell({"at_s": self._at_s(), "sound": health.state, "reason": health.reason})
        return health

    def _at_s(self) -> float:
        return round(time.monotonic() - self._begun_s, 2)

    def _sums(self, health: Health) -> dict[str, Any]:
        cost_ms = round(self._spent_s / self._blocks * 1000, 4)
        return {**self._figures, "ms_per_block": cost_ms, **dict(health.counters)}

    def _hear(self, block: Samples, at_s: float) -> None:
        """In the thread of the source."""
        begun_s = time.thread_time()
        heard = self._chain.feed(block)
        self._spent_s += time.thread_time() - begun_s
        self._blocks += 1
        for event in self._changes.see(heard, self._chain, max(0.0, at_s - self._begun_s)):
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._tell, event)


def config_of(device: str, channels: int | None, rate_hz: int) -> AudioConfig:
    """A sound device whose channel n is seat n.

    Raises:
        ValueError: that cannot be; one line.
    """
    if channels is None or not 1 <= channels <= CHANNELS_MOST:
        raise ValueError(f"--device needs --channels, 1 to {CHANNELS_MOST}, one per seat")
    if not re.fullmatch(SOURCE, f"device:{device}"):
        raise ValueError(f"--device {device!r}: a name has 1 to 100 characters, on one line")
    numbers = tuple(range(1, channels + 1))
    told = {"source": f"device:{device}", "rate_hz": rate_hz, "channels": numbers}
    return AudioConfig.model_validate(told)


def run_live(
    room: str | None,
    device: str | None,
    channels: int | None,
    rate_hz: int,
    seconds: float | None,
    *,
    as_json: bool,
) -> int:
    """The command: 0 when sound came, and comes at the end."""
    # What the source would log is told by this command itself.
    logging.getLogger("drivers.audio").setLevel(logging.ERROR)
    margins = Margins()
    try:
        if room is not None:
            audio = load_room(room).audio
            if audio is None:
                raise ValueError(f"room {room} has no [audio]: there is nothing to listen to")
            config: AudioConfig = audio
            margins = Margins(**audio.margins.model_dump())
        else:
            config = config_of(device or "", channels, rate_hz)
    except (RoomFileError, ValueError) as error:
        return _fail(str(error))
    return asyncio.run(_live(config, margins, make_audio(config), seconds, as_json))


async def _live(
    config: AudioConfig, margins: Margins, source: Device, seconds: float | None, as_json: bool
) -> int:
    if not isinstance(source, AudioInput):
        return _fail(source.health(0.0).reason or "no sound")
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)

    def tell(event: Event) -> None:
        sys.stdout.write(
            json.dumps(event, ensure_ascii=False) + "\n" if as_json else say(event) + "\n"
        )
        sys.stdout.flush()

    wrong = await Listener(config, margins, source, tell).run(ended, seconds)
    return 0 if wrong is None else _fail(wrong)


def _fail(why: str) -> int:
    sys.stderr.write(f"phonghop-edge listen: {why}\n")
    return 1


def say(event: Event) -> str:
    """One event as a line for people."""
    if "figures" in event:
        return "  ".join(f"{name} {value}" for name, value in event["figures"].items())
    return f"{event['at_s']:8.2f} s   {_said(event)}"


def _said(event: Event) -> str:
    if "talking" in event:
        seats = ", ".join(event["talking"])
        return f"ghế {seats} nói / seat {seats} talks" if seats else "im lặng / nobody talks"
    if "levels" in event:
        return "dBFS  " + "  ".join(f"{seat}:{level}" for seat, level in event["levels"].items())
    if "alert" in event:
        alert = event["alert"]
        where = f"ghế {alert['seat']}: {alert['vi']} / {alert['en']}"
        return f"! {where} ({alert['evidence']})" if event["on"] else f"hết / over: {where}"
    vi, en = STATES[event["sound"]]
    return f"{vi} / {en}" + (f": {event['reason']}" if event["reason"] else "")
