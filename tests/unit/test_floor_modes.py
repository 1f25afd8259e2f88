"""What each mode, limit and kind of request does to a seat that asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.rules.floor import (
    AllOff,
    Ask,
    ClearQueue,
    Ended,
    Floor,
    Give,
    Granted,
    Leave,
    Next,
    Queued,
    Refused,
    RoomLost,
    SetDebate,
    SetRegistration,
    SetRules,
    Settings,
    Turn,
    Waiting,
    step,
)
from edge.rules.reasons import Reason

ROLES = {
    "main/1": "chair",
    "main/2": "delegate",
    "main/3": "delegate",
    "main/4": "guest",
    "sat/1": "delegate",
    "sat/2": "delegate",
}


def floor(**changes: object) -> Floor:
    """One place, nobody in it."""
    return replace(Floor(mode="open", max_open=1, queue_max=9, roles=ROLES), **changes)


def asked(now: Floor, seat: str, at_s: float = 5.0, **more: object) -> object:
    """What comes of a press."""
    return step(now, Ask(seat, at_s, **more), at_s)[1]


FULL = {"speaking": (Turn("main/1", 0.0), Turn("main/2", 1.0))}


def test_override_the_newest_closes_the_oldest_delegate() -> None:
    """Never a chair, and never a protected seat."""
    now = floor(mode="override", max_open=2, speaking=(*FULL["speaking"], Turn("main/3", 2.0)))
    assert asked(now, "sat/1") == (Ended("main/2", "interrupted"), Granted("sat/1"))
    safe = replace(now, settings=Settings(protected=frozenset({"main/2"})), max_open=1)
    assert asked(safe, "sat/1") == (Ended("main/3", "interrupted"), Granted("sat/1"))


def test_push_to_talk_is_open_while_held() -> None:
    """Full is refused, letting go leaves, and the loss of the link lets go."""
    now = floor(mode="push_to_talk", settings=Settings(may_switch_off=False))
    now, effects = step(now, Ask("sat/1", 1.0), 1.0)
    assert effects == (Granted("sat/1"),)
    assert asked(now, "main/2") == (Refused("main/2", Reason.MIC_LIMIT),)
    assert step(now, Leave("sat/1"), 2.0)[1] == (Ended("sat/1", "leave"),)
    assert step(now, RoomLost("sat"), 2.0)[1] == (Ended("sat/1", "room_lost"),)


@pytest.mark.parametrize("queues", [False, True])
def test_chair_only(queues: bool) -> None:
    """Requests are refused, or wait, by setting; nobody can be called."""
    now = floor(mode="chair_only", settings=Settings(chair_only_queues=queues))
    expected = [(Refused("main/2", Reason.CHAIR_ONLY),), (Queued("main/2"),)][queues]
    assert asked(now, "main/2") == expected
    assert asked(now, "main/1") == (Granted("main/1"),)
    assert step(now, Give("main/2"), 2.0)[1] == (Refused("main/2", Reason.CHAIR_ONLY),)
    waiting = replace(now, queue=(Waiting("main/2", 1.0),))
    reason = [Reason.QUEUE_EMPTY, Reason.CHAIR_ONLY][queues]
    assert step(waiting, Next(), 2.0)[1] == (Refused(None, reason),)


def test_a_change_of_mode_keeps_microphones_and_queue() -> None:
    """A mode without a queue hides it; it is there again with the next one that has one."""
    now = floor(mode="request", speaking=(Turn("sat/1", 0.0),), queue=(Waiting("main/2", 1.0),))
    hidden, _ = step(now, SetRules("override", 2, 9), 5.0)
    assert hidden.speaking == now.speaking
    assert hidden.next_waiting() is None
    assert step(hidden, Leave("main/2"), 6.0)[1] == (Ended("main/2", "leave"),)
    assert step(hidden, Ask("main/2", 6.0), 6.0)[0].queue == ()
    back, effects = step(hidden, SetRules("request", 2, 9), 6.0)
    assert effects == ()
    assert back.next_waiting() == Waiting("main/2", 1.0)
    assert step(hidden, SetRules("open", 2, 9), 6.0)[1] == (Granted("main/2"),)


@pytest.mark.parametrize(("max_open", "queue_max"), [(0, 5), (26, 5), (1, -1), (1, 251)])
def test_limits_have_bounds(max_open: int, queue_max: int) -> None:
    """1 to 25 microphones, 0 to 250 requests."""
    before = floor()
    after, effects = step(before, SetRules("open", max_open, queue_max), 1.0)
    assert after is before
    assert effects == (Refused(None, Reason.BAD_ARGUMENT),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seat_priority": {"main/2": 6}},
        {"max_open_per_room": {"main": 0}},
        {"limit_s": {"delegate": 3601}},
        {"warning_s": 121},
        {"extension_s": 10},
    ],
)
def test_settings_have_bounds(wrong: dict[str, object]) -> None:
    """The complaint names the setting."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_the_limit_of_a_room_stops_nobody_elsewhere() -> None:
    """Who waits for its room is passed over, and comes when its room has a place."""
    now = floor(
        max_open=2,
        settings=Settings(max_open_per_room={"sat": 1}),
        speaking=(Turn("sat/1", 0.0),),
    )
    now, effects = step(now, Ask("sat/2", 1.0), 1.0)
    assert effects == (Queued("sat/2"),)
    now, effects = step(now, Ask("main/2", 2.0), 2.0)
    assert effects == (Granted("main/2"),)
    assert step(now, Next(), 3.0)[1] == (Ended("sat/1", "next"), Granted("sat/2"))
    assert step(now, Leave("sat/1"), 3.0)[1] == (Ended("sat/1", "leave"), Granted("sat/2"))


