"""What can happen to a ballot, and what comes of it.

Owns the events, their names in records, and the effects. Must not decide anything.
``by`` is who acted, for the record; whether they may is decided before an event is made.
``ts`` is wall-clock time for people, never compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.rules import plain
from edge.rules.reasons import Reason


@dataclass(frozen=True, slots=True)
class Slips:
    """So many ballots with exactly these choices: all that is ever kept of secret ones."""

    choices: tuple[str, ...]
    count: int


# --- what the chair and the secretary do -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepare:
    """Ready check: seats and rooms are asked, nothing is accepted yet."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Ballots are accepted. ``anyway``: although quorum or a required role is missing."""

    by: str = ""
    anyway: bool = False
    ts: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Frozen: nothing is accepted, what was cast stays."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """Goes on after a pause."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """No further presses; the rooms hand in what they have."""

    by: str = ""
    ts: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Count now, without the rooms that were not heard; the record names them and ``by``."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Unseal:
    """The count of a secret ballot as the journal keeps it: the slips of all rooms together.

    Made by the journal, never by a person: slips of one room are kept nowhere.
    """

    by: str
    heard: frozenset[str]
    slips: tuple[Slips, ...]


@dataclass(frozen=True, slots=True)
class Announce:
    """The result is shown and published. ``anyway``: although not one vote arrived."""

    by: str = ""
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Annul:
    """The counted result does not stand; voting again is a new generation."""

    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Abort:
    """The vote ends without a result."""

    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The item is taken back before the vote was opened."""

    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class CallNext:
    """Roll call: the next name."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Recuse:
    """The person takes no part in this vote: neither member nor present."""

    person: str
    by: str = ""


# --- voting --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cast:
    """One person's choice.

    Attributes:
        ballot: with ``generation`` the ballot it was meant for.
        generation: see ``ballot``.
        person: whose vote it is.
        choices: ids of options.
        id: of this cast; sent again it gets the same answer and changes nothing.
        revision: counts the changes of mind of one person; the highest stands.
        by: who pressed, None the person's own seat; in a roll call the secretary.
        recorded: a room has stored it while the vote was open there and has told the person
            so. False for a press that happens now.
        pressed_s: when it was pressed, on the keeper's clock; None: when it came.
    """

    ballot: str
    generation: int
    person: str
    choices: tuple[str, ...]
    id: str
    revision: int = 1
    by: str | None = None
    recorded: bool = False
    pressed_s: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Secret ballot: the person has voted. What was chosen is in the room's sealed box."""

    ballot: str
    generation: int
    person: str
    id: str
    by: str | None = None
    recorded: bool = False


# --- rooms, people, time -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drained:
    """The room saw the closing and has handed in everything; ``slips`` is its secret box."""

    ballot: str
    generation: int
    room: str
    slips: tuple[Slips, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomLost:
    """The room cannot be reached."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomBack:
    """The room can be reached again."""

    room: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """These people are signed in."""

    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Departed:
    """These people have left."""

    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes: a timed vote closes by itself."""

    ts: float | None = None


Vote = Cast | Mark
Addressed = Cast | Mark | Drained
"""Events that name the ballot and generation they are for."""

Event = (
    Prepare | Open | Pause | Resume | Close | Count | Unseal | Announce | Annul | Abort | Withdraw
    | CallNext | Recuse | Cast | Mark | Drained | RoomLost | RoomBack | Arrived | Departed | Tick
)  # fmt: skip

EVENTS: dict[str, type[Event]] = {
    plain.snake(kind): kind
    for kind in (
        Prepare, Open, Pause, Resume, Close, Count, Unseal, Announce, Annul, Abort, Withdraw,
        CallNext, Recuse, Cast, Mark, Drained, RoomLost, RoomBack, Arrived, Departed, Tick,
    )
}  # fmt: skip
"""By their names in records: ``call_next``."""

NAMES: dict[type[Event], str] = {kind: name for name, kind in EVENTS.items()}


def to_data(event: Event) -> dict[str, Any]:
    """The event as JSON knows it, its name under ``what``."""
    return {"what": NAMES[type(event)], **plain.write(event)}


def from_data(data: object, where: str = "event") -> Event:
    """The inverse.

    Raises:
        plain.PlainError: one line that says what does not fit.
    """
    if not isinstance(data, dict):
        raise plain.PlainError(f"{where}: {plain.shown(data)}, must be an object")
    kind = EVENTS.get(str(data.get("what")))
    if kind is None:
        raise plain.PlainError(
            f"{where}.what: {plain.shown(data.get('what'))}, must be one of {', '.join(EVENTS)}"
        )
    return plain.read(kind, data, where)


# --- effects -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recorded:
    """The vote is in the ballot, by this cast or by a newer one of the same person."""

    person: str
    id: str


@dataclass(frozen=True, slots=True)
class Late:
    """Arrived when its room, or the count, was done: kept apart, never counted."""

    person: str
    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changed, and this is why. ``person`` and ``id`` are those of a vote."""

    reason: Reason
    person: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The ballot is in another stage now."""

    stage: str


@dataclass(frozen=True, slots=True)
class Called:
    """Roll call: this person is called."""

    person: str


@dataclass(frozen=True, slots=True)
class QuorumChanged:
    """While the vote runs the quorum was lost or reached: the chair decides how to go on."""

    met: bool
    present: int
    needed: int


Effect = Recorded | Late | Refused | Entered | Called | QuorumChanged
