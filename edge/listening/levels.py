"""How loud each microphone is, in the band of speech, and how loud its room is by itself.

Theory. Between 300 and 3400 Hz speech stands out from hum and hiss (the telephone band, ITU-T
G.712). The level rises quickly and falls slowly, so that it bridges the gaps between syllables;
the floor falls quickly and rises slowly, so that it finds the pauses between words.

Owns levels and floors of all channels, vectorised. Must not decide anything. Levels are dBFS:
decibels below a full-scale square wave.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

Samples = NDArray[np.float32]
"""Shape (samples, channels), full scale is 1."""
Levels = NDArray[np.float64]
"""Shape (channels,)."""

BLOCK_S = 0.020
BAND_HZ = (300.0, 3400.0)
ATTACK, RELEASE = 0.6, 0.15
"""Share of the new level that is taken over per block, rising and falling."""

FLOOR_DOWN, FLOOR_UP = 0.1, 0.002
"""The same for the floor: it forgets a talker in 10 s and a fan's end in 0.2 s."""

SILENCE_DBFS = -100.0
"""Lower levels are not told apart: converters do not reach them."""

GAP_DBFS = -90.0
"""Quieter is no microphone but a gap in the line, which teaches nothing about its noise."""

OPENING_DBFS = -60.0
"""The noise that a microphone is believed to have when it opens: its cable's was lower, and the
room's would look like somebody who talks. It falls quickly where that is too much."""

SETTLE_BLOCKS = 10
"""The filter's start is no sound."""


class Meter:
    """Levels of all channels, block after block."""

    def __init__(self, channels: int, rate_hz: int) -> None:
        """``rate_hz`` must be above twice the band.

        Raises:
            ValueError: the rate is too low for speech.
        """
        if rate_hz < 2.2 * BAND_HZ[1]:
            raise ValueError(f"{rate_hz} Hz is too low for speech, at least 8000 is needed")
        self.block = round(rate_hz * BLOCK_S)
        self.raw_dbfs: Levels = np.full(channels, SILENCE_DBFS)
        """The whole band of the converter, this block alone."""
        self.instant_dbfs: Levels = np.full(channels, SILENCE_DBFS)
        """The speech band, this block alone."""
        self.level_dbfs: Levels = np.full(channels, SILENCE_DBFS)
        self.floor_dbfs: Levels = np.full(channels, SILENCE_DBFS)
        self.peak: Levels = np.zeros(channels)
        self._blocks = 0
        self._sos = butter(2, BAND_HZ, "bandpass", fs=rate_hz, output="sos").astype(np.float32)
        self._state = np.zeros((len(self._sos), 2, channels), dtype=np.float32)

    def feed(self, block: Samples) -> None:
        """Take one block of ``self.block`` samples of every channel."""
        band, self._state = sosfilt(self._sos, block, axis=0, zi=self._state)
        self.raw_dbfs = _dbfs(block)
        self.instant_dbfs = _dbfs(band)
        self.peak = np.abs(block).max(axis=0)
        self._blocks += 1
        if self._blocks <= SETTLE_BLOCKS:
            self.level_dbfs, self.floor_dbfs = self.instant_dbfs, self.instant_dbfs
            return
        rising = self.instant_dbfs > self.level_dbfs
        share = np.where(rising, ATTACK, RELEASE)
        self.level_dbfs = self.level_dbfs + share * (self.instant_dbfs - self.level_dbfs)
        share = np.where(self.level_dbfs > self.floor_dbfs, FLOOR_UP, FLOOR_DOWN)
        share = np.where(self.raw_dbfs > GAP_DBFS, share, 0.0)
        self.floor_dbfs = self.floor_dbfs + share * (self.level_dbfs - self.floor_dbfs)

    def begin(self, channels: NDArray[np.bool_]) -> None:
        """These microphones have just been opened: what was learnt of them while closed is void."""
        self.floor_dbfs = np.where(
            channels, np.maximum(self.floor_dbfs, OPENING_DBFS), self.floor_dbfs
        )


def _dbfs(samples: Samples) -> Levels:
    power = np.einsum("ij,ij->j", samples, samples, dtype=np.float64) / len(samples)
    floor = 10.0 ** (SILENCE_DBFS / 10.0)
    levels: Levels = 10.0 * np.log10(np.maximum(power, floor))
    return levels
