"""What happened to the meeting as a whole: an item was called, it ended, somebody prepared one.

Owns these events. Fields may be added with a default, never renamed or removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Preparing = Literal[
    "created", "copied", "edited", "deleted", "paper_added", "paper_edited", "paper_removed"
]


@dataclass(frozen=True, slots=True)
class ItemCalled:
    """An item of the agenda is at hand now."""

    at_s: float
    item: str
    by: str


@dataclass(frozen=True, slots=True)
class MeetingEnded:
    """The meeting is over; another one may begin."""

    at_s: float
    prepared: str
    title: str
    by: str


@dataclass(frozen=True, slots=True)
class MeetingPrepared:
    """Somebody worked on a meeting that is kept for later. For the records: it changes nothing.

    Attributes:
        what: what was done.
        prepared: id of that meeting.
        title: what it is called.
        detail: which paper, or which meeting it was copied from.
    """

    at_s: float
    what: Preparing
    prepared: str
    title: str
    by: str
    detail: str = ""
