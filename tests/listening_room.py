"""A room of talkers and microphones whose truth is known, made from a seed.

Owns the synthesis: turns with the timing of real meetings, voices, cross-talk by distance,
delays, levels, the decay of the room. Must not use the product's code.

Turns: log-normal, median 1.6 s, four of ten shorter than 1 s, some overlap: 14 changes a minute.
Cross-talk: -10 dB at the neighbour 0.62 m away, falling with the distance. Decay: exponential
noise tail, equally loud at every microphone.
"""

from __future__ import annotations

import functools
import math
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import fftconvolve, resample_poly

RATE_HZ = 16_000
PITCH_M = 0.62
SOUND_M_S = 343.0

Signal = NDArray[np.float32]

SENTENCES = (
    "The committee has examined the report and asks for two more weeks.",
    "I would like to thank everybody for coming today, let us begin.",
    "Our department has spent sixty percent of the budget so far.",
    "Could the satellite room please repeat the last question for us.",
    "I agree with the proposal but the second article needs more work.",
    "There are three points that I want to raise before we vote on this.",
)


@dataclass(frozen=True)
class Turn:
    """Somebody talks."""

    seat: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Take:
    """A recording and its truth."""

    samples: Signal
    turns: tuple[Turn, ...]

    def truth(self, block_s: float) -> NDArray[np.bool_]:
        """Who talks in each block: (blocks, seats)."""
        count = int(len(self.samples) / RATE_HZ / block_s)
        talks = np.zeros((count, self.samples.shape[1]), dtype=np.bool_)
        for turn in self.turns:
            talks[round(turn.start_s / block_s) : round(turn.end_s / block_s), turn.seat] = True
        return talks


def has_voices() -> bool:
    """Real speech can be made here."""
    return shutil.which("espeak-ng") is not None


@functools.cache
def voice(number: int) -> Signal:
    """Some 12 s of speech without long pauses, at -20 dBFS."""
    if not has_voices():
        return babble(number)
    kinds = ("en-us", "en-us+m3", "en-us+f2", "en-us+f4", "en-us+m7", "vi")
    text = " ".join(SENTENCES[(number + n) % len(SENTENCES)] for n in range(3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        subprocess.run(
            ["espeak-ng", "-v", kinds[number % len(kinds)], "-s", "155", "-w", str(path), text],
            check=True,
        )
        rate, samples = wavfile.read(path)
    sound = resample_poly(samples.astype(np.float64), RATE_HZ, rate)
    return _normal(_without_pauses(sound))


def _without_pauses(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut pauses longer than 0.2 s: a turn's truth is one piece."""
    size = RATE_HZ // 50
    blocks = sound[: len(sound) // size * size].reshape(-1, size)
    quiet = np.sqrt((blocks**2).mean(axis=1)) < 0.02 * np.abs(sound).max()
    kept, run = [], 0
    for block, is_quiet in zip(blocks, quiet, strict=True):
        run = run + 1 if is_quiet else 0
        if run <= 10:
            kept.append(block)
    return np.concatenate(kept)


def babble(number: int) -> Signal:
    """Where no synthesiser is installed: buzz and noise with the rhythm of syllables."""
    rnd = np.random.default_rng(number)
    t = np.arange(12 * RATE_HZ) / RATE_HZ
    pitch = 110.0 + 25.0 * (number % 6)
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * t))) / RATE_HZ
    buzz = sum(np.sin(k * phase) / k for k in range(1, 24))
    rhythm = np.clip(np.sin(2 * np.pi * (3.8 + 0.2 * (number % 4)) * t + number), 0, 1) ** 0.7
    hiss = rnd.normal(size=len(t)) * np.roll(rhythm, RATE_HZ // 9) * 0.3
    return _normal(buzz * rhythm + hiss)


def _normal(sound: NDArray[np.float64]) -> Signal:
    return (sound / np.sqrt((sound**2).mean()) * 0.1).astype(np.float32)


def meeting_turns(
    seats: int, length_s: float, rnd: np.random.Generator, overlap: float = 0.09
) -> tuple[Turn, ...]:
    """Who talks when; a few people hold most of the talk, as in meetings."""
    active = rnd.choice(seats, size=min(6, seats), replace=False)
    turns: list[Turn] = []
    at_s, last = 0.5, -1
    while at_s < length_s - 1.0:
        seat = int(rnd.choice([s for s in active if s != last]))
        long_s = float(np.clip(rnd.lognormal(math.log(1.6), 1.85), 0.3, 15.0))
        end_s = min(at_s + long_s, length_s - 0.5)
        turns.append(Turn(seat, at_s, end_s))
        gap_s = -rnd.uniform(0.1, 0.6) if rnd.random() < overlap * 3 else rnd.uniform(0.05, 0.6)
        at_s, last = max(end_s + gap_s, at_s + 0.3), seat
    return tuple(turns)


@dataclass(frozen=True)
class Hall:
    """The acoustics."""

    seats: int = 25
    neighbour_db: float = -10.0
    levels_db: float = 6.0
    decay_s: float = 0.0
    """Time to fall by 60 dB; 0: no reverberation."""
    direct_to_decay_db: float = 8.0
    noise_dbfs: float = -62.0

    def record(self, turns: tuple[Turn, ...], length_s: float, seed: int) -> Take:
        """What every microphone hears."""
        rnd = np.random.default_rng(seed)
        count = int(length_s * RATE_HZ)
        heard = rnd.normal(size=(count, self.seats)) * 10 ** (self.noise_dbfs / 20)
        gains_db = rnd.uniform(-self.levels_db, self.levels_db, size=self.seats)
        decay = self._decay(rnd)
        for number, turn in enumerate(turns):
            source = voice((turn.seat * 7 + seed) % 24)
            long = int((turn.end_s - turn.start_s) * RATE_HZ)
            begin = int(rnd.integers(0, max(1, len(source) - long)))
            said = np.take(source, range(begin, begin + long), mode="wrap")
            said = said * 10 ** (gains_db[turn.seat] / 20)
            start = int(turn.start_s * RATE_HZ)
            for seat in range(self.seats):
                distance_m = PITCH_M * abs(seat - turn.seat)
                level_db = 0.0
                if seat != turn.seat:
                    level_db = self.neighbour_db - 20 * math.log10(distance_m / PITCH_M)
                at = start + int(distance_m / SOUND_M_S * RATE_HZ)
                piece = said[: max(0, count - at)]
                heard[at : at + len(piece), seat] += piece * 10 ** (level_db / 20)
            if len(decay):
                tail = fftconvolve(said, decay)
                level = 10 ** (-self.direct_to_decay_db / 20)
                for seat in range(self.seats):
                    at = start + int((0.008 + 0.002 * ((seat * 5 + number) % 7)) * RATE_HZ)
                    piece = tail[: max(0, count - at)]
                    heard[at : at + len(piece), seat] += piece * level
        return Take(np.clip(heard, -1, 1).astype(np.float32), turns)

    def _decay(self, rnd: np.random.Generator) -> NDArray[np.float64]:
        """The room's answer to a click, with the power of the click itself."""
        if not self.decay_s:
            return np.zeros(0)
        t = np.arange(int(self.decay_s * RATE_HZ)) / RATE_HZ
        tail = rnd.normal(size=len(t)) * 10 ** (-3.0 * t / self.decay_s)
        return tail / np.sqrt((tail**2).sum())
