"""A room that dies, or whose disk is full, at any moment of a vote: nothing lost, nothing claimed.

``SeatRoom.kill`` goes on with the file as it was on the disk; ``Disk.held`` stops the disk itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.rules import slip_sheet
from edge.runtime.sealed_box import BoxError, Seal
from tests.seat_room import KEY, YES_NO_ABSTAIN, SeatRoom

ASKS = "slow/slow/slow"
SEAL = Seal("main", ("b1", 1), KEY)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[SeatRoom]:
    room = SeatRoom(tmp_path)
    yield room
    await room.close()


@contextmanager
def full_disk(room: SeatRoom) -> Iterator[None]:
    """The file cannot grow inside; some of what is small may still fit."""
    database = room.outbox._database
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count={pages}")
    try:
        yield
    finally:
        database.execute("PRAGMA max_page_count=1000000")


@contextmanager
def broken_disk(room: SeatRoom) -> Iterator[None]:
    """Every write fails inside."""
    room.outbox._database.execute("PRAGMA query_only=ON")
    try:
        yield
    finally:
        room.outbox._database.execute("PRAGMA query_only=OFF")


async def die_unaware(room: SeatRoom) -> None:
    """The disk takes what waits, and the room is dead before it hears of it."""
    room.outbox._committed = lambda *_: None  # type: ignore[method-assign]
    await room.settle()
    await room.kill()


def slips(room: SeatRoom) -> dict[str, int]:
    """What the hub would find in the room's box."""
    box = room.voting._book.boxes.get(("b1", 1))
    if box is None:
        return {}
    found = slip_sheet.slips(SEAL.open(box), YES_NO_ABSTAIN)
    return {slip.choices[0]: slip.count for slip in found}


# --- death ----------------------------------------------------------------------------------------


async def test_dead_before_the_disk(room: SeatRoom) -> None:
    """The seat was never told *recorded*, and asks again."""
    room.tell("open")
    room.disk.held = True
    room.tap(1, "yes")
    await asyncio.sleep(0)
    assert room.shown(1) == ASKS
    await room.kill()
    room.tell("open")
    assert (room.shown(1), room.kinds()) == (ASKS, [])


async def test_dead_between_the_disk_and_the_lamp(room: SeatRoom) -> None:
    """After the start the lamp says what the disk knows."""
    room.tell("open")
    room.tap(1, "no")
    await die_unaware(room)
    room.tell("open")
    assert (room.shown(1), room.kinds()) == ("off/fast/off", ["vote"])
    room.tap(1, "yes")
    await room.settle()
    assert [body["revision"] for _, _, body in room.events()] == [1, 2]


async def test_dead_between_the_receipt_and_the_disk(room: SeatRoom) -> None:
    """The event goes out again, and its receipt comes again."""
    room.tell("open")
    room.tap(1, "no")
    await room.settle()
    room.disk.held = True
    room.receipt(1)
    await asyncio.sleep(0)
    assert room.shown(1) == "off/on/off"
    await room.kill()
    room.tell("open")
    assert (room.shown(1), room.kinds()) == ("off/fast/off", ["vote"])
    room.receipt(1)
    assert room.shown(1) == "off/on/off"


async def test_counted_survives(room: SeatRoom) -> None:
    room.tell("open")
    room.tap(1, "no")
    await room.settle()
    room.receipt(1)
    await room.settle()
    await room.kill()
    room.tell("open")
    assert (room.shown(1), room.kinds()) == ("off/on/off", [])


async def test_a_refusal_is_never_taken_for_a_count(room: SeatRoom) -> None:
    """The event goes and the refusal comes in one transaction."""
    room.tell("open", press="first_press")
    room.tap(1, "no")
    await room.settle()
    room.receipt(refused={1: "not_entitled"})
    await die_unaware(room)
    room.tell("open", press="first_press")
    assert (room.shown(1), room.kinds()) == (ASKS, [])


async def test_dead_before_drained_is_on_the_disk(room: SeatRoom) -> None:
    room.tell("open")
    room.tap(1, "no")
    await room.settle()
    room.disk.held = True
    room.tell("closing")
    await asyncio.sleep(0)
    await room.kill()
    assert room.kinds() == ["vote"]
    room.tell("closing")
    await room.settle()
    assert room.kinds() == ["vote", "drained"]


async def test_dead_after_drained_is_on_the_disk(room: SeatRoom) -> None:
    """It is not handed in twice, and stays shut."""
    room.tell("open")
    room.tell("closing")
    await die_unaware(room)
    room.tell("closing")
    await room.settle()
    assert room.kinds() == ["drained"]
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    assert room.kinds() == ["drained", "vote_refused"]


