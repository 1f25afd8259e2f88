"""The meeting as pure state: what is decided on what, and that replay gives the same.

Owns the hub's decisions. The rules of the floor themselves are judged in their own tests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract import messages
from edge.rules import floor as rules
from edge.rules.reasons import Reason
from hub import outgoing
from hub.clock import FIRST_S, HubClock, LastSeen
from hub.meeting import commands, events
from hub.meeting.commands import Input
from hub.meeting.state import Meeting
from hub.meeting.wording import line
from tests import hub_room
from tests.hub_live import ROSTER, Live


@pytest.fixture
def live() -> Live:
    """A meeting of one room that is online."""
    live = Live()
    live.give(ROSTER)
    live.room()
    return live


def test_the_room_is_known_with_its_names_and_roles(live: Live) -> None:
    assert live.meeting.floor.roles == {
        "main/1": "delegate",
        "main/2": "delegate",
        "main/3": "chair",
    }
    assert live.meeting.names_in("main") == {"1": "An"}
    assert live.meeting.room("main").merged_boot == "b1"


def test_the_same_file_again_keeps_the_mode_chosen_since(live: Live) -> None:
    modes: list[str] = []
    for item in (
        commands.FloorOrder(rules.SetRules("request", 2, 9), "t"),
        ROSTER,
        replace(ROSTER, source="v2"),
    ):
        live.give(item)
        modes.append(live.meeting.floor.mode)
    assert modes == ["request", "request", "open"]


def test_a_press_is_decided_with_the_time_of_the_press(live: Live) -> None:
    live.press(1, "main/1")
    live.press(2, "main/2", age_ms=4000)
    assert (live.speaking, live.queue) == (["main/1"], ["main/2"])
    assert live.meeting.floor.queue[0].asked_s == live.now_s - 4.0
    room = live.meeting.room("main")
    assert (room.epoch, room.heard_seq) == ("e1", 2)


def test_a_refused_press_is_recorded_with_its_reason(live: Live) -> None:
    live.press(1, "main/1")
    decision = live.press(2, "main/1")
    assert decision.refused is Reason.ALREADY_SPEAKING
    assert isinstance(decision.events[0], events.Pressed)
    assert decision.events[0].code == "already_speaking"
    assert live.meeting.room("main").heard_seq == 2


@pytest.mark.parametrize(
    ("more", "held", "outcome"),
    [
        ({}, False, "decided"),
        ({"leads": "room"}, False, "recorded"),
        ({"boot": "b0"}, False, "recorded"),
        ({"report": 1}, True, None),
        ({"intent": "none"}, False, "recorded"),
    ],
)
def test_who_decides_a_press(live: Live, more: Any, held: bool, outcome: str | None) -> None:
    decision = live.press(1, "main/1", **more)
    assert decision.held is held
    found = [e.outcome for e in decision.events if isinstance(e, events.Pressed)]
    assert found == [outcome for _ in found]
    assert bool(live.speaking) is (outcome == "decided")


def test_a_press_from_before_a_merged_report_is_only_recorded(live: Live) -> None:
    alone = hub_room.floor_state("b1", "room", 1, speaking=[("main/2", 0)])
    live.floor("main", alone)
    decision = live.press(1, "main/1", report=0)
    assert (decision.held, decision.refused) == (False, None)
    assert (live.speaking, live.queue) == (["main/2"], [])


def test_a_press_waits_until_the_room_of_a_new_boot_has_shown_its_floor(live: Live) -> None:
    live.give(commands.StatusHeard("main", hub_room.status("online", "b2")))
    assert live.press(1, "main/1", boot="b2").held
    live.floor("main", hub_room.floor_state("b2"))
    assert live.press(1, "main/1", boot="b2").refused is None
    assert live.speaking == ["main/1"]


def test_a_press_waits_until_the_status_is_heard(live: Live) -> None:
    event = hub_room.press("main", 1, "main/1")
    assert live.event("main", event, met=False).held


def test_an_overtaken_press_of_a_seat_does_not_come_true(live: Live) -> None:
    assert live.press(7, "main/1", "leave").refused is Reason.NOT_SPEAKING
    assert live.press(6, "main/1", "ask").refused is Reason.OUTDATED
    assert live.press(5, "main/2", "ask").refused is None


def test_a_room_cannot_press_for_another(live: Live) -> None:
    live.room("satellite-1", "s1")
    event = hub_room.press("satellite-1", 1, "main/1", boot="s1")
    decision = live.event("satellite-1", event)
    assert decision.refused is Reason.SEAT_UNKNOWN


@pytest.mark.parametrize("body", [{}, {"key": 5}, {"key": "mic", "intent": "toggle"}])
def test_an_event_without_sense_is_refused_and_recorded(live: Live, body: Any) -> None:
    event = hub_room.press("main", 1, "main/1").model_copy(update={"body": body})
    decision = live.event("main", event)
    assert decision.refused is Reason.BAD_ARGUMENT
    assert live.meeting.room("main").heard_seq == 1


def test_a_restarted_room_loses_its_turns_and_keeps_its_queue(live: Live) -> None:
    live.press(1, "main/1")
    live.press(2, "main/2")
    live.give(commands.StatusHeard("main", hub_room.status("online", "b2")))
    live.floor("main", hub_room.floor_state("b2"))
    assert live.speaking == ["main/2"]  # the next in the queue got the free place
    assert live.floor("main", hub_room.floor_state("b2")).events == ()


def test_a_lost_room_is_suspended_and_comes_back_as_it_was(live: Live) -> None:
    live.room("satellite-1", "s1")
    live.press(1, "main/1")
    live.give(commands.StatusHeard("main", hub_room.status("offline", "b0")))
    assert live.meeting.room("main").online
    live.give(commands.StatusHeard("main", hub_room.status("offline", "b1")))
    assert live.meeting.floor.is_suspended("main/1")
    live.press(1, "satellite-1/1", boot="s1")
    assert live.speaking == ["main/1", "satellite-1/1"]
    live.give(commands.StatusHeard("main", hub_room.status("online", "b1")))
    live.floor("main", hub_room.floor_state("b1", "hub"))
    assert live.meeting.floor.lost_rooms == frozenset()
    # One place, two turns: the chair's room, main, wins and nobody is dropped.
    assert (live.speaking, live.queue) == (["main/1"], ["satellite-1/1"])


def test_a_room_that_restarted_alone_loses_no_request_it_never_knew(live: Live) -> None:
    """Only what the room says has ended leaves the queue."""
    live.press(1, "main/1")
    live.press(2, "main/2")
    live.give(commands.StatusHeard("main", hub_room.status("offline", "b1")))
    live.give(commands.StatusHeard("main", hub_room.status("online", "b2")))
    alone = hub_room.floor_state("b2", "room", 1, speaking=[("main/1", 500)], ended={})
    live.floor("main", alone)
    assert (live.speaking, live.queue) == (["main/1"], ["main/2"])
    left = hub_room.floor_state("b2", "room", 2, speaking=[("main/1", 900)], ended={"main/2": 2})
    live.floor("main", left)
    assert (live.speaking, live.queue) == (["main/1"], [])


def test_a_report_is_merged_once_and_an_old_one_never(live: Live) -> None:
    alone = hub_room.floor_state("b1", "room", 3, speaking=[("main/2", 9000)])
    assert len(live.floor("main", alone).events) == 1
    assert live.meeting.floor.speaking[0].since_s == live.now_s - 9.0
    assert live.floor("main", alone).events == ()
    older = hub_room.floor_state("b1", "room", 2, speaking=[("main/1", 0)])
    assert live.floor("main", older).events == ()
    assert live.speaking == ["main/2"]


def test_a_new_database_takes_over_what_a_room_that_follows_reports() -> None:
    live = Live()
    live.give(ROSTER)
    live.give(commands.StatusHeard("main", hub_room.status("online", "b1")))
    state = hub_room.floor_state("b1", "hub", 2, speaking=[("main/1", 500)])
    assert live.floor("main", state).events == ()  # not described yet
    live.give(commands.DescribeHeard("main", hub_room.describe("b1")))
    live.floor("main", state)
    assert live.speaking == ["main/1"]
    message = outgoing.floor(live.meeting, "main", 9, live.now_s)
    assert (message.for_boot, message.for_report, message.gen) == ("b1", 2, 9)


def test_a_seat_that_is_gone_takes_its_turn_along(live: Live) -> None:
    live.press(1, "main/2")
    before = live.meeting.rev
    live.give(commands.DescribeHeard("main", hub_room.describe("b1", seats=1)))
    assert live.speaking == []
    assert live.meeting.rev > before


def test_an_order_is_refused_with_its_reason(live: Live) -> None:
    assert live.give(commands.FloorOrder(rules.Give("main/1"), "t")).refused is None
    refused = live.give(commands.FloorOrder(rules.Give("main/2"), "t"))
    assert (refused.refused, refused.events) == (Reason.MIC_LIMIT, ())
    assert live.give(commands.FloorOrder(rules.AllOff(), "t")).refused is None
    assert live.speaking == []


def test_a_floor_too_long_for_a_message_is_cut_at_its_end() -> None:
    room = "r" * 32
    waiting = [messages.Waiting(seat=f"{room}/{n}", for_ms=10**9) for n in range(1, 251)]
    floor = outgoing.floor(Meeting(), room, 1, 0.0).model_copy(update={"queue": waiting})
    sent = messages.Floor.model_validate_json(outgoing.floor_bytes(floor))
    assert [w.seat for w in sent.queue] == [w.seat for w in waiting[: outgoing.QUEUE_SENT]]


def test_a_floor_that_many_rooms_are_told_is_addressed_to_each(live: Live) -> None:
    live.room("satellite-1", "b7")
    for sitting in ((), ("main",)):  # the other room is free then
        meeting = replace(live.meeting, rooms_sitting=sitting)
        floors = outgoing.Floors(meeting, 9, live.now_s)
        for room in ("main", "satellite-1", "never-seen", "main"):
            told = messages.Floor.model_validate_json(floors.to(room))
            assert told == outgoing.floor(meeting, room, 9, live.now_s)
            assert told.free == (bool(sitting) and room != "main")
    queue = tuple(rules.Waiting(f"main/{n}", 0.0) for n in range(1, 251))
    longer = replace(live.meeting, floor=replace(live.meeting.floor, queue=queue))
    cut = outgoing.Floors(longer, 9, 10.0**9).to("main")
    assert len(messages.Floor.model_validate_json(cut).queue) == outgoing.QUEUE_SENT


# --- the clock ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("wall_s", "away_s"), [(2000.0, 1000.0), (500.0, 0.0)])
def test_the_clock_goes_on_over_a_restart_and_never_back(wall_s: float, away_s: float) -> None:
    times = iter((7.0, 8.5))
    clock = HubClock(LastSeen(50.0, 1000.0), monotonic=lambda: next(times), wall=lambda: wall_s)
    assert clock.now_s() == pytest.approx(50.0 + away_s + 1.5)


def test_a_new_clock_starts_where_older_things_are_not_negative() -> None:
    clock = HubClock(None, monotonic=lambda: 3.0, wall=lambda: 0.0)
    assert clock.now_ms() == FIRST_S * 1000


# --- replay ------------------------------------------------------------------------------------

_ROOMS = st.sampled_from(["main", "satellite-1"])
_BOOTS = st.sampled_from(["b1", "b2"])
_SEATS = st.builds(lambda r, n: f"{r}/{n}", _ROOMS, st.integers(1, 4))
_ORDERS: st.SearchStrategy[rules.FloorEvent] = st.one_of(
    st.builds(rules.Give, _SEATS),
    st.builds(rules.Take, _SEATS),
    st.just(rules.Next()),
    st.just(rules.AllOff()),
    st.just(rules.SetRules("request", 2, 1)),
    st.just(rules.SetRules("open", 1, 5)),
)
_PAIRS = st.lists(st.tuples(_SEATS, st.integers(0, 9000)), max_size=2, unique_by=lambda p: p[0])


@st.composite
def _inputs(draw: st.DrawFn) -> Input:
    room, boot = draw(_ROOMS), draw(_BOOTS)
    seat = draw(_SEATS)
    choices: dict[str, Any] = {
        "up": lambda: commands.StatusHeard(room, hub_room.status("online", boot)),
        "down": lambda: commands.StatusHeard(room, hub_room.status("offline", boot)),
        "silent": lambda: commands.RoomSilent(room),
        "describe": lambda: commands.DescribeHeard(
            room, hub_room.describe(boot, draw(st.integers(1, 4)))
        ),
        "floor": lambda: commands.FloorHeard(
            room,
            hub_room.floor_state(
                boot,
                draw(st.sampled_from(["none", "hub", "room"])),
                draw(st.integers(0, 3)),
                speaking=draw(_PAIRS),
                queue=draw(_PAIRS),
            ),
            FIRST_S,
            1,
        ),
        "press": lambda: commands.EventHeard(
            room,
            hub_room.press(
                room,
                draw(st.integers(1, 20)),
                draw(st.none() | st.just(seat)),
                draw(st.sampled_from(["ask", "ask", "leave", "next", "all_off", "none"])),
                boot=boot,
                report=draw(st.integers(0, 3)),
                age_ms=draw(st.integers(0, 5000)),
            ),
            FIRST_S,
        ),
        "order": lambda: commands.FloorOrder(draw(_ORDERS), "technician"),
        "meeting": lambda: replace(ROSTER, source=draw(st.sampled_from(["v1", "v2"]))),
    }
    made: Input = choices[draw(st.sampled_from(list(choices)))]()
    return made


@given(st.lists(st.tuples(_inputs(), st.floats(0, 5)), max_size=40))
def test_replay_gives_the_same_meeting(given_inputs: list[tuple[Input, float]]) -> None:
    live = Live()
    live.room()
    live.room("satellite-1")
    for item, after_s in given_inputs:
        before = live.meeting
        decision = live.give(item, after_s)
        assert decision.events or live.meeting is before
        assert not (decision.held and decision.events)
    written = [events.to_json(event) for event in live.happened]
    read = [events.from_json(what, body) for what, body in written]
    assert read == live.happened
    assert live.replayed() == live.meeting
    floor = live.meeting.floor
    seats = [*(t.seat for t in floor.speaking), *(w.seat for w in floor.queue)]
    assert len(seats) == len(set(seats))
    assert set(seats) <= set(floor.roles)
    plan = hub_room.describe("b1", title="x" * 400)  # as long as the contract lets a title be
    long = {room: replace(known, plan=plan) for room, known in live.meeting.rooms.items()}
    for meeting in (live.meeting, replace(live.meeting, rooms=long)):
        for event in live.happened:
            shown = line(event, meeting)
            assert shown.text.vi
            assert shown.text.en


def test_an_unknown_event_says_so() -> None:
    with pytest.raises(ValueError, match="no event is called 'danced'"):
        events.from_json("danced", "{}")
