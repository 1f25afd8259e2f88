"""Which presses are held, recorded, decided or refused, and what is known of them afterwards.

Owns the judgement of events of rooms against what is known of their room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge.contract import messages
from edge.rules.floor import AcknowledgeFire, SetRules
from edge.rules.reasons import Reason
from hub.meeting import commands, events
from hub.meeting.inputs import Decision
from hub.meeting.presses import FIRE_FRESH_MS
from hub.meeting.wording import line
from tests import hub_room
from tests.hub_live import ROSTER, Live

# --- presses × what is known of the room -----------------------------------------------------


def following(live: Live) -> None:
    """The room follows the hub since its start b1."""


def restarted(live: Live) -> None:
    """Its new start is known, its floor is not."""
    live.give(commands.StatusHeard("main", hub_room.status("online", "b2", start=2)))


def merged(live: Live) -> None:
    """It led itself, and that is part of the meeting: report 2."""
    live.floor("main", hub_room.floor_state("b1", "room", 2, contact=1))


def lost(live: Live) -> None:
    """It cannot be reached; a message was still under way."""
    live.give(commands.StatusHeard("main", hub_room.status("offline", "b1", start=1)))


ASK: dict[str, Any] = {"boot": "b1", "start": 1}
PRESSES: dict[str, dict[str, Any]] = {
    "ask": ASK,
    "asked of an older room": {"boot": "b1"},
    "asked in the next start": {"boot": "b2", "start": 2},
    "asked in the start after": {"boot": "b3", "start": 3},
    "asked of another outbox": {**ASK, "epoch": "e2"},
    "decided in the room": {**ASK, "leads": "room"},
    "asked after report 2": {**ASK, "report": 2},
    "asked after report 5": {**ASK, "report": 5},
    "means nothing": {**ASK, "intent": "none"},
    "fire": {**ASK, "intent": "fire"},
    "fire, led by the room": {**ASK, "intent": "fire", "leads": "room"},
    "fire of long ago, led by the room": {
        **{**ASK, "intent": "fire", "leads": "room"},
        "age_ms": FIRE_FRESH_MS + 1,
    },
    "fire in the next start": {"boot": "b2", "start": 2, "intent": "fire"},
    "fire over of long ago, led by the room": {
        **{**ASK, "intent": "fire_over", "leads": "room"},
        "age_ms": FIRE_FRESH_MS + 1,
    },
}

TABLE = """
                                        following restarted merged   lost
