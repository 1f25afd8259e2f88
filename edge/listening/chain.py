"""The whole way from a block of samples to who talks.

Owns the order of the steps. Must not know where blocks come from or who reads the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.listening.dominance import Dominance, Margins, Mask
from edge.listening.levels import BLOCK_S, Meter, Samples
from edge.listening.talkers import Talkers
from edge.listening.truth import Fault, Truth
from edge.listening.voice import Detector, Voices

OPENING_BLOCKS = 5
"""A microphone that opens clicks, and its sound comes a little later than the news of it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """After one block. Channels count from 0."""

    at_s: float
    """The block's end, since the start."""
    active: tuple[int, ...]
    """Stand out in this block, with a voice."""
    talking: tuple[int, ...]
    """Talk, by the decision over time; the talker first."""
    voiced: tuple[int, ...]
    """Those of them who have a voice at this moment: who pauses, or has just ended, is missing."""
    faults: tuple[Fault, ...]


class Chain:
    """All microphones of one room."""

    def __init__(
        self,
        channels: int,
        rate_hz: int,
        detector: Detector | None = None,
        margins: Margins | None = None,
    ) -> None:
        """Without a detector the levels alone decide.

        Raises:
            ValueError: the rate is too low for speech.
        """
        self.meter = Meter(channels, rate_hz)
        self.open: Mask = np.ones(channels, dtype=np.bool_)
        """Microphones that are on: a closed one hears nobody."""
        self._dominance = Dominance(channels, margins or Margins())
        self._voices = Voices(channels, rate_hz, detector)
        self._talkers = Talkers(channels)
        self._truth = Truth(channels, rate_hz)
        self._blocks = 0
        self._open_blocks = np.full(channels, OPENING_BLOCKS + 1)

    def feed(self, block: Samples) -> Heard:
        """Take ``meter.block`` samples of every channel."""
        self._blocks += 1
        self.meter.feed(block)
        open_ = self._opened()
        leading = self._dominance.judge(self.meter.level_dbfs, self.meter.floor_dbfs, open_)
        active = self._voices.judge(block, self.meter.instant_dbfs, leading)
        sounding = self._voices.sounding() if active.any() else active
        talking = self._talkers.judge(active, sounding)
        return Heard(
            at_s=self._blocks * BLOCK_S,
            active=tuple(int(c) for c in np.flatnonzero(active)),
            talking=talking,
            voiced=self._talkers.voiced,
            faults=tuple(self._truth.watch(block, self.meter, self.open)),
        )

    def _opened(self) -> Mask:
        """Microphones that are open, the click of the switch over."""
        open_ = self.open
        self._open_blocks = np.where(
            open_, np.minimum(self._open_blocks + 1, OPENING_BLOCKS + 1), 0
        )
        fresh = self._open_blocks == OPENING_BLOCKS
        if fresh.any():
            self.meter.begin(fresh)
            self._voices.begin(fresh, self.meter.instant_dbfs)
        opened: Mask = self._open_blocks >= OPENING_BLOCKS
        return opened
