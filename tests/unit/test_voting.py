"""Votes at the seats of one room: from the key to *recorded* and *counted*.

Lamps are written ``yes/no/abstain``; ``!`` is a seat that says no.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.seat_room import SeatRoom, person

ASKS = "slow/slow/slow"
DARK = "off/off/off"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[SeatRoom]:
    room = SeatRoom(tmp_path)
    yield room
    await room.close()


# --- a vote ---------------------------------------------------------------------------------------


async def test_asks_then_recorded_then_counted(room: SeatRoom) -> None:
    """Nothing is lit for the press; fast is on our disk, steady on the hub's."""
    assert room.shown(1) == DARK
    room.tell("open")
    assert room.shown(1) == ASKS
    room.tap(1, "no")
    assert room.shown(1) == ASKS
    await room.settle()
    assert room.shown(1) == "off/fast/off"
    seq, kind, body = room.events()[0]
    assert (kind, body) == (
        "vote",
        {"ballot": "b1", "generation": 1, "seat": "main/1", "person": person(1),
         "choices": ["no"], "revision": 1},
    )  # fmt: skip
    room.receipt(seq)
    assert room.shown(1) == "off/on/off"


async def test_a_change_of_mind_is_a_new_revision_and_a_repetition_nothing(room: SeatRoom) -> None:
    room.tell("open")
    for key in ("yes", "yes", "no", "no", "yes"):
        room.tap(1, key)
        await room.settle()
    votes = [(body["choices"], body["revision"]) for _, _, body in room.events()]
    assert votes == [(["yes"], 1), (["no"], 2), (["yes"], 3)]


async def test_the_old_choice_is_lit_until_the_new_one_is_recorded(room: SeatRoom) -> None:
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    room.receipt(1)
    room.tap(1, "no")
    assert room.shown(1) == "on/off/off"
    await room.settle()
    assert room.shown(1) == "off/fast/off"


async def test_two_changes_before_the_disk_has_answered(room: SeatRoom) -> None:
    room.tell("open")
    for key in ("yes", "no", "abstain"):
        room.tap(1, key)
    await room.settle()
    assert [body["revision"] for _, _, body in room.events()] == [1, 2, 3]
    assert room.shown(1) == "off/off/fast"


async def test_first_press_stands(room: SeatRoom) -> None:
    room.tell("open", press="first_press")
    room.tap(1, "yes")
    room.tap(1, "no")
    await room.settle()
    assert room.kinds() == ["vote", "vote_refused"]
    assert room.shown(1) == "fast/off/off!"
    assert room.events()[1][2]["reason"] == "already_voted"


async def test_the_timer_of_the_room_judges_without_a_tick(room: SeatRoom) -> None:
    """A press counts when its time is over, not when the controller comes around."""
    room.tell("open")
    room.down(1, "yes")
    room.down(2, "no")
    room.now_s += 1.0
    voting = room.voting
    assert voting._timer is not None
    voting._timer.cancel()
    voting._ring()
    assert voting._timer.cancelled()
    await room.settle()
    assert [room.shown(seat) for seat in (1, 2)] == ["fast/off/off", "off/fast/off"]


# --- what is refused ------------------------------------------------------------------------------


async def test_nothing_is_open(room: SeatRoom) -> None:
    """No ballot: the seat says no, and there is nothing to record."""
    room.tap(1, "yes")
    await room.settle()
    assert room.shown(1) == "off/off/off!"
    assert room.kinds() == []
    room.wait(3.0)
    assert room.shown(1) == DARK


@pytest.mark.parametrize(
    ("stage", "seat", "key", "changes", "reason"),
    [
        ("draft", 1, "yes", {}, "vote_not_open"),
        ("paused", 1, "yes", {}, "vote_paused"),
        ("announced", 1, "yes", {}, "vote_closed"),
        ("open", 4, "yes", {}, "not_checked_in"),
        ("open", 9, "yes", {}, "not_entitled"),
        ("open", 1, "abstain", {"options": ("yes", "no")}, "choice_unknown"),
        ("open", 1, "yes", {"options": ("a", "b", "c", "d")}, "not_at_keys"),
        ("open", 1, "yes", {"picks_max": 2}, "not_at_keys"),
        ("open", 1, "yes", {"kind": "secret", "press": "first_press"}, "vote_not_ready"),
    ],
)
async def test_a_refusal_is_shown_and_recorded_without_the_key(
    room: SeatRoom, stage: str, seat: int, key: str, changes: dict[str, object], reason: str
) -> None:
    room.tell(stage, **changes)
    room.tap(seat, key)
    await room.settle()
    assert room.shown(seat).endswith("!")
    assert [(kind, body) for _, kind, body in room.events()] == [
        ("vote_refused", {"ballot": "b1", "generation": 1, "seat": f"main/{seat}",
                          "reason": reason, "text": ""})
    ]  # fmt: skip


