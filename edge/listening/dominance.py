"""Which microphones hear their own seat, and which only hear somebody else's.

Theory. With 25 open microphones every one of them hears every talker: asked one by one, all
say *speech*. What tells them apart is the comparison. A seat talks when its microphone is
among the loudest, clearly over its own floor, and clearly over the *median* microphone: the
last cancels what is equally loud everywhere, the decay of the room above all, which without it
makes everybody a talker after each phrase. The pause inside a word is bridged for the latest
talker while nobody else qualifies. (Gain sharing after Dugan rests on the same comparison.)

Owns this comparison. Must not know what speech is. Levels in dBFS, differences in dB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.listening.levels import BLOCK_S, Levels

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Margins:
    """How clearly a seat must stand out."""

    of_loudest_db: float = 3.0
    over_floor_db: float = 9.0
    over_median_db: float = 3.0
    kept_s: float = 0.2
    """So long the latest talker stays one while nobody else qualifies."""


class Dominance:
    """Who stands out, block after block."""

    def __init__(self, channels: int, margins: Margins) -> None:
        """Nobody does at first."""
        self._margins = margins
        self._latest: int | None = None
        self._kept_blocks = 0

    def judge(self, level_dbfs: Levels, floor_dbfs: Levels, open_: Mask) -> Mask:
        """Channels that hear their own seat; closed microphones never do."""
        found: Mask = np.zeros(len(level_dbfs), dtype=np.bool_)
        if not open_.any():
            self._latest = None
            return found
        margins = self._margins
        heard = level_dbfs[open_]
        # With one or two microphones there is no median to speak of: the floor decides.
        median_dbfs = float(np.median(heard)) if len(heard) > 2 else -np.inf
        found = (
            open_
            & (level_dbfs >= heard.max() - margins.of_loudest_db)
            & (level_dbfs >= floor_dbfs + margins.over_floor_db)
            & (level_dbfs >= median_dbfs + margins.over_median_db)
        )
        if found.any():
            self._latest = int(np.argmax(np.where(found, level_dbfs, -np.inf)))
            self._kept_blocks = 0
        elif self._latest is not None and open_[self._latest]:
            self._kept_blocks += 1
            if self._kept_blocks * BLOCK_S <= margins.kept_s:
                found[self._latest] = True
        return found
