"""The law of the floor: every state with every event, and every start of the room's half."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import get_args

import pytest

from edge.rules.floor import (
    CHAIRS,
    MEETING_LAW,
    SEAT_LAW,
    AcknowledgeFire,
    AllOff,
    Ask,
    ClearQueue,
    Ended,
    EndTurn,
    Extend,
    ExtendTurns,
    Floor,
    Give,
    Granted,
    Hold,
    Leave,
    MeetingEvent,
    Next,
    PriorityHeld,
    PriorityPressed,
    PriorityReleased,
    Queued,
    Refused,
    RoomLost,
    RoomRestarted,
    SeatEvent,
    SeatHeard,
    SeatSilent,
    SeatState,
    SetDebate,
    SetFire,
    SetMuted,
    SetRecess,
    SetRegistration,
    SetRules,
    Take,
    Tick,
    Turn,
    Waiting,
    seat_state,
    step,
)
from edge.rules.reasons import SENTENCES, Reason

ROLES = {
    "main/1": "chair",
    "main/2": "delegate",
    "main/3": "delegate",
    "main/4": "observer",
    "sat/1": "delegate",
    "sat/2": "delegate",
}


def floor(**changes: object) -> Floor:
    """A floor of two rooms with one place, changed as asked."""
    return replace(Floor(mode="open", max_open=1, queue_max=3, roles=ROLES), **changes)


SEAT_FLOORS = {
    SeatState.SILENT: floor(),
    SeatState.WAITING: floor(speaking=(Turn("main/3", 1.0),), queue=(Waiting("main/2", 2.0),)),
    SeatState.SPEAKING: floor(speaking=(Turn("main/2", 1.0),)),
}
SEAT_EVENTS = [
    Ask("main/2", 5.0),
    Leave("main/2"),
    Give("main/2"),
    Take("main/2"),
    Extend("main/2"),
    SeatHeard("main/2"),
    SeatSilent("main/2"),
    PriorityHeld("main/2"),
    PriorityReleased("main/2"),
    PriorityPressed("main/2"),
]
MEETING_EVENTS = [
    Next(),
    EndTurn(),
    ExtendTurns(),
    AllOff(),
    SetRules("request", 2, 5),
    SetRules("open", 26, 5),
    SetRegistration("paused"),
    ClearQueue(),
    SetDebate(True),
    SetRecess(True),
    SetMuted(True),
    SetFire("main", True),
    SetFire("main", False),
    AcknowledgeFire(),
    RoomLost("main"),
    RoomRestarted("main"),
    Tick(),
]


def refused(reason: Reason) -> Refused:
    """Of seat 2."""
    return Refused("main/2", reason)


EXPECTED: dict[str, tuple[object, object, object]] = {
    # event: what it means to a delegate who is silent, waiting, speaking (None: nothing)
    "Ask": (
        Granted("main/2"),
        refused(Reason.ALREADY_REQUESTED),
        refused(Reason.ALREADY_SPEAKING),
    ),
    "Leave": (
        refused(Reason.NOT_SPEAKING),
        Ended("main/2", "leave"),
        Ended("main/2", "leave"),
    ),
    "Give": (Granted("main/2"), refused(Reason.MIC_LIMIT), refused(Reason.ALREADY_SPEAKING)),
    "Take": (refused(Reason.NOT_SPEAKING), Ended("main/2", "take"), Ended("main/2", "take")),
    "Extend": (refused(Reason.NOT_SPEAKING), refused(Reason.NOT_SPEAKING), None),
    "SeatHeard": (None, None, None),
    "SeatSilent": (None, None, None),
    "PriorityHeld": (refused(Reason.NOT_CHAIR),) * 3,
    "PriorityReleased": (refused(Reason.NO_PRIORITY),) * 3,
    "PriorityPressed": (refused(Reason.NOT_CHAIR),) * 3,
}


def test_the_table_is_complete() -> None:
    """Every event about a seat has a rule for every state, and every reason has its words."""
    kinds = {type(event) for event in SEAT_EVENTS}
    assert kinds == set(get_args(SeatEvent))
    assert set(SEAT_LAW) == set(itertools.product(kinds, SeatState))
    assert set(MEETING_LAW) == set(get_args(MeetingEvent))
    assert {type(event) for event in MEETING_EVENTS} == set(MEETING_LAW)
    assert set(SENTENCES) == set(Reason)


@pytest.mark.parametrize("state", list(SeatState))
@pytest.mark.parametrize("event", SEAT_EVENTS, ids=lambda e: type(e).__name__)
def test_every_state_with_every_event(state: SeatState, event: object) -> None:
    """The first effect is the expected one; a refusal gives the very same floor back."""
    before = SEAT_FLOORS[state]
    assert seat_state(before, "main/2") is state
    after, effects = step(before, event, 9.0)
    expected = EXPECTED[type(event).__name__][list(SeatState).index(state)]
    assert next(iter(effects), None) == expected
    if isinstance(expected, Refused):
        assert after is before


MODES = ["open", "override", "request", "voice", "push_to_talk", "chair_only"]
HUSHES = [
    {},
    {"recess": True},
    {"muted": True},
    {"hold": Hold("main/1")},
    {"alarm": True, "fire_rooms": frozenset({"main"})},
]
STANCES = [
    {},
    {"queue": (Waiting("sat/1", 3.0, "point_of_order"), Waiting("main/2", 2.0))},
    {"speaking": (Turn("main/2", 1.0),)},
    {"speaking": (Turn("main/1", 1.0), Turn("main/3", 1.0)), "queue": (Waiting("main/2", 2.0),)},
    {"speaking": (Turn("sat/1", 1.0),), "lost_rooms": frozenset({"sat"})},
]
ABOUT_EVERY_SEAT = [
    replace(event, seat=seat) for event in SEAT_EVENTS for seat in (*ROLES, "main/99")
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("hush", HUSHES, ids=["none", "recess", "muted", "priority", "fire"])
@pytest.mark.parametrize("registration", ["open", "paused", "closed"])
def test_every_condition_with_every_event(
    mode: str, hush: dict[str, object], registration: str
) -> None:
    """Whatever is, whatever happens: one place per seat, no limit broken, no silent refusal."""
    for stance, event in itertools.product(STANCES, [*ABOUT_EVERY_SEAT, *MEETING_EVENTS]):
        before = floor(mode=mode, registration=registration, **hush, **stance)
        after, effects = step(before, event, 9.0)
        seats = [t.seat for t in after.speaking] + [w.seat for w in after.queue]
        assert len(seats) == len(set(seats))
        assert after.places_taken() <= max(after.max_open, before.places_taken())
        assert list(after.queue) == sorted(after.queue, key=after.rank)
        for effect in effects:
            if isinstance(effect, Refused):
                assert (after is before, len(effects)) == (True, 1)
            if isinstance(effect, Granted):
                assert after.speaks(effect.seat)
                assert after.is_chair(effect.seat) or after.hears(effect.seat)
        again, _ = step(after, event, 9.0)
        if not isinstance(event, NOT_LEVELS):
            assert again == after


NOT_LEVELS = (Next, EndTurn, Extend, ExtendTurns, RoomRestarted, Ask, Leave)
"""Events that may do something again when they come again; hub and room number them."""


def test_open_mode_queues_when_full_and_passes_the_place_on() -> None:
    """First come, then in the order of the presses."""
    now, _ = step(floor(), Ask("main/2", 1.0), 1.0)
    now, effects = step(now, Ask("main/3", 2.0), 2.0)
    assert effects == (Queued("main/3"),)
    now, effects = step(now, Leave("main/2"), 3.0)
    assert effects == (Ended("main/2", "leave"), Granted("main/3"))


def test_the_queue_is_ordered_by_the_press_not_by_arrival() -> None:
    """A satellite's press that travelled longer keeps its place."""
    now = floor(speaking=(Turn("main/2", 0.0),))
    now, _ = step(now, Ask("main/3", 5.0), 5.0)
    now, _ = step(now, Ask("sat/1", 4.0), 5.5)
    assert [w.seat for w in now.queue] == ["sat/1", "main/3"]


