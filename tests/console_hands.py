"""A chair's fingers on a console, without time passing by itself.

Owns gestures as people make them, every situation of a running meeting, and what can be done
in it. Must not know what a key means.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

from edge.rules import console_keys
from edge.rules.ballot_state import Stage
from edge.rules.console_keys import Panel
from edge.rules.console_lamps import lamps
from edge.rules.console_meanings import Act, Intend, Order, ShowWide
from edge.rules.console_situation import ShownBallot, Situation
from edge.rules.lamps import Lamp

Finger = Literal["press", "hold"]

PRESS_S = 0.12
HOLD_S = 2.1
"""Longer than any hold that means something."""

BETWEEN_S = 0.3
"""From one press to the next, without hurry."""

TICK_S = 0.1
"""How often the room lets time pass."""

COMPACT = ("priority", "next", "all_off", "vote", "wide")
FULL = (*COMPACT, "end_turn", "extend", "mute", "registration", "recess")
PANELS: dict[str, tuple[str, ...]] = {"compact": COMPACT, "full": FULL}

CHAIR = "main/1"
BALLOT, GENERATION = "budget", 2


@dataclass
class Hands:
    """One console, one situation, one clock; ``acts`` is what came of it so far."""

    situation: Situation
    panel: Panel = field(default_factory=Panel)
    now_s: float = 100.0
    acts: list[Act] = field(default_factory=list)

    def down(self, key: str) -> None:
        """Put a finger on the key."""
        self._take(console_keys.press(self.panel, key, self.situation, self.now_s))

    def up(self, key: str) -> None:
        """Take it away."""
        self._take(console_keys.release(self.panel, key, self.now_s))

    def wait(self, seconds_s: float) -> None:
        """Let time pass, as the room does."""
        until_s = self.now_s + seconds_s
        while self.now_s < until_s:
            self.now_s = min(until_s, self.now_s + TICK_S)
            self._take(console_keys.pass_time(self.panel, self.now_s))

    def do(self, finger: Finger, key: str) -> None:
        """One press or one hold, and the pause after it."""
        self.down(key)
        self.wait(PRESS_S if finger == "press" else HOLD_S)
        self.up(key)
        self.wait(BETWEEN_S)

    def press(self, *keys: str) -> None:
        """Press one after the other."""
        for key in keys:
            self.do("press", key)

    def hold(self, key: str) -> None:
        """Hold once."""
        self.do("hold", key)

    def taken(self) -> list[Act]:
        """What came of it since the last look."""
        acts, self.acts = self.acts, []
        return acts

    def lamps(self, keys: Collection[str] = FULL) -> dict[str, Lamp]:
        """What the lamps show now."""
        return lamps(self.panel, self.situation, keys, self.now_s)

    def _take(self, outcome: console_keys.Outcome) -> None:
        self.panel, done = outcome
        self.acts += [act for _, act in done]


def situations() -> Iterator[Situation]:
    """Every situation of a running meeting that could change what a key means."""
    shown = (None, *(ShownBallot(BALLOT, GENERATION, stage) for stage in Stage))
    for leads, recess, muted, alarm, registration, ballot in product(
        ("hub", "room", "none"),
        (False, True),
        (False, True),
        (False, True),
        ("open", "paused", "closed"),
        shown,
    ):
        yield Situation(
            leads=leads,
            chair=CHAIR,
            recess=recess,
            muted=muted,
            alarm=alarm,
            registration=registration,
            ballot=ballot,
        )


def possible(situation: Situation) -> dict[str, Act]:
    """Every function that would do something in this situation, by name."""
    found: dict[str, Act] = {
        "priority, temporary": Intend("priority_held", CHAIR),
        "priority, final": Intend("priority_pressed", CHAIR),
        "next": Intend("next"),
        "end the turn": Intend("end_turn"),
        "plus one minute": Intend("extend"),
        "clear the queue": Intend("queue_cleared"),
        "wide shot": ShowWide(),
    }
    if situation.alarm:
        found["acknowledge the fire alarm"] = Intend("fire_acknowledged")
    else:
        found["all off"] = Intend("all_off")
        back = situation.muted
        found["unmute" if back else "mute all"] = Intend("unmute" if back else "mute")
    if situation.recess:
        found["end the recess"] = Intend("resume")
    else:
        found["recess"] = Intend("recess")
    registration: dict[str, Any] = {
        "open": ("open registration", "queue_open"),
        "paused": ("pause registration", "queue_paused"),
        "closed": ("close registration", "queue_closed"),
    }
    for level, (name, intent) in registration.items():
        if situation.registration != level:
            found[name] = Intend(intent)
    if situation.ballot is not None and situation.leads == "hub":
        found |= {
            name: Order(step, BALLOT, GENERATION)
            for name, step in STEPS.get(situation.ballot.stage, {}).items()
        }
    return found


_AT_WORK: dict[str, Any] = {"end the vote": "close", "abort the vote": "abort"}
STEPS: dict[Stage, dict[str, Any]] = {
    Stage.DRAFT: {"start the vote": "open"},
    Stage.READY_CHECK: {"start the vote": "open"},
    Stage.OPEN: {"pause the vote": "pause", **_AT_WORK},
    Stage.PAUSED: {"go on with the vote": "resume", **_AT_WORK},
    Stage.CLOSING: {"count without silent rooms": "count", "abort the vote": "abort"},
    Stage.COUNTED: {"announce the result": "announce"},
}
"""What the law of ballots lets a chair do at each stage, as far as keys do it."""