def test_protected_seats_stand_outside_the_limits() -> None:
    """They open at once in every mode that lets anybody speak, but are no chairs."""
    now = floor(mode="request", settings=Settings(protected=frozenset({"sat/1"})), **FULL)
    after, effects = step(now, Ask("sat/1", 2.0), 2.0)
    assert effects == (Granted("sat/1"),)
    assert after.places_taken() == 1
    assert step(after, AllOff(), 3.0)[0].speaking == (Turn("main/1", 0.0),)
    assert asked(replace(now, recess=True), "sat/1") == (Queued("sat/1"),)


@pytest.mark.parametrize(
    ("rule", "mine", "expected"),
    [
        ("none", 5, (Queued("sat/1"),)),
        ("lower", 2, (Queued("sat/1"),)),
        ("lower", 3, (Ended("main/2", "interrupted"), Granted("sat/1"))),
        ("same_or_lower", 2, (Ended("main/2", "interrupted"), Granted("sat/1"))),
        ("same_or_lower", 1, (Queued("sat/1"),)),
    ],
)
def test_who_may_push_out_whom(rule: str, mine: int, expected: object) -> None:
    """By priority of the seats, never a chair."""
    settings = Settings(interrupt=rule, seat_priority={"main/2": 2, "sat/1": mine})
    assert asked(floor(settings=settings, **FULL), "sat/1") == expected
    calling = floor(mode="request", settings=settings, **FULL)
    assert asked(calling, "sat/1") == (Queued("sat/1"),)


def test_the_weakest_then_the_oldest_is_pushed_out() -> None:
    """Among those who may be."""
    settings = Settings(interrupt="lower", seat_priority={"main/2": 1, "sat/1": 5})
    turns = (Turn("main/2", 1.0), Turn("main/3", 2.0), Turn("sat/2", 3.0))
    now = floor(max_open=3, settings=settings, speaking=turns)
    assert asked(now, "sat/1") == (Ended("main/3", "interrupted"), Granted("sat/1"))


def test_priority_goes_before_time_in_the_queue() -> None:
    """And changes of the settings put the queue in order again."""
    now = floor(mode="request", settings=Settings(seat_priority={"sat/1": 1}))
    for seat, at_s in (("main/2", 1.0), ("main/3", 2.0), ("sat/1", 3.0)):
        now, _ = step(now, Ask(seat, at_s), at_s)
    assert [w.seat for w in now.queue] == ["sat/1", "main/2", "main/3"]
    now, _ = step(now, SetRules("request", 1, 9, Settings()), 4.0)
    assert [w.seat for w in now.queue] == ["main/2", "main/3", "sat/1"]


def test_replies_go_in_front_while_the_debated_item_runs() -> None:
    """Afterwards they wait among the speeches: no request is lost."""
    now = floor(mode="request")
    assert asked(now, "main/2", kind="debate") == (Refused("main/2", Reason.NO_DEBATE),)
    now, _ = step(now, SetDebate(True), 1.0)
    now, _ = step(now, Ask("main/2", 2.0), 2.0)
    now, _ = step(now, Ask("main/3", 3.0, "debate"), 3.0)
    now, _ = step(now, Ask("sat/1", 4.0, "point_of_order"), 4.0)
    assert [w.seat for w in now.queue] == ["sat/1", "main/3", "main/2"]
    now, _ = step(now, SetDebate(False), 5.0)
    assert [w.seat for w in now.queue] == ["sat/1", "main/2", "main/3"]


