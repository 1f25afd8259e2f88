"""Fire: the contact closes the room at once, with and without a hub, and is told in the end."""

from __future__ import annotations

import asyncio

from drivers.core.capability import SeatOutputs
from tests.paper_room import PaperRoom
from tests.virtual_time import run_virtual

BURNING = SeatOutputs(amber="fast")
ALONE_S = 5.0
SEATS = (1, 2, 3, 4, 5)


def burns(room: PaperRoom) -> bool:
    """Every seat shows the alarm, and no microphone is open."""
    return [room.seat(n) for n in SEATS] == [BURNING] * len(SEATS)


def test_with_a_hub_the_room_is_silent_before_it_answers_and_until_it_is_acknowledged() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/1", "main/2")
            assert room.open() == [1, 2]
            room.fire(True)
            assert burns(room)
            assert room.outbox.intents() == [("fire", None)]
            alert = room.told("alert", "fire-alarm")
            assert alert.text.vi.startswith("Có tín hiệu báo cháy")
            room.floor("main/1", "main/2", heard_seq=0)
            assert burns(room), "a floor that was under way"
            await asyncio.sleep(0.3)
            direction = room.controller.shots.direction
            assert direction.shots[direction.on_air or ""] == "wide"
            room.floor(alarm=True, fire_rooms=["main"])
            assert burns(room)
            room.fire(False)
            assert room.outbox.intents()[1:] == [("fire_over", None)]
            assert room.told("alert", "fire-alarm") is None
            room.floor(alarm=True)
            assert burns(room), "until somebody acknowledges it"
            room.floor()
            room.floor("main/2")
            assert room.open() == [2]
            assert room.outbox.intents() == [("fire", None), ("fire_over", None)]

    run_virtual(story())


def test_without_a_hub_it_works_the_same_and_is_acknowledged_here() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            await asyncio.sleep(ALONE_S)
            room.key(2)
            assert room.open() == [2]
            room.fire(True)
            assert burns(room)
            assert room.told("state", "floor").alarm is True
            assert room.told("state", "floor").fire is True
            room.controller.presses.ask("ack", "fire_acknowledged", None, room.now_s())
            assert room.controller.room.floor.alarm is True, "the contact is still closed"
            room.key(3)
            room.fire(False)
            assert burns(room)
            room.controller.presses.ask("ack", "fire_acknowledged", None, room.now_s())
            room.key(3)
            assert room.open() == [3]
            fires = [intent for intent, _ in room.outbox.intents() if intent.startswith("fire")]
            assert fires == ["fire", "fire_acknowledged", "fire_over", "fire_acknowledged"]

    run_virtual(story())


def test_the_link_is_lost_while_the_alarm_is_under_way() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/2")
            room.hub("offline")
            room.fire(True)
            await asyncio.sleep(3.0)
            assert room.controller.room.authority == "room"
            assert burns(room)
            assert room.told("state", "floor").alarm is True

    run_virtual(story())


def test_a_contact_that_is_closed_at_the_start_is_fire_before_anybody_leads() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.fire(True)
            assert burns(room)
            assert room.outbox.intents() == [("fire", None)]
            room.hub()
            room.floor(alarm=True, fire_rooms=["main"])
            await asyncio.sleep(20.0)
            assert room.outbox.intents() == [("fire", None)], "once is enough"

    run_virtual(story())


def test_a_contact_that_is_open_at_the_start_is_told_only_if_the_hub_believes_otherwise() -> None:
    async def story() -> None:
        calm, doubted = PaperRoom(), PaperRoom()
        for room, fire_rooms in ((calm, ["far"]), (doubted, ["main"])):
            room.fire(False)
            room.hub()
            room.floor(alarm=True, fire_rooms=fire_rooms)
        assert calm.outbox.intents() == []
        assert doubted.outbox.intents() == [("fire_over", None)]

    run_virtual(story())


def test_a_hub_that_does_not_understand_is_not_told_with_each_of_its_floors() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.fire(False)
            room.hub()
            for _ in range(40):
                room.floor(alarm=True, fire_rooms=["main"])
                await asyncio.sleep(0.25)
            assert 2 <= len(room.outbox.events) <= 3

    run_virtual(story())


def test_an_alarm_that_cannot_be_recorded_is_an_alarm_here_and_told_when_it_can() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/2")
            room.outbox.has_room = False
            room.fire(True)
            assert burns(room)
            await asyncio.sleep(10.0)
            assert burns(room)
            room.outbox.has_room = True
            await asyncio.sleep(10.0)
            assert room.outbox.intents() == [("fire", None)]

    run_virtual(story())


def test_an_alarm_acknowledged_while_nobody_heard_this_room_is_raised_again() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.fire(True)
        room.hub()
        room.floor(alarm=True, fire_rooms=["main"])
        room.floor(fire_rooms=["main"])
        assert room.outbox.intents() == [("fire", None), ("fire", None)]
        assert burns(room)

    run_virtual(story())


def test_an_alarm_elsewhere_silences_this_room_too() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.fire(False)
        room.hub()
        room.floor("main/1", "main/2", alarm=True, fire_rooms=["far"])
        assert burns(room)
        assert room.told("alert", "fire-alarm") is None, "the contact here is open"

    run_virtual(story())


def test_displays_are_switched_on_so_that_the_alarm_is_seen() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.display.deaf = 2
        async with room.running():
            room.hub()
            room.floor()
            room.fire(True)
            await asyncio.sleep(0.1)
            assert room.controller.screens.wanted["display-1"].power is True
            await asyncio.sleep(11.0)
            assert (room.display.on, room.display.orders) == (True, 3)
            room.fire(True)
            room.floor(alarm=True, fire_rooms=["main"])
            await asyncio.sleep(11.0)
            assert room.display.orders == 3, "whoever switches it off during the alarm may"

    run_virtual(story())


def test_a_display_that_stays_dark_is_left_alone_when_the_alarm_is_over() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.display.deaf = 100
        async with room.running():
            room.hub()
            room.floor(alarm=True, fire_rooms=["far"])
            await asyncio.sleep(7.0)
            room.floor()
            orders = room.display.orders
            await asyncio.sleep(20.0)
            assert (orders, room.display.orders) == (2, 2)
            room.floor(alarm=True)
            await asyncio.sleep(0.1)
            assert room.display.orders == 3, "the next alarm is a new one"

    run_virtual(story())


def test_other_contacts_mean_nothing_here() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.hub()
        room.floor("main/2")
        room.controller.contact("door", True)
        assert room.open() == [2]
        assert room.outbox.events == []

    run_virtual(story())
