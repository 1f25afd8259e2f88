"""Any roster goes out as a table and comes back as it was.

Owns the way there and back. What people's own sheets say: ``tests/unit/test_roster_sheet.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.contract.messages import Role
from hub import roster_sheet, sheet
from hub.meeting_form import SeatEntry

ROOMS = {"main": ("Phòng họp chính", "Main room"), "satellite-1": ("Phòng vệ tinh 1",)}

WORDS = st.text(max_size=60).map(sheet.tidy)
PEOPLE = WORDS.map(lambda text: text[:64].strip() or None)

ENTRIES = st.builds(
    SeatEntry,
    seat=st.builds("{}/{}".format, st.sampled_from(sorted(ROOMS)), st.integers(1, 999)),
    name=WORDS,
    role=st.none() | st.sampled_from(get_args(Role)),
    person=PEOPLE,
    weight=st.integers(1, 1_000_000),
    proxy=PEOPLE,
)

ROSTERS = st.lists(ENTRIES, min_size=1, max_size=8, unique_by=lambda e: e.seat).filter(
    lambda found: len({e.person or e.seat for e in found}) == len(found)
)


@pytest.mark.parametrize(
    "write", [sheet.csv_of, lambda rows: sheet.xlsx_of(rows, "x")], ids=["csv", "xlsx"]
)
@settings(max_examples=40, deadline=None)
@given(roster=ROSTERS)
def test_a_roster_survives_the_table(
    write: Callable[[Any], bytes], roster: list[SeatEntry]
) -> None:
    found = roster_sheet.read(sheet.rows_of(write(roster_sheet.table(roster))), ROOMS)
    assert found.problems == []
    assert found.seats == roster


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        found = roster_sheet.read(sheet.rows_of(data), ROOMS)
    except sheet.SheetError:
        return
    assert bool(found.seats) is not bool(found.problems)
