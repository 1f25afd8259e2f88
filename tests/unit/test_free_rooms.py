"""A meeting that sits in some rooms only: the others lead themselves, and come in silence.

What no accident may break is in ``tests.floor_world``; here is what people see of it, at the hub
and in the room.
"""

from __future__ import annotations

from dataclasses import replace

from edge.contract import messages
from edge.floor_messages import floor_state, hub_floor
from edge.rules import following
from edge.rules.floor import Floor, Give, PriorityHeld, Turn
from edge.rules.following import HubFloor, Pending, Room
from edge.rules.reasons import Reason
from hub import outgoing, outgoing_ballots
from hub.api import public_view, room_view
from hub.board import Board
from hub.meeting import commands
from hub.meeting_form import MeetingForm, clashes
from tests import hub_room
from tests.hub_live import Live

EVERYWHERE = commands.Configure("v1", "Họp chung", "request", 2, 9, {"sat/1": "Bình"}, {})
HERE = replace(EVERYWHERE, source="v2", rooms=("main",))


def two_rooms() -> Live:
    """A meeting in two rooms, a seat of each speaking."""
    live = Live()
    live.give(EVERYWHERE)
    live.room("main")
    live.room("sat")
    for seat in ("main/1", "sat/1"):
        live.give(commands.FloorOrder(Give(seat), "page"))
    return live


def told(live: Live, room: str) -> messages.Floor:
    """What goes out to the room."""
    return outgoing.floor(live.meeting, room, 1, live.now_s)


# --- the hub -----------------------------------------------------------------------------------


def test_the_meeting_leaves_a_room_with_all_its_seats() -> None:
    live = two_rooms()
    assert live.speaking == ["main/1", "sat/1"]
    live.give(HERE)
    assert live.speaking == ["main/1"]
    assert {seat.partition("/")[0] for seat in live.meeting.floor.roles} == {"main"}
    assert {member.seat.partition("/")[0] for member in live.meeting.members()} == {"main"}
    free, sitting = told(live, "sat"), told(live, "main")
    assert (free.free, free.mode, free.speaking) == (True, "open", [])
    assert (sitting.free, sitting.mode) == (False, "request")
    assert live.replayed() == live.meeting


def test_a_free_room_is_told_of_no_meeting_no_ballot_and_no_names() -> None:
    live = two_rooms()
    live.give(HERE)
    about = outgoing.meeting(live.meeting, "sat", 1)
    assert (about.title, about.names) == ("", {})
    assert about.roles == {"1": "delegate", "2": "delegate", "3": "delegate"}
    signed = outgoing_ballots.attendances(live.meeting, ["main", "sat"], 1)
    assert (len(signed["main"].seats), signed["sat"].seats) == (3, {})
    room = live.meeting.room("sat")
    for part in (
        room_view.room_part(room_view.RoomNow(live.meeting, room, Board(), linked=True)),
        public_view.room_part(live.meeting, room, online=True),
    ):
        assert (part["sits"], part["names"]) == (False, {})


def test_what_is_asked_for_a_seat_outside_is_refused_with_the_reason() -> None:
    live = two_rooms()
    live.give(HERE)
    order = commands.FloorOrder(Give("sat/1"), "page")
    assert live.give(order).refused is Reason.NOT_IN_MEETING
    assert live.press(1, "sat/2").refused is Reason.NOT_IN_MEETING
    console = hub_room.press("sat", 2, None, "all_off")
    assert live.event("sat", console).refused is Reason.NOT_IN_MEETING
    assert live.speaking == ["main/1"]


def test_what_a_free_room_leads_is_none_of_the_meetings() -> None:
    live = two_rooms()
    live.give(HERE)
    own = hub_room.floor_state(
        "b1", "room", 1, speaking=[("sat/2", 900)], queue=[("sat/3", 100)], contact=1, free=True
    )
    live.floor("sat", own)
    assert (live.speaking, live.queue) == (["main/1"], [])
    assert told(live, "sat").for_report == 1
    assert live.replayed() == live.meeting


def test_a_room_that_is_taken_in_comes_in_silence() -> None:
    """Also when it was cut off meanwhile, and says only now what it led."""
    live = two_rooms()
    live.give(HERE)
    live.give(commands.RoomSilent("sat"))
    live.give(replace(EVERYWHERE, source="v3"))
    assert "sat" in live.meeting.floor.lost_rooms
    own = hub_room.floor_state(
        "b1", "room", 4, speaking=[("sat/2", 900)], spoken_s={"sat/1": 60.0}, contact=1, free=True
    )
    live.give(commands.StatusHeard("sat", hub_room.status("online", "b1")))
    live.floor("sat", own)
    assert (live.speaking, live.queue) == (["main/1"], [])
    assert live.meeting.floor.lost_rooms == frozenset()
    assert (told(live, "sat").free, told(live, "sat").for_report) == (False, 4)
    assert "sat/1" not in live.meeting.floor.totals_s or live.meeting.floor.totals_s["sat/1"] < 60


def test_a_fire_in_a_free_room_is_everybodys() -> None:
    live = two_rooms()
    live.give(HERE)
    assert live.press(1, None, "fire").refused is None  # of main, as ever
    live = two_rooms()
    live.give(HERE)
    live.event("sat", hub_room.press("sat", 1, None, "fire", leads="room"))
    assert live.meeting.floor.alarm
    assert live.speaking == []
    assert told(live, "sat").alarm
    late = two_rooms()
    late.give(HERE)
    own = hub_room.floor_state("b1", "room", 1, contact=1, free=True, alarm=True, fire=False)
    late.floor("sat", own)
    assert late.meeting.floor.alarm


