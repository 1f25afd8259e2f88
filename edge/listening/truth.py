"""Microphones that cannot be believed: silent, stuck, clipping, humming, howling.

Theory. A lamp says that a microphone is open; only sound proves it. Each fault has a sign that
no talker gives: digital silence while the room is heard elsewhere; a value that does not move;
samples at full scale; most of the power below speech; nearly all of the power at one frequency,
and lasting. A sign counts when it lasts, and is taken back when it is gone for as long.

Owns the signs and their evidence. Must not know seats by name or tell anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge.listening.dominance import Mask
from edge.listening.levels import BLOCK_S, Levels, Meter, Samples

Kind = Literal["silent", "stuck", "clipping", "hum", "howl"]

LASTS_S: dict[Kind, float] = {
    "silent": 3.0,
    "stuck": 1.0,
    "clipping": 0.2,
    "hum": 2.0,
    "howl": 0.5,
}
"""How much more of the time with a sign than without makes it a fault."""

SILENT_BELOW_DB = 25.0
"""Below the median of the open microphones that live: rooms differ less from seat to seat."""
HEARD_DBFS = -60.0
"""The room is heard at all."""
DEAD_DBFS = -85.0
"""The noise of any live preamplifier is above this."""

FULL_SCALE, CLIPPED_SHARE = 0.985, 0.005
HUM_DBFS, HUM_OVER_BAND_DB = -45.0, 15.0
HOWL_DBFS, HOWL_SHARE = -35.0, 0.8
SPECTRUM_EVERY, SPECTRUM_BLOCKS = 5, 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One microphone, what is wrong with it, and what shows it."""

    channel: int
    kind: Kind
    evidence: str


class Truth:
    """Watches every microphone, block after block."""

    def __init__(self, channels: int, rate_hz: int) -> None:
        """Nothing is wrong at first."""
        self._rate_hz = rate_hz
        self._signs = {kind: np.zeros(channels) for kind in LASTS_S}
        self._faulty = {kind: np.zeros(channels, dtype=np.bool_) for kind in LASTS_S}
        self._recent: list[Samples] = []
        self._blocks = 0
        self._tone_hz: NDArray[np.float64] = np.zeros(channels)
        self._howls: Mask = np.zeros(channels, dtype=np.bool_)

    def watch(self, block: Samples, meter: Meter, open_: Mask) -> list[Fault]:
        """Faults of open microphones as they stand after this block."""
        self._blocks += 1
        self._recent = [*self._recent[-(SPECTRUM_BLOCKS - 1) :], block]
        if self._blocks % SPECTRUM_EVERY == 0:
            self._look_for_tones(meter.instant_dbfs)
        raw = meter.raw_dbfs
        stuck = (np.ptp(block, axis=0) == 0.0) & (meter.peak > 0.0)
        silent, room_is_heard = _silent(raw, open_)
        signs: dict[Kind, Mask] = {
            "silent": silent & ~stuck,
            "stuck": stuck,
            "clipping": (np.abs(block) >= FULL_SCALE).mean(axis=0) >= CLIPPED_SHARE,
            "hum": (raw > HUM_DBFS) & (raw > meter.instant_dbfs + HUM_OVER_BAND_DB) & ~stuck,
            "howl": self._howls,
        }
        faults: list[Fault] = []
        for kind, sign in signs.items():
            # Nothing is learnt about a silent microphone between two words, or while it is closed.
            learns = open_ & (room_is_heard | ~sign) if kind == "silent" else None
            lasting = self._lasting(kind, sign & open_, learns)
            faults += [
                Fault(int(c), kind, self._evidence(kind, int(c), meter))
                for c in np.flatnonzero(lasting & open_)
            ]
        return faults

    def _lasting(self, kind: Kind, sign: Mask, learns: Mask | None = None) -> Mask:
        """A sign that is there for its time is a fault, until it is gone for as long.

        ``learns``: only these channels are judged now.
        """
        counts = self._signs[kind]
        # One clipped block among good ones is still clipping: presence weighs more.
        step = np.where(sign, BLOCK_S, -BLOCK_S * (0.05 if kind == "clipping" else 1.0))
        if learns is not None:
            step = np.where(learns, step, 0.0)
        counts = np.clip(counts + step, 0.0, LASTS_S[kind])
        self._signs[kind] = counts
        faulty = self._faulty[kind]
        faulty = np.where(counts >= LASTS_S[kind] - 1e-9, True, faulty & (counts > 0.0))
        self._faulty[kind] = faulty
        return faulty

    def _look_for_tones(self, instant_dbfs: Levels) -> None:
        """Where nearly all of the power is at one frequency."""
        self._howls = np.zeros(len(instant_dbfs), dtype=np.bool_)
        loud = np.flatnonzero(instant_dbfs > HOWL_DBFS)
        if not len(loud):
            return
        samples = np.concatenate(self._recent)[:, loud]
        window = np.hanning(len(samples)).astype(np.float32)[:, None]
        power = np.abs(np.fft.rfft(samples * window, axis=0)) ** 2
        peak = power.argmax(axis=0)
        for place, channel in enumerate(loud):
            low, high = max(0, int(peak[place]) - 2), int(peak[place]) + 3
            share = power[low:high, place].sum() / max(power[:, place].sum(), 1e-20)
            tone_hz = float(peak[place]) * self._rate_hz / len(samples)
            self._tone_hz[channel] = tone_hz
            self._howls[channel] = share >= HOWL_SHARE and tone_hz >= 200.0

    def _evidence(self, kind: Kind, channel: int, meter: Meter) -> str:
        match kind:
            case "howl":
                return f"a tone of {self._tone_hz[channel]:.0f} Hz"
            case "clipping":
                return f"peak {meter.peak[channel]:.2f} of full scale"
            case "stuck":
                return "its value does not move"
            case _:
                raw, band = meter.raw_dbfs[channel], meter.instant_dbfs[channel]
                return f"{raw:.0f} dBFS, {band:.0f} dBFS in the band of speech"


def _silent(raw_dbfs: Levels, open_: Mask) -> tuple[Mask, bool]:
    """Channels far below the others, and whether the others hear anything now."""
    heard = raw_dbfs[open_]
    if len(heard) < 2:
        return np.zeros(len(raw_dbfs), dtype=np.bool_), False
    room_is_heard = float(heard.max()) >= HEARD_DBFS
    alive = heard[heard > DEAD_DBFS]
    limit = min(DEAD_DBFS, float(np.median(alive)) - SILENT_BELOW_DB) if len(alive) else DEAD_DBFS
    # While the room is quiet the median is its noise: what is dead is dead by itself.
    silent: Mask = raw_dbfs < (limit if room_is_heard else DEAD_DBFS)
    return silent, room_is_heard
