"""What technicians do, and what is proved to them, as it stands in the records.

Owns these events. Fields may be added with a default, never renamed or removed.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.contract.devices import CheckItem
from edge.contract.messages import Text


@dataclass(frozen=True, slots=True)
class ScreenExpected:
    """A room's screen is to be watched over from now on, or no longer."""

    at_s: float
    room: str
    on: bool
    by: str


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    """Somebody has seen an alarm. ``room`` is None for one of the hub itself."""

    at_s: float
    room: str | None
    alert: str
    boot: str
    """The start that raised it: an alarm of another start is another one."""
    text: Text
    by: str


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """A check of a room has ended: what it found."""

    at_s: float
    room: str
    check: str
    by: str
    began_ts: float
    was_active: bool
    items: tuple[CheckItem, ...]


CareEvent = ScreenExpected | AlarmAcknowledged | CheckEnded
