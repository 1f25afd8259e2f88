"""Votes at the seats of one room: how a ballot ends there, what is secret, and signing in.

Lamps are written ``yes/no/abstain``; ``!`` is a seat that says no.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.runtime import vote_book
from tests.seat_room import KEY, SeatRoom, person

ASKS = "slow/slow/slow"
DARK = "off/off/off"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[SeatRoom]:
    room = SeatRoom(tmp_path)
    yield room
    await room.close()


# --- the end --------------------------------------------------------------------------------------


async def test_closing_is_answered_once_also_by_a_room_that_has_nothing(room: SeatRoom) -> None:
    for _ in range(3):
        room.tell("closing")
        await room.settle()
    assert [(kind, body) for _, kind, body in room.events()] == [
        ("drained", {"ballot": "b1", "generation": 1, "since": 1, "box": None})
    ]


async def test_what_is_handed_in_says_since_when_the_hub_owes_an_answer(room: SeatRoom) -> None:
    room.tell("open")
    for seat in (1, 2, 3):
        room.tap(seat, "yes")
    await room.settle()
    room.receipt(1, 3)
    room.tell("closing")
    await room.settle()
    assert [body["since"] for _, kind, body in room.events() if kind == "drained"] == [2]


async def test_a_hub_that_restarts_in_the_closing_is_answered_again(room: SeatRoom) -> None:
    """It has forgotten the boxes of a secret ballot."""
    room.tell_secret("open")
    room.give_key()
    room.tap(1, "yes")
    room.tell_secret("closing")
    await room.settle()
    room.receipt(1, 2)
    room.hub_gen += 1
    room.tell_secret("closing")
    await room.settle()
    assert room.kinds() == ["drained"]
    assert room.events()[0][2]["box"] is not None


async def test_once_handed_in_an_old_message_cannot_open_it_again(room: SeatRoom) -> None:
    """Not in the same start, not in the next one, not when everything is forgotten."""
    room.tell("open")
    room.tell("closing")
    await room.settle()
    for _ in range(2):
        room.tell("open")
        assert room.shown(1) == DARK
        await room.kill()
    room.receipt(*(seq for seq, _, _ in room.events()))
    room.tell("announced")
    await room.settle()
    await room.kill()
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    assert room.kinds() == ["vote_refused"]


async def test_a_ballot_that_was_counted_while_the_room_was_away(room: SeatRoom) -> None:
    """Handed in late, and cleaned when the hub has answered."""
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    room.tell("counted")
    await room.settle()
    assert room.kinds() == ["vote", "drained"]
    assert room.shown(1) == "fast/off/off"
    room.receipt(2, refused={1: "vote_closed"})
    await room.settle()
    assert room.shown(1) == "off/off/off!"
    assert room.voting._book.pages["b1", 1].votes == {}


@pytest.mark.parametrize("stage", ["aborted", "annulled", "withdrawn"])
async def test_a_ballot_without_a_result_is_forgotten_when_it_is_settled(
    room: SeatRoom, stage: str
) -> None:
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    room.tell(stage)
    await room.settle()
    assert room.kinds() == ["vote"]
    room.receipt(1)
    await room.settle()
    assert room.voting._book.pages["b1", 1].over
    assert room.voting._book.pages["b1", 1].votes == {}


async def test_an_evening_of_ballots_leaves_nothing_but_their_names(room: SeatRoom) -> None:
    for number in range(5):
        name = {"ballot": f"b{number}", "generation": number + 1}
        for stage in ("ready_check", "open"):
            room.tell(stage, **name)
        for seat in (1, 2, 3):
            room.tap(seat, "yes")
        room.tell("closing", **name)
        await room.settle()
        room.receipt(*(seq for seq, _, _ in room.events()))
        for stage in ("counted", "announced"):
            room.tell(stage, **name)
        await room.settle()
    database = room.outbox._database
    counts = database.execute(
        "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM vote_book),"
        " (SELECT count(*) FROM vote_boxes), (SELECT count(*) FROM vote_ballots)"
    ).fetchone()
    assert counts == (0, 0, 0, 5)


async def test_another_running_ballot_ends_one_that_was_left_open(room: SeatRoom) -> None:
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    room.tell("ready_check", ballot="b2")
    await room.settle()
    assert room.kinds() == ["vote"]
    room.tell("open", ballot="b2")
    await room.settle()
    assert [(kind, body["ballot"]) for _, kind, body in room.events()] == [
        ("vote", "b1"),
        ("drained", "b1"),
    ]
    assert room.shown(1) == ASKS


# --- secret ---------------------------------------------------------------------------------------


async def test_a_secret_vote_shows_that_and_not_what(room: SeatRoom) -> None:
    room.tell_secret("open")
    assert room.shown(1) == DARK
    room.give_key()
    assert room.shown(1) == ASKS
    room.tap(1, "no")
    await room.settle()
    assert room.shown(1) == "fast/fast/fast"
    room.receipt(1)
    assert room.shown(1) == "on/on/on"


async def test_a_mark_has_no_choice_and_no_time(room: SeatRoom) -> None:
    room.tell_secret("open")
    room.give_key()
    room.tap(1, "no")
    await room.settle()
    row = room.outbox.due(0.0)[0]
    assert (row.kind, row.mono_ms, row.ts, room.outbox.age_ms(row)) == ("mark", 0, 0.0, 0)
    assert row.body == {"ballot": "b1", "generation": 1, "seat": "main/1", "person": person(1)}
    assert room.outbox.oldest_ms() is None


async def test_keys_for_another_start_or_of_another_length_are_not_taken(room: SeatRoom) -> None:
    room.tell_secret("open")
    room.give_key(for_boot="boot-0")
    room.give_key(KEY[:31])
    for damaged in ("", "AAA", "no base64 at all"):
        room.give_key(key=damaged)
    assert room.shown(1) == DARK


async def test_a_key_may_come_before_its_ballot_and_goes_with_it(room: SeatRoom) -> None:
    room.tell("announced", ballot="b0")
    room.give_key()
    room.tell_secret("open")
    assert room.shown(1) == ASKS
    room.tap(1, "yes")
    await room.settle()
    room.tell_secret("aborted")
    await room.settle()
    assert (room.voting._keys, room.voting._book.boxes) == ({}, {})


async def test_no_more_keys_are_kept_than_a_meeting_can_need(room: SeatRoom) -> None:
    for number in range(50):
        room.give_key(ballot=f"b{number}")
    assert len(room.voting._keys) == 8


# --- signing in -----------------------------------------------------------------------------------


async def test_a_long_press_signs_in_once(room: SeatRoom) -> None:
    room.ask()
    assert room.sign_in_lamp(1) == "slow"
    room.down(1, "no")
    room.wait(0.9)
    await room.settle()
    assert room.kinds() == []
    room.wait(0.2)
    await room.settle()
    assert room.sign_in_lamp(1) == "on"
    room.up(1, "no")
    room.down(1, "yes")
    room.wait(2.0)
    await room.settle()
    assert [(kind, body) for _, kind, body in room.events()] == [
        ("sign_in", {"seat": "main/1", "present": True})
    ]
    room.receipt(1)
    room.ask(present=(1,))
    assert room.sign_in_lamp(1) == "off"


async def test_a_long_press_that_was_read_late_counts(room: SeatRoom) -> None:
    """The release says it before a tick does."""
    room.ask()
    room.down(1, "no")
    room.now_s += 1.5
    room.up(1, "no")
    await room.settle()
    assert room.kinds() == ["sign_in"]


async def test_signing_in_is_not_voting(room: SeatRoom) -> None:
    """A short press does nothing; with an open ballot a long one votes."""
    room.ask()
    room.tap(1, "yes")
    await room.settle()
    assert (room.kinds(), room.shown(1)) == ([], DARK)
    room.tell("open")
    room.down(1, "yes")
    room.wait(2.0)
    await room.settle()
    assert room.kinds() == ["vote"]


async def test_a_refused_signature_asks_again(room: SeatRoom) -> None:
    room.ask()
    room.down(1, "yes")
    room.wait(2.0)
    await room.settle()
    room.receipt(refused={1: "not_invited"})
    assert room.sign_in_lamp(1) == "slow"
    assert room.shown(1).endswith("!")


async def test_of_years_of_ballots_the_newest_stay_known_on_the_disk_and_in_memory(
    room: SeatRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vote_book, "DONE_KEPT", 3)
    book = room.voting._book
    for number in range(1, 8):
        page = book.page((f"b{number}", 1))
        page.gen, page.rev = 1, number
        room.outbox.change(book.forget((f"b{number}", 1)))
    await room.settle()
    assert set(book.pages) == {(f"b{number}", 1) for number in (5, 6, 7)}
    await room.kill()
    assert room.voting._book.pages.keys() == book.pages.keys()
