"""A room that checks itself while it runs: what it touches, finds, and leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from drivers.core.capability import Aim, Health, HealthState, SeatOutputs
from drivers.core.reading import Reading
from edge import check_items
from edge.check_items import Found, SeatLook
from edge.commands import CommandRefused
from edge.contract.devices import CheckState
from edge.rules.reasons import Reason
from tests.paper_room import PaperRoom
from tests.virtual_time import run_virtual

OK = Health(HealthState.OK)
MUTE = Health(HealthState.FAULT, "no answer")


def checked(prepare: Callable[[PaperRoom], None] = lambda room: None) -> tuple[PaperRoom, Any]:
    """A room after its check."""

    async def story() -> tuple[PaperRoom, Any]:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor()
            for camera in room.cameras.values():
                await camera.move(Aim(0.0, 0.0, 60.0))
            prepare(room)
            await room.controller.checking.run("c1", "technician")
            assert not any(room.controller.shots.is_aside(ident) for ident in room.cameras)
            await asyncio.sleep(0.2)
            return room, room.told("state", "check")

    return run_virtual(story())


def verdicts(state: CheckState) -> dict[str, str]:
    return {item.id: item.verdict for item in state.items}


def test_everything_is_tried_and_put_back() -> None:
    room, state = checked()
    assert (state.check, state.by, state.running, state.active) == ("c1", "technician", False, True)
    assert state.done == state.of
    expected = {"seats", "bus-1", "cam-1", "cam-2", "display-1", "console"}
    assert verdicts(state) == dict.fromkeys(expected, "pass")
    seats = next(item for item in state.items if item.id == "seats")
    assert seats.seats == [1, 2, 3, 4, 5]
    assert "nháy" in seats.evidence.vi
    assert room.controller.located == set()
    assert all(room.seat(n) == SeatOutputs() for n in range(1, 6))
    for camera in room.cameras.values():
        pans = [aim.pan_deg for aim in camera.aims]
        turns = [after - before for before, after in pairwise(pans)]
        assert any(turn == pytest.approx(-8.0) for turn in turns), "aside, and back"


def test_while_somebody_speaks_nothing_is_touched() -> None:
    counts: dict[str, int] = {}

    def speaks(room: PaperRoom) -> None:
        room.floor("main/2")
        counts.update({ident: len(camera.aims) for ident, camera in room.cameras.items()})

    room, state = checked(speaks)
    assert state.active is False
    assert set(verdicts(state).values()) == {"pass"}
    seats = next(item for item in state.items if item.id == "seats")
    assert "nháy" not in seats.evidence.vi
    aside = {ident: list(c.aims[counts[ident] :]) for ident, c in room.cameras.items()}
    assert all(len(aims) <= 1 for aims in aside.values()), "the director's own shot at most"


def test_whoever_begins_to_speak_has_cameras_and_lamps_back_at_once() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor()
            for camera in room.cameras.values():
                await camera.move(Aim(0.0, 0.0, 60.0))
                camera.arrived = lambda aim, now_s: False  # type: ignore[method-assign]
            told = room.bus.seat_state
            room.bus.seat_state = lambda seat, now_s: replace(  # type: ignore[method-assign]
                told(seat, now_s), outputs=Reading.known(SeatOutputs(), now_s)
            )
            check = asyncio.create_task(room.controller.checking.run("c1", "technician"))
            await asyncio.sleep(1.0)
            assert room.controller.located
            assert all(room.controller.shots.is_aside(ident) for ident in room.cameras)
            room.floor("main/2")
            await asyncio.sleep(0.5)
            assert not room.controller.located
            assert not any(room.controller.shots.is_aside(ident) for ident in room.cameras)
            await check
            found = verdicts(room.told("state", "check"))
            assert (found["cam-1"], found["cam-2"]) == ("unconfirmed", "unconfirmed")
            assert found["seats"] == "pass", "nobody's lamps are called broken"

    run_virtual(story())


def test_what_fails_is_named_with_evidence_and_what_to_do() -> None:
    def broken(room: PaperRoom) -> None:
        room.keys.works = False
        room.cameras["cam-2"].arrived = lambda aim, now_s: False  # type: ignore[method-assign]

    _, state = checked(broken)
    found = verdicts(state)
    assert (found["console"], found["cam-2"], found["cam-1"]) == ("fail", "fail", "pass")
    for item in state.items:
        assert item.evidence.vi
        assert (item.todo is None) == (item.verdict == "pass")


def test_one_check_at_a_time() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            first = asyncio.create_task(room.controller.checking.run("c1", "a"))
            await asyncio.sleep(0.05)
            with pytest.raises(CommandRefused) as refused:
                await room.controller.checking.run("c2", "b")
            assert refused.value.reason is Reason.CHECK_RUNNING
            await first
            assert room.told("state", "check").check == "c1"

    run_virtual(story())


@pytest.mark.parametrize(
    ("look", "verdict"),
    [
        (SeatLook(OK, False, speaks=False, blinked=True), "pass"),
        (SeatLook(OK, True, speaks=True, blinked=None), "pass"),
        (SeatLook(OK, True, speaks=False, blinked=None), "fail"),
        (SeatLook(OK, None, speaks=False, blinked=True), "unconfirmed"),
        (SeatLook(OK, False, speaks=False, blinked=False), "fail"),
        (
            SeatLook(MUTE, None, speaks=False, blinked=False),
            "fail",
        ),
    ],
)
def test_a_seat_is_judged_by_what_it_proved(look: SeatLook, verdict: str) -> None:
    assert check_items.of_seat(look).verdict == verdict


def test_seats_alike_are_one_line_and_the_worst_comes_first() -> None:
    good, bad = Found("pass", "tốt", "good"), Found("fail", "hỏng", "broken")
    title = check_items.SEATS
    lines = check_items.grouped("seats", title, [(1, good), (2, bad), (3, good), (4, bad)])
    assert [(line.id, line.verdict, line.seats) for line in lines] == [
        ("seats", "fail", [2, 4]),
        ("seats-1", "pass", [1, 3]),
    ]
    assert lines[0].todo == check_items.REMEDIES["seats"]


def test_a_full_card_and_a_silent_microphone_are_seen() -> None:
    assert check_items.of_disk(10**10, 3 * 10**10, 0).verdict == "pass"
    assert check_items.of_disk(10**8, 10**10, 0).verdict == "fail"
    assert check_items.of_microphone("clips", 3.0).verdict == "fail"
    assert check_items.of_microphone(None, 3.0).verdict == "pass"
    assert check_items.of_microphone(None, None).verdict == "unconfirmed"
    moved = check_items.of_camera(check_items.moved(8.0, 0.6), "frozen")
    assert moved.verdict == "fail"
    assert (
        check_items.item("c", "camera", title=check_items.DISK, found=moved).todo
        == (check_items.REMEDIES["picture"])
    )
