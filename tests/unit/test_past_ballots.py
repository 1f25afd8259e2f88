"""Ballots of meetings that are over: gone from the memory, and everything can still be had of them.

Owns what can be asked of a past ballot. The law over many lives: ``tests/property``.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from edge.contract.messages import Text
from edge.rules import ballot_events as act
from edge.rules.ballot_state import Stage
from edge.rules.reasons import Reason
from hub import backup, cli
from hub.api.ballot_records import BallotRecords
from hub.archive import Archive
from hub.bridges import export
from hub.desk import Item
from hub.meeting import commands
from hub.meeting.evolve import apply
from hub.meeting.inputs import HandVote, PageVote, PlanMotion, VoteAgain
from hub.meeting.past import KEPT_MOST, wanted
from hub.meeting.session_events import MeetingEnded
from hub.meeting.state import BallotKey, Meeting
from hub.meeting.vote_events import BallotMoved
from hub.store.inbox import Key
from hub.store.reader import Reader
from hub.store.store import FILE
from tests import hub_room
from tests.hub_votes import KEY, drained, motion, vote
from tests.meeting_house import House, house

PAST = ("b-1", 1)
BEGIN = commands.Configure("s1", "Một", "open", 1, 9, {}, {}, prepared="m1", session="running")
NEXT = commands.Configure("s2", "Hai", "open", 1, 9, {}, {}, prepared="m2", session="running")


async def order(hub: House, *events: act.Event, generation: int = 1) -> Reason | None:
    """The chair wants these of b-1; what came of the last."""
    reason: Reason | None = None
    for event in events:
        reason = await hub.desk.ask(commands.BallotOrder("b-1", generation, event, KEY))
    return reason


async def hear(hub: House, *heard: Any) -> None:
    """Events of rooms, and wait until they have been looked at."""
    for event in heard:
        given = commands.EventHeard(event.source, event, 0.0)
        await hub.desk.put(Item(given, Key(event.source, event.epoch, event.seq)))
    await hub.desk.ask(commands.AskAttendance(False, "test"))


@asynccontextmanager
async def after(folder: Path, *last: act.Event) -> AsyncIterator[House]:
    """A hub whose first meeting voted on b-1, without room sat; another meeting has begun."""
    async with house(folder) as hub:
        await hub.desk.ask(BEGIN)
        for room in ("main", "sat"):
            await hub.desk.ask(commands.StatusHeard(room, hub_room.status("online", "b1")))
            await hub.desk.ask(commands.DescribeHeard(room, hub_room.describe("b1")))
            await hub.desk.ask(commands.FloorHeard(room, hub_room.floor_state("b1"), 0.0, 1))
        await hub.desk.ask(PlanMotion(motion(), "t"))
        await order(hub, act.Prepare("t"), act.Open("t"))
        await hear(hub, vote("main/1", 1, "yes"), vote("main/2", 2, "no"))
        await order(hub, act.Close("t"))
        await hear(hub, drained("main", 3))
        assert await order(hub, act.Count("t"), *last) is None
        await hub.desk.ask(commands.EndMeeting("m1", "t"))
        assert await hub.desk.ask(NEXT) is None
        yield hub


def archive(hub: House) -> Archive:
    """Of this hub."""
    return Archive(lambda: hub.desk.meeting, hub.store.lines)


async def test_a_past_ballot_is_not_in_memory_and_comes_back_from_the_store(tmp_path: Path) -> None:
    async with after(tmp_path) as hub:
        meeting = hub.desk.meeting
        assert (meeting.ballots, meeting.begun, meeting.past) == ({}, {}, {PAST})
        journal = await archive(hub).journal(PAST)
        assert journal is not None
        assert journal.ballot.stage is Stage.COUNTED
        assert await archive(hub).journal(("b-1", 2)) is None
        assert await hub.desk.ask(PlanMotion(motion(), "t")) is Reason.VOTE_RUNNING
        motions = (motion(by_file=True),)
        await hub.desk.ask(commands.EndMeeting("m2", "t"))
        again = commands.Configure(
            "s3", "Ba", "open", 1, 9, {}, {}, motions=motions, prepared="m3", session="running"
        )
        assert await hub.desk.ask(again) is Reason.VOTE_ID_USED


async def test_a_room_that_was_away_hands_in_late_and_stands_in_the_record(tmp_path: Path) -> None:
    async with after(tmp_path) as hub:
        late = vote("sat/1", 1, "yes"), drained("sat", 2)
        await hear(hub, *late)
        journal = await archive(hub).journal(PAST)
        assert journal is not None
        assert [each.person for each in journal.ballot.late] == ["sat/1"]
        assert journal.ballot.late_rooms == {"sat"}
        assert hub.desk.meeting.ballots == {}
        await hear(hub, *late)  # sent again: known
        again = await archive(hub).journal(PAST)
        assert again == journal
        ((_, receipt),) = hub.store.inbox.receipts([Key("sat", "e1", 1)])
        assert [refused.code for refused in receipt.refused] == ["vote_closed"]


async def test_a_drained_that_belongs_after_lost_events_is_asked_for_again(tmp_path: Path) -> None:
    async with after(tmp_path) as hub:
        await hear(hub, drained("sat", 9, since=5))
        assert hub.desk._held == {}
        assert Key("sat", "e1", 9) not in hub.store.inbox


async def test_a_past_result_is_announced_annulled_and_voted_again(tmp_path: Path) -> None:
    async with after(tmp_path) as hub:
        assert await order(hub, act.Announce("t")) is None
        assert await order(hub, act.Annul("t", "sai")) is None
        for _ in range(2):
            assert await hub.desk.ask(VoteAgain("b-1", 1, "t")) is None
        meeting = hub.desk.meeting
        assert list(meeting.ballots) == [("b-1", 2)]
        assert (meeting.begun, meeting.past) == ({("b-1", 2): "draft"}, {PAST})
        assert await order(hub, act.Prepare("t"), generation=2) is None
        await order(hub, act.Open("t"), act.Abort("t", "x"), generation=2)
        await hub.desk.ask(VoteAgain("b-1", 2, "t"))
        await hub.desk.ask(commands.EndMeeting("m2", "t"))
        await hub.desk.ask(BEGIN)
        assert await order(hub, act.Prepare("t"), generation=3) is Reason.VOTE_PAST
        assert await order(hub, act.Prepare("t"), generation=2) is Reason.VOTE_PAST
        lived = hub.desk.meeting
    async with house(tmp_path) as hub:
        assert hub.desk.meeting == lived
        assert hub.desk.meeting.past == {PAST, ("b-1", 2), ("b-1", 3)}


async def test_its_document_its_journal_and_the_export_are_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with after(tmp_path, act.Announce("t")) as hub:
        records = BallotRecords(lambda: hub.desk.meeting, hub.store.lines, list)
        app = web.Application()
        app.router.add_get("/{ballot}/{generation}/document", records.document)
        app.router.add_get("/{ballot}/{generation}/journal", records.journal)
        async with TestClient(TestServer(app)) as client:
            async with client.get("/b-1/1/document") as answer:
                document = await answer.json()
            async with client.get("/b-1/1/journal") as answer:
                record = await answer.read()
        assert [document["counts"][option] for option in ("yes", "no", "abstain")] == [1, 1, 0]
        assert json.loads(record.splitlines()[-1])["result"] == document
        collected = export.Collected("m1", archive(hub).journal)
        await collected.read(Reader(hub.store.path).events)
        (row,) = collected.rows("results")
        assert row["chain"] == document["chain"]
    file = tmp_path / "b-1.jsonl"
    file.write_bytes(record)
    assert cli.main(["tally", "--verify", str(file)]) == 0
    assert "b-1" in capsys.readouterr().out
    made = backup.backup(tmp_path, tmp_path.parent / "copy.backup", None, "0.1.0")
    assert made.ballots == 1


async def test_a_past_record_that_was_changed_is_noticed(tmp_path: Path) -> None:
    async with after(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("UPDATE ballot_lines SET line = replace(line, '\"no\"]', '\"yes\"]')")
        database.commit()
    async with house(tmp_path) as hub:
        assert hub.desk.meeting.damaged == {}
        told: asyncio.Future[tuple[BallotKey, str]] = asyncio.get_running_loop().create_future()
        proving = asyncio.create_task(
            archive(hub).prove_past(lambda key, why: told.set_result((key, why)))
        )
        key, why = await told
        proving.cancel()
        await asyncio.wait({proving})
        assert key == PAST
        assert "hash" in why
        assert await archive(hub).journal(PAST) is None
        assert await order(hub, act.Announce("t")) is Reason.VOTE_DAMAGED
        assert hub.desk.meeting.damaged.keys() == {PAST}
    with pytest.raises(backup.BackupError, match="b-1"):
        backup.backup(tmp_path, tmp_path.parent / "bad.backup", None, "0.1.0")


def moved(meeting: Meeting, number: int, what: str) -> Meeting:
    """Ballot ``number`` of a meeting came to a stage."""
    event = BallotMoved(1.0, f"v{number}", 1, what, "t", Text(vi="a", en="a"))
    return apply(meeting, event)


def test_a_meeting_that_never_ends_keeps_its_newest_and_what_is_not_over() -> None:
    meeting = Meeting(motions={f"v{n}": motion(id=f"v{n}") for n in range(KEPT_MOST + 9)})
    for number in range(KEPT_MOST + 9):
        for what in ("ready_check", "open", "counted", "announced"):
            if number != 2 or what != "announced":
                meeting = moved(meeting, number, what)
    assert len(meeting.begun) == KEPT_MOST
    assert meeting.past == {(f"v{n}", 1) for n in range(10) if n != 2}
    assert ("v2", 1) in meeting.begun
    assert "v1" not in meeting.motions
    assert meeting.has_begun("v1")
    assert meeting.shown == (f"v{KEPT_MOST + 8}", 1)


def test_a_vote_that_has_the_keys_is_never_past() -> None:
    ended = apply(Meeting(), MeetingEnded(1.0, "", "t", "t"))
    meeting = moved(moved(ended, 1, "announced"), 2, "ready_check")
    file = commands.Configure("new", "t", "open", 1, 9, {}, {})
    for event in commands.decide(meeting, file, 2.0).events:
        meeting = apply(meeting, event)
    assert meeting.past == {("v1", 1)}
    assert meeting.begun == {("v2", 1): "ready_check"}


@pytest.mark.parametrize(
    "given",
    [
        commands.BallotOrder("b-1", 1, act.Announce("t"), KEY),
        VoteAgain("b-1", 1, "t"),
        PageVote("b-1", 1, "main/1", ("yes",), "press", 0.0),
        HandVote("b-1", 1, "main/1", ("yes",), "t"),
        commands.EventHeard("main", vote("main/1", 1, "yes"), 0.0),
        commands.EventHeard("main", drained("main", 1), 0.0),
    ],
    ids=lambda given: type(given).__name__,
)
def test_whatever_names_a_past_ballot_asks_for_it(given: Any) -> None:
    assert wanted(Meeting(past=frozenset({PAST})), given) == PAST
    assert wanted(Meeting(), given) is None


def test_nothing_else_does() -> None:
    bad = vote("main/1", 1, "yes").model_copy(update={"body": {"ballot": ["b-1"], "generation": 1}})
    for given in (BEGIN, None, commands.EventHeard("main", bad, 0.0)):
        assert wanted(Meeting(past=frozenset({PAST})), given) is None
