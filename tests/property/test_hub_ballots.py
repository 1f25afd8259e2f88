"""However events of rooms arrive, doubled, mixed or late, the tally is the same, and replayable.

Owns laws of the hub's deciders over many orders of arrival.
"""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules.ballot_journal import verify
from edge.rules.ballot_state import Stage, tally
from tests.hub_votes import Sitting, box, drained, mark, secret, vote

SEATS = ("main/1", "main/2", "main/3", "sat/1", "sat/2", "sat/3")
CHOICES = ("yes", "no", "abstain")

presses = st.lists(
    st.tuples(st.sampled_from(SEATS), st.sampled_from(CHOICES)), min_size=1, max_size=14
)


def numbered(pressed: list[tuple[str, str]]) -> list[messages.Event]:
    """The presses as events of their rooms' outboxes."""
    seqs: dict[str, int] = {}
    revisions: dict[str, int] = {}
    events = []
    for seat, choice in pressed:
        room = seat.partition("/")[0]
        seqs[room] = seqs.get(room, 0) + 1
        revisions[seat] = revisions.get(seat, 0) + 1
        events.append(vote(seat, seqs[room], choice, revision=revisions[seat]))
    return events


@settings(max_examples=60)
@given(presses, st.randoms(use_true_random=False), st.data())
def test_order_and_repetition_do_not_change_the_tally(
    pressed: list[tuple[str, str]], chance: object, data: st.DataObject
) -> None:
    events = numbered(pressed)
    doubled = events + data.draw(st.lists(st.sampled_from(events), max_size=10))
    chance.shuffle(doubled)  # type: ignore[attr-defined]
    sitting = Sitting().opened()
    for event in doubled:
        assert sitting.hear(event).refused is None
    last = dict(pressed)
    expected = {choice: list(last.values()).count(choice) for choice in CHOICES}
    assert tally(sitting.ballot()) == expected
    sitting.order(act.Close())
    for room in ("main", "sat"):
        sitting.hear(drained(room, 99))
    assert tally(sitting.ballot()) == expected
    assert verify(sitting.lines["b-1", 1]).journal == sitting.meeting.ballots["b-1", 1]


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(SEATS), st.sampled_from(CHOICES), min_size=1),
    st.randoms(use_true_random=False),
)
def test_a_secret_ballot_gives_the_sum_and_links_nobody(
    chosen: dict[str, str], chance: object
) -> None:
    sitting = Sitting(secret()).opened()
    marks = [mark(seat, number) for number, seat in enumerate(sorted(chosen), 1)] * 2
    chance.shuffle(marks)  # type: ignore[attr-defined]
    for event in marks:
        assert sitting.hear(event).refused is None
    sitting.order(act.Close())
    for room in ("main", "sat", "main"):
        inside = [choice for seat, choice in chosen.items() if seat.startswith(room)]
        sitting.hear(drained(room, 99, box(room, *inside)))
    ballot = sitting.ballot()
    assert ballot.stage is Stage.COUNTED
    assert tally(ballot) == {choice: list(chosen.values()).count(choice) for choice in CHOICES}
    assert verify(sitting.lines["b-1", 1]).journal == sitting.meeting.ballots["b-1", 1]
    for line in sitting.lines["b-1", 1][1:]:
        assert not ("person" in line and any(f'"{choice}"' in line for choice in CHOICES))
        assert "choices" not in line or json.loads(line)["event"]["what"] == "unseal"
