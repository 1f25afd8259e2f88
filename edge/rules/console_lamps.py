"""What the lamps of the chair's console show.

Theory. A lamp shows what is so and what its key would do, never that it was pressed: an order
that is lost on the way leaves the lamp as it was. Three things are the panel's own: the key
that asks for its second press blinks fast, so does one that was refused, and so does *wide*
while the second layer is open; the other lamps then show their second functions.

    steady   in force           slow   possible now, or wants attention
    fast     press again, refused, or fire alarm

Owns the pictures. Must not decide what a key does: that is ``console_keys``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from edge.rules.ballot_state import Stage
from edge.rules.console_keys import Panel
from edge.rules.console_situation import Situation
from edge.rules.lamps import Lamp

LINK = "link"
"""A lamp without a key. Off: the hub leads. Steady: this room leads itself. Slow: nobody yet."""


def _steady(on: bool) -> Lamp:
    return "on" if on else "off"


def _next(situation: Situation) -> Lamp:
    if situation.point_of_order:
        return "on"
    return "slow" if situation.waiting else "off"


def _end_turn(situation: Situation) -> Lamp:
    return _steady(situation.speaking)


def _extend(situation: Situation) -> Lamp:
    return "slow" if situation.last_minute else "off"


def _all_off(situation: Situation) -> Lamp:
    return "fast" if situation.alarm else _steady(situation.muted)


def _registration(situation: Situation) -> Lamp:
    shown: dict[str, Lamp] = {"open": "on", "paused": "slow", "closed": "off"}
    return shown[situation.registration]


def _recess(situation: Situation) -> Lamp:
    return _steady(situation.recess)


_STEPS: dict[Stage, Lamp] = {
    Stage.DRAFT: "slow",
    Stage.READY_CHECK: "slow",
    Stage.OPEN: "on",
    Stage.PAUSED: "slow",
    Stage.CLOSING: "slow",
    Stage.COUNTED: "slow",
}


def _vote(situation: Situation) -> Lamp:
    """The vote itself is known without the hub; its next step cannot be taken."""
    lamp = "off" if situation.ballot is None else _STEPS.get(situation.ballot.stage, "off")
    return "off" if lamp == "slow" and situation.leads != "hub" else lamp


def _abort(situation: Situation) -> Lamp:
    stages = (Stage.OPEN, Stage.PAUSED, Stage.CLOSING)
    runs = situation.ballot is not None and situation.ballot.stage in stages
    return "slow" if runs and situation.leads == "hub" else "off"


def _link(situation: Situation) -> Lamp:
    shown: dict[str, Lamp] = {"hub": "off", "room": "on", "none": "slow"}
    return shown[situation.leads]


Picture = Callable[[Situation], Lamp]

FIRST: Mapping[str, Picture] = {
    "priority": lambda situation: _steady(situation.priority),
    "next": _next,
    "end_turn": _end_turn,
    "extend": _extend,
    "all_off": _all_off,
    "mute": lambda situation: _steady(situation.muted),
    "registration": _registration,
    "recess": _recess,
    "vote": _vote,
    "wide": lambda situation: _steady(situation.wide),
    LINK: _link,
}

SECOND: Mapping[str, Picture] = {
    **FIRST,
    "priority": _recess,
    "next": _extend,
    "all_off": lambda situation: "fast" if situation.alarm else _registration(situation),
    "vote": _abort,
    "wide": lambda situation: "fast",
}


def lamps(
    panel: Panel, situation: Situation, keys: Collection[str], now_s: float
) -> dict[str, Lamp]:
    """Every lamp of a console that has ``keys``, by name of the key, and *link*."""
    pictures = SECOND if panel.is_second(now_s) else FIRST
    shown = {name: pictures[name](situation) for name in (*keys, LINK) if name in pictures}
    if shown.get("wide") == "off" and _something_is_hidden(situation, keys):
        shown["wide"] = "slow"
    for key in shown.keys() & set(keys):
        if panel.asks(key, now_s) or now_s < panel.refused_until_s.get(key, 0.0):
            shown[key] = "fast"
    return shown


def _something_is_hidden(situation: Situation, keys: Collection[str]) -> bool:
    """In force, and no key of this console shows it but in the second layer."""
    recess = situation.recess and "recess" not in keys
    return recess or (situation.registration != "open" and "registration" not in keys)
