"""What may be chosen about the floor: modes, roles, limits, as data.

Owns the names and bounds of the settings, and their defaults. Must not know who speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Mode = Literal["open", "override", "request", "voice", "push_to_talk", "chair_only"]
"""*open*: a press opens while a place is free, else it waits. *override*: the newest closes
the oldest. *request*: a press waits for the chair. *voice*: speaking opens. *push to talk*:
open while held. *chair only*: nobody but chairs."""

Role = Literal["chair", "vice_chair", "delegate", "guest", "observer"]
Kind = Literal["speech", "debate", "point_of_order"]
Registration = Literal["open", "paused", "closed"]
"""*Paused*: turns go on, the queue stands still. *Closed*: the queue goes on without growing."""

CHAIRS: frozenset[Role] = frozenset({"chair", "vice_chair"})
"""Outside the limits, as in the conference systems of Bosch (CCS 1000 D) and TOA."""

SILENCED: frozenset[Role] = frozenset({"observer"})
"""Roles that never get the floor."""

DEBATE_MOST = 5
"""Length of the reply list (response queue of Bosch DCN)."""

MAX_OPEN_MOST = 25
QUEUE_MOST = 250

_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """How the floor is kept; the presets of a meeting. Times are seconds, 0 is *never*."""

    max_open_per_room: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    """Second limit by room, where its sound system needs one (1 to 25)."""
    seat_priority: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    """0 to 5 by seat; goes before the time of the request. Missing seats have 0."""
    interrupt: Literal["none", "lower", "same_or_lower"] = "none"
    """Whom a seat may push out when every place is taken, by priority."""
    protected: frozenset[str] = frozenset()
    """Seats outside the limits that get the floor at once and are never pushed out."""
    may_switch_off: bool = True
    """A delegate may end the own turn."""
    may_cancel: bool = True
    """A delegate may withdraw the own request."""
    guest_may_request: bool = False
    chair_only_queues: bool = False
    """In *chair only* a request waits for another mode instead of being refused."""
    limit_s: Mapping[Role, float] = field(default_factory=lambda: MappingProxyType({}))
    """Speaking time by role, up to 3600; chairs are never timed."""
    warning_s: float = 60.0
    """This long before the limit the seat is warned, up to 120."""
    at_limit: Literal["overrun", "stop"] = "overrun"
    extension_s: float = 60.0
    """What *extend* gives, 15 to 600."""
    silence_off_s: float = 0.0
    """A turn in which nobody is heard ends after this, up to 120."""
    voice_release_s: float = 4.0
    """A turn opened by voice ends this long after the voice (as VOX at Shure)."""
    take_back_s: float = 10.0
    """Whoever switched off by accident has the turn back this long."""
    priority_release: Literal["restore", "reset"] = "restore"
    """When the chair lets go of priority: turns go on, or are over."""
    priority_clears_queue: bool = False
    """Pressed priority ends the requests too."""
    chair_beats_deputy: bool = False
    """A vice-chair cannot take priority from the chair; otherwise the last one has it."""

    def __post_init__(self) -> None:
        """Check the bounds.

        Raises:
            ValueError: names the setting, what it is, and what it may be.
        """
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            values = value.values() if isinstance(value, Mapping) else (value,)
            for one in values:
                if not low <= one <= high:
                    raise ValueError(f"{name} is {one}, it must be {low} to {high}")


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("max_open_per_room", 1, MAX_OPEN_MOST),
    ("seat_priority", 0, 5),
    ("limit_s", 0, 3600),
    ("warning_s", 0, 120),
    ("extension_s", 15, 600),
    ("silence_off_s", 0, 120),
    ("voice_release_s", 0.5, 30),
    ("take_back_s", 0, 60),
)
