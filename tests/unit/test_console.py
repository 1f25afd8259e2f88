"""The chair's console in its room: orders recorded and sent, answers shown at the key.

The keys' own rules: ``test_console_keys``. Here they meet the controller, on paper.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from edge.composition import make_devices
from edge.contract import messages, topics
from edge.room import Devices
from firmware_config.loader import load_room
from tests.paper_room import EPOCH, PaperRoom
from tests.virtual_time import run_virtual

Story = Callable[[PaperRoom], Awaitable[None]]

PRESS_S, HOLD_S = 0.12, 1.2
TEXT = messages.Text(vi="Không có ai chờ", en="Nobody waits")


def play(story: Story) -> None:
    """Run a story in a room whose time passes."""

    async def played() -> None:
        room = PaperRoom()
        async with room.running():
            await story(room)

    run_virtual(played())


async def press(room: PaperRoom, *keys: str, for_s: float = PRESS_S) -> None:
    for key in keys:
        room.console(key)
        await asyncio.sleep(for_s)
        room.console(key, released=True)
        await asyncio.sleep(PRESS_S)


def ballot(room: PaperRoom, stage: str, rev: int) -> None:
    """What the hub says of the ballot."""
    told: dict[str, Any] = {"gen": 1, "rev": rev, "ballot": "budget", "generation": 2}
    message = messages.Ballot.model_validate({**told, "stage": stage})
    room.controller.deliver(topics.Topic("main", "down", "ballot"), message)


def orders(room: PaperRoom) -> list[tuple[str, str, int, str]]:
    return [
        (event["order"], event["ballot"], event["generation"], event["key"])
        for event in room.outbox.events
        if event["kind"] == "ballot"
    ]


def refuse(room: PaperRoom, seq: int) -> None:
    """The hub says no to one of our events."""
    refused = messages.RefusedEvent(seq=seq, code="queue_empty", text=TEXT)
    message = messages.Receipt(epoch=EPOCH, upto=0, refused=[refused])
    room.controller.deliver(topics.Topic("main", "down", "receipt"), message)


def test_the_keys_of_a_whole_vote() -> None:
    async def story(room: PaperRoom) -> None:
        room.hub()
        room.floor()
        for rev, (stage, lamp) in enumerate(
            [("draft", "slow"), ("open", "on"), ("paused", "slow"), ("open", "on")], start=1
        ):
            ballot(room, stage, rev)
            assert room.keys.lamps["vote"] == lamp
            await press(room, "vote", for_s=HOLD_S if rev == 2 else PRESS_S)
        assert room.keys.lamps["vote"] == "fast"
        await press(room, "vote")
        ballot(room, "counted", 5)
        await press(room, "vote")
        assert orders(room) == [
            (step, "budget", 2, "vote") for step in ("open", "pause", "resume", "close", "announce")
        ]

    play(story)


def test_without_the_hub_a_vote_order_is_refused_instead_of_waiting() -> None:
    async def story(room: PaperRoom) -> None:
        ballot(room, "draft", rev=1)
        await asyncio.sleep(6.0)
        assert room.controller.room.authority == "room"
        assert room.keys.lamps["link"] == "on"
        await press(room, "vote")
        assert orders(room) == []
        assert room.keys.lamps["vote"] == "fast"
        await asyncio.sleep(3.0)
        assert room.keys.lamps["vote"] == "off"

    play(story)


def test_the_chairs_functions_work_in_a_room_alone() -> None:
    async def story(room: PaperRoom) -> None:
        await asyncio.sleep(6.0)
        room.key(2)
        assert room.open() == [2]
        room.console("priority")
        await asyncio.sleep(0.6)
        assert room.open() == [1]
        assert room.keys.lamps["priority"] == "on"
        room.console("priority", released=True)
        assert room.open() == [2]
        await press(room, "wide", for_s=HOLD_S)
        await press(room, "priority")
        assert room.open() == []
        assert room.keys.lamps["wide"] == "slow"
        await press(room, "wide", for_s=HOLD_S)
        await press(room, "priority")
        assert room.open() == [2]
        await press(room, "all_off", for_s=HOLD_S)
        assert room.open() == []
        await press(room, "all_off")
        assert room.keys.lamps["all_off"] == "on"

    play(story)


def test_a_no_is_shown_at_the_key_that_was_pressed() -> None:
    async def story(room: PaperRoom) -> None:
        room.hub()
        room.floor()
        await press(room, "next", "all_off")
        assert room.keys.lamps["next"] == "off"
        refuse(room, 1)
        assert (room.keys.lamps["next"], room.keys.lamps["all_off"]) == ("fast", "off")
        await asyncio.sleep(3.0)
        assert room.keys.lamps["next"] == "off"

    play(story)


def test_a_room_alone_says_no_too() -> None:
    async def story(room: PaperRoom) -> None:
        await asyncio.sleep(6.0)
        await press(room, "next")
        assert room.keys.lamps["next"] == "fast"
        await press(room, "all_off")
        assert room.keys.lamps["all_off"] == "off"

    play(story)


@pytest.mark.parametrize("fault", ["has_room", "disk_works"])
def test_what_cannot_be_recorded_is_refused(fault: str) -> None:
    async def story(room: PaperRoom) -> None:
        room.hub()
        room.floor()
        ballot(room, "draft", rev=1)
        setattr(room.outbox, fault, False)
        await press(room, "vote", "next")
        await asyncio.sleep(0.2)
        assert (room.keys.lamps["vote"], room.keys.lamps["next"]) == ("fast", "fast")
        assert room.outbox.events == []

    play(story)


def test_a_console_that_fails_lets_priority_go() -> None:
    async def story(room: PaperRoom) -> None:
        room.hub()
        room.floor("main/2")
        room.console("priority")
        await asyncio.sleep(0.6)
        room.keys.works = False
        await asyncio.sleep(0.3)
        given_back = [("priority_held", "main/1"), ("priority_released", "main/1")]
        assert room.outbox.intents() == given_back
        room.keys.works = True
        room.console("priority", released=True)
        assert room.outbox.intents() == given_back

    play(story)


def test_lamps_follow_the_time_at_once() -> None:
    """Not only when everything is looked at, once in a second."""

    async def story(room: PaperRoom) -> None:
        room.hub()
        room.floor()
        await asyncio.sleep(0.5)
        room.console("all_off")
        await asyncio.sleep(0.9)
        assert room.keys.lamps["all_off"] == "off"
        await asyncio.sleep(0.3)
        assert room.keys.lamps["all_off"] == "fast"

    play(story)


def test_the_wide_shot_is_shown_when_the_camera_has_arrived() -> None:
    async def story(room: PaperRoom) -> None:
        room.hub()
        room.floor("main/2")
        await asyncio.sleep(1.1)
        assert room.keys.lamps["wide"] == "off"
        await press(room, "wide")
        await asyncio.sleep(1.1)
        assert room.keys.lamps["wide"] == "on"

    play(story)


def test_the_fire_contact_counts_as_alarm_before_the_floor_knows() -> None:
    async def story(room: PaperRoom) -> None:
        room.hub()
        room.floor()
        room.fire(closed=True)
        assert room.keys.lamps["all_off"] == "fast"

    play(story)


def test_a_room_without_a_console_lets_time_pass() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.controller.devices.console = None
        async with room.running():
            room.hub()
            room.floor("main/2")
            await asyncio.sleep(1.0)
            assert room.open() == [2]

    run_virtual(story())


def nothing(*_: object) -> None:
    """Nobody listens."""


def devices_of(path: Path) -> Devices:
    return make_devices(load_room(path), nothing, nothing)


def test_a_key_named_after_no_function_is_refused(tmp_path: Path) -> None:
    room = Path("firmware_config/rooms/main.toml").read_text(encoding="utf-8")
    good, dead = tmp_path / "main.toml", tmp_path / "dead.toml"
    good.write_text(room)
    assert devices_of(good).console is not None
    dead.write_text(room.replace("extend       =", "extand       ="))
    with pytest.raises(ValueError, match=r"console\.keys\.extand: there is no such function"):
        devices_of(dead)
    dead.write_text(room.replace("link = { pin", "lost = { pin"))
    with pytest.raises(ValueError, match=r"console\.lamps\.lost: .* must be one of link"):
        devices_of(dead)