def test_the_reply_list_is_short() -> None:
    """Five, whatever the queue may hold."""
    roles = {f"main/{n}": "delegate" for n in range(1, 9)}
    now = floor(mode="request", roles=roles, debating=True, queue_max=1)
    for n in range(1, 6):
        now, effects = step(now, Ask(f"main/{n}", float(n), "debate"), float(n))
        assert effects == (Queued(f"main/{n}"),)
    assert asked(now, "main/6", kind="debate") == (Refused("main/6", Reason.QUEUE_FULL),)
    assert asked(now, "main/7") == (Queued("main/7"),)
    assert asked(now, "main/8", kind="point_of_order") == (Queued("main/8"),)


@pytest.mark.parametrize(
    ("registration", "reason"),
    [("closed", Reason.QUEUE_CLOSED), ("paused", Reason.QUEUE_PAUSED)],
)
def test_registration(registration: str, reason: Reason) -> None:
    """No new requests but points of order; whoever waits keeps the place."""
    now = floor(queue=(Waiting("main/3", 1.0),), speaking=(Turn("sat/1", 0.0),))
    now, effects = step(now, SetRegistration(registration), 2.0)
    assert effects == ()
    assert asked(now, "main/2") == (Refused("main/2", reason),)
    assert asked(now, "main/2", kind="point_of_order") == (Queued("main/2"),)
    assert asked(now, "main/1") == (Granted("main/1"),)
    goes_on = {"closed": (Ended("sat/1", "leave"), Granted("main/3"))}
    expected = goes_on.get(registration, (Ended("sat/1", "leave"),))
    assert step(now, Leave("sat/1"), 3.0)[1] == expected
    assert step(now, ClearQueue(), 3.0)[1] == (Ended("main/3", "clear_queue"),)


def test_guests_speak_when_invited() -> None:
    """Or may ask, by setting."""
    assert asked(floor(), "main/4") == (Refused("main/4", Reason.NOT_INVITED),)
    assert step(floor(), Give("main/4"), 1.0)[1] == (Granted("main/4"),)
    welcome = floor(settings=Settings(guest_may_request=True))
    assert asked(welcome, "main/4") == (Granted("main/4"),)


def test_a_delegate_may_be_kept_from_switching_off() -> None:
    """Then the chair ends turns and requests; the chair's own are the chair's."""
    settings = Settings(may_switch_off=False, may_cancel=False)
    now = floor(settings=settings, queue=(Waiting("main/3", 1.0),), **FULL)
    for seat, reason in (
        ("main/2", Reason.CHAIR_ENDS_TURN),
        ("main/3", Reason.CHAIR_ENDS_REQUEST),
    ):
        assert step(now, Leave(seat), 2.0) == (now, (Refused(seat, reason),))
    assert step(now, Leave("main/1"), 2.0)[1] == (Ended("main/1", "leave"),)


@pytest.mark.parametrize("mode", ["open", "request"])
def test_an_accidental_switch_off_is_taken_back(mode: str) -> None:
    """Within 10 s the turn goes on without queueing, and its clock as if it had stood still."""
    now = floor(mode=mode, speaking=(Turn("main/2", 100.0),))
    now, _ = step(now, Leave("main/2"), 130.0)
    assert now.totals_s == {"main/2": 30.0}
    back, effects = step(now, Ask("main/2", 135.0), 135.0)
    assert effects == (Granted("main/2"),)
    assert back.speaking == (Turn("main/2", 100.0, paused_s=5.0),)
    assert back.totals_s == {"main/2": 0.0}
    late, _ = step(floor(mode="request", left=now.left), Ask("main/2", 141.0), 141.0)
    assert late.waits("main/2")


def test_a_turn_that_is_taken_back_too_late_waits_in_front() -> None:
    """Somebody has the place already: it waits from when the turn began."""
    now = floor(
        speaking=(Turn("main/2", 100.0),), queue=(Waiting("main/3", 110.0), Waiting("sat/1", 111.0))
    )
    now, _ = step(now, Leave("main/2"), 130.0)
    now, effects = step(now, Ask("main/2", 132.0), 132.0)
    assert effects == (Queued("main/2"),)
    assert [w.seat for w in now.queue] == ["main/2", "sat/1"]
