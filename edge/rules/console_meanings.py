"""What each key of the chair's console means, as a table: touched, tapped or held.

Theory. A meaning sets a level (*recess*, *resume*) or names the ballot it is for: there is no
toggle, and what is doubled or late does no harm. Which of two opposites a key means is read
from the same ``Situation`` as its lamp. Grave functions ask for a second press.

``FIRST`` is enough where every function has a key of its own. A panel with five keys has the
others in the second layer. Priority is held in both layers alike, because a chair must never
have to think before taking it.

    key        first layer: press      held                    second layer: press  held
    priority   end all turns (asks)    priority, from 0.4 s    recess, resume       priority
    next       next                    end the turn            plus one minute      clear (asks)
    all_off    all off                 mute all (asks) and     registration: open   closed, or
                                       back; fire acknowledged or paused            paused
    vote       next step of the vote   pause; end if paused    abort (asks)
    wide       the whole room          second layer            first layer          second layer

Owns the table. Must not know time, pins, the outbox or who decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from edge.rules.ballot_state import RUNNING, Stage
from edge.rules.console_situation import Situation
from edge.rules.intents import Intent
from edge.rules.reasons import Reason

Gesture = Literal["touch", "tap", "hold"]
"""*Touch*: goes down. *Tap*: let go before a hold. *Hold*: stays down for ``hold_s``."""

BallotStep = Literal["open", "pause", "resume", "close", "count", "announce", "abort"]

PRIORITY_HOLD_S = 0.4
HOLD_S = 1.0
ACKNOWLEDGE_HOLD_S = 2.0
"""Longer than any other hold: nobody ends a fire alarm by the way."""


@dataclass(frozen=True, slots=True)
class Intend:
    """Something for the floor; with ``seat`` where it means one."""

    intent: Intent
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The next step of the ballot that was shown when the key went down."""

    step: BallotStep
    ballot: str
    generation: int


@dataclass(frozen=True, slots=True)
class ShowWide:
    """The whole room on air."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing happens, and why."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class SecondLayer:
    """The next press means the key's second function."""


Act = Intend | Order | ShowWide | Refused
"""What a press led to, for others to carry out or to record."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a gesture does; if it ``asks``, after a second press of the same key only."""

    act: Act | SecondLayer
    asks: bool = False


Rule = Callable[[Situation], Meaning | None]
"""None: the gesture means nothing now, and that is no refusal."""


def _plain(intent: Intent) -> Rule:
    return lambda situation: Meaning(Intend(intent))


def _recess(situation: Situation) -> Meaning:
    return Meaning(Intend("resume" if situation.recess else "recess"))


def _mute(situation: Situation) -> Meaning:
    return Meaning(Intend("unmute")) if situation.muted else Meaning(Intend("mute"), asks=True)


def _all_off(situation: Situation) -> Meaning | None:
    return None if situation.alarm else Meaning(Intend("all_off"))


def _all_off_held(situation: Situation) -> Meaning:
    return Meaning(Intend("fire_acknowledged")) if situation.alarm else _mute(situation)


def _registration(situation: Situation) -> Meaning:
    return Meaning(Intend("queue_paused" if situation.registration == "open" else "queue_open"))


def _registration_held(situation: Situation) -> Meaning:
    closed = situation.registration == "closed"
    return Meaning(Intend("queue_paused" if closed else "queue_closed"))


def _clear_queue(situation: Situation) -> Meaning:
    return Meaning(Intend("queue_cleared"), asks=True)


def _of_chair(intent: Intent, *, asks: bool) -> Rule:
    def rule(situation: Situation) -> Meaning:
        if situation.chair is None:
            return Meaning(Refused(Reason.NOT_CHAIR))
        return Meaning(Intend(intent, situation.chair), asks)

    return rule


def _wide(situation: Situation) -> Meaning:
    return Meaning(ShowWide())


def _second_layer(situation: Situation) -> Meaning:
    return Meaning(SecondLayer())


def _nothing(situation: Situation) -> None:
    return None


Steps = Mapping[Stage, tuple[BallotStep, bool]]
"""By stage: the step, and whether it asks."""

NEXT_STEP: Steps = MappingProxyType(
    {
        Stage.DRAFT: ("open", False),
        Stage.READY_CHECK: ("open", False),
        Stage.OPEN: ("close", True),
        Stage.PAUSED: ("resume", False),
        Stage.CLOSING: ("count", True),
        Stage.COUNTED: ("announce", False),
    }
)
OTHER_STEP: Steps = MappingProxyType({Stage.OPEN: ("pause", False), Stage.PAUSED: ("close", True)})
ABORT: Steps = MappingProxyType(dict.fromkeys((*sorted(RUNNING), Stage.CLOSING), ("abort", True)))


def _ballot(steps: Steps) -> Rule:
    """One step of the ballot that is shown. Only the hub can take it."""

    def rule(situation: Situation) -> Meaning:
        if situation.leads != "hub":
            return Meaning(Refused(Reason.LINK_LOST))
        shown = situation.ballot
        if shown is None:
            return Meaning(Refused(Reason.VOTE_UNKNOWN))
        if shown.stage not in steps:
            early = shown.stage in (Stage.DRAFT, Stage.READY_CHECK)
            return Meaning(Refused(Reason.VOTE_NOT_OPEN if early else Reason.VOTE_CLOSED))
        step, asks = steps[shown.stage]
        return Meaning(Order(step, shown.ballot, shown.generation), asks)

    return rule


Layer = Mapping[str, Mapping[Gesture, Rule]]

FIRST: Layer = {
    "priority": {
        "tap": _of_chair("priority_pressed", asks=True),
        "hold": _of_chair("priority_held", asks=False),
    },
    "next": {"tap": _plain("next"), "hold": _plain("end_turn")},
    "end_turn": {"touch": _plain("end_turn")},
    "extend": {"touch": _plain("extend")},
    "all_off": {"touch": _all_off, "hold": _all_off_held},
    "mute": {"touch": _mute},
    "registration": {"tap": _registration, "hold": _registration_held},
    "recess": {"touch": _recess},
    "vote": {"tap": _ballot(NEXT_STEP), "hold": _ballot(OTHER_STEP)},
    "wide": {"tap": _wide, "hold": _second_layer},
}

SECOND: Layer = {
    **FIRST,
    "priority": {"tap": _recess, "hold": FIRST["priority"]["hold"]},
    "next": {"tap": _plain("extend"), "hold": _clear_queue},
    "all_off": {"tap": _registration, "hold": _registration_held},
    "vote": {"touch": _ballot(ABORT)},
    "wide": {"touch": _nothing, "hold": _second_layer},
}

KEYS = frozenset(FIRST)
"""Every function a key of the console may be named after."""

COMPACT = frozenset({"priority", "next", "all_off", "vote", "wide"})
"""The five keys from which every function can be reached."""


def meanings_of(key: str, situation: Situation, *, second: bool) -> dict[Gesture, Meaning]:
    """What each gesture on ``key`` means now; nothing for a key without a function."""
    rules = (SECOND if second else FIRST).get(key, {})
    found = ((gesture, rule(situation)) for gesture, rule in rules.items())
    return {gesture: meaning for gesture, meaning in found if meaning is not None}


def hold_s(key: str, situation: Situation, *, second: bool) -> float:
    """How long ``key`` has to stay down to be held."""
    if key == "priority":
        return PRIORITY_HOLD_S
    alarm = key == "all_off" and situation.alarm and not second
    return ACKNOWLEDGE_HOLD_S if alarm else HOLD_S
