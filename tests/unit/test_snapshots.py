"""A start begins at a snapshot: what it comes to is the same, and nothing doubtful is believed.

Owns the form of a snapshot and when it is used. Random lives with snapshots:
``tests/property/test_past_ballots``.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from edge.contract.messages import Text
from edge.rules import floor as rules
from hub import retention, snapshots
from hub.api.recent import Recent
from hub.meeting import commands, kept
from hub.meeting.care_events import AlarmAcknowledged, CheckEnded, ScreenExpected
from hub.meeting.evolve import apply
from hub.meeting.state import Meeting
from hub.replay import replayed
from hub.snapshots import Snapshots, newest
from hub.store.store import FILE, Store
from tests import hub_room
from tests.hub_votes import motion
from tests.meeting_house import House, house

TEXT = Text(vi="Lỗi", en="Fault")


def test_every_field_is_kept_or_stands_beside_the_events() -> None:
    ours = {each.name for each in fields(Meeting)}
    assert ours == {each.name for each in fields(kept.KeptMeeting)} - {"roles"} | set(kept.BESIDE)


def test_a_meeting_comes_back_as_it_was() -> None:
    assert kept.read(kept.write(Meeting())) == Meeting()


async def lived(hub: House, turns: int) -> Meeting:
    """A meeting in which something of every kind happened."""
    await hub.desk.ask(
        commands.Configure(
            "s1", "Một", "request", 2, 9, {"main/1": "An"}, {"main/1": "chair"},
            motions=(motion(by_file=True),), prepared="m1", session="running",
        )
    )  # fmt: skip
    for room in ("main", "sat"):
        await hub.desk.ask(commands.StatusHeard(room, hub_room.status("online", "b1")))
        await hub.desk.ask(commands.DescribeHeard(room, hub_room.describe("b1")))
        await hub.desk.ask(commands.FloorHeard(room, hub_room.floor_state("b1"), 0.0, 1))
    await hub.desk.ask(commands.RoomSilent("sat"))
    await hub.desk.ask(commands.SignInOrder(("main/2",), None, False, "t"))
    for event in (
        ScreenExpected(1.0, "main", on=True, by="t"),
        AlarmAcknowledged(1.0, None, "storage", "b1", TEXT, "t"),
        AlarmAcknowledged(1.0, "main", "cam-1", "b1", TEXT, "t"),
    ):
        await hub.desk.ask(commands.CareOrder(event))
    for _ in range(turns):
        await hub.desk.ask(commands.FloorOrder(rules.Give("main/1"), "t"))
        await hub.desk.ask(commands.FloorOrder(rules.Take("main/1"), "t"))
    await hub.desk.ask(commands.CareOrder(CheckEnded(1.0, "main", "c1", "t", 1.0, False, ())))
    await hub.desk.ask(commands.FloorOrder(rules.Give("main/2"), "t"))
    return hub.desk.meeting


async def kept_every(store: Store, every: int) -> None:
    """Make the snapshot that a hub makes which sees it all."""
    seen = Snapshots(every)
    replayed(store, lambda *_: None, seen)
    await seen.keep(store)


async def test_a_start_reads_from_the_snapshot_and_comes_to_the_same(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        meeting = await lived(hub, 10)
        assert kept.read(kept.write(meeting)).care == meeting.care
        await kept_every(hub.store, 5)
    store, read = Store(tmp_path), list[int]()
    assert replayed(store, lambda stored, _: read.append(stored.n)) == meeting
    whole = list[int]()
    assert replayed(store, lambda stored, _: whole.append(stored.n), whole=True) == meeting
    assert (whole[0], whole[-1]) == (1, read[-1])
    assert 5 <= len(read) <= 10 < len(whole)
    store.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rules": "others"}, ""),
        ({"n": 3}, "digest"),
        ({"meeting": "{}"}, "digest"),
        ({"sha256": None}, "digest"),
    ],
)
async def test_nothing_doubtful_is_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, object], says: str
) -> None:
    async with house(tmp_path) as hub:
        meeting = await lived(hub, 10)
        await kept_every(hub.store, 5)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        where = (snapshots.KEY,)
        (text,) = database.execute("SELECT value FROM meta WHERE key = ?", where).fetchone()
        text = json.dumps(json.loads(text) | change)
        database.execute("UPDATE meta SET value = ? WHERE key = ?", (text, *where))
        database.commit()
    store = Store(tmp_path)
    assert newest(store) == (0, Meeting())
    assert says in caplog.text
    assert replayed(store, lambda *_: None) == meeting
    store.close()


async def test_without_sources_there_is_no_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as hub:
        await lived(hub, 10)
        monkeypatch.setattr(snapshots, "rules", lambda: "")
        await kept_every(hub.store, 5)
        assert hub.store.meta(snapshots.KEY) is None


async def test_deleting_names_deletes_the_snapshot_that_has_them(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await lived(hub, 10)
        await hub.desk.ask(commands.EndMeeting("m1", "t"))
        await kept_every(hub.store, 5)
    assert retention.delete(tmp_path, 0, time.time()).done
    store = Store(tmp_path)
    assert store.meta(snapshots.KEY) is None
    store.close()


async def test_pages_show_the_newest_lines_with_the_names_of_then(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await lived(hub, 3)
    recent, store = Recent(), Store(tmp_path)
    replayed(store, recent.see)
    lines = list(recent.lines())
    assert len(lines) > 5
    assert any("An" in json.dumps(line, ensure_ascii=False) for line in lines)
    store.close()


def test_what_is_seen_is_kept_some_way_behind() -> None:
    seen, meeting = Snapshots(every=10), Meeting()
    kept_at = []
    for n in range(1, 60):
        meeting = apply(meeting, ScreenExpected(float(n), f"r{n}", on=True, by="t"))
        seen.see(n, meeting)
        kept_at.append(seen._older[0] if seen._older else 0)
    assert all(10 <= n - at < 20 for n, at in enumerate(kept_at, 1) if at)
    assert kept_at[-1] == 40
