"""Payloads about ballots and attendance: what a seat cast, what a room hands in, what is open.

Theory. ``down/ballot`` is desired state: the ballot that concerns the room now, whole and
retained. A seat's vote goes up as an event of the outbox and is answered by a receipt. When
the room sees *closing* it takes no more votes and sends *drained*, the last event about this
ballot: the hub decides on it only when every event of the outbox before it is decided.

A secret vote is cut in two where the key is pressed (docs/decisions/0030): a *mark* says who,
the box says what. The box leaves the room once, at closing, sealed under the ballot's key,
which is never retained and never on the room's disk.

Owns shapes and bounds. Must not judge a vote: ``edge.rules`` does. Times are ages or durations in
milliseconds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.contract.base import Count, Line, Message, Part, SeatName, Text, Word

BallotKind = Literal["open", "secret", "roll_call"]
PressRule = Literal["first_press", "last_press"]
BallotStage = Literal[
    "draft",
    "ready_check",
    "open",
    "paused",
    "closing",
    "counted",
    "announced",
    "aborted",
    "annulled",
    "withdrawn",
]
OptionId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]
Generation = Annotated[int, Field(ge=1)]


class BallotOption(Part):
    """One thing that can be chosen."""

    id: OptionId
    label: Text


class BallotSeat(Part):
    """One seat of the room in this ballot: whose vote it casts, or why it casts none."""

    person: Word
    refused: Word | None = None
    """Why this seat may not vote (a code of ``edge.rules.reasons``); None: it may."""


class Ballot(Message):
    """``down/ballot``, retained: the ballot that concerns this room now. Replaces, never adds."""

    gen: Count
    rev: Count
    """Grows with every change; a room never goes back to an older one."""
    ballot: Word | None = None
    """None: there is no ballot."""
    generation: Generation = 1
    stage: BallotStage = "draft"
    kind: BallotKind = "open"
    press: PressRule = "last_press"
    text: Text | None = None
    options: list[BallotOption] = Field(default_factory=list, max_length=24)
    picks_min: int = Field(default=1, ge=1, le=24)
    picks_max: int = Field(default=1, ge=1, le=24)
    seats: dict[str, BallotSeat] = Field(default_factory=dict)
    """By seat number as text; a seat that is missing is not in the list."""
    entered: dict[str, list[OptionId]] = Field(default_factory=dict)
    """By seat number as text: what stands for the seat that was not pressed at its keys but on its
    page, or entered by hand in a roll call. Never in a secret ballot."""
    called: SeatName | None = None
    """Roll call: whose name was called last."""
    remaining_ms: Count | None = None
    """Of a timed vote, when the message was made."""
    result: Text | None = None
    """The sentence that is read out, once the result is announced."""


class BallotKey(Message):
    """``down/key``, never retained: the key of a secret ballot's box, for this boot's memory."""

    gen: Count
    for_boot: Word
    ballot: Word
    generation: Generation
    key: Annotated[str, Field(max_length=64)]
    """32 bytes, base64."""


class SeatAttendance(Part):
    """How one seat stands in the list of those present."""

    present: bool
    person: Word


class Attendance(Message):
    """``down/attendance``, retained: who is signed in at this room's seats, and whether to."""

    gen: Count
    rev: Count
    asked: bool = False
    """Seats that are not signed in ask for it: the sign-in lamp blinks."""
    seats: dict[str, SeatAttendance] = Field(default_factory=dict)


class Vote(Part):
    """Body of a ``vote``: one seat's choice in an open or roll-call ballot, recorded there."""

    ballot: Word
    generation: Generation
    seat: SeatName
    person: Word
    choices: list[OptionId] = Field(min_length=1, max_length=24)
    revision: int = Field(ge=1)
    """Counts the changes of mind of one person in one ballot; the highest stands."""


class Mark(Part):
    """Body of a ``mark``: this person has voted in a secret ballot. No choice, no time."""

    ballot: Word
    generation: Generation
    seat: SeatName
    person: Word


class Drained(Part):
    """Body of a ``drained``: the room saw the closing and sends nothing more of this ballot."""

    ballot: Word
    generation: Generation
    since: Count = 1
    """Every event before this number had its receipt when this was recorded: the hub waits for
    those from here on. A hub with a new database would wait for the others for ever."""
    box: Annotated[str, Field(max_length=4096)] | None = None
    """Secret ballot: the room's slips, sealed under the ballot's key, base64."""


class SignIn(Part):
    """Body of a ``sign_in``: somebody signed in, or out, at the seat."""

    seat: SeatName
    present: bool


class BallotOrder(Part):
    """Body of a ``ballot``: what the chair wants of the ballot, from a hardware key.

    Level-set: it names the ballot it was meant for, so a doubled press does nothing.
    """

    order: Literal["open", "pause", "resume", "close", "count", "announce", "abort"]
    ballot: Word
    generation: Generation
    key: Word = ""


class RefusedVote(Part):
    """Body of a ``vote_refused``: a press that the room did not take as a vote, and why."""

    ballot: Word | None
    generation: Generation = 1
    seat: SeatName
    reason: Word
    text: Line = ""
