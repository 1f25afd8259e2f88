"""Any function of a running meeting in at most three presses, from every situation.

A search over presses and holds through the whole key machine, for both panels; and the table
that people read in ``docs/devices/console.md``, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge.rules.ballot_state import Stage
from edge.rules.console_keys import Panel
from edge.rules.console_meanings import Act
from edge.rules.console_situation import ShownBallot, Situation
from tests.console_hands import (
    BALLOT,
    CHAIR,
    COMPACT,
    FULL,
    GENERATION,
    Finger,
    Hands,
    possible,
    situations,
)

MOST_PRESSES = 3

Way = tuple[tuple[Finger, str], ...]
FINGERS: tuple[Finger, ...] = ("press", "hold")

DOCUMENT = Path(__file__).parents[2] / "docs" / "devices" / "console.md"
ROW = re.compile(r"^\| `([a-z, ]+)` \|[^|]+\|([^|]+)\|([^|]+)\|$", re.MULTILINE)
STEP = re.compile(r"(press|hold) \*\*([a-z_]+)\*\*")


def ways(keys: Sequence[str], situation: Situation) -> dict[Act, Way]:
    """A shortest way to everything that can be reached in ``MOST_PRESSES`` presses."""
    found: dict[Act, Way] = {}
    border: list[tuple[Hands, Way]] = [(Hands(situation), ())]
    seen: set[object] = set()
    for _ in range(MOST_PRESSES):
        nearer, border = border, []
        for before, way in nearer:
            for key, finger in ((key, finger) for key in keys for finger in FINGERS):
                hands = Hands(situation, before.panel, before.now_s)
                hands.do(finger, key)
                longer: Way = (*way, (finger, key))
                for act in hands.taken():
                    found.setdefault(act, longer)
                waits_for = what_it_waits_for(hands.panel)
                if waits_for not in seen:
                    seen.add(waits_for)
                    border.append((hands, longer))
    return found


def what_it_waits_for(panel: Panel) -> object:
    """All that a panel with every key up remembers; times do not matter to quick fingers."""
    asked = panel.asked and (panel.asked.key, panel.asked.gesture, panel.asked.second)
    return asked, panel.second_until_s is not None


def out_of_reach(keys: Sequence[str], situation: Situation) -> list[str]:
    reached = ways(keys, situation)
    return [name for name, act in possible(situation).items() if act not in reached]


@pytest.mark.parametrize("keys", [COMPACT, FULL], ids=["compact", "full"])
def test_every_function_in_every_situation(keys: tuple[str, ...]) -> None:
    far = [(name, s) for s in situations() for name in out_of_reach(keys, s)]
    assert far == []


def test_the_search_can_fail() -> None:
    """Without *wide* there is no second layer, and with it go what the keys left mean in it."""
    four = tuple(key for key in COMPACT if key != "wide")
    assert "recess" in out_of_reach(four, Situation(chair=CHAIR))


def fitting(name: str) -> list[Situation]:
    """The situations in which the function can be called, everything else at rest."""
    ballots = [None, *(ShownBallot(BALLOT, GENERATION, stage) for stage in Stage)]
    calm = Situation(chair=CHAIR)
    changed = [
        calm,
        replace(calm, recess=True),
        replace(calm, muted=True),
        replace(calm, alarm=True),
        replace(calm, registration="paused"),
        replace(calm, registration="closed"),
        *(replace(calm, ballot=ballot) for ballot in ballots),
    ]
    return [situation for situation in changed if name in possible(situation)]


def read_table() -> list[tuple[str, str, str]]:
    return ROW.findall(DOCUMENT.read_text(encoding="utf-8"))


def test_the_table_for_people_has_every_function() -> None:
    every = {name for situation in situations() for name in possible(situation)}
    assert {name for name, _, _ in read_table()} == every


@pytest.mark.parametrize(("name", "full", "compact"), read_table())
def test_the_table_for_people_is_true(name: str, full: str, compact: str) -> None:
    """One of the ways that the row gives does it, in every situation where it can be done."""
    for column, keys in ((full, FULL), (compact, COMPACT)):
        told = [STEP.findall(way) for way in column.split(" or ")]
        assert all(1 <= len(way) <= MOST_PRESSES for way in told)
        assert {key for way in told for _, key in way} <= set(keys)
        for situation in fitting(name):
            assert any(does(way, possible(situation)[name], situation) for way in told)


def does(way: Sequence[tuple[Finger, str]], act: Act, situation: Situation) -> bool:
    hands = Hands(situation)
    for finger, key in way:
        hands.do(finger, key)
    return act in hands.taken()
