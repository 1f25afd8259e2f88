"""What other systems are told of a meeting: facts out of the record.

Owns tests of the fold. Taking meetings in: ``test_bridge_import``.
"""

from __future__ import annotations

import json

from edge.rules import ballot_events as act
from hub.bridges import export
from hub.bridges.course import Course, Fact, ballot_of
from hub.meeting.events import MeetingSet
from hub.meeting.motion import Member
from hub.meeting.vote_events import SignedIn
from hub.store.reader import Asked
from hub.store.store import Stored
from tests.hub_votes import Sitting, drained, vote


def told_of(sitting: Sitting) -> list[tuple[int, Fact]]:
    """All facts, with the number of their event."""
    course, found = Course(), list[tuple[int, Fact]]()
    for n, event in enumerate(sitting.happened):
        stored = Stored(n, float(n), event)
        key = ballot_of(stored)
        journal = None if key is None else sitting.meeting.ballots[key]
        found += [(n, fact) for fact in course.step(stored, journal)]
    return found


def test_a_result_is_told_when_it_is_announced_and_never_with_a_vote_of_a_person() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/1", 1, "yes"))
    sitting.order(act.Close("chair"))
    for room, seq in (("main", 2), ("sat", 1)):
        sitting.hear(drained(room, seq))
    before = len(sitting.happened)
    sitting.order(act.Announce("chair"))
    found = [(n, fact) for n, fact in told_of(sitting) if fact.type == "result"]
    ((n, fact),) = found
    assert n >= before
    assert fact.data["counts"]["yes"] == 1
    assert fact.data["stage"] == "announced"
    assert {"ballots", "late_ballots", "entered_by_hand", "counts_by_room"}.isdisjoint(fact.data)
    assert "main/1" not in json.dumps(fact.data)
    rows = export.table("results", [fact.data])
    assert [row[7:9] for row in rows[:2]] == [["option", "votes"], ["yes", "1"]]
    sitting.order(act.Annul("chair", "sai"))
    last = [fact.data for _, fact in told_of(sitting) if fact.type == "result"]
    assert [each["stage"] for each in last] == ["announced", "annulled"]
    assert not any("counts" in each for each in last)  # what does not stand is not said again


async def test_with_a_gate_nobody_is_there_before_they_came_and_proxies_count_as_themselves() -> (
    None
):
    roster = (Member("a", "main/1", "An"), Member("b", "main/2", "Bình", proxy="c"))
    happened = [
        MeetingSet(1.0, "s", "Họp", "open", 1, 9, {}, {}, roster=roster, gate=True, prepared="m"),
        SignedIn(2.0, ("c",), present=True, by="seat", seat="main/2", room="main"),
        SignedIn(3.0, ("c",), present=False, by="t"),
        MeetingSet(4.0, "s2", "Khác", "open", 1, 9, {}, {}, prepared="n"),
        SignedIn(5.0, ("a",), present=True, by="t"),
    ]
    record = [Stored(n, 1000.0 + n, event) for n, event in enumerate(happened, 1)]

    async def read(asked: Asked) -> list[Stored]:
        return [each for each in record if each.n > asked.after][:2]

    async def nobody(key: tuple[str, int]) -> None:
        raise AssertionError(f"nothing was announced, and {key} is asked for")

    collected = export.Collected("m", nobody)
    await collected.read(read)
    rows = collected.rows("attendance")
    assert [(row["person"], row["present"], row["came_ts"], row["left_ts"]) for row in rows] == [
        ("a", False, None, None),  # who comes to another meeting has not come to this one
        ("c", False, 1002.0, 1003.0),
    ]
    assert [row["name"] for row in rows] == ["An", ""]
    table = export.table("attendance", rows)
    assert table[1][:4] == ["a", "main/1", "An", "0"]
