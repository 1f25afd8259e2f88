"""Who was in a meeting can be forgotten; what was decided cannot, and still proves itself."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from edge.rules import ballot_events as act
from edge.rules.ballot_journal import verify
from hub import retention
from hub.backup import nobody_uses
from hub.cli import main
from hub.meeting import access_events, commands, events
from hub.meeting.commands import Note
from hub.meeting_form import MeetingForm
from hub.retention import Pseudonyms, RetentionError, delete, look, without_names
from hub.store.change import Change, DeadLetter
from hub.store.store import FILE, Store
from tests import hub_room
from tests.hub_votes import KEY, TEXT
from tests.meeting_house import House, house

FAR_S = 4e9
"""Long after everything here."""

PEOPLE = ("Nguyễn Văn An", "Trần Thị Bình", "lan.thu-ky", "an-01", "binh-02")


def form(**more: Any) -> Any:
    sentence = {"vi": TEXT.vi, "en": TEXT.en}
    return MeetingForm.model_validate(
        {
            "title": "Họp tháng 11",
            "agenda": [{"id": "bao-cao", "title": sentence, "presenter": PEOPLE[0]}],
            "seats": [
                {"seat": "main/1", "name": PEOPLE[0], "person": "an-01", "role": "chair"},
                {"seat": "main/2", "name": PEOPLE[1], "person": "binh-02"},
            ],
            "ballots": [{"id": "b-1", "text": sentence, "rule": "ubnd", "item": "bao-cao"}],
        }
        | more
    )


async def sat(folder: Path, *, ended: bool = True) -> None:
    """One meeting with a paper, an open ballot and somebody who gave orders; and its draft left."""
    async with house(folder) as hub:
        await hub.prepared.create("m1", form(), "lan.thu-ky")
        await hub.prepared.create("m2", form(title="Tháng 12", ballots=[]), "lan.thu-ky")
        await hub.paper("m1", "bao-cao")
        assert await hub.prepared.start("m1", "lan.thu-ky") is None
        await _vote(hub)
        note = access_events.CommandGiven(
            hub.desk.meeting.fire_s, "next_item", "lan.thu-ky", "secretary"
        )
        await hub.desk.ask(Note(note))
        if ended:
            assert await hub.give("end_meeting", meeting="m1") is None


async def _vote(hub: House) -> None:
    desk = hub.desk
    await desk.ask(commands.StatusHeard("main", hub_room.status("online", "b1")))
    await desk.ask(commands.DescribeHeard("main", hub_room.describe("b1")))
    for event in (act.Prepare("an-01"), act.Open("an-01"), act.Abort("an-01")):
        assert await desk.ask(commands.BallotOrder("b-1", 1, event, KEY)) is None


def rows_of(folder: Path, select: str) -> list[Any]:
    with closing(sqlite3.connect(folder / FILE)) as database:
        return database.execute(select).fetchall()


def journal(folder: Path) -> list[str]:
    return [line for (line,) in rows_of(folder, "SELECT line FROM ballot_lines ORDER BY n")]


async def test_a_meeting_that_is_over_keeps_its_record_and_loses_its_people(tmp_path: Path) -> None:
    await sat(tmp_path)
    before, [(count,)] = journal(tmp_path), rows_of(tmp_path, "SELECT COUNT(*) FROM events")
    head = verify(before).journal.head
    found = delete(tmp_path, 0, FAR_S)
    assert (found.done, found.meetings_over, found.papers) == (True, ["m1"], 1)
    assert (found.ballots, found.ballots_unchanged, found.damaged) == (1, 1, [])
    # The chain is the same, byte for byte; its voters' names are part of it.
    assert journal(tmp_path) == before
    assert verify(journal(tmp_path)).journal.head == head
    # Nobody is left in the events, and none of them is gone.
    bodies = [body for (body,) in rows_of(tmp_path, "SELECT body FROM events")]
    assert len(bodies) == count
    assert [name for name in PEOPLE if any(name in body for body in bodies)] == []
    # The same name everywhere: whoever prepared the meeting also gave the order.
    told = [json.loads(body) for body in bodies]
    [made] = [t["by"] for t in told if t.get("what") == "created" and t["prepared"] == "m1"]
    [gave] = [t["by"] for t in told if t.get("command") == "next_item"]
    assert made == gave
    assert list((tmp_path / "papers").iterdir()) == []
    # What has not begun yet is left alone, and the hub starts.
    async with house(tmp_path) as hub:
        assert [each["id"] for each in hub.prepared.part()] == ["m2"]
        assert hub.desk.meeting.session == "ended"
        assert ("b-1", 1) in hub.desk.meeting.ballots
        assert hub.desk.meeting.damaged == {}


async def test_no_byte_of_a_name_is_left_in_the_file_but_in_ballots(tmp_path: Path) -> None:
    await sat(tmp_path)
    delete(tmp_path, 0, FAR_S)
    left = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))
    # Only the draft m2 has them as text with marks; the journal spells them in JSON's escapes.
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        assert database.execute("SELECT id FROM prepared").fetchall() == [("m2",)]
    assert b"lan.thu-ky" not in left


async def test_a_meeting_that_runs_keeps_its_people(tmp_path: Path) -> None:
    await sat(tmp_path, ended=False)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        roster = database.execute("SELECT body FROM events WHERE what='meeting_set'").fetchall()
    found = delete(tmp_path, 0, FAR_S)
    assert found.meetings_over == []
    async with house(tmp_path) as hub:
        assert hub.desk.meeting.names["main/1"] == PEOPLE[0]
        assert hub.desk.meeting.session == "running"
    # Who gave orders that long ago is forgotten all the same.
    assert "lan.thu-ky" in str(roster)
    assert "lan.thu-ky" not in str(rows_of(tmp_path, "SELECT body FROM events"))


async def test_a_meeting_taken_up_again_is_not_over(tmp_path: Path) -> None:
    await sat(tmp_path)
    async with house(tmp_path) as hub:
        assert await hub.prepared.start("m1", "lan.thu-ky") is None
    delete(tmp_path, 0, FAR_S)
    async with house(tmp_path) as hub:
        assert hub.desk.meeting.names["main/2"] == PEOPLE[1]
        assert hub.prepared.state("m1") == "running"


async def test_what_is_younger_than_asked_stays_and_a_look_changes_nothing(tmp_path: Path) -> None:
    await sat(tmp_path)
    store = Store(tmp_path)
    await store.commit(Change(dead=[DeadLetter("t", "no JSON", b"An")]))
    store.close()
    before = rows_of(tmp_path, "SELECT n, body FROM events")
    [(newest,)] = rows_of(tmp_path, "SELECT MAX(ts) FROM events")
    seen = look(tmp_path, 0, FAR_S)
    assert (seen.done, seen.dead_letters, seen.meetings_over) == (False, 1, ["m1"])
    assert seen.events_with_people > 0
    young = delete(tmp_path, 30, newest + 86400)
    assert (young.events_with_people, young.meetings_over, young.dead_letters) == (0, [], 0)
    assert rows_of(tmp_path, "SELECT n, body FROM events") == before


async def test_a_second_run_finds_nothing_and_knows_of_the_first(tmp_path: Path) -> None:
    await sat(tmp_path)
    first = delete(tmp_path, 0, FAR_S)
    again = look(tmp_path, 0, FAR_S)
    assert (again.events_with_people, again.meetings_over) == (0, [])
    assert again.last is not None
    assert again.last["events_with_people"] == first.events_with_people > 0


async def test_a_journal_that_would_change_stops_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sat(tmp_path)
    before = rows_of(tmp_path, "SELECT n, body FROM events")
    heads = iter([{("b-1", 1): "one"}, {("b-1", 1): "one"}, {("b-1", 1): "another"}])
    monkeypatch.setattr(retention, "_heads", lambda database: next(heads))
    with pytest.raises(RetentionError, match="nothing was changed"):
        delete(tmp_path, 0, FAR_S)
    assert rows_of(tmp_path, "SELECT n, body FROM events") == before


async def test_a_damaged_record_is_named_and_left(tmp_path: Path) -> None:
    await sat(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("UPDATE ballot_lines SET line = replace(line, 'main', 'sat')")
        database.commit()
    found = delete(tmp_path, 0, FAR_S)
    assert (found.ballots, found.ballots_unchanged, found.damaged) == (1, 0, ["b-1, 1"])


async def test_it_is_refused_beside_a_hub_and_without_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retention", "--data", str(tmp_path)]) == 1
    assert "there are no records" in capsys.readouterr().err
    await sat(tmp_path)
    with nobody_uses(tmp_path):  # as a hub holds it
        assert main(["retention", "--delete", "--data", str(tmp_path)]) == 1
    assert "stop it first" in capsys.readouterr().err
    assert main(["retention", "--data", str(tmp_path), "--keep-days", "-1"]) == 1
    capsys.readouterr()
    assert main(["retention", "--data", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] is False
    (tmp_path / "before-update.backup").touch()
    assert main(["retention", "--data", str(tmp_path), "--delete"]) == 0
    said = capsys.readouterr().out
    assert "Giữ nguyên / unchanged" in said
    assert f"older copies still name people: {tmp_path}/before-update.backup" in said


def test_a_seat_a_role_and_a_pseudonym_name_nobody() -> None:
    names = Pseudonyms()
    given = names.of("An")
    assert names.of("An") == given != Pseudonyms().of("An")
    for nobody in ("", "hub", "main/12", "technician", given, None):
        assert names.of(nobody) == nobody
    told = without_names("audited", {"detail": {"person": "An", "n": 1}}, names.of, is_over=False)
    assert told == {"detail": {"person": given, "n": 1}}


def test_every_kind_of_event_says_where_people_are_in_it() -> None:
    """A new field that can name somebody must be decided on here."""
    people = {"by", "person", "people", "names", "roster", "agenda", "motions", "motion", "detail"}
    found = {
        (events.name_of(kind), name)
        for kind in events._KINDS
        for name in kind.__dataclass_fields__
        if name in people - {"by"}
    }
    assert found == {
        ("meeting_set", "names"),
        ("meeting_set", "roster"),
        ("meeting_set", "agenda"),
        ("meeting_set", "motions"),
        ("motion_planned", "motion"),
        ("signed_in", "people"),
        ("ballot_moved", "person"),
        ("audited", "detail"),
        ("meeting_prepared", "detail"),  # titles of papers
    }
