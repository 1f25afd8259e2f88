"""A seat's key and its page are one voter: whatever is late, the last press stands.

Owns the law between both. Presses of keys are numbered by their room and may arrive late and in
any order; presses of a page arrive in their order.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.rules.ballot_journal import verify
from edge.rules.ballot_state import tally
from hub.meeting import commands
from tests.hub_votes import Sitting, vote

OPTIONS = ("yes", "no", "abstain")

Press = tuple[bool, int, int]
"""Is it the key's, which option, and behind how many later presses it arrives."""

PRESSES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=8
)


@settings(max_examples=120, deadline=None)
@given(PRESSES)
def test_the_last_press_stands_however_late_the_others_come(presses: list[Press]) -> None:
    sitting = Sitting().opened()
    revision = 0
    began_s = sitting.now_s
    arrivals: list[tuple[float, int]] = []
    for place, (is_key, _, late) in enumerate(presses):
        arrivals.append((place + (late + 0.5 if is_key else 0.0), place))
    numbers = {}
    for place, (is_key, _, _) in enumerate(presses):
        revision += is_key
        numbers[place] = revision
    for arrives, place in sorted(arrivals):
        is_key, choice, _ = presses[place]
        sitting.now_s = began_s + 10.0 * arrives
        if is_key:
            age_ms = round(10_000 * (arrives - place))
            event = vote(
                "main/2", place + 1, OPTIONS[choice], revision=numbers[place], age_ms=age_ms
            )
            assert sitting.hear(event).refused is None
        else:
            cast = commands.PageVote("b-1", 1, "main/2", (OPTIONS[choice],), f"press-{place:04d}")
            assert sitting.give(cast).refused is None
    held = sitting.ballot().vote_of("main/2")
    assert held is not None
    assert held.choices == (OPTIONS[presses[-1][1]],)
    assert sum(tally(sitting.ballot()).values()) == 1
    assert verify(sitting.lines["b-1", 1]).journal.ballot == sitting.ballot()
