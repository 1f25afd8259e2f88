"""The room's ears at work: blocks of sound in, talkers and their consequences out.

The chain runs in the thread of the source, block by block; the loop looks at what it found at
every tick, and is woken when somebody begins or ends to talk.

Owns the chain, what it found last, and which microphones count as open. Must not decide who
speaks (``edge.rules``), nor publish. Times are monotonic seconds, levels dBFS.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from drivers.audio.input import AudioInput
from drivers.core.capability import Health, HealthState
from edge.alarms import Subject
from edge.contract import messages
from edge.contract.topics import seat_name
from edge.listening.chain import Chain
from edge.listening.dominance import Margins, Mask
from edge.listening.levels import BLOCK_S, SILENCE_DBFS, Levels, Samples
from edge.listening.truth import Fault, Kind
from edge.listening.voice import Detector, webrtc
from edge.listening.words import KINDS
from edge.room import Devices
from edge.rules.following import Room
from edge.voice_floor import Asked, SeatSound, VoiceFloor

log = logging.getLogger(__name__)

STANDS: tuple[Kind, ...] = ("silent", "stuck")
"""Faults of the hardware: closing the microphone does not end them, being heard does."""

COST_SHARE = 0.02
"""Share of the newest block in what a block costs on average: about a second's worth."""


@dataclass(frozen=True, slots=True)
class EarsPlan:
    """Which channel is whose, and how it is judged. Channel 0 is nobody's."""

    room: str
    channels: tuple[int, ...]
    rate_hz: int
    margins: Margins
    hears_closed: bool = False


def detector() -> Detector | None:
    """The one that is installed; without it levels alone decide."""
    try:
        return webrtc()
    except ImportError:
        log.warning("webrtcvad-wheels is missing: levels alone decide; install phonghop[audio]")
        return None


