"""What delegates' pages and displays are told: little, and nothing that is not theirs to know.

Owns the public audience: its snapshot, what it is told of a vote, and what never leaves the hub.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules import floor
from hub.api.pages import Pages
from hub.board import Board
from hub.meeting import commands
from hub.meeting.agenda import AgendaItem, Paper
from tests import hub_room
from tests.hub_votes import Sitting, drained, mark, motion, secret, vote


def pages_of(sitting: Sitting, board: Board | None = None) -> Pages:
    """Pages that show this meeting."""
    alerts = {"alerts": {"storage": {"severity": "fault"}}}
    return Pages(
        lambda: sitting.meeting,
        board or Board(),
        lambda: {"gen": 7, "broker": "connected", "time_ms": 1, **alerts},
        lambda: True,
        lambda: sitting.now_s,
    )


def counted(sitting: Sitting) -> None:
    """Close, and let every room hand in."""
    sitting.order(act.Close())
    for room in ("main", "sat"):
        sitting.hear(drained(room, 90))


@asynccontextmanager
async def listening(pages: Pages) -> AsyncIterator[Any]:
    """The next parts that a delegate's page gets: ``await told()``."""
    frames = pages.public.broadcaster.frames(b"{}")
    await anext(frames)

    async def told() -> list[tuple[list[str], Any]]:
        piece = (await asyncio.wait_for(anext(frames), 10)).decode()
        parts = [json.loads(line[6:]) for line in piece.splitlines() if line.startswith("data: ")]
        return [(part["path"], part["value"]) for part in parts]

    yield told
    await frames.aclose()


async def test_a_page_that_comes_between_two_changes_does_not_stay_with_the_first() -> None:
    sitting = Sitting()
    pages, quiet = pages_of(sitting), sitting.meeting
    async with listening(pages) as told:
        pages.touch("meeting")
        await told()
        sitting.meeting = replace(quiet, title="Họp khác")
        pages.touch("meeting")
        assert pages.public.snapshot()["meeting"]["title"] == "Họp khác"
        sitting.meeting = quiet
        pages.touch("meeting")
        assert [path for path, _ in await told()] == [["meeting"]]


def test_the_small_snapshot_has_the_form_of_the_large_one_and_nothing_of_devices() -> None:
    sitting = Sitting()
    board = Board()
    board.hear_status("main", hub_room.status("online", "b1"))
    pages = pages_of(sitting, board)
    state = pages.public.snapshot()
    assert set(state) == {*pages.snapshot(), "seats"} - {"meetings"}
    assert state["hub"] == {"gen": 7, "broker": "connected", "time_ms": 1, "alerts": {}}
    assert set(state["rooms"]["main"]) == {
        "id", "title", "online", "since_ms", "sits", "plan", "names", "alerts",
    }  # fmt: skip
    assert state["rooms"]["main"]["online"] is True
    assert state["rooms"]["sat"]["online"] is False
    assert (state["commands"], state["events"]) == ({}, [])
    assert state["attendance"] == {
        "asked": False, "gate": False, "people": {}, "present": 6, "members": 6,
    }  # fmt: skip
    assert state["seats"]["main/2"] == {"present": True, "vote": None}
    assert state["ballots"] == []


def test_whence_a_seats_vote_came_is_told_and_never_what_it_was() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/2", 1, "yes"))
    sitting.give(commands.PageVote("b-1", 1, "main/3", ("no",), "press-0001"))
    state = pages_of(sitting).public.snapshot()
    assert state["seats"]["main/2"]["vote"] == "key"
    assert state["seats"]["main/3"]["vote"] == "press-0001"
    assert state["seats"]["sat/1"]["vote"] is None
    (ballot,) = state["ballots"]
    assert (ballot["voted"], ballot["counts"], ballot["picks_max"]) == (2, None, 1)


@pytest.mark.parametrize("shows", [False, True])
def test_counts_leave_when_they_may_be_seen_and_not_before(shows: bool) -> None:
    sitting = Sitting(motion(show_interim=shows)).opened()
    public = pages_of(sitting).public
    sitting.hear(vote("main/2", 1, "yes"))

    def seen() -> tuple[bool, bool]:
        (ballot,) = public.snapshot()["ballots"]
        return ballot["counts"] is not None, ballot["result"] is not None

    assert seen() == (shows, False)
    counted(sitting)
    assert seen() == (shows, False)
    sitting.order(act.Announce())
    assert seen() == (True, True)
    sitting.order(act.Annul(why="x"))
    assert seen() == (False, False)


def test_of_a_secret_ballot_not_even_who_has_voted_is_told() -> None:
    sitting = Sitting(secret()).opened()
    sitting.hear(mark("main/2", 1))
    state = pages_of(sitting).public.snapshot()
    assert {seat["vote"] for seat in state["seats"].values()} == {None}
    assert state["ballots"][0]["voted"] == 1


def test_a_paper_for_some_has_its_title_kept_from_the_others() -> None:
    sitting = Sitting()
    papers = (
        Paper("p1", "Tờ trình", "application/pdf", 10),
        Paper("p2", "Phương án nhân sự", "application/pdf", 10, ("chair",)),
        Paper("p3", "Phụ lục", "image/png", 10, ("chair", "delegate")),
    )
    item = AgendaItem("a", messages.Text(vi="Mở đầu", en="Opening"), papers=papers)
    sitting.meeting = replace(sitting.meeting, agenda=(item,), item="a")
    meeting = pages_of(sitting).public.snapshot()["meeting"]
    assert [paper["title"] for paper in meeting["agenda"][0]["papers"]] == ["Tờ trình", "Phụ lục"]
    assert meeting["item"] == "a"


async def test_a_vote_is_a_small_part_of_its_seat() -> None:
    sitting = Sitting().opened()
    pages = pages_of(sitting)
    async with listening(pages) as told:
        pages.touch("ballots")
        await told()
        sitting.hear(vote("main/2", 1, "yes"))
        pages.touch("ballots")
        parts = {tuple(path): value for path, value in await told()}
    assert parts["seats", "main/2"] == {"present": True, "vote": "key"}
    assert set(parts) == {("ballots",), ("seats", "main/2")}


async def test_the_floor_is_told_with_what_the_unit_proved() -> None:
    sitting, board = Sitting(), Board()
    board.hear_status("main", hub_room.status("online", "b1"))
    pages = pages_of(sitting, board)
    async with listening(pages) as told:
        pages.touch("rooms", "main", "cameras")  # of no interest here
        sitting.give(commands.FloorOrder(floor.Give("main/2"), "chair"))
        pages.touch("floor")
        parts = {tuple(path): value for path, value in await told()}
        assert parts["floor",]["speaking"][0]["seat"] == "main/2"
        assert parts["seats", "main/2"] == {"present": True, "vote": None, "open": None}
        actual = messages.SeatActual(microphone=True, wanted=True, health="ok")
        state = messages.SeatsState(boot="b1", rev=1, seats={"2": actual})
        board.hear_state("main", "seats", state, 1)
        pages.touch("rooms", "main", "seats")
        ((path, value),) = await told()
    assert (path, value["open"]) == (["seats", "main/2"], True)
