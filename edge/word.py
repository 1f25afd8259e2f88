"""Microphones that prove themselves: each is opened in turn, and a word or a tap must be heard.

Theory. The lamp lights and the microphone opens; whoever stands there says a word. What rises
clearly over its own noise, on the channel of that seat, proves microphone, cable, channel and
the plan of the channels at once. What rises on another channel is a plan that is wrong.

Owns the walk around the table and the judgement. Must not know the command line. Every
microphone is closed again, whatever happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from drivers.audio.config import AudioConfig
from drivers.audio.input import AudioInput
from drivers.core.capability import SeatOutputs
from edge.listening.levels import BLOCK_S, Levels, Meter, Samples
from edge.room import Devices

RISE_DB = 12.0
"""Over the noise of the first moment: a word half a metre away has 30 and more."""

WORD_DBFS = -50.0
"""A word reaches this at any gain that is of use; the noise of no live microphone does."""

GAP_DBFS = -75.0
"""Quieter is a gap in the line, not the noise of a microphone."""

SETTLE_S = 0.3
"""The click of the switch and what was on its way are no word."""

LEARN_S = 0.3
"""Then, the noise of the open microphone, before anybody is expected to speak."""

OTHER_DB = 6.0
"""Another channel that rises by so much more is the one that was spoken into."""

LOOK_EVERY_S = 0.05
OPENING_S = 2.0
"""A relay that has not closed by then will not."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What one microphone proved."""

    verdict: Literal["pass", "fail", "unconfirmed"]
    reason: str | None = None


class Rise:
    """By how much each channel rose over its own noise, since it was asked to watch."""

    def __init__(self, channels: int, rate_hz: int) -> None:
        """Watches nothing yet."""
        self._meter = Meter(channels, rate_hz)
        self._left = 0
        self._noise: Levels = np.zeros(channels)
        self.most_db: Levels = np.zeros(channels)

    def begin(self) -> None:
        """Learn the noise anew, then watch."""
        self.most_db = np.zeros_like(self.most_db)
        self._left = round((SETTLE_S + LEARN_S) / BLOCK_S)

    def feed(self, block: Samples, at_s: float) -> None:
        """One block, in the thread of the source."""
        self._meter.feed(block)
        now = self._meter.instant_dbfs
        if self._left > 0:
            # The quietest moment: a word that begins early must not count as noise.
            settles = self._left >= round(LEARN_S / BLOCK_S)
            self._noise = now if settles else np.minimum(self._noise, now)
            self._left -= 1
        else:
            over_db = now - np.maximum(self._noise, GAP_DBFS)
            self.most_db = np.maximum(self.most_db, np.where(now >= WORD_DBFS, over_db, 0.0))


def judge(most_db: Levels, channel: int, numbers: tuple[int, ...]) -> Proof | None:
    """What the rises of all channels say of the one that was asked; None: nothing yet."""
    loudest = int(np.argmax(most_db))
    if most_db[loudest] < RISE_DB:
        return None
    if loudest != channel and most_db[loudest] > most_db[channel] + OTHER_DB:
        whose = f"seat {numbers[loudest]}" if numbers[loudest] else "nobody"
        return Proof("fail", f"heard on channel {loudest + 1}, which is the one of {whose}")
    if most_db[channel] < RISE_DB:
        return None
    return Proof("pass", f"heard, {most_db[channel]:.0f} dB over its noise")


async def prove(
    audio: AudioConfig, devices: Devices, word_s: float, tell: Callable[[int], None]
) -> list[tuple[int, Proof]]:
    """Ask at every seat with a channel, in the order of the channels. The devices must run."""
    source = devices.audio
    if not isinstance(source, AudioInput):
        reason = source.health(0.0).reason if source is not None else None
        return [(n, Proof("unconfirmed", reason)) for n in audio.channels if n]
    rise = Rise(len(audio.channels), audio.rate_hz)
    source.on_block = rise.feed
    found = []
    for channel, number in enumerate(audio.channels):
        if number in devices.buses:
            proof = await _ask(audio, devices, rise, channel, word_s, tell)
            found.append((number, proof if source.listens else Proof("unconfirmed", "no sound")))
    return found


async def _ask(
    audio: AudioConfig,
    devices: Devices,
    rise: Rise,
    channel: int,
    word_s: float,
    tell: Callable[[int], None],
) -> Proof:
    number, loop = audio.channels[channel], asyncio.get_running_loop()
    bus = devices.buses[number]
    bus.set_outputs(number, SeatOutputs(microphone=True, red="slow"))
    try:
        until_s = loop.time() + OPENING_S
        while bus.seat_state(number, loop.time()).microphone.value is not True:
            if loop.time() >= until_s:
                return Proof("unconfirmed", "the microphone does not open")
            await asyncio.sleep(LOOK_EVERY_S)
        rise.begin()
        tell(number)
        until_s = loop.time() + word_s
        while (proof := judge(rise.most_db, channel, audio.channels)) is None:
            if loop.time() >= until_s:
                return Proof("unconfirmed", f"nothing was heard within {word_s:g} s")
            await asyncio.sleep(LOOK_EVERY_S)
        return proof
    finally:
        bus.set_outputs(number, SeatOutputs())