class Ears:
    """Listens to one room. ``look`` and what it returns belong to the loop."""

    def __init__(
        self, plan: EarsPlan, audio: AudioInput, devices: Devices, voices: Detector | None
    ) -> None:
        """Hears nothing before ``audio`` runs; ``on_talking`` is set by whoever wants to know.

        Raises:
            ValueError: the rate is too low for speech.
        """
        self.on_talking: Callable[[tuple[str, ...] | None], None] = lambda seats: None
        self.talking: tuple[str, ...] | None = None
        """Seats that talk now, the clearest first; None: no sound comes."""
        self.voiced: tuple[str, ...] = ()
        """Those of them who are not pausing, by the newest block."""
        self.ms_per_block = 0.0
        """Time of a processor, smoothed."""
        self._plan, self._audio, self._devices = plan, audio, devices
        self._seats = {c: seat_name(plan.room, n) for c, n in enumerate(plan.channels) if n}
        count = len(plan.channels)
        self._chain = Chain(count, plan.rate_hz, voices, plan.margins)
        self._chain.open = np.zeros(count, dtype=np.bool_)
        self._open_s: dict[int, float] = {}
        self._voice = VoiceFloor()
        self._found: tuple[str, ...] = ()
        self._levels: Levels = np.full(count, SILENCE_DBFS)
        self._heard_s: dict[int, float] = {}
        self._blocks = np.zeros(count, dtype=np.int64)
        self._faults: tuple[Fault, ...] = ()
        self._evidence: dict[tuple[int, Kind], tuple[str, float]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        audio.on_block = self._hear

    # In the thread of the source

    def _hear(self, block: Samples, at_s: float) -> None:
        begun_s = time.thread_time()
        heard = self._chain.feed(block)
        self._levels = self._chain.meter.level_dbfs
        for channel in {*heard.active, *heard.talking}:
            self._heard_s[channel] = at_s
        self._blocks[list(heard.talking)] += 1
        self._faults = heard.faults
        talking = tuple(self._seats[c] for c in heard.talking if c in self._seats)
        self.voiced = tuple(self._seats[c] for c in heard.voiced if c in self._seats)
        spent_ms = (time.thread_time() - begun_s) * 1000
        self.ms_per_block += (spent_ms - self.ms_per_block) * COST_SHARE
        if talking != self._found:
            self._found = talking
            if self._loop is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._news)

    # On the loop

    def _news(self) -> None:
        talking = self._found if self._audio.listens else None
        if talking != self.talking:
            self.talking = talking
            self.on_talking(talking)

    def look(self, room: Room, now_s: float) -> tuple[Asked, ...]:
        """See which microphones are open, and what the floor must be told."""
        self._loop = asyncio.get_running_loop()
        self._mask(room, now_s)
        self._news()
        self._keep_evidence(now_s)
        seats = {
            seat: SeatSound(seat in (self.talking or ()), self._heard_s.get(c), self._open_s.get(c))
            for c, seat in self._seats.items()
        }
        return self._voice.owed(room, seats, now_s, listens=self.talking is not None)

    def _mask(self, room: Room, now_s: float) -> None:
        """Microphones that are proved open; where closed ones are heard, *voice* takes all."""
        for channel, number in enumerate(self._plan.channels):
            bus = self._devices.buses.get(number)
            if bus is not None and bus.seat_state(number, now_s).microphone.value is True:
                self._open_s.setdefault(channel, now_s)
            else:
                self._open_s.pop(channel, None)
        every = self._plan.hears_closed and room.floor.mode == "voice"
        open_: Mask = np.array(
            [c in self._seats and (every or c in self._open_s) for c in range(len(self._levels))]
        )
        self._chain.open = open_

    def levels(self) -> dict[str, float]:
        """Whole dBFS of open microphones, by seat number."""
        levels = self._levels
        return {str(self._plan.channels[c]): float(round(levels[c])) for c in sorted(self._open_s)}

    def heard_s(self) -> dict[str, float]:
        """How long each seat has been heard since the start, by seat number."""
        return {
            str(self._plan.channels[c]): round(float(self._blocks[c]) * BLOCK_S, 1)
            for c in self._seats
            if self._blocks[c]
        }

    @property
    def numbers(self) -> tuple[int, ...]:
        """Seats with a channel."""
        return tuple(sorted(number for number in self._plan.channels if number))

    # Microphones that cannot be believed

    def _keep_evidence(self, now_s: float) -> None:
        """The first sight of a fault is its evidence for as long as it stands."""
        for fault in self._faults:
            self._evidence.setdefault((fault.channel, fault.kind), (fault.evidence, now_s))

    def subjects(self) -> dict[str, tuple[Subject, Health]]:
        """Every microphone's fault, and those that are over."""
        now = {(fault.channel, fault.kind) for fault in self._faults}
        found: dict[str, tuple[Subject, Health]] = {}
        for (channel, kind), (evidence, since_s) in list(self._evidence.items()):
            if channel not in self._seats:
                continue
            subject = self._subject(channel, kind)
            proved = kind not in STANDS or self._heard_s.get(channel, since_s) > since_s
            if (channel, kind) in now:
                health = Health(HealthState.FAULT, evidence)
            elif proved:
                health = Health(HealthState.OK)
                del self._evidence[channel, kind]
            else:
                health = Health(HealthState.UNCONFIRMED, "not heard since")
            found[subject.id] = (subject, health)
        return found

    def _subject(self, channel: int, kind: Kind) -> Subject:
        number, words = self._plan.channels[channel], KINDS[kind]
        title = messages.Text(vi=f"Micro số {number}", en=f"Microphone {number}")
        text = messages.Text(vi=f"{title.vi}: {words.vi}", en=f"{title.en}: {words.en}")
        return Subject(
            f"mic-{number}-{kind}",
            title,
            device=self._audio.id,
            seat=self._seats[channel],
            said=text,
        )

    def figures(self) -> Mapping[str, float]:
        """What a plot can do without."""
        found = {"ears.ms_per_block": round(self.ms_per_block, 3)}
        if self._audio.drift_ppm is not None:
            found["ears.drift_ppm"] = round(self._audio.drift_ppm, 1)
        return found
