"""The outbox: recorded means on the disk, deleted means the hub has it, numbers never repeat."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from edge.runtime.database import MIGRATIONS
from edge.runtime.outbox import WINDOW_ROWS, Outbox, OutboxError, OutboxFull


async def record(outbox: Outbox, count: int = 1) -> list[int]:
    """Append ``count`` presses and wait until they are on the disk."""
    pairs = [outbox.append("press", {"n": n}, 0.0) for n in range(count)]
    await asyncio.gather(*(done for _, done in pairs))
    return [seq for seq, _ in pairs]


async def test_what_is_recorded_survives_a_kill(tmp_path: Path) -> None:
    """A second reader of the file, without any close of the first, finds everything."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await record(outbox, 3)
    other = sqlite3.connect(tmp_path / "o.sqlite")
    assert other.execute("SELECT seq FROM outbox ORDER BY seq").fetchall() == [(1,), (2,), (3,)]
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    await outbox.close()


async def test_numbers_never_repeat_in_an_epoch(tmp_path: Path) -> None:
    """Not after a receipt emptied the file, not after a restart."""
    first = Outbox(tmp_path / "o.sqlite", "b1")
    assert await record(first, 2) == [1, 2]
    first.settle(first.epoch, 2, [], [])
    await first.close()
    second = Outbox(tmp_path / "o.sqlite", "b2")
    assert second.epoch == first.epoch
    assert second.depth == 0
    assert await record(second) == [3]
    await second.close()


async def test_only_a_receipt_of_this_epoch_deletes(tmp_path: Path) -> None:
    """A card from another room cannot empty this one."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await record(outbox, 4)
    outbox.settle("another", 4, [], [])
    assert outbox.depth == 4
    outbox.settle(outbox.epoch, 1, [3], [])
    await outbox.close()
    again = Outbox(tmp_path / "o.sqlite", "b2")
    assert [row.seq for row in again.due(5.0)] == [2, 4]
    await again.close()


async def test_events_go_out_again_until_the_receipt(tmp_path: Path) -> None:
    """Due once, then again after the resend time or on a new link."""
    now = [100.0]
    outbox = Outbox(tmp_path / "o.sqlite", "b1", now_s=lambda: now[0])
    await record(outbox)
    assert [row.seq for row in outbox.due(5.0)] == [1]
    assert outbox.due(5.0) == []
    now[0] += 5.0
    assert [row.seq for row in outbox.due(5.0)] == [1]
    outbox.forget_sent()
    assert [row.seq for row in outbox.due(5.0)] == [1]
    await outbox.close()


async def test_a_long_backlog_leaves_in_order(tmp_path: Path) -> None:
    """More than fits in memory: the oldest first, nothing left out, nothing twice."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    total = WINDOW_ROWS * 2 + 30
    await record(outbox, total)
    await record(outbox, 5)
    seen: list[int] = []
    while rows := outbox.due(3600.0):
        seen += [row.seq for row in rows]
        outbox.settle(outbox.epoch, seen[-1], [], [])
        while outbox._writing is not None:
            await asyncio.wait({outbox._writing})
    assert seen == list(range(1, total + 6))
    assert outbox.depth == 0
    await outbox.close()


async def test_the_bound_refuses_visibly(tmp_path: Path) -> None:
    """Nothing is recorded and nothing claims to be."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1", bound_rows=2)
    await record(outbox, 2)
    with pytest.raises(OutboxFull, match="2 events wait"):
        outbox.append("press", {}, 0.0)
    assert outbox.depth == 2
    await outbox.close()


async def test_a_full_disk_refuses_and_leaves_no_gap(tmp_path: Path) -> None:
    """The future fails, and the number is used by the next event that can be written."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await record(outbox)
    pages = outbox._database.execute("PRAGMA page_count").fetchone()[0]
    outbox._database.execute(f"PRAGMA max_page_count={pages}")
    failed = 0
    for _ in range(40):
        _, done = outbox.append("press", {"filler": "x" * 4000}, 0.0)
        try:
            await done
        except OutboxFull:
            failed += 1
    assert failed > 0
    outbox._database.execute("PRAGMA max_page_count=100000")
    recorded = outbox.depth
    assert await record(outbox) == [recorded + 1]
    await outbox.close()


async def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    """One line that names the file."""
    path = tmp_path / "o.sqlite"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(OutboxError, match=r"o\.sqlite: file is not a database"):
        Outbox(path, "b1")