ask                                     decided   recorded  recorded decided
asked of an older room                  decided   recorded  recorded decided
asked in the next start                 held      held      held     held
asked in the start after                held      held      held     held
asked of another outbox                 held      held      held     held
decided in the room                     recorded  recorded  recorded recorded
asked after report 2                    held      recorded  decided  held
asked after report 5                    held      recorded  held     held
means nothing                           recorded  recorded  recorded recorded
fire                                    decided   recorded  recorded decided
fire, led by the room                   decided   recorded  recorded decided
fire of long ago, led by the room       recorded  recorded  recorded recorded
fire in the next start                  held      decided   held     held
fire over of long ago, led by the room  decided   recorded  recorded decided
"""

STATES: dict[str, Callable[[Live], None]] = {
    "following": following,
    "restarted": restarted,
    "merged": merged,
    "lost": lost,
}


def rows() -> list[tuple[str, str, str]]:
    """Press, state, outcome."""
    head, *lines = TABLE.strip("\n").splitlines()
    names = head.split()
    return [
        (row[:40].strip(), state, outcome)
        for row in lines
        for state, outcome in zip(names, row[40:].split(), strict=True)
    ]


def outcome_of(decision: Decision) -> str:
    """What became of a press."""
    if decision.held:
        assert decision.events == ()
        return "held"
    return next(e.outcome for e in decision.events if isinstance(e, events.Pressed))


@pytest.fixture
def live() -> Live:
    """The main room follows the hub since its first start."""
    live = Live()
    live.give(ROSTER)
    live.give(commands.StatusHeard("main", hub_room.status("online", "b1", start=1)))
    live.give(commands.DescribeHeard("main", hub_room.describe("b1")))
    live.floor("main", hub_room.floor_state("b1"))
    return live


@pytest.mark.parametrize(("press", "state", "outcome"), rows())
def test_what_becomes_of_a_press(live: Live, press: str, state: str, outcome: str) -> None:
    STATES[state](live)
    more = dict(PRESSES[press])
    intent = more.pop("intent", "ask")
    seat = {True: "main/1", False: None}[intent in ("ask", "none")]
    rev, decision = live.meeting.rev, live.press(1, seat, intent, **more)
    assert outcome_of(decision) == outcome
    assert (live.meeting.rev > rev) is (outcome != "held")
    assert live.replayed() == live.meeting
    words = [line(event, live.meeting).text for event in decision.events]
    assert all(text.vi and text.en for text in words)


def test_the_table_knows_every_press_and_every_state() -> None:
    assert {row[0] for row in rows()} == set(PRESSES)
    assert {row[1] for row in rows()} == set(STATES)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seat", "intent", "reason"),
    [
        ("satellite-1/1", "ask", Reason.SEAT_UNKNOWN),
        ("satellite-1/1", "extend", Reason.SEAT_UNKNOWN),
        ("main/9", "ask", Reason.SEAT_UNKNOWN),
        (None, "ask", Reason.BAD_ARGUMENT),
        (None, "priority_held", Reason.BAD_ARGUMENT),
        ("main/1", "priority_held", Reason.NOT_CHAIR),
        ("main/1", "debate", Reason.NO_DEBATE),
        (None, "next", Reason.QUEUE_EMPTY),
        (None, "end_turn", Reason.NOBODY_SPEAKS),
    ],
)
def test_why_a_press_is_refused(live: Live, seat: str | None, intent: str, reason: Reason) -> None:
    live.room("satellite-1", "s1")
    event = hub_room.press("main", 1, seat, intent, start=1)
    decision = live.event("main", event)
    assert (decision.refused, outcome_of(decision)) == (reason, "refused")
    assert live.meeting.room("main").heard_seq == 1


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("priority_released", "priority_held", Reason.OUTDATED),
        ("fire_over", "fire", Reason.OUTDATED),
        ("unmute", "mute", Reason.OUTDATED),
        ("queue_closed", "queue_paused", Reason.OUTDATED),
        ("all_off", "all_off", None),
        ("unmute", "recess", None),
    ],
)
def test_of_two_presses_about_one_thing_the_newer_counts(
    live: Live, first: str, second: str, refused: Reason | None
) -> None:
    seat = {True: "main/3", False: None}[first.startswith("priority")]
    live.press(2, seat, first, **ASK)
    assert live.press(1, seat, second, **ASK).refused is refused


def test_an_acknowledgement_from_before_the_fire_is_of_another_one(live: Live) -> None:
    live.room("satellite-1", "s1")
    live.press(1, None, "fire", **ASK, age_ms=2000)
    live.press(2, None, "fire_over", **ASK)
    early = hub_room.press("satellite-1", 1, None, "fire_acknowledged", boot="s1", age_ms=9000)
    assert live.event("satellite-1", early).refused is Reason.OUTDATED
    assert live.replayed().fire_s == live.meeting.fire_s
    later = hub_room.press("satellite-1", 2, None, "fire_acknowledged", boot="s1")
    assert live.event("satellite-1", later).refused is None
    assert not live.meeting.floor.alarm


def test_a_fire_that_a_room_reports_begins_when_it_is_merged(live: Live) -> None:
    live.room("satellite-1", "s1")
    burning = hub_room.floor_state("b1", "room", 1, contact=1, alarm=True, fire=False)
    live.floor("main", burning)
    assert (live.meeting.floor.alarm, live.meeting.fire_s) == (True, live.now_s)
    assert live.give(commands.FloorOrder(AcknowledgeFire(), "t")).refused is None


# --- numbers -------------------------------------------------------------------------------------


def test_an_event_that_overtakes_is_named_and_hides_none(live: Live) -> None:
    found = []
    for seq in (1, 3, 4, 2):
        live.press(seq, None, "next", **ASK)
        room = live.meeting.room("main")
        found.append((room.heard_seq, room.heard_extra(9)))
    assert found == [(1, []), (1, [3]), (1, [3, 4]), (4, [])]


def test_every_kind_of_event_counts(live: Live) -> None:
    event = hub_room.press("main", 1, None, start=1)
    audit = event.model_copy(update={"kind": "audit", "body": {"what": "started"}})
    assert live.event("main", audit).refused is None
    broken = event.model_copy(update={"seq": 2, "body": {}})
    assert live.event("main", broken).refused is Reason.BAD_ARGUMENT
    decision = live.give(commands.UnreadableHeard("main", "e1", 3))
    assert decision.refused is Reason.BAD_ARGUMENT
    assert [type(e) for e in decision.events] == [events.Audited]


def test_numbers_start_anew_with_a_new_outbox(live: Live) -> None:
    live.press(7, "main/1", "leave", **ASK)
    live.give(commands.StatusHeard("main", hub_room.status("online", "b1", epoch="e2", start=1)))
    room = live.meeting.room("main")
    assert (room.epoch, room.heard, room.presses) == ("e2", (), {})
    live.floor("main", hub_room.floor_state("b1"))
    assert live.press(1, "main/1", **ASK, epoch="e2").refused is None


# --- ages ----------------------------------------------------------------------------------------


def test_an_age_counts_from_when_it_was_heard(live: Live) -> None:
    live.give(commands.FloorOrder(SetRules("request", 1, 9), "t"))
    event = hub_room.press("main", 1, "main/1", start=1, age_ms=4000)
    decision = live.event("main", event, waited_s=3.0)
    assert live.meeting.floor.queue[0].asked_s == live.now_s - 7.0
    pressed = decision.events[0]
    assert isinstance(pressed, events.Pressed)
    assert pressed.age_ms == 7000


def test_so_does_a_report(live: Live) -> None:
    alone = hub_room.floor_state("b1", "room", 1, contact=1, queue=[("main/2", 4000)])
    live.give(commands.FloorOrder(SetRules("request", 1, 9), "t"))
    live.floor("main", alone, waited_s=3.0)
    assert live.meeting.floor.queue[0].asked_s == live.now_s - 7.0


@pytest.mark.parametrize(
    ("authority", "contact", "is_merged"),
    [
        ("room", 1, True),
        ("room", 0, False),
        ("room", 2, False),
        ("room", None, True),
        ("hub", 0, False),
        ("none", 0, True),
    ],
)
def test_a_report_counts_only_for_the_connection_it_was_made_for(
    live: Live, authority: str, contact: int | None, is_merged: bool
) -> None:
    live.give(commands.StatusHeard("main", hub_room.status("online", "b2", start=2)))
    state = hub_room.floor_state("b2", authority, 1, contact=contact)
    assert bool(live.floor("main", state, contact=1).events) is is_merged


def test_a_room_that_was_only_lost_needs_no_true_ages(live: Live) -> None:
    live.press(1, "main/1", **ASK)
    lost(live)
    live.give(commands.StatusHeard("main", hub_room.status("online", "b1", start=1)))
    live.floor("main", hub_room.floor_state("b1", "hub", 0, contact=0), contact=5)
    assert (live.speaking, live.meeting.floor.lost_rooms) == (["main/1"], frozenset())


def test_only_what_ended_since_the_last_report_ends(live: Live) -> None:
    live.give(commands.FloorOrder(SetRules("request", 1, 9), "t"))
    live.floor("main", hub_room.floor_state("b1", "room", 2, contact=1, ended={"main/1": 2}))
    live.press(1, "main/1", **ASK, report=2)
    live.floor("main", hub_room.floor_state("b1", "room", 3, contact=1, ended={"main/1": 2}))
    assert live.queue == ["main/1"]


def test_a_hold_ends_with_the_chair_who_held_it(live: Live) -> None:
    live.press(1, "main/3", "priority_held", **ASK)
    assert live.meeting.floor.hold is not None
    live.give(commands.DescribeHeard("main", hub_room.describe("b1", seats=2)))
    assert live.meeting.floor.hold is None


def test_a_new_file_puts_the_queue_in_its_order(live: Live) -> None:
    live.give(commands.FloorOrder(SetRules("request", 1, 9), "t"))
    live.press(1, "main/1", **ASK)
    live.press(2, "main/2", **ASK)
    settings = messages.FloorSettings(seat_priority={"main/2": 5})
    order = commands.SettingsOrder({"seat_priority": settings.seat_priority}, "t")
    assert live.give(order).refused is None
    assert live.queue == ["main/2", "main/1"]
    wrong = commands.SettingsOrder({"seat_priority": {"main/2": 6}}, "t")
    assert live.give(wrong).refused is Reason.BAD_ARGUMENT
    live.give(commands.Configure("v9", "", "open", 1, 9, {}, {}))
    assert (live.speaking, live.queue) == (["main/1"], ["main/2"])
