"""What the microphones of a simulated room hear: voices, distances, noise, bad microphones.

Theory. A voice is a buzz of vocal folds and a hiss, in the rhythm of syllables, with a breath
after each phrase. At the own
microphone it has its full level, at one 0.62 m away 10 dB less, and 6 dB less for each doubling
of the distance (free field). A closed microphone hears nothing, its cable a little.

Owns the acoustics. Shares nothing with what listens. Full scale is 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]
"""Shape (samples,) or (samples, microphones)."""

VOICES = 8
"""So many different ones; seats share them."""

VOICE_S = 6.0
PHRASE_S, BREATH_S = 2.0, 0.5
VOICE_DBFS = -22.0
NEAR_M, NEAR_DB = 0.62, -10.0
NOISE_DBFS, CABLE_DBFS = -62.0, -80.0

HOWL_HZ, HUM_HZ = 1270.0, 50.0

MICROPHONES = ("well", "dead", "stuck", "clips", "hums", "howls")
"""How a microphone may be."""


@cache
def voice(number: int, rate_hz: int) -> Signal:
    """Some seconds of somebody at ``VOICE_DBFS``, to be repeated."""
    rnd = np.random.default_rng(100 + number)
    t = np.arange(round(VOICE_S * rate_hz)) / rate_hz
    pitch_hz = 105.0 + 17.0 * number
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.08 * np.sin(2 * np.pi * t / 1.5))) / rate_hz
    buzz = np.zeros(len(t))
    for harmonic in range(1, int(3400 / pitch_hz)):
        buzz += np.sin(harmonic * phase) / harmonic
    syllables_hz = round((3.6 + 0.15 * number) * VOICE_S) / VOICE_S
    rhythm = np.clip(np.sin(2 * np.pi * syllables_hz * t + number), 0.0, 1.0) ** 0.7
    hiss = rnd.normal(size=len(t)) * np.roll(rhythm, rate_hz // 9) * 0.3
    sound = (buzz * rhythm + hiss) * (t % PHRASE_S < PHRASE_S - BREATH_S)
    scale = 10 ** (VOICE_DBFS / 20) / math.sqrt(float((sound**2).mean()))
    return (sound * scale).astype(np.float32)


class SimAcoustics:
    """The microphones of one room, in the order of their channels."""

    def __init__(
        self, channels: tuple[int, ...], places_m: Mapping[int, tuple[float, ...]], rate_hz: int
    ) -> None:
        """``channels``: the seat of each; 0 hears nobody."""
        self._channels, self._rate_hz = channels, rate_hz
        self._gains = {
            seat: np.array(
                [_gain(place, places_m.get(other)) for other in channels], dtype=np.float32
            )
            for seat, place in places_m.items()
        }
        rnd = np.random.default_rng(7)
        noise = rnd.normal(size=(rate_hz, len(channels))) * 10 ** (NOISE_DBFS / 20)
        self._noise = noise.astype(np.float32)
        self._phase = 0

    def hear(
        self, count: int, talking: set[int], live: set[int], microphones: Mapping[int, str]
    ) -> Signal:
        """The next ``count`` samples; ``live``: seats whose microphone carries sound."""
        start = self._phase % self._rate_hz
        places = np.arange(start, start + count) % self._rate_hz
        sound: Signal = self._noise[places].copy()
        for seat in talking:
            if seat in self._gains:
                said = voice(seat % VOICES, self._rate_hz)
                piece = np.arange(self._phase, self._phase + count) % len(said)
                sound += said[piece][:, None] * self._gains[seat]
        closed = np.array([seat not in live for seat in self._channels])
        sound[:, closed] = self._noise[places][:, closed] * 10 ** ((CABLE_DBFS - NOISE_DBFS) / 20)
        for seat, how in microphones.items():
            if seat in self._channels and seat in live:
                self._spoil(sound, self._channels.index(seat), how)
        self._phase += count
        return np.clip(sound, -1.0, 1.0)

    def _spoil(self, sound: Signal, channel: int, how: str) -> None:
        t = (np.arange(len(sound)) + self._phase) / self._rate_hz
        match how:
            case "dead":
                sound[:, channel] = 0.0
            case "stuck":
                sound[:, channel] = 0.25
            case "clips":
                sound[:, channel] *= 40.0
            case "hums":
                sound[:, channel] += 0.1 * np.sin(2 * np.pi * HUM_HZ * t)
            case "howls":
                sound[:, channel] += 0.5 * np.sin(2 * np.pi * HOWL_HZ * t)


def _gain(place_m: tuple[float, ...], other_m: tuple[float, ...] | None) -> float:
    if other_m is None:
        return 0.0
    distance_m = math.dist(place_m, other_m)
    if distance_m == 0.0:
        return 1.0
    level_db = NEAR_DB - 20 * math.log10(max(distance_m, 0.3) / NEAR_M)
    return float(10 ** (level_db / 20))