async def test_a_newer_file_is_not_touched(tmp_path: Path) -> None:
    """A rolled-back program must not write into what it does not know."""
    database = sqlite3.connect(tmp_path / "o.sqlite")
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(OutboxError, match="schema 99 is newer"):
        Outbox(tmp_path / "o.sqlite", "b1")


async def test_age_across_a_restart_uses_the_wall_clock_and_is_never_negative(
    tmp_path: Path,
) -> None:
    """A monotonic clock starts anew with the machine."""
    first = Outbox(tmp_path / "o.sqlite", "b1", now_s=lambda: 50.0, wall_s=lambda: 1000.0)
    _, done = first.append("press", {}, 48.0)
    await done
    assert first.oldest_ms() == 2000
    await first.close()
    later = Outbox(tmp_path / "o.sqlite", "b2", now_s=lambda: 1.0, wall_s=lambda: 1010.0)
    assert later.oldest_ms() == 12000
    await later.close()
    jumped = Outbox(tmp_path / "o.sqlite", "b3", now_s=lambda: 1.0, wall_s=lambda: 10.0)
    assert jumped.oldest_ms() == 0
    await jumped.close()


async def test_starts_are_counted_in_the_file_and_stand_on_each_event(tmp_path: Path) -> None:
    """A start that a full disk could not count is counted with its first event."""
    for start in (1, 2):
        outbox = Outbox(tmp_path / "o.sqlite", f"b{start}")
        assert outbox.start == start
        await record(outbox)
        await outbox.close()
    last = Outbox(tmp_path / "o.sqlite", "b3")
    assert [row.start for row in last.due(5.0)] == [1, 2]
    await last.close()


async def test_a_start_on_a_full_disk_is_counted_with_its_first_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room comes up all the same; an event never has a start that another one has."""

    def refuse(outbox: Outbox) -> bool:
        return False

    await Outbox(tmp_path / "o.sqlite", "b1").close()
    with monkeypatch.context() as full:
        full.setattr(Outbox, "_store_start", refuse)
        second = Outbox(tmp_path / "o.sqlite", "b2")
    assert second.start == 2
    await record(second)
    await second.close()
    third = Outbox(tmp_path / "o.sqlite", "b3")
    assert third.start == 3
    await third.close()


async def test_a_file_of_the_first_version_is_taken_along(tmp_path: Path) -> None:
    """What it holds is of no start that is known."""
    database = sqlite3.connect(tmp_path / "o.sqlite", isolation_level=None)
    database.executescript(f"{MIGRATIONS[0]} PRAGMA user_version=1;")
    database.execute("INSERT INTO outbox VALUES (1,'i','press','{}','b0',1,2.0,'unset')")
    database.close()
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    assert [(row.boot, row.start) for row in outbox.due(5.0)] == [("b0", 0)]
    assert outbox.start == 1
    await outbox.close()


# --- other tables in the same file ----------------------------------------------------------------


def note(database: sqlite3.Connection, text: str) -> None:
    """A row in a table of its own."""
    database.execute("INSERT OR REPLACE INTO meta VALUES ('note', ?)", (text,))


def noted(outbox: Outbox) -> str | None:
    """What was noted last."""
    row = outbox._database.execute("SELECT value FROM meta WHERE key='note'").fetchone()
    return None if row is None else str(row[0])


async def test_what_goes_along_with_an_event_knows_its_number(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    _, done = outbox.append("press", {}, 0.0, lambda database, seq: note(database, f"of {seq}"))
    assert noted(outbox) is None
    await done
    assert noted(outbox) == "of 1"
    await outbox.close()


async def test_an_event_whose_company_fails_is_not_there_either(tmp_path: Path) -> None:
    """Nor is what waited behind it; the next may use the number."""

    def fail(database: sqlite3.Connection, seq: int) -> None:
        note(database, "half")
        raise OutboxError("not like this")

    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    _, done = outbox.append("press", {}, 0.0, fail)
    with pytest.raises(OutboxFull, match="not like this") as caught:
        await done
    assert isinstance(caught.value.__cause__, OutboxError)
    assert (noted(outbox), outbox.depth) == (None, 0)
    assert await record(outbox) == [1]
    await outbox.close()


async def test_what_a_receipt_leads_to_is_written_when_the_event_goes(tmp_path: Path) -> None:
    """Both stay when the disk refuses, and are tried again with the next event."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await record(outbox)
    outbox._database.execute("PRAGMA query_only=ON")
    outbox.settle(outbox.epoch, 1, [], [], lambda database: note(database, "gone"))
    while outbox._writing is not None:
        await asyncio.wait({outbox._writing})
    assert (noted(outbox), outbox.depth) == (None, 1)
    outbox._database.execute("PRAGMA query_only=OFF")
    await record(outbox)
    assert (noted(outbox), outbox.depth) == ("gone", 1)
    assert [row.seq for row in outbox.due(5.0)] == [2]
    await outbox.close()


