"""Nothing that leaves a seat's key tells who chose what: the same votes by other people look alike.

The strongest way to say it: a run in which two people exchange their choices writes the same
files, logs, messages and lamps, byte for byte. Chance is taken out, so that nothing may differ.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import logging
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.core.capability import SeatOutputs
from edge.contract import messages
from edge.runtime.link import Link
from tests.seat_room import KEY, SeatRoom

OPTIONS = ("zebra", "quagga", "okapi")
"""Words that stand nowhere else."""

KEY_OF = dict(zip(OPTIONS, ("yes", "no", "abstain"), strict=True))


@dataclass
class Traces:
    """All that somebody could look at."""

    during: list[bytes] = field(default_factory=list)
    """Files after each vote; the box in them is sealed."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Files after the closing."""
    said: list[bytes] = field(default_factory=list)
    """Messages, each with its topic's place in the order."""
    lamps: list[SeatOutputs] = field(default_factory=list)
    log: str = ""


async def run(
    folder: Path, choices: dict[int, str], kind: str, caplog: pytest.LogCaptureFixture
) -> Traces:
    """One ballot in one room: votes, a refused press, a kill, the closing, the end."""
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    traces = Traces()
    room = SeatRoom(folder)
    words = {"kind": kind, "press": "first_press", "options": OPTIONS}
    room.tell("ready_check", **words)
    room.give_key()
    room.tell("open", **words)
    for seat, choice in choices.items():
        room.tap(seat, KEY_OF[choice])
        await room.settle()
        look(room, traces)
    await room.kill()
    room.tell("open", **words)
    room.give_key()
    room.tap(1, "yes")
    await room.settle()
    room.tell("closing", **words)
    await room.settle()
    look(room, traces)
    traces.files = files(room)
    room.receipt(*(seq for seq, _, _ in room.events()))
    room.tell("counted", **words)
    await room.settle()
    traces.files |= {f"{name} at the end": data for name, data in files(room).items()}
    await room.close()
    # That the machine was slow is no word about anybody's vote.
    kept = (r for r in caplog.records if not r.getMessage().startswith("Executing "))
    traces.log = "\n".join(f"{r.levelname} {r.name} {r.getMessage()} {r.exc_text}" for r in kept)
    return traces


def files(room: SeatRoom) -> dict[str, bytes]:
    """Every file of the room's data directory; the shared memory is SQLite's index of the log."""
    found = sorted(path for path in room.folder.rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in found if not path.name.endswith("-shm")}


def look(room: SeatRoom, traces: Traces) -> None:
    """Everything at this moment."""
    traces.during += files(room).values()
    traces.lamps += [room.voting.lamps(seat, SeatOutputs()) for seat in (1, 2, 3)]
    room.outbox.forget_sent()
    link = Link("main", "", 0, room.outbox, status, lambda *_: None, lambda _: None)
    traces.said += [link._event(row) for row in room.outbox.due(5.0)]
    room.outbox.forget_sent()


def status(state: str) -> messages.Status:
    """Of no interest here."""
    return messages.Status(state="online", boot="b", epoch="e", version="0")


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What is random counts up instead, from the start of each run."""
    return monkeypatch


def count_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start counting."""
    numbers = itertools.count(1)
    monkeypatch.setattr(secrets, "token_bytes", lambda size: next(numbers).to_bytes(size))
    monkeypatch.setattr(secrets, "token_hex", lambda size: next(numbers).to_bytes(size).hex())


async def two_runs(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, chance: pytest.MonkeyPatch
) -> tuple[Traces, Traces]:
    """The same choices by other people."""
    runs = []
    for name, choices in (("a", ("zebra", "quagga")), ("b", ("quagga", "zebra"))):
        count_up(chance)
        who = dict(zip((1, 2), choices, strict=True))
        runs.append(await run(tmp_path / name, {**who, 3: "okapi"}, kind, caplog))
    return runs[0], runs[1]


async def test_who_chose_what_changes_nothing_anywhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, no_chance: pytest.MonkeyPatch
) -> None:
    one, other = await two_runs("secret", tmp_path, caplog, no_chance)
    assert one.lamps == other.lamps
    assert one.said == other.said
    assert one.log == other.log
    assert one.files == other.files


async def test_an_open_ballot_shows_that_this_test_can_see(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, no_chance: pytest.MonkeyPatch
) -> None:
    one, other = await two_runs("open", tmp_path, caplog, no_chance)
    assert one.lamps != other.lamps
    assert one.said != other.said
    assert one.files != other.files


async def test_neither_choices_nor_the_key_are_written_or_said_anywhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At no time, and not in what SQLite keeps of earlier versions."""
    traces = await run(tmp_path, {1: "zebra", 2: "quagga", 3: "okapi"}, "secret", caplog)
    everything = [*traces.during, *traces.files.values(), *traces.said, traces.log.encode()]
    secret = [*(word.encode() for word in OPTIONS), KEY, KEY.hex().encode(), base64.b64encode(KEY)]
    assert [word for word in secret for place in everything if word in place] == []
    assert any(b'"kind":"mark"' in said for said in traces.said)


async def test_after_the_closing_no_earlier_box_is_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log file is empty, and after the count so is the place where the box was."""
    room = SeatRoom(tmp_path)
    room.tell_secret("open")
    room.give_key()
    boxes = []
    for seat in (1, 2, 3):
        room.tap(seat, "yes")
        await room.settle()
        boxes.append(room.voting._book.boxes["b1", 1])
    room.tell_secret("closing")
    await room.settle()
    on_disk = files(room)
    assert on_disk["main.sqlite-wal"] == b""
    assert [box in on_disk["main.sqlite"] for box in boxes] == [False, False, True]
    room.receipt(*(seq for seq, _, _ in room.events()))
    room.tell_secret("announced")
    await room.settle()
    assert [box in data for box in boxes for data in files(room).values()] == [False] * 6
    await room.close()