async def test_a_message_older_than_a_recorded_vote_is_ignored_after_a_start(
    room: SeatRoom,
) -> None:
    """A broker that comes back from an old file cannot end a ballot that runs."""
    old = room.tell("announced", ballot="b0")
    room.tell_secret("open")
    room.give_key()
    room.tap(1, "yes")
    await room.settle()
    await room.kill()
    room.voting.deliver(old)
    await room.settle()
    assert slips(room) == {"yes": 1}
    room.tell_secret("open")
    assert room.shown(1) == "fast/fast/fast"


async def test_a_secret_vote_and_its_mark_are_both_there_or_neither(room: SeatRoom) -> None:
    room.tell_secret("open")
    room.give_key()
    room.tap(1, "no")
    await die_unaware(room)
    assert (room.kinds(), slips(room)) == (["mark"], {"no": 1})
    room.tell_secret("open")
    assert room.shown(1) == "fast/fast/fast"
    assert room.shown(2) == "off/off/off"
    room.give_key()
    assert room.shown(2) == ASKS
    room.tap(2, "no")
    room.tap(3, "yes")
    await room.settle()
    assert (room.kinds(), slips(room)) == (["mark"] * 3, {"no": 2, "yes": 1})


# --- a full disk ----------------------------------------------------------------------------------


async def test_a_full_disk_refuses_visibly_and_leaves_no_gap(room: SeatRoom) -> None:
    """Many people at one seat fill the file; who is refused is not in it."""
    people = [f"{number:064}" for number in range(60)]
    told = 0
    with full_disk(room):
        for name in people:
            room.tell("open", seats={"1": {"person": name}})
            room.tap(1, "yes")
            await room.settle()
            told += room.shown(1) == "fast/off/off"
            if room.shown(1) == f"{ASKS}!":
                break
    assert room.shown(1) == f"{ASKS}!"
    assert 0 < told < len(people)
    assert [body["person"] for _, _, body in room.events()] == people[:told]
    room.tap(1, "yes")
    await room.settle()
    assert [seq for seq, _, _ in room.events()] == list(range(1, told + 2))
    assert room.shown(1).startswith("fast/off/off")


async def test_drained_is_tried_again_until_the_disk_takes_it(room: SeatRoom) -> None:
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    with broken_disk(room):
        room.tell("closing")
        await room.settle()
        for _ in range(3):
            room.wait(2.0)
            await room.settle()
        assert room.kinds() == ["vote"]
    room.wait(2.0)
    await room.settle()
    assert room.kinds() == ["vote", "drained"]


async def test_a_receipt_on_a_broken_disk_is_written_with_the_next_event(room: SeatRoom) -> None:
    """What was refused is refused after the next start too."""
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    with broken_disk(room):
        room.receipt(refused={1: "not_entitled"})
        await room.settle()
    room.tap(2, "yes")
    await room.settle()
    await room.kill()
    room.tell("open")
    assert room.kinds() == ["vote"]
    assert [room.shown(seat) for seat in (1, 2)] == [ASKS, "fast/off/off"]


async def test_a_refused_secret_vote_leaves_nothing_in_the_box(room: SeatRoom) -> None:
    """Also one that is pressed while the first is being refused."""
    room.tell_secret("open")
    room.give_key()
    room.tap(1, "yes")
    await room.settle()
    with broken_disk(room):
        room.tap(2, "no")
        await asyncio.sleep(0)
        room.tap(3, "no")
        await room.settle()
    assert [room.shown(seat) for seat in (2, 3)] == [f"{ASKS}!"] * 2
    assert (room.kinds(), slips(room)) == (["mark"], {"yes": 1})
    room.tap(2, "no")
    await room.settle()
    assert (room.kinds(), slips(room)) == (["mark", "mark"], {"yes": 1, "no": 1})


async def test_a_box_that_does_not_open_takes_no_vote(room: SeatRoom) -> None:
    """The press is refused, and so are the next, instead of a second box that hides the first."""
    room.tell_secret("open")
    room.give_key()
    room.tap(1, "yes")
    await room.settle()
    room.give_key(bytes(32))
    room.tap(2, "yes")
    await room.settle()
    assert room.shown(2) == "off/off/off!"
    assert (room.kinds(), slips(room)) == (["mark"], {"yes": 1})
    with pytest.raises(BoxError, match="the box of b1 does not open"):
        Seal("main", ("b1", 1), bytes(32)).open(room.voting._book.boxes["b1", 1])


@pytest.mark.parametrize("other", [Seal("hall", ("b1", 1), KEY), Seal("main", ("b1", 2), KEY)])
def test_a_box_opens_in_its_room_and_for_its_ballot_only(other: Seal) -> None:
    box = SEAL.seal(slip_sheet.empty())
    assert SEAL.open(box) == slip_sheet.empty()
    for wrong in (box, b"", box[:-1]):
        with pytest.raises(BoxError):
            other.open(wrong)
