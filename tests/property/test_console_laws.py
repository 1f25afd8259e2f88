"""Whatever fingers do to the chair's console: priority is given back, what is grave is asked."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.rules.ballot_state import Stage
from edge.rules.console_meanings import Intend, Order
from edge.rules.console_situation import ShownBallot, Situation
from tests.console_hands import BALLOT, CHAIR, COMPACT, GENERATION, TICK_S, Hands

CALM = Situation(chair=CHAIR)
VOTING = replace(CALM, ballot=ShownBallot(BALLOT, GENERATION, Stage.OPEN))
HELD, RELEASED = Intend("priority_held", CHAIR), Intend("priority_released", CHAIR)

LONGEST_S = 4.0 + TICK_S
"""From the press that asks, held for a second, to the one that answers three seconds later."""


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["down", "up", "wait", "change"]),
        st.sampled_from(COMPACT),
        st.sampled_from([0.05, 0.3, 0.5, 1.2, 3.5, 6.0]),
        st.sampled_from([CALM, Situation(), VOTING, replace(CALM, alarm=True)]),
    ),
    max_size=40,
)


@settings(max_examples=300)
@given(STEPS)
def test_priority_is_given_back_whatever_fingers_do(
    steps: list[tuple[str, str, float, Situation]],
) -> None:
    """Held and released take turns; with no finger on the key nobody holds priority."""
    chair = Hands(CALM)
    down = False
    for step, key, seconds_s, situation in steps:
        match step:
            case "down":
                chair.down(key)
                down = down or key == "priority"
            case "up":
                chair.up(key)
                down = down and key != "priority"
            case "wait":
                chair.wait(seconds_s)
            case _:
                chair.situation = situation
        assert down or chair.panel.holder is None
    of_holding = [a for a in chair.acts if a in (HELD, RELEASED)]
    assert all(a == (HELD, RELEASED)[n % 2] for n, a in enumerate(of_holding))


@settings(max_examples=300)
@given(STEPS)
def test_grave_acts_follow_two_presses_in_three_seconds(
    steps: list[tuple[str, str, float, Situation]],
) -> None:
    """Written again from the outside: the last two times that the key went down."""
    chair = Hands(CALM)
    went_down: dict[str, list[float]] = {key: [] for key in COMPACT}
    keys = {"priority_pressed": "priority", "mute": "all_off", "queue_cleared": "next"}
    for step, key, seconds_s, situation in steps:
        match step:
            case "down":
                went_down[key].append(chair.now_s)
                chair.down(key)
            case "up":
                chair.up(key)
            case "wait":
                chair.wait(seconds_s)
            case _:
                chair.situation = situation
        for act in chair.taken():
            grave = keys.get(act.intent) if isinstance(act, Intend) else None
            if isinstance(act, Order) and act.step in ("close", "abort"):
                grave = "vote"
            if grave is not None:
                assert grave == key
                earlier_s, last_s = went_down[grave][-2:]
                assert last_s - earlier_s <= LONGEST_S
