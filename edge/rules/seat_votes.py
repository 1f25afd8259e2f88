"""What a press of a vote key leads to at a seat, and what the seat's vote lamps say.

Theory. A vote stands at one of four places: being written, *recorded* (on the room's disk),
*counted* (on the hub's disk), refused by the hub. A press is judged by the ballot as it is
shown in this room (``Paper``) and by the newest vote of the person; the lamps show only what
is true already, never the press. The blinking gets faster until it rests, so that a unit with
one lamp for the vote tells the same story, and a secret vote has all lamps say the same:

===========================  ==========================
the seat ...                 vote lamps
===========================  ==========================
may vote and has not         the keys that mean something blink slowly
has voted: recorded          the chosen key blinks fast (secret: all)
has voted: counted           the chosen key is steady (secret: all)
anything else                off
===========================  ==========================

Three keys say one choice of at most three options. Pages say everything else: a choice of k of
n would need a toggle, and a toggle that is read late does the opposite of what was wanted.

Owns the room's judgement of one press, and of signing in. Must not know files, messages or
two keys at once (``vote_keys``). The hub judges again (``ballot_votes``) and has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from edge.rules.ballot_plan import Kind, PressRule
from edge.rules.ballot_state import RUNNING, Stage
from edge.rules.lamps import Lamp
from edge.rules.reasons import Reason

KEYS = ("yes", "no", "abstain")

LONG_PRESS_S = 1.0
"""A key held so long signs in (domain: a seat's key, long press)."""

BallotId = tuple[str, int]
"""Ballot and generation."""


class Standing(StrEnum):
    """Where the vote of a person is."""

    WRITING = "writing"
    RECORDED = "recorded"
    COUNTED = "counted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Held:
    """The newest vote of one person; no choices in a secret ballot."""

    choices: tuple[str, ...]
    revision: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Right:
    """Whose vote a seat casts, or why it casts none."""

    person: str
    refused: Reason | None = None
    entered: tuple[str, ...] | None = None
    """What stands for the person at the hub and was not pressed here: a page's vote, for one."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The ballot as this room was told of it."""

    ballot: str
    generation: int
    stage: Stage
    kind: Kind = "open"
    press: PressRule = "last_press"
    options: tuple[str, ...] = ()
    picks_max: int = 1
    seats: Mapping[int, Right] | None = None
    can_seal: bool = True
    """Secret: the room has the key of the box."""

    @property
    def key(self) -> BallotId:
        """Which ballot it is."""
        return self.ballot, self.generation

    @property
    def is_secret(self) -> bool:
        """Who and what are cut apart where the key is pressed."""
        return self.kind == "secret"

    def right(self, seat: int) -> Right | None:
        """What the seat is in this ballot; None: not in the list."""
        return (self.seats or {}).get(seat)


@dataclass(frozen=True, slots=True)
class Cast:
    """The press is a vote, to be recorded."""

    person: str
    choices: tuple[str, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The press is no vote, and why."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Lamps:
    """The three vote lamps of a seat."""

    yes: Lamp = "off"
    no: Lamp = "off"
    abstain: Lamp = "off"


SHUT: Mapping[Stage, Reason] = {
    Stage.DRAFT: Reason.VOTE_NOT_OPEN,
    Stage.READY_CHECK: Reason.VOTE_NOT_OPEN,
    Stage.PAUSED: Reason.VOTE_PAUSED,
    Stage.CLOSING: Reason.VOTE_CLOSED,
    Stage.COUNTED: Reason.VOTE_CLOSED,
    Stage.ANNOUNCED: Reason.VOTE_CLOSED,
    Stage.ABORTED: Reason.VOTE_NOT_OPEN,
    Stage.ANNULLED: Reason.VOTE_NOT_OPEN,
    Stage.WITHDRAWN: Reason.VOTE_NOT_OPEN,
}
"""Why a press at this stage is no vote; what is missing here is open."""

BEFORE = frozenset({Stage.DRAFT, Stage.READY_CHECK})
OVER = frozenset({Stage.COUNTED, Stage.ANNOUNCED, Stage.ABORTED, Stage.ANNULLED, Stage.WITHDRAWN})
WITHOUT_RESULT = frozenset({Stage.ABORTED, Stage.ANNULLED, Stage.WITHDRAWN})


def meanings(options: tuple[str, ...]) -> dict[str, str]:
    """Which option each key stands for: its namesake, else the next of those that are left.

    Empty when there are more options than keys.
    """
    if len(options) > len(KEYS):
        return {}
    named = {key: key for key in KEYS if key in options}
    rest = (option for option in options if option not in named)
    free = (key for key in KEYS if key not in named)
    return {**named, **dict(zip(free, rest, strict=False))}


def objection(paper: Paper | None, seat: int, held: Held | None) -> Reason | None:
    """Why a press at the seat cannot be a vote now, whatever the key; None: it can."""
    if paper is None:
        return Reason.VOTE_NOT_OPEN
    if paper.stage in SHUT:
        return SHUT[paper.stage]
    right = paper.right(seat)
    if right is None:
        return Reason.NOT_ENTITLED
    if right.refused is not None:
        return right.refused
    if paper.picks_max > 1 or not meanings(paper.options):
        return Reason.NOT_AT_KEYS
    if paper.is_secret and not paper.can_seal:
        return Reason.VOTE_NOT_READY
    # A secret slip lies in the box also when its mark was refused: nobody can take it out.
    is_final = paper.is_secret or (
        paper.press == "first_press" and held is not None and held.standing != Standing.REFUSED
    )
    return Reason.ALREADY_VOTED if is_final and held is not None else None


def newest(right: Right | None, written: Held | None) -> Held | None:
    """The vote that stands for a seat's person: of the keys, or the one entered elsewhere.

    What is on its way from here is newer than anything the hub can have told.
    """
    if right is None or right.entered is None:
        return written
    if written is not None and written.standing in (Standing.WRITING, Standing.RECORDED):
        return written
    revision = written.revision if written is not None else 0
    return Held(right.entered, revision, Standing.COUNTED)


def judge(paper: Paper | None, seat: int, held: Held | None, key: str) -> Cast | Refused | None:
    """What a press of ``key`` leads to; None: the very same vote stands already.

    ``held`` is the newest vote of the seat's person, one that is being written included.
    """
    reason = objection(paper, seat, held)
    right = None if paper is None else paper.right(seat)
    if reason is not None or paper is None or right is None:
        return Refused(reason or Reason.NOT_ENTITLED)
    option = meanings(paper.options).get(key)
    if option is None:
        return Refused(Reason.CHOICE_UNKNOWN)
    if held is None:
        return Cast(right.person, (option,), 1)
    if held.choices == (option,) and held.standing != Standing.REFUSED:
        return None
    return Cast(right.person, (option,), held.revision + 1)


def lamps(paper: Paper | None, seat: int, held: Held | None) -> Lamps:
    """What the vote lamps of the seat show; ``held`` is what has been written, not what will be.

    A vote that the hub has not counted is shown at every stage: the seat was told *recorded*.
    """
    if paper is None:
        return Lamps()
    keys = meanings(paper.options)
    if held is not None and held.standing in (Standing.RECORDED, Standing.COUNTED):
        if held.standing == Standing.COUNTED and paper.stage in OVER:
            return Lamps()
        blink: Lamp = "on" if held.standing == Standing.COUNTED else "fast"
        chosen = [key for key, option in keys.items() if option in held.choices]
        return _lit(KEYS if paper.is_secret else chosen, blink)
    return _lit(keys, "slow") if objection(paper, seat, held) is None else Lamps()


def _lit(keys: Iterable[str], blink: Lamp) -> Lamps:
    return Lamps(**dict.fromkeys(keys, blink))


def as_told(paper: Paper, done: bool) -> Paper:
    """The paper, shut when this room is ``done`` with the ballot, whatever an old message says."""
    before_closing = paper.stage in BEFORE | RUNNING
    return replace(paper, stage=Stage.CLOSING) if done and before_closing else paper


def is_over(key: BallotId, paper: Paper) -> bool:
    """Whether the ballot ``key`` has ended, going by the one that is shown now.

    At most one ballot runs at a time: when another one does, this one has ended unseen.
    """
    if paper.key == key:
        return paper.stage in OVER
    return paper.stage not in BEFORE


def may_sign_in(paper: Paper | None, asked: bool, present: bool | None) -> bool:
    """Whether a long press signs the seat in. ``present`` is None for a seat nobody expects."""
    runs = paper is not None and paper.stage in RUNNING
    return asked and present is False and not runs


def sign_in_lamp(asked: bool, present: bool | None, signed: bool) -> Lamp:
    """Slow: please sign in. Steady: recorded here, until the hub shows the seat as present."""
    if present is not False:
        return "off"
    if signed:
        return "on"
    return "slow" if asked else "off"
