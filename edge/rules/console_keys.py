"""The chair's console in time: presses and releases in, what was meant out.

Theory. A meaning is fixed when the key goes down, from what the lamps show then. Keys that can
also be held act when they are let go; the others at once. Three things pass with time: a hold
is reached, a question is withdrawn (a grave function asks; the same key within ``ASK_S``
answers), the second layer closes after one press or ``SECOND_LAYER_S``.

Only presses that were seen count: a key that lies pressed when the console comes up has no
meaning until it was let go. A console that cannot be heard any more holds nothing.

Owns that state. Must not know what a key means: that is ``console_meanings``. Times are
seconds on the room's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from edge.rules.console_meanings import (
    Act,
    Gesture,
    Intend,
    Meaning,
    Refused,
    SecondLayer,
    hold_s,
    meanings_of,
)
from edge.rules.console_situation import Situation
from edge.rules.following import REFUSED_SHOWN_S
from edge.rules.reasons import Reason

ASK_S = 3.0
"""How long a grave function waits for its second press."""

SECOND_LAYER_S = 5.0
"""How long the second layer waits for its one press."""


@dataclass(frozen=True, slots=True)
class Down:
    """A key that is down: what it can still mean, as it was when it went down."""

    at_s: float
    hold_s: float
    second: bool
    """It went down in the second layer."""
    meanings: Mapping[Gesture, Meaning]

    def is_held(self, now_s: float) -> bool:
        """It can be held, and has been for long enough."""
        return "hold" in self.meanings and now_s - self.at_s >= self.hold_s


@dataclass(frozen=True, slots=True)
class Asked:
    """A function that waits for a second press of ``key``, and which gesture asked for it."""

    key: str
    gesture: Gesture
    second: bool
    act: Act
    until_s: float


@dataclass(frozen=True, slots=True)
class Panel:
    """The console between two presses. Nothing is down, asked or held at first."""

    down: Mapping[str, Down] = field(default_factory=lambda: MappingProxyType({}))
    asked: Asked | None = None
    second_until_s: float | None = None
    holder: str | None = None
    """The seat for which priority is being held by the key."""
    refused_until_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def asks(self, key: str, now_s: float) -> Asked | None:
        """What a press of ``key`` would confirm now."""
        asked = self.asked
        return asked if asked is not None and asked.key == key and now_s <= asked.until_s else None

    def is_second(self, now_s: float) -> bool:
        """The second layer is open."""
        return self.second_until_s is not None and now_s <= self.second_until_s


Done = tuple[str, Act]
"""The key, and what came of it."""

Outcome = tuple[Panel, tuple[Done, ...]]


def press(panel: Panel, key: str, situation: Situation, now_s: float) -> Outcome:
    """The key goes down. What it still held, by a release that was lost, is let go first."""
    panel, lost = _let_go(panel) if key == "priority" else (panel, ())
    second, asked = panel.is_second(now_s), panel.asks(key, now_s)
    meanings = meanings_of(key, situation, second=second)
    if asked is not None:
        meanings = _answered(asked, situation)
    down = Down(now_s, hold_s(key, situation, second=second), second, meanings)
    panel = replace(panel, down={**panel.down, key: down}, asked=None, second_until_s=None)
    panel, done = _act(panel, key, "touch", now_s)
    return panel, (*lost, *done)


def _answered(asked: Asked, situation: Situation) -> dict[Gesture, Meaning]:
    """The press that confirms. What was asked must still be what the key would ask.

    A key that acts when let go can be held instead, and then means what it always means.
    """
    rules = meanings_of(asked.key, situation, second=asked.second)
    same = rules.get(asked.gesture) == Meaning(asked.act, asks=True)
    answer = Meaning(asked.act if same else Refused(Reason.OUTDATED))
    first = meanings_of(asked.key, situation, second=False)
    if "tap" in first:
        return {**first, "tap": answer}
    return {"touch": answer}


def release(panel: Panel, key: str, now_s: float) -> Outcome:
    """The key comes up; one that was down before anybody looked means nothing."""
    down = panel.down.get(key)
    if down is None:
        return panel, ()
    panel, acts = _act(panel, key, "hold" if down.is_held(now_s) else "tap", now_s)
    panel = replace(panel, down={k: d for k, d in panel.down.items() if k != key})
    if key == "priority":
        panel, more = _let_go(panel)
        acts = (*acts, *more)
    return panel, acts


def pass_time(panel: Panel, now_s: float) -> Outcome:
    """Holds that are reached by now; questions and the second layer that are over."""
    acts: tuple[Done, ...] = ()
    for key, down in panel.down.items():
        if down.is_held(now_s):
            panel, more = _act(panel, key, "hold", now_s)
            acts = (*acts, *more)
    if panel.asked is not None and now_s > panel.asked.until_s:
        panel = replace(panel, asked=None)
    if panel.second_until_s is not None and not panel.is_second(now_s):
        panel = replace(panel, second_until_s=None)
    if any(now_s >= until_s for until_s in panel.refused_until_s.values()):
        shown = {k: until_s for k, until_s in panel.refused_until_s.items() if now_s < until_s}
        panel = replace(panel, refused_until_s=shown)
    return panel, acts


def forget(panel: Panel) -> Outcome:
    """The console cannot be heard any more: no key is down, and priority is let go."""
    return _let_go(Panel(holder=panel.holder))


def refuse(panel: Panel, key: str, now_s: float) -> Panel:
    """Show *no* at the key for a moment."""
    until_s = now_s + REFUSED_SHOWN_S
    return replace(panel, refused_until_s={**panel.refused_until_s, key: until_s})


def _let_go(panel: Panel) -> Outcome:
    if panel.holder is None:
        return panel, ()
    return replace(panel, holder=None), (("priority", Intend("priority_released", panel.holder)),)


def _act(panel: Panel, key: str, gesture: Gesture, now_s: float) -> Outcome:
    """Carry out what ``gesture`` means; only a touch can still become a hold."""
    down = panel.down[key]
    meaning = down.meanings.get(gesture)
    if meaning is None:
        return panel, ()
    hold = down.meanings.get("hold") if gesture == "touch" else None
    left: dict[Gesture, Meaning] = {} if hold is None else {"hold": hold}
    panel = replace(panel, down={**panel.down, key: replace(down, meanings=left)})
    act = meaning.act
    match act:
        case SecondLayer():
            return replace(panel, asked=None, second_until_s=now_s + SECOND_LAYER_S), ()
        case Refused():
            return refuse(panel, key, now_s), ((key, act),)
        case Intend("priority_held", seat):
            panel = replace(panel, holder=seat)
    if meaning.asks:
        return replace(panel, asked=Asked(key, gesture, down.second, act, now_s + ASK_S)), ()
    return panel, ((key, act),)
