"""The voices of a simulated room, where the packages to make them are installed.

Owns the way from a room file to its sender of sound. Must not need numpy to be there: without
it the room is silent, and says so once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from drivers.core.simulation import Sim
from firmware_config.schema import AudioSection, RoomConfig

log = logging.getLogger(__name__)


class Sound(Sim, Protocol):
    """A sim whose people can be told to talk."""

    def say(self, seat: int, what: str) -> None:
        """What the person at ``seat`` does, or how its microphone is; ValueError if unknown."""
        ...


def sound_of(
    config: RoomConfig, audio: AudioSection, open_: Callable[[], set[int]]
) -> Sound | None:
    """The room's sender; None when a package is missing."""
    try:
        from drivers.audio.sim import RtpSenderSim
    except ImportError as error:
        log.warning(
            "%s: no voices, %s is missing: install phonghop[audio]", config.room.id, error.name
        )
        return None
    return RtpSenderSim(
        audio.channels,
        {seat.number: seat.position_m for seat in config.seats},
        audio.rate_hz,
        open_,
        hears_closed=audio.hears_closed,
    )
