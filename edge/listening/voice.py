"""Is it speech? Asked only of the microphones that stand out already.

Theory. A detector per microphone is useless in a meeting, on the one or two leading channels it
keeps coughs, paper and taps out. Detectors take a steady loud noise for speech; but speech
rises and falls with its syllables, so a level that stands still is none.

Owns the detector behind one small interface. Must not compare channels.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

import numpy as np

from edge.listening.dominance import Mask
from edge.listening.levels import GAP_DBFS, Levels, Samples

RATES_HZ = (8000, 16000, 32000, 48000)
MODE = 2
"""WebRTC's mode: 2 loses little speech, 3 little more noise (measured on labelled speech)."""

MOVES_DB = 3.0
"""Standard deviation of the level over a second: speech has 6 and more, a fan below 1."""

OVER_BLOCKS = 50

FALLEN_DB, LOUDEST_BLOCKS = 20.0, 25
"""So far below its loudest of the last half second a voice has stopped. Syllables differ by less;
from one to the next it may fall as far, for a block or two. Smoothed levels say it 0.1 to 0.2 s
later, in the decay of a room most of all."""


class Detector(Protocol):
    """One block of one channel: speech or not."""

    def is_speech(self, block: bytes, rate_hz: int) -> bool:
        """``block``: 16 bit, mono, 20 ms."""
        ...


def webrtc() -> Detector:
    """The detector of WebRTC.

    Raises:
        ImportError: the package webrtcvad-wheels is not installed.
    """
    from webrtcvad import Vad

    detector: Detector = Vad(MODE)
    return detector


class Voices:
    """Which of the channels that stand out carry speech."""

    def __init__(self, channels: int, rate_hz: int, detector: Detector | None) -> None:
        """Without a detector, which needs one of ``RATES_HZ``, only steady levels are ruled out."""
        self._rate_hz = rate_hz
        self._detector = detector
        self._history: deque[Levels] = deque(maxlen=OVER_BLOCKS)
        self.asked = 0
        """Blocks that were put to the detector."""

    def begin(self, channels: Mask, instant_dbfs: Levels) -> None:
        """These microphones have just been opened: that their level jumped is no speech."""
        for levels in self._history:
            levels[channels] = instant_dbfs[channels]

    def sounding(self) -> Mask:
        """Channels whose level, in the newest block, has not just fallen."""
        lately = np.array(list(self._history)[-LOUDEST_BLOCKS:])
        found: Mask = lately[-1] >= lately.max(axis=0) - FALLEN_DB
        return found

    def judge(self, block: Samples, instant_dbfs: Levels, leading: Mask) -> Mask:
        """The channels among ``leading`` that carry speech."""
        before = self._history[-1] if self._history else instant_dbfs
        # A gap in the line is no movement of a voice.
        self._history.append(np.where(instant_dbfs > GAP_DBFS, instant_dbfs, before))
        found = leading.copy()
        channels = np.flatnonzero(leading)
        if not len(channels):
            return found
        recent = np.array(self._history)[:, channels]
        moving = recent.std(axis=0) >= MOVES_DB
        for place, channel in enumerate(channels):
            speech = bool(moving[place]) or len(self._history) < OVER_BLOCKS // 4
            if speech and self._detector is not None:
                self.asked += 1
                samples = np.clip(block[:, channel] * 32767.0, -32768, 32767).astype("<i2")
                speech = self._detector.is_speech(samples.tobytes(), self._rate_hz)
            found[channel] = speech
        return found
