"""From blocks to people: who talks now, decided so that it neither flickers nor lags.

Theory. A block of 20 ms says little. A seat *becomes* the talker when it stood out in most of
the last third of a second, and clearly more than who talks already; it *stays* the talker
through pauses, until another one is, or until it was silent for longer than a breath. So whoever
has ended stays the talker for a while, and an interjection seems longer than it was. Cameras must
not be misled by that: ``voiced`` says which talkers make a sound at this moment.

Owns the decision over time. Must not look at sound. Blocks of ``levels.BLOCK_S``.
"""

from __future__ import annotations

import numpy as np

from edge.listening.dominance import Mask
from edge.listening.levels import BLOCK_S

WINDOW_S = 0.3
ON_SHARE = 0.6
"""Stood out in so much of the window: talks."""
LEAD_SHARE = 0.2
"""More than the present talker by so much."""
SILENCE_S = 1.0
"""Nobody stands out for so long: nobody talks (pauses between sentences are shorter)."""
JOINS_SHARE = 0.5
"""Somebody else talks too."""
VOICED_S = 0.06
"""*At this moment* is most of so long: three blocks, of which one may fall between syllables.
Longer is later, and a tenth of a second costs cameras 1 % of *right seat* (``make bench``)."""


class Talkers:
    """Who talks, block after block."""

    def __init__(self, channels: int) -> None:
        """Nobody does at first."""
        self._window = np.zeros((round(WINDOW_S / BLOCK_S), channels), dtype=np.bool_)
        self._sounding = np.zeros((round(VOICED_S / BLOCK_S), channels), dtype=np.bool_)
        self._place = 0
        self._silent_blocks = 0
        self.talker: int | None = None
        self.voiced: tuple[int, ...] = ()
        """Of those who talk, who is not pausing, and has not just ended."""

    def judge(self, active: Mask, sounding: Mask) -> tuple[int, ...]:
        """Channels that talk now, the talker first.

        ``active``: who stands out in this block; ``sounding``: whose voice has not just fallen.
        """
        self._window[self._place % len(self._window)] = active
        self._sounding[self._place % len(self._sounding)] = active & sounding
        self._place += 1
        shares = self._window.mean(axis=0)
        best = int(np.argmax(shares))
        present = -1.0 if self.talker is None else float(shares[self.talker])
        if best != self.talker and shares[best] >= max(ON_SHARE, present + LEAD_SHARE):
            self.talker = best
        self._silent_blocks = 0 if active.any() else self._silent_blocks + 1
        if self._silent_blocks * BLOCK_S >= SILENCE_S:
            self.talker = None
        if self.talker is None:
            self.voiced = ()
            return ()
        others = np.flatnonzero(shares >= JOINS_SHARE)
        talking = (self.talker, *(int(c) for c in others if c != self.talker))
        lately = self._sounding.mean(axis=0)
        self.voiced = tuple(c for c in talking if lately[c] > 0.5)
        return talking
