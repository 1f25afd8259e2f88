"""A room says whether people meet in it; an update of its board asks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path

import pytest

from drivers.core.address import RUN_DIR_VARIABLE
from edge.cli import main
from edge.composition import Room
from edge.contract import messages
from edge.rules.ballot_state import Stage
from edge.rules.reasons import Reason
from edge.rules.seat_votes import Paper
from edge.rules.state import Floor, Turn, Waiting
from edge.update import Telling, UnknownError, Word, heard, path_of, why_not
from firmware_config.loader import load_room

SPEAKS = Floor(speaking=(Turn("main/2", 0.0),))
WAITS = Floor(queue=(Waiting("main/2", 0.0),))
QUIET = Floor()
MEETS, VOTES = Reason.MEETING_RUNNING, Reason.VOTE_RUNNING


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(RUN_DIR_VARIABLE, str(tmp_path / "run"))
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("floor", "session", "online", "why"),
    [
        (QUIET, "running", True, MEETS),
        (QUIET, "ended", True, None),
        (QUIET, "none", True, None),
        (QUIET, None, True, None),
        (SPEAKS, None, True, MEETS),  # a meeting that nobody began at a page
        (WAITS, None, True, MEETS),
        (SPEAKS, "none", True, None),  # others meet, in other rooms
        (QUIET, "running", False, MEETS),  # as the hub said last
        (QUIET, "ended", False, None),
        (SPEAKS, "ended", False, MEETS),  # the room leads itself
        (WAITS, "none", False, MEETS),
        (QUIET, None, False, None),
    ],
)
def test_who_meets_is_as_the_hub_says_and_as_the_room_knows_while_it_is_away(
    floor: Floor, session: str | None, online: bool, why: Reason | None
) -> None:
    assert why_not(floor, session, None, hub_online=online) is why


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("online", [True, False])
def test_a_ballot_that_has_the_keys_is_a_reason_with_and_without_the_hub(
    stage: Stage, online: bool
) -> None:
    has_keys = stage in {Stage.READY_CHECK, Stage.OPEN, Stage.PAUSED, Stage.CLOSING}
    found = why_not(QUIET, "ended", Paper("b1", 1, stage), hub_online=online)
    assert found is (VOTES if has_keys else None)


async def test_a_room_knows_what_the_hub_told_it(tmp_path: Path) -> None:
    room = Room(load_room("main"), tmp_path)
    try:
        assert room.word() == Word(None, hub=False)
        room.link.connected = True
        hub = messages.HubStatus(v=1, state="online", gen=7, contact=1, ts=0.0)
        room.controller.deliver(None, hub)
        assert room.word() == Word(None, hub=True)
        meeting = messages.Meeting(
            v=1, gen=7, rev=1, title="t", names={}, roles={}, session="running"
        )
        room.controller.deliver(None, meeting)
        assert room.word() == Word(MEETS, hub=True)
        room.controller.deliver(None, messages.Ballot(v=1, gen=7, rev=2, ballot="b", stage="open"))
        assert room.word() == Word(VOTES, hub=True)
        room.controller.deliver(None, messages.Ballot(v=1, gen=7, rev=3))
        room.controller.deliver(None, hub.model_copy(update={"state": "offline"}))
        assert room.word() == Word(MEETS, hub=False)
        room.controller.deliver(None, meeting.model_copy(update={"session": "ended", "rev": 2}))
        assert room.word().reason is None
    finally:
        await room.outbox.close()


async def test_what_a_room_says_is_there_while_it_runs(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.update.LOOK_EVERY_S", 0.01)
    words = [Word(None, hub=True)]
    telling = asyncio.create_task(Telling("main", lambda: words[-1]).run())
    for word in (words[0], Word(MEETS, hub=True), Word(VOTES, hub=False)):
        words.append(word)
        async with asyncio.timeout(30):
            while not (path_of("main").exists() and heard("main") == word):
                await asyncio.sleep(0.01)
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await telling
    assert list(run_folder.iterdir()) == []


def said(room: str, busy: Reason | None, *, hub: bool = True, pid: int = os.getpid()) -> None:
    path_of(room).parent.mkdir(exist_ok=True)
    path_of(room).write_text(json.dumps({"pid": pid, "busy": busy, "hub": hub}))


def test_the_command_answers_for_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update-check"]) == 0
    assert "no room runs here" in capsys.readouterr().out
    said("main", None)
    assert main(["update-check"]) == 0
    assert capsys.readouterr().out == (
        "main: không ai đang họp / nobody meets (theo máy chủ / says the hub)\n"
    )
    said("satellite-1", VOTES, hub=False)
    assert main(["update-check"]) == 1
    out = capsys.readouterr().out
    assert "satellite-1: Đang biểu quyết / A vote is in progress (mất liên lạc máy chủ" in out
    assert main(["update-check", "main"]) == 0
    capsys.readouterr()
    assert main(["update-check", "satellite-1", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["rooms"]["satellite-1"]["busy"] == "vote_running"


def test_a_room_that_does_not_answer_is_not_taken_for_free(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["update-check", "main"]) == 1
    assert "main.busy.json is missing" in capsys.readouterr().err
    said("main", None, pid=2**22 + 1)  # beyond the kernel's largest
    with pytest.raises(UnknownError, match="a process that is gone"):
        heard("main")
    for nonsense in ("", "[]", '{"pid": 1}', '{"pid": 1, "busy": "so", "hub": true}'):
        path_of("main").write_text(nonsense)
        with pytest.raises(UnknownError, match="cannot be read"):
            heard("main")
