"""The controller with devices of paper: who decides, what is shown, what is told."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import pytest

from drivers.core.capability import Health, HealthState, SeatOutputs
from edge.camera.subject import Pacing
from edge.contract import messages
from edge.rules import floor as law
from edge.rules.intents import Intent, SeatIntent, event_of
from tests.paper_room import BOOT, PaperKept, PaperRoom
from tests.virtual_time import run_virtual

INTENTS: tuple[Intent, ...] = tuple(
    intent for group in get_args(Intent) for intent in get_args(group)
)
ALONE_S = 5.0
"""Longer than the first grace."""


def seat_of(intent: Intent) -> str | None:
    chairs = {"priority_held", "priority_released", "priority_pressed"}
    if intent in chairs:
        return "main/1"
    return "main/3" if intent in get_args(SeatIntent) else None


def test_every_microphone_is_closed_until_somebody_leads() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.key(2)
            assert room.seat(2) == SeatOutputs(green="fast"), "asked, and nobody answers yet"
            room.hub()
            room.floor("main/2", for_boot="an earlier start")
            assert room.open() == []
            room.floor("main/2")
            assert room.seat(2) == SeatOutputs(True, "on")

    run_virtual(story())


@pytest.mark.parametrize("intent", INTENTS)
def test_while_the_hub_leads_it_alone_decides(intent: Intent) -> None:
    async def story() -> None:
        room = PaperRoom()
        room.hub()
        room.floor("main/2", "main/3")
        before = room.controller.room.floor
        room.controller.presses.ask("key", intent, seat_of(intent), room.now_s())
        assert room.controller.room.floor is before
        (event,) = room.outbox.events
        assert event["kind"] == "press"
        assert (event["intent"], event["seat"]) == (intent, seat_of(intent))
        assert (event["leads"], event["report"]) == ("hub", 0)
        assert [press.intent for press in room.controller.room.pending] == [intent]
        room.floor("main/2")
        assert room.controller.room.pending == ()

    run_virtual(story())


@pytest.mark.parametrize("intent", INTENTS)
def test_alone_the_same_law_decides_at_once_and_the_hub_is_told_later(intent: Intent) -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            await asyncio.sleep(ALONE_S)
            room.key(3)
            await asyncio.sleep(1.0)
            before, now_s = room.controller.room, room.now_s()
            assert before.authority == "room"
            room.controller.presses.ask("key", intent, seat_of(intent), now_s)
            wanted, _ = law.step(
                before.floor, event_of(intent, seat_of(intent), now_s, "main"), now_s
            )
            assert room.controller.room.floor == wanted
            assert room.outbox.intents()[-1] == (intent, seat_of(intent))
            assert room.outbox.events[-1]["leads"] == "room"
            assert room.controller.room.pending == ()

    run_virtual(story())


def test_what_was_decided_alone_is_reported_and_holds_until_it_is_merged() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            await asyncio.sleep(ALONE_S)
            room.key(3)
            assert room.open() == [3]
            said = room.told("state", "floor")
            assert (said.authority, said.report) == ("room", 2)
            assert [turn.seat for turn in said.speaking] == ["main/3"]
            room.hub()
            room.floor(for_report=1)
            assert room.open() == [3], "that floor does not know of it"
            room.key(3)
            assert room.told("state", "floor").ended == {"main/3": 3}
            room.floor()
            assert room.controller.room.authority == "hub"

    run_virtual(story())


def test_letting_the_key_go_ends_a_turn_in_push_to_talk_only() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.hub()
        room.floor("main/3", mode="open")
        room.key(3, released=True)
        assert room.outbox.events == []
        room.floor(mode="push_to_talk")
        room.key(3)
        room.key(3, released=True)
        assert room.outbox.intents() == [("ask", "main/3"), ("leave", "main/3")]
        room.floor("main/3", mode="push_to_talk")
        room.key(3, released=True)
        assert room.open() == [], "silent before the hub has answered"
        room.floor("main/1", mode="push_to_talk")
        room.key(1, released=True)
        assert room.outbox.intents()[2:] == [("leave", "main/3")], "a chair need not hold"

    run_virtual(story())


def test_muted_is_amber_and_the_cameras_show_who_is_heard() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/1", "main/2")
            await asyncio.sleep(0.3)
            assert room.controller.shots.direction.on_air is not None
            assert "main/1+main/2" in room.controller.shots.direction.shots.values()
            room.floor("main/1", "main/2", recess=True)
            await asyncio.sleep(Pacing().group_s)
            assert room.seat(2) == SeatOutputs(amber="on")
            assert room.open() == [1], "a recess does not silence the chair"
            direction = room.controller.shots.direction
            assert direction.shots[direction.on_air or ""] == "main/1"
            room.floor("main/1", "main/2")
            assert room.open() == [1, 2]

    run_virtual(story())


def test_the_chairs_priority_acts_before_the_hub_has_answered() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/2", "main/3")
            room.console("priority")
            await asyncio.sleep(0.6)
            assert room.outbox.intents() == [("priority_held", "main/1")]
            assert [room.seat(n).amber for n in (2, 3)] == ["on", "on"]
            assert room.open() == []
            room.floor("main/2", "main/3", "main/1", hold={"seat": "main/1", "opened": True})
            assert room.open() == [1]
            assert room.keys.lamps["priority"] == "on"
            room.console("priority", released=True)
            room.floor("main/2", "main/3")
            assert room.open() == [2, 3]

    run_virtual(story())


def test_time_ends_a_turn_only_in_a_room_that_leads_itself() -> None:
    rules = {"limit_s": {"delegate": 60.0}, "warning_s": 20.0, "at_limit": "stop"}

    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/2", settings=rules)
            await asyncio.sleep(50.0)
            assert room.seat(2).red == "fast", "the last seconds blink"
            room.hub("offline")
            await asyncio.sleep(2.0)
            assert (room.controller.room.authority, room.open()) == ("room", [2])
            await asyncio.sleep(10.0)
            assert room.open() == []
            assert room.told("state", "floor").ended == {"main/2": 2}
            assert room.told("state", "floor").spoken_s["main/2"] == pytest.approx(60.0, abs=0.2)

    async def led() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/2", settings=rules)
            for _ in range(8):
                await asyncio.sleep(10.0)
                room.hub()
            assert room.open() == [2], "the hub ends it"

    run_virtual(story())
    run_virtual(led())


def test_the_floor_is_told_with_fresh_ages_to_each_connection() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            await asyncio.sleep(ALONE_S)
            room.key(3)
            first = room.told("state", "floor")
            assert (first.contact, first.speaking[0].for_ms) == (0, 0)
            await asyncio.sleep(7.0)
            assert room.told("state", "floor") is first, "nothing happened"
            room.controller.link_changed(True)
            second = room.told("state", "floor")
            assert (second.contact, second.speaking[0].for_ms) == (0, 7000)
            await asyncio.sleep(1.0)
            room.hub(contact=5)
            third = room.told("state", "floor")
            assert (third.contact, third.speaking[0].for_ms) == (5, 8000)
            assert third.rev > second.rev > first.rev
            room.hub(contact=4)
            assert room.told("state", "floor").contact == 5, "an older word, overtaken"
            room.hub(gen=2, contact=1)
            assert room.told("state", "floor").contact == 1, "a new hub counts anew"
            room.controller.link_changed(False)
            room.controller.link_changed(True)
            assert room.told("state", "floor").contact == 0

    run_virtual(story())


def test_a_press_that_cannot_be_recorded_is_refused_where_it_was_pressed() -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor()
            room.outbox.has_room = False
            room.key(2)
            assert room.seat(2) == SeatOutputs(red="fast", green="fast")
            room.outbox.has_room, room.outbox.disk_works = True, False
            room.key(3)
            await asyncio.sleep(0.01)
            assert room.seat(3) == SeatOutputs(red="fast", green="fast")
            assert room.controller.room.pending == ()
            room.hub("offline")
            await asyncio.sleep(3.0)
            room.key(2)
            assert room.open() == [2], "a room that leads itself goes on without its record"

    run_virtual(story())


@pytest.mark.parametrize("fault", ["has_room", "disk_works"])
def test_what_closes_a_microphone_needs_no_disk(fault: str) -> None:
    async def story() -> None:
        room = PaperRoom()
        async with room.running():
            room.hub()
            room.floor("main/1", "main/2", "main/3")
            setattr(room.outbox, fault, False)
            room.key(2)
            await asyncio.sleep(0.01)
            assert room.open() == [1, 3], "a delegate can always leave"
            room.console("all_off")
            await asyncio.sleep(0.01)
            assert room.open() == [1]
            told = room.told("state", "floor")
            assert told.authority == "room"
            assert set(told.ended) == {"main/2", "main/3"}, "the hub hears by the report"
            room.floor("main/1", for_report=told.report)
            assert (room.controller.room.authority, room.open()) == ("hub", [1])

    run_virtual(story())


def test_what_the_hub_refused_is_shown() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.hub()
        room.floor()
        room.key(2)
        refused = messages.RefusedEvent(seq=1, code="x", text=messages.Text(vi="Không", en="No"))
        receipt = messages.Receipt(epoch=room.outbox.epoch, upto=0, refused=[refused])
        room.controller.deliver(None, receipt)
        assert room.seat(2) == SeatOutputs(red="fast", green="fast")

    run_virtual(story())


def test_a_start_alone_has_the_rules_of_the_last_meeting() -> None:
    kept = PaperKept()
    rules = {"limit_s": {"delegate": 30.0}, "at_limit": "stop"}

    async def meeting() -> None:
        room = PaperRoom(kept)
        room.hub()
        roles = {"1": "delegate", "2": "chair", "3": "delegate", "4": "delegate", "5": "guest"}
        room.controller.deliver(
            None, messages.Meeting(gen=1, rev=1, title="", names={}, roles=roles)
        )
        room.floor("main/3", mode="override", max_open=1, settings=rules, for_boot=BOOT)

    async def alone() -> None:
        room = PaperRoom(kept)
        async with room.running():
            await asyncio.sleep(ALONE_S)
            assert room.open() == [], "nobody speaks because somebody did"
            for number in (3, 4, 2):
                room.key(number)
            assert room.open() == [2, 4], "override: the newest, and the chair"
            await asyncio.sleep(31.0)
            assert room.open() == [2]

    run_virtual(meeting())
    run_virtual(alone())


def test_what_a_room_chose_alone_is_not_kept() -> None:
    kept = PaperKept()

    async def story() -> None:
        room = PaperRoom(kept, on_link_loss="hold")
        async with room.running():
            await asyncio.sleep(ALONE_S)
            assert room.controller.room.floor.mode == "request"

    run_virtual(story())
    assert kept.rules is None


def test_a_device_that_changes_all_the_time_does_not_keep_figures_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        room = PaperRoom()
        told: list[str] = []
        monkeypatch.setattr(
            room.keys, "health", lambda now_s: Health(HealthState.OK, f"looked at {now_s}")
        )
        monkeypatch.setattr(room.link, "publish_once", lambda name, message, qos: told.append(name))
        async with room.running():
            await asyncio.sleep(35.0)
        assert told.count("phonghop/v1/main/up/tele/room") >= 3

    run_virtual(story())


def test_a_seat_that_is_looked_for_shows_every_lamp_and_keeps_its_microphone() -> None:
    async def story() -> None:
        room = PaperRoom()
        room.hub()
        room.floor("main/2")
        room.controller.located.add(2)
        room.floor("main/2")
        lamps: Any = ("fast",) * 7
        assert room.seat(2) == SeatOutputs(True, *lamps)

    run_virtual(story())
