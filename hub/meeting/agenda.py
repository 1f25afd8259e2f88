"""The agenda: its items, their papers, and which one is at hand.

Theory. An agenda comes with the meeting (``inputs.Configure``) and is as fixed as the roster.
Which item is at hand is the meeting's own: a page says *next*, or names an item. What is voted on
belongs to an item by the motion's ``item``, so a motion that a page adds later belongs there too.

Owns the agenda's form. Pure; must not know where a paper's file is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edge.contract.messages import Text

if TYPE_CHECKING:
    from hub.meeting.state import Meeting

ItemState = Literal["done", "present", "to_come"]
Session = Literal["running", "ended"]
"""Of a meeting that was begun at a page. One that a file describes is neither: nobody begins it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of an item. ``type`` is its media type, as its content says."""

    id: str
    title: str
    type: str
    bytes: int
    readers: tuple[str, ...] = ()
    """Roles that may read it; empty: everybody who takes part."""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item."""

    id: str
    title: Text
    presenter: str = ""
    minutes: int | None = None
    """How long it is meant to take."""
    papers: tuple[Paper, ...] = ()


def place_of(meeting: Meeting, item: str) -> int | None:
    """Which item that is, from 0; None when the agenda does not have it."""
    return next((n for n, each in enumerate(meeting.agenda) if each.id == item), None)


def state_of(meeting: Meeting, place: int) -> ItemState:
    """Whether an item is over, at hand, or still to come."""
    at_hand = place_of(meeting, meeting.item)
    if at_hand is None:
        return "to_come"
    if place == at_hand:
        return "done" if meeting.session == "ended" else "present"
    return "done" if place < at_hand else "to_come"


def ballots_of(meeting: Meeting, item: str) -> list[str]:
    """What is voted on under an item, in the order of the list."""
    return [motion.id for motion in meeting.motions.values() if motion.item == item]
