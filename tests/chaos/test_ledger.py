"""The ledger tells of faults that were alone, and of what people pressed meanwhile.

Owns small histories made by hand.
"""

from __future__ import annotations

import json

import pytest

from tests.chaos import looks as looks_module
from tests.chaos.history import History, Press, Trouble
from tests.chaos.ledger import NOTHING, Row, ledger, pack, table, together
from tests.chaos.looks import NO_PAGE, Looker

WELL, BAD = "", "main is not with the hub"


def looks(*words: str) -> list[tuple[float, str]]:
    """One a second, from second 0."""
    return [(float(at_s), word) for at_s, word in enumerate(words)]


def row(history: History, kind: str) -> Row:
    """The row of one kind."""
    return next(row for row in ledger(history) if row.kind == kind)


def test_a_fault_heals_when_all_is_well_again() -> None:
    history = History(looks=looks(WELL, WELL, BAD, NO_PAGE, BAD, WELL, WELL, WELL))
    history.troubles = [Trouble("kill", "edge-main", "main", 1.5, 3.5)]
    found = row(history, "kill").figures()
    assert (found["faults"], found["alone"]) == (1, 1)
    assert found["heal_s_p50"] == found["heal_s_max"] == 1.5
    assert (found["page_answers"], found["page_looks"]) == (1, 2)


@pytest.mark.parametrize("other_s", [(0.5, 1.0), (4.0, 4.2), (1.0, 9.0)])
def test_of_a_fault_that_is_not_alone_nothing_is_told(other_s: tuple[float, float]) -> None:
    history = History(looks=looks(WELL, BAD, BAD, BAD, BAD, WELL, WELL, WELL))
    history.troubles = [
        Trouble("kill", "edge-main", "main", 2.0, 3.0),
        Trouble("cut", "link-hub", None, *other_s),
    ]
    assert row(history, "kill").figures() == {
        "faults": 1, "alone": 0, "votes_recorded": 0, "chair_stops": 0, "chair_stopped": 0,
        "page_looks": 0, "page_answers": 0,
    }  # fmt: skip


def test_what_never_heals_has_no_time() -> None:
    history = History(looks=looks(WELL, BAD, BAD))
    history.troubles = [Trouble("kill", "hub", None, 0.5, 1.0)]
    assert row(history, "kill").alone == 0


def test_presses_are_told_for_the_own_and_the_other_room() -> None:
    history = History(looks=looks(*[WELL] * 9))
    history.troubles = [Trouble("pause", "edge-main", "main", 3.0, 5.0)]
    for room, at_s, lit_s in (("main", 3.5, 6.0), ("satellite-1", 4.0, 4.2), ("main", 1.0, 1.1)):
        history.presses.append(Press(at_s, room, "5", "mic"))
        history.lamps[f"{room}/5"].append((lit_s, {"green": "slow"}))
    history.presses.append(Press(4.0, "main", "console", "all_off"))
    found = row(history, "pause").figures()
    assert (found["own_room_presses"], found["own_room_answered"]) == (1, 0)
    assert (found["other_room_presses"], found["other_room_answered"]) == (1, 1)
    assert found["other_room_ms_p50"] == 200
    calm = row(history, NOTHING).figures()
    assert (calm["other_room_presses"], calm["other_room_answered"]) == (1, 1)


def test_a_chairs_stop_that_left_a_microphone_open_is_told() -> None:
    history = History(looks=looks(*[WELL] * 20), ended_s=20.0)
    history.troubles = [Trouble("pause", "hub", None, 2.0, 15.0)]
    history.relays["main/5"] = [(3.0, True), (5.0, False), (9.0, True), (19.0, False)]
    history.presses = [Press(4.5, "main", "console", key) for key in ("all_off", "next")]
    history.presses.append(Press(10.0, "main", "console", "all_off"))
    found = row(history, "pause").figures()
    assert (found["chair_stops"], found["chair_stopped"]) == (2, 1)


def test_a_vote_counts_once_when_its_lamp_begins_to_say_so() -> None:
    history = History(looks=looks(*[WELL] * 9))
    history.troubles = [Trouble("pause", "hub", None, 2.0, 6.0)]
    lamps = [{"yes": "slow"}, {"yes": "fast"}, {"yes": "on"}, {"yes": "off"}]
    history.lamps["main/5"] = [(2.0 + at_s, each) for at_s, each in enumerate(lamps)]
    assert row(history, "pause").votes == 1


def test_runs_are_put_together_and_shown() -> None:
    history = History(looks=looks(WELL, WELL, BAD, WELL, WELL))
    history.troubles = [Trouble("half_open", "link-main", "main", 1.0, 2.5)]
    history.presses = [Press(1.5, "main", "5", "mic")]
    history.lamps["main/5"] = [(1.6, {"red": "on"})]
    packed = json.loads(json.dumps(pack(ledger(history))))
    rows = together([packed, packed])
    assert rows[0].kind == NOTHING
    assert rows[1].figures()["alone"] == 2
    assert rows[1].figures()["own_room_answered"] == 2
    lines = table({each.kind: each.figures() for each in rows}, lost=0)
    assert len({line.count("|") for line in lines}) == 1
    assert lines[3].startswith("| half open | 2 of 2 | 2 of 2, 100 ms |")
    assert lines[3].endswith("| 0.5 s; 0.5 s | 0 |")


class Page:
    """What the hub shows."""

    state: dict[str, object] | None = None

    async def get(self, path: str) -> object:
        return self.state


async def test_the_first_thing_that_is_not_well_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks_module, "WAITS_S", 0.0)
    page, rows, away = Page(), {"main": 0, "satellite-1": 0}, {"hub"}
    looker = Looker(page, History(), lambda: away, rows.get)  # type: ignore[arg-type]
    assert await looker.wrong() == NO_PAGE
    alert = {
        "seat": "main/5",
        "text": {"en": "Seat 5: not working"},
        "evidence": "talks without being asked, unplug it",
    }
    main = {
        "online": True,
        "alerts": {"seat-5": alert, "fire-alarm": {"seat": None, "evidence": "the fire contact"}},
    }
    page.state = {"rooms": {"main": main, "satellite-1": {"online": False, "alerts": {}}}}
    assert await looker.wrong() == "hub does not run"
    away.clear()
    assert await looker.wrong() == "a unit of main talks without being asked"
    del main["alerts"]["seat-5"]  # type: ignore[attr-defined]
    for number in (2, 3, 3):
        rows["main"] = number
        what = await looker.wrong()
    assert what == "events wait in main", "the same one is the first still"
    rows["main"] = 4
    assert await looker.wrong() == "satellite-1 is not with the hub"
    rows["main"] = 0
    assert await looker.wrong() == "satellite-1 is not with the hub"
    page.state = {"rooms": {room: {"online": True, "alerts": {}} for room in rows}}
    assert await looker.wrong() == ""