def test_a_room_that_has_just_started_is_set_free_too() -> None:
    live = Live()
    live.give(HERE)
    live.room("sat")
    assert told(live, "sat").for_boot == "b1"
    assert told(live, "sat").free


def test_nobody_in_the_list_sits_where_the_meeting_does_not() -> None:
    form = MeetingForm.model_validate(
        {"rooms": ["main"], "seats": [{"seat": "main/1"}, {"seat": "sat/1"}]}
    )
    (problem,) = clashes(form)
    assert "sat/1" in problem.what
    many = [{"seat": f"sat/{n}"} for n in range(1, 9)]
    (one,) = clashes(MeetingForm.model_validate({"rooms": ["main"], "seats": many}))
    assert ("sat/3, …" in one.what, "sat/4" in one.what) == (True, False)
    everywhere = form.model_copy(update={"rooms": []})
    assert clashes(everywhere) == []


def test_a_technician_still_reaches_the_devices_of_a_free_room() -> None:
    live = two_rooms()
    live.give(HERE)
    assert live.meeting.has_seat("sat/2")
    assert not live.meeting.has_seat("sat/9")
    assert not live.meeting.has_seat("far/1")


# --- the room ----------------------------------------------------------------------------------

ROLES = {"sat/1": "delegate", "sat/2": "delegate", "main/1": "chair"}


def room(**changes: object) -> Room:
    """It follows the hub, and seat 1 speaks."""
    floor = Floor(mode="request", roles=ROLES, speaking=(Turn("sat/1", 1.0), Turn("main/1", 2.0)))
    return replace(Room("sat", "b1", "hold", floor, authority="hub", gen=1, applied=1), **changes)


def free(rev: int = 2, **changes: object) -> HubFloor:
    """The hub says that the meeting does not sit here."""
    return replace(HubFloor(1, rev, "b1", 0, 0, Floor(), free=True), **changes)


def test_a_room_set_free_begins_in_silence_and_opens_at_a_press() -> None:
    now = following.follow(room(pending=(Pending("sat/2", "ask", 4.0, 7),)), free(), 5.0)
    assert (now.authority, now.free, now.floor.speaking) == ("room", True, ())
    assert now.pending == ()
    assert following.wish(now, "sat/2", 5.0).red == "fast"  # refused, and it shows
    assert set(now.floor.roles) == {"sat/1", "sat/2"}
    now, _ = following.decide(now, "ask", "sat/2", 9.0, 9.0)
    assert following.wish(now, "sat/2", 9.0).microphone


def test_a_room_that_led_itself_goes_on_as_it_is() -> None:
    alone, _ = following.lose_hub(room(), 5.0)
    now = following.follow(alone, free(), 6.0)
    assert [turn.seat for turn in now.floor.speaking] == ["sat/1"]
    assert now.floor.mode == "open"  # not *request* without anybody to call, as the lost link left
    again = following.follow(now, free(3), 7.0)
    assert (again.report, again.floor) == (now.report, now.floor)


def test_losing_the_hub_and_hearing_an_old_word_change_nothing_in_a_free_room() -> None:
    now = following.follow(room(), free(5), 5.0)
    assert following.lose_hub(now, 6.0)[0] is now
    old = HubFloor(1, 4, "b1", now.report, 0, Floor(roles=ROLES))
    assert following.follow(now, old, 6.0) is now
    taken_in = following.follow(now, replace(old, rev=6), 6.0)
    assert (taken_in.authority, taken_in.free) == ("hub", False)


def test_the_sites_alarm_silences_a_free_room_until_it_is_acknowledged_anywhere() -> None:
    now, _ = following.decide(following.follow(room(), free(), 5.0), "ask", "sat/1", 6.0, 6.0)
    burning = following.follow(now, free(3, floor=Floor(alarm=True)), 7.0)
    assert following.wish(burning, "sat/1", 7.0) == following.wish(burning, "sat/2", 7.0)
    assert burning.floor.alarm
    assert burning.floor.speaking == ()
    assert following.report_of(burning).alarm is False  # told to it, not by it
    here, _ = following.decide(burning, "fire_acknowledged", None, 8.0, 8.0)
    assert not here.floor.alarm
    assert not following.follow(here, free(4, floor=Floor(alarm=True)), 8.5).floor.alarm
    there = following.follow(burning, free(4), 8.0)
    assert not there.floor.alarm


def test_its_own_contact_outlasts_the_sites_alarm() -> None:
    now, _ = following.decide(following.follow(room(), free(), 5.0), "fire", None, 6.0, 6.0)
    told_so = following.follow(now, free(3, floor=Floor(alarm=True)), 7.0)
    assert following.follow(told_so, free(4), 8.0).floor.alarm


def test_a_fire_contact_that_was_under_way_is_decided_by_the_room() -> None:
    now = following.follow(room(pending=(Pending(None, "fire", 4.0, 7),)), free(), 5.0)
    assert now.floor.alarm
    assert following.report_of(now).fire


def test_the_word_travels_both_ways() -> None:
    now = following.follow(room(), free(), 5.0)
    said = floor_state(now, 1, 1, 5.0)
    assert (said.free, said.authority, said.report) == (True, "room", 1)
    live = two_rooms()
    live.give(HERE)
    heard = hub_floor(told(live, "sat"), "e1", now.floor, 5.0)
    assert heard.free


def test_a_chair_in_a_free_room_takes_priority_there_only() -> None:
    live = two_rooms()
    live.give(replace(HERE, source="v4", roles={"sat/3": "chair"}))
    order = commands.FloorOrder(PriorityHeld("sat/3"), "page")
    assert live.give(order).refused is Reason.NOT_IN_MEETING