async def test_a_reason_of_a_newer_hub_refuses_all_the_same(room: SeatRoom) -> None:
    room.tell("open", seats={"1": {"person": "p", "refused": "moon_is_full"}})
    room.tap(1, "yes")
    await room.settle()
    assert room.events()[0][2]["reason"] == "not_entitled"


async def test_two_keys_at_once(room: SeatRoom) -> None:
    room.tell("open")
    room.down(1, "yes")
    room.wait(0.1)
    room.down(1, "no")
    room.wait(0.5)
    await room.settle()
    assert [body["reason"] for _, _, body in room.events()] == ["press_one_key"]
    assert room.shown(1) == f"{ASKS}!"


async def test_a_key_held_at_the_opening_counts_after_it_was_let_go(room: SeatRoom) -> None:
    room.tell("ready_check")
    room.down(1, "yes")
    room.wait(1.0)
    room.tell("open")
    room.wait(1.0)
    await room.settle()
    assert [body["reason"] for _, _, body in room.events()] == ["vote_not_open", "key_held"]
    room.up(1, "yes")
    room.tap(1, "yes")
    await room.settle()
    assert room.kinds()[-1] == "vote"


async def test_what_was_pressed_before_the_end_counts(room: SeatRoom) -> None:
    """The time in which a second key could come is not taken from the person."""
    room.tell("open")
    room.down(1, "yes")
    room.tell("closing")
    room.down(2, "yes")
    room.wait(1.0)
    await room.settle()
    assert room.kinds() == ["vote", "vote_refused", "drained"]
    assert room.shown(1) == "fast/off/off"
    assert room.shown(2) == "off/off/off!"


async def test_the_hub_refuses_a_recorded_vote(room: SeatRoom) -> None:
    """The seat is told, and may vote again with a higher revision."""
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    room.receipt(refused={1: "not_checked_in"})
    assert room.shown(1) == f"{ASKS}!"
    await room.settle()
    await room.kill()
    room.tell("open")
    assert room.shown(1) == ASKS
    room.tap(1, "yes")
    await room.settle()
    assert room.events()[0][2]["revision"] == 2


async def test_a_full_outbox_says_no_and_still_hands_in(room: SeatRoom, tmp_path: Path) -> None:
    small = SeatRoom(tmp_path / "small", bound_rows=2)
    small.tell("open")
    for seat in (1, 2, 3):
        small.tap(seat, "yes")
        await small.settle()
    assert [small.shown(seat) for seat in (1, 2, 3)] == ["fast/off/off"] * 2 + [f"{ASKS}!"]
    small.tell("closing")
    await small.settle()
    assert small.kinds() == ["vote", "vote", "drained"]
    await small.close()


# --- the hub's messages ---------------------------------------------------------------------------


async def test_an_older_ballot_message_is_ignored(room: SeatRoom) -> None:
    old = room.tell("open")
    room.tell("paused")
    room.voting.deliver(old)
    assert room.shown(1) == DARK
    room.tell("open")
    assert room.shown(1) == ASKS


async def test_receipts_of_another_file_mean_nothing(room: SeatRoom) -> None:
    room.tell("open")
    room.tap(1, "yes")
    await room.settle()
    room.receipt(1, epoch="another")
    assert room.shown(1) == "fast/off/off"
    assert room.kinds() == ["vote"]


async def test_a_roll_call_asks_who_is_called(room: SeatRoom) -> None:
    def seats(called: int) -> dict[str, object]:
        return {
            str(n): {"person": person(n), "refused": None if n == called else "not_called"}
            for n in (1, 2)
        }

    room.tell("open", kind="roll_call", seats=seats(1))
    assert [room.shown(seat) for seat in (1, 2)] == [ASKS, DARK]
    room.tap(1, "yes")
    await room.settle()
    room.tell("open", kind="roll_call", seats=seats(2))
    assert [room.shown(seat) for seat in (1, 2)] == ["fast/off/off", ASKS]