async def test_a_change_comes_without_an_event(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    outbox.change(lambda database: note(database, "alone"))
    await outbox.close()
    again = Outbox(tmp_path / "o.sqlite", "b2")
    assert again.read(lambda database: database.execute("SELECT count(*) FROM meta").fetchone())
    assert noted(again) == "alone"
    await again.close()


async def test_the_log_file_is_emptied_on_demand(tmp_path: Path) -> None:
    """Also when events come in the meantime: those are written afterwards."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await record(outbox, 3)
    outbox.scrub()
    log_file = tmp_path / "o.sqlite-wal"
    while outbox._writing is not None:
        await asyncio.wait({outbox._writing})
    assert log_file.stat().st_size == 0
    outbox.scrub()
    assert await record(outbox) == [4]
    await outbox.close()


async def test_the_oldest_without_a_receipt(tmp_path: Path) -> None:
    """In memory, being written, or none at all: then it is the next."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    assert outbox.oldest_open() == 1
    await record(outbox, 3)
    outbox.settle(outbox.epoch, 1, [3], [])
    assert outbox.oldest_open() == 2
    outbox.settle(outbox.epoch, 2, [], [])
    assert outbox.oldest_open() == 4
    outbox.append("press", {}, 0.0)
    assert outbox.oldest_open() == 4
    await asyncio.sleep(0)
    outbox.append("press", {}, 0.0)
    assert outbox.oldest_open() == 4
    await outbox.close()


async def test_the_oldest_of_more_than_fits_in_memory(tmp_path: Path) -> None:
    """While they are on the disk alone, nothing may be claimed."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await record(outbox, WINDOW_ROWS + 1)
    outbox.settle(outbox.epoch, WINDOW_ROWS, [], [])
    assert outbox.oldest_open() == 1
    while outbox._writing is not None:
        await asyncio.wait({outbox._writing})
    assert outbox.oldest_open() == WINDOW_ROWS + 1
    await outbox.close()


# --- kinds ----------------------------------------------------------------------------------------


async def test_presses_leave_room_for_votes_and_drained_always_fits(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite", "b1", bound_rows=200)
    await record(outbox, 198)
    for kind in ("press", "audit", "vote_refused"):
        with pytest.raises(OutboxFull):
            outbox.append(kind, {}, 0.0)
    for kind in ("vote", "mark"):
        outbox.append(kind, {}, 0.0)
    with pytest.raises(OutboxFull):
        outbox.append("vote", {}, 0.0)
    _, done = outbox.append("drained", {}, 0.0)
    await done
    assert outbox.depth == 201
    await outbox.close()


async def test_an_event_without_a_time_has_none_anywhere(tmp_path: Path) -> None:
    """Not in the file, not when it is sent, and it does not count as the oldest."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1", now_s=lambda: 50.0, wall_s=lambda: 1000.0)
    outbox.append("mark", {}, None)
    _, done = outbox.append("press", {}, 48.0)
    await done
    mark, press = outbox.due(5.0)
    assert (mark.mono_ms, mark.ts, outbox.age_ms(mark)) == (0, 0.0, 0)
    assert outbox.age_ms(press) == outbox.oldest_ms() == 2000
    await outbox.close()


async def test_a_new_event_does_not_wait_behind_one_that_is_being_deleted(tmp_path: Path) -> None:
    """Receipts and presses cross all the time."""
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await record(outbox, 2)
    _, done = outbox.append("press", {}, 0.0)
    await asyncio.sleep(0)
    outbox.settle(outbox.epoch, 1, [], [])
    await done
    assert [row.seq for row in outbox.due(5.0)] == [2, 3]
    await outbox.close()


async def test_nothing_is_recorded_after_the_end(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite", "b1")
    await outbox.close()
    with pytest.raises(OutboxFull, match="is being stopped"):
        outbox.append("press", {}, 0.0)
