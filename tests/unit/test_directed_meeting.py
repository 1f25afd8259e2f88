"""The director on meetings with the timing of real ones; ``make bench`` does the same at length."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.bench.bars import Bar, rank
from tests.directed_meeting import Shown, heard_exactly, shown
from tests.heard_meeting import heard_by_chain
from tests.listening_room import Hall, meeting_turns

LENGTH_S = 600.0


@pytest.fixture(scope="module")
def meetings() -> list[Shown]:
    """An hour and a half."""
    all_turns = [meeting_turns(25, LENGTH_S, np.random.default_rng(n)) for n in range(9)]
    return [shown(turns, LENGTH_S, heard_exactly(turns)) for turns in all_turns]


def test_the_right_seat_is_shown(meetings: list[Shown]) -> None:
    """Must: 80 % of the time when one talks, with a minimum shot of 3 s."""
    assert sum(m.right_s for m in meetings) >= 0.8 * sum(m.single_s for m in meetings)


def test_the_picture_is_calm(meetings: list[Shown]) -> None:
    """Must: 8 shots a minute, one return within 6 s in ten minutes, no shot below 3 s."""
    assert sum(len(m.shots) for m in meetings) / (len(meetings) * 10) <= 8.0
    assert sum(m.ping_pong(m.cuts) for m in meetings) <= len(meetings)
    assert min(m.shortest_s for m in meetings) >= 2.95
    cuts = [at_s for at_s, _ in meetings[0].cuts]
    assert min(b - a for a, b in itertools.pairwise(cuts)) >= 2.95


def test_nobody_sees_a_camera_travel_or_an_empty_seat(meetings: list[Shown]) -> None:
    assert sum(m.travelling for m in meetings) == 0
    assert sum(m.empty_moves for m in meetings) == 0
    assert sum(m.without_why for m in meetings) == 0


def test_ears_are_nearly_as_good_as_the_truth() -> None:
    """Ten seats make the same sound as 25 for less; ``make bench`` takes all."""
    hall = Hall(seats=10, decay_s=0.6)
    turns = meeting_turns(hall.seats, 60.0, np.random.default_rng(2))
    true = shown(turns, 60.0, heard_exactly(turns))
    heard = shown(turns, 60.0, heard_by_chain(hall, turns, 60.0, 2))
    assert heard.right_s >= true.right_s - 0.05 * true.single_s
    assert len(heard.shots) <= len(true.shots) + 3
    assert heard.empty_moves == 0


def test_bars_have_a_verdict() -> None:
    words = [Bar("", measured, 2.0, 1.0).verdict for measured in (0.5, 1.0, 1.5, 2.5)]
    assert words == ["good", "good", "must", "MISSED"]
    assert Bar("", 0.9, 0.8, 0.95, at_least=True).verdict == "must"
    assert Bar("", 0.9).verdict == "-"
    assert rank([3.0, 1.0, 2.0], 0.5) == 2.0
    with pytest.raises(ValueError, match="nothing was measured"):
        rank([], 0.5)