def test_request_mode_waits_for_the_chair() -> None:
    """Nobody but a chair opens by pressing; next and give do."""
    now = floor(mode="request")
    now, effects = step(now, Ask("main/2", 1.0), 1.0)
    assert effects == (Queued("main/2"),)
    now, effects = step(now, Next(), 2.0)
    assert effects == (Granted("main/2"),)
    now, _ = step(now, Ask("main/3", 3.0), 3.0)
    now, effects = step(now, Next(), 4.0)
    assert effects == (Ended("main/2", "next"), Granted("main/3"))


def test_queue_limits() -> None:
    """A full queue says so; without a queue the limit of microphones is the reason."""
    full = floor(queue_max=1, speaking=(Turn("main/2", 0.0),), queue=(Waiting("main/3", 1.0),))
    assert step(full, Ask("sat/1", 2.0), 2.0)[1] == (Refused("sat/1", Reason.QUEUE_FULL),)
    none = floor(queue_max=0, speaking=(Turn("main/2", 0.0),))
    assert step(none, Ask("sat/1", 2.0), 2.0)[1] == (Refused("sat/1", Reason.MIC_LIMIT),)


@pytest.mark.parametrize("mode", ["open", "request"])
def test_the_chair_is_never_locked_out(mode: str) -> None:
    """Whatever is full, the chair's press opens, and takes nobody's place."""
    full = floor(mode=mode, queue_max=0, speaking=(Turn("main/2", 0.0),))
    after, effects = step(full, Ask("main/1", 1.0), 1.0)
    assert effects == (Granted("main/1"),)
    assert after.places_taken() == 1


