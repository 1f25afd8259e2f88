"""A camera that does not tell where it looks: what can be done, and what may be said.

Owns the choice of a preset for an aim, and the belief by time, which is off unless the room
file asks for it. Pure. Must not know a protocol, nor call a belief a fact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from drivers.core.capability import Aim

PICTURE_RATIO = 9 / 16
"""Height of a picture over its width."""

NARROWER, WIDER = 0.6, 2.0
"""So much may the picture of a preset differ in width from what is asked for."""

SETTLES_S = 4.0
"""Enough for a dome to turn half round and come to rest (estimate)."""


NO_PRESETS: Mapping[int, Aim] = MappingProxyType({})


def nearest_preset(presets: Mapping[int, Aim], aim: Aim) -> int | None:
    """The preset that shows about what ``aim`` does; None when none does.

    The place is in its picture, the nearer to the middle the better, and the picture is neither
    much narrower nor much wider than asked for: the whole room is no shot of a seat.
    """
    fitting = {
        math.hypot(place.pan_deg - aim.pan_deg, place.tilt_deg - aim.tilt_deg): preset
        for preset, place in presets.items()
        if NARROWER <= place.fov_deg / aim.fov_deg <= WIDER
        and abs(place.pan_deg - aim.pan_deg) <= place.fov_deg / 2
        and abs(place.tilt_deg - aim.tilt_deg) <= place.fov_deg / 2 * PICTURE_RATIO
    }
    return fitting[min(fitting)] if fitting else None


class Belief:
    """The last aim that was sent, and whether its time is over. Monotonic seconds."""

    def __init__(self, settles_s: float, *, trust_time: bool) -> None:
        """Nothing was sent yet."""
        self._settles_s = settles_s
        self._trust_time = trust_time
        self._aim: Aim | None = None
        self._at_s = 0.0

    def sent(self, aim: Aim | None, now_s: float) -> None:
        """The camera was sent there; None: something else moves it."""
        self._aim, self._at_s = aim, now_s

    def arrived(self, aim: Aim, now_s: float) -> bool | None:
        """None (nobody knows) unless time is trusted and this is the aim sent last."""
        if not self._trust_time or aim != self._aim:
            return None
        return now_s - self._at_s >= self._settles_s
