"""The sheet of secret votes: counts and nothing else, of one length whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.rules import slip_sheet
from edge.rules.ballot_events import Slips

OPTIONS = ("yes", "no", "abstain")


@given(st.lists(st.integers(min_value=0, max_value=2), max_size=40))
def test_a_sheet_holds_the_counts_and_not_the_order(chosen: list[int]) -> None:
    forth, back = slip_sheet.empty(), slip_sheet.empty()
    for place in chosen:
        forth = slip_sheet.add(forth, place)
    for place in reversed(chosen):
        back = slip_sheet.add(back, place)
    assert forth == back
    assert len(forth) == len(slip_sheet.empty())
    assert slip_sheet.slips(forth, OPTIONS) == tuple(
        Slips((option,), chosen.count(place))
        for place, option in enumerate(OPTIONS)
        if place in chosen
    )


def test_what_is_no_sheet_of_this_ballot_is_refused() -> None:
    sheet = slip_sheet.add(slip_sheet.empty(), 2)
    with pytest.raises(slip_sheet.SheetError, match="beyond the ballot's 2"):
        slip_sheet.slips(sheet, ("yes", "no"))
    with pytest.raises(slip_sheet.SheetError, match="97 bytes, these are 96"):
        slip_sheet.slips(sheet[1:], OPTIONS)
    with pytest.raises(slip_sheet.SheetError, match="version 9"):
        slip_sheet.slips(b"\x09" + sheet[1:], OPTIONS)
    for place in (-1, 24):
        with pytest.raises(slip_sheet.SheetError, match="no option"):
            slip_sheet.add(sheet, place)


def test_a_label_names_room_ballot_and_generation() -> None:
    labels = {
        slip_sheet.label(*what)
        for what in (("a", "b", 1), ("b", "a", 1), ("a", "b", 2), ("ab", "", 1))
    }
    assert len(labels) == 4