def test_all_off_leaves_chairs_and_queue_and_opens_nobody() -> None:
    """Silence means silence: the next in the queue is not heard a moment later."""
    now = floor(
        speaking=(Turn("main/1", 0.0), Turn("main/2", 0.0)), queue=(Waiting("main/3", 1.0),)
    )
    after, effects = step(now, AllOff(), 2.0)
    assert effects == (Ended("main/2", "all_off"),)
    assert [t.seat for t in after.speaking] == ["main/1"]
    assert [w.seat for w in after.queue] == ["main/3"]


def test_unknown_seats_and_observers_are_refused_with_a_reason() -> None:
    """Nothing changes for them."""
    before = floor()
    assert step(before, Ask("main/99", 1.0), 1.0) == (
        before,
        (Refused("main/99", Reason.SEAT_UNKNOWN),),
    )
    assert step(before, Ask("main/4", 1.0), 1.0)[1] == (Refused("main/4", Reason.NOT_ALLOWED),)
    assert step(before, Next(), 1.0)[1] == (Refused(None, Reason.QUEUE_EMPTY),)


def test_a_lost_room_keeps_its_place_and_is_skipped() -> None:
    """Suspended seats are not called, and their microphones do not count."""
    now = floor(
        speaking=(Turn("sat/1", 0.0),), queue=(Waiting("sat/2", 1.0), Waiting("main/2", 2.0))
    )
    now, _ = step(now, RoomLost("sat"), 3.0)
    assert now.has_place()
    assert now.next_waiting() == Waiting("main/2", 2.0)
    assert step(now, Give("sat/2"), 4.0)[1] == (Refused("sat/2", Reason.LINK_LOST),)


def test_a_restarted_room_starts_silent() -> None:
    """Its turns end, its requests stay, and the place goes on."""
    now = floor(
        speaking=(Turn("sat/1", 0.0),), queue=(Waiting("sat/2", 1.0), Waiting("main/2", 2.0))
    )
    after, effects = step(now, RoomRestarted("sat"), 3.0)
    assert effects == (Ended("sat/1", "room_restarted"), Granted("sat/2"))
    assert [w.seat for w in after.queue] == ["main/2"]


def test_other_rules_cut_nobody_off() -> None:
    """A lower limit ends no turn; a higher one lets the queue in."""
    now = floor(
        speaking=(Turn("main/2", 0.0),), queue=(Waiting("main/3", 1.0), Waiting("sat/1", 2.0))
    )
    after, effects = step(now, SetRules("open", 2, 3), 3.0)
    assert effects == (Granted("main/3"),)
    lower, effects = step(after, SetRules("open", 1, 3), 4.0)
    assert effects == ()
    assert len(lower.speaking) == 2


def test_chairs_are_outside_the_limit_by_role() -> None:
    """The roles that the theory names."""
    assert frozenset({"chair", "vice_chair"}) == CHAIRS
