"""Vote keys of a seat: two at once, a held key, a key that was down before the vote opened."""

from __future__ import annotations

import pytest

from edge.rules.reasons import Reason
from edge.rules.vote_keys import (
    CHORD_S,
    Chosen,
    KeyEffect,
    Keys,
    NotChosen,
    at_opening,
    due_s,
    press,
    release,
    settle,
)

Action = tuple[str, str, float]


def hand(keys: Keys, *actions: Action) -> tuple[Keys, list[KeyEffect]]:
    """What a hand does, then time for everything to settle."""
    effects: list[KeyEffect] = []
    for what, key, at_s in actions:
        keys, new = {"press": press, "release": release}[what](keys, key, at_s)
        effects += new
    keys, new = settle(keys, actions[-1][2] + 60.0)
    return keys, [*effects, *new]


ONE_KEY = NotChosen(Reason.PRESS_ONE_KEY)
HELD = NotChosen(Reason.KEY_HELD)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([("press", "yes", 1.0)], [Chosen("yes", 1.0)]),
        ([("press", "yes", 1.0), ("release", "yes", 1.02)], [Chosen("yes", 1.0)]),
        # exactly together, within the time, at its very end, and just after it
        ([("press", "yes", 1.0), ("press", "no", 1.0)], [ONE_KEY]),
        ([("press", "yes", 1.0), ("press", "no", 1.149)], [ONE_KEY]),
        (
            [("press", "yes", 0.0), ("press", "no", CHORD_S)],
            [Chosen("yes", 0.0), Chosen("no", CHORD_S)],
        ),
        # a short press followed by another key is still the same slip of the hand
        (
            [("press", "yes", 1.0), ("release", "yes", 1.05), ("press", "no", 1.1)],
            [ONE_KEY],
        ),
        # said once, however many keys the hand hits
        ([("press", "yes", 1.0), ("press", "no", 1.1), ("press", "abstain", 1.2)], [ONE_KEY]),
        # after the slip one key works again
        (
            [("press", "yes", 1.0), ("press", "no", 1.1), ("release", "no", 1.2),
             ("press", "no", 2.0)],
            [ONE_KEY, Chosen("no", 2.0)],
        ),
        # held: counts once; pressed again after it was let go: counts again
        ([("press", "yes", 1.0), ("press", "yes", 1.05), ("press", "yes", 9.0)],
         [HELD, HELD, Chosen("yes", 1.0)]),
        (
            [("press", "yes", 1.0), ("release", "yes", 2.0), ("press", "yes", 3.0)],
            [Chosen("yes", 1.0), Chosen("yes", 3.0)],
        ),
    ],
)  # fmt: skip
def test_what_counts(actions: list[Action], expected: list[KeyEffect]) -> None:
    assert hand(Keys(), *actions)[1] == expected


def test_a_key_that_was_down_before_the_opening_counts_only_after_it_was_let_go() -> None:
    keys = at_opening(frozenset({"yes"}))
    assert settle(keys, 100.0) == (keys, ())
    again = [("press", "yes", 1.0), ("release", "yes", 2.0), ("press", "yes", 3.0)]
    assert hand(keys, *again)[1] == [HELD, Chosen("yes", 3.0)]


def test_a_press_waits_for_its_time_and_says_until_when() -> None:
    keys, effects = press(Keys(), "yes", 1.0)
    assert effects == ()
    assert due_s(Keys()) is None
    assert due_s(keys) == 1.0 + CHORD_S
    assert settle(keys, 1.1) == (keys, ())
    counted, effects = settle(keys, 1.0 + CHORD_S + 0.001)
    assert effects == (Chosen("yes", 1.0),)
    assert due_s(counted) is None
