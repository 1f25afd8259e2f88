"""The chair's keys, recess, emergency mute and the fire alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.rules.floor import (
    AcknowledgeFire,
    Ask,
    Ended,
    EndTurn,
    Floor,
    FloorEvent,
    Give,
    Granted,
    Hold,
    Leave,
    Next,
    PriorityHeld,
    PriorityPressed,
    PriorityReleased,
    Queued,
    Refused,
    RoomLost,
    SetFire,
    SetMuted,
    SetRecess,
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
    "sat/1": "delegate",
    "sat/2": "vice_chair",
}
SPEAKERS = (Turn("main/2", 10.0), Turn("sat/1", 20.0))


def floor(**changes: object) -> Floor:
    """Two delegates speak, one in each room, and one waits."""
    base = Floor(
        max_open=2, queue_max=9, roles=ROLES, speaking=SPEAKERS, queue=(Waiting("main/3", 30.0),)
    )
    return replace(base, **changes)


def after(now: Floor, *events: FloorEvent, at_s: float = 100.0) -> Floor:
    """These events, all at the same time."""
    for event in events:
        now, _ = step(now, event, at_s)
    return now


def heard(now: Floor) -> list[str]:
    """Whose microphones should be open."""
    return [t.seat for t in now.speaking if now.hears(t.seat)]


def test_holding_priority_mutes_and_gives_back() -> None:
    """In all rooms; turns and queue are kept, and their clocks stand still."""
    held, effects = step(floor(), PriorityHeld("main/1"), 100.0)
    assert effects == (Granted("main/1"),)
    assert heard(held) == ["main/1"]
    assert held.queue == floor().queue
    back, effects = step(held, PriorityReleased("main/1"), 107.0)
    assert effects == (Ended("main/1", "priority_released"),)
    assert heard(back) == ["main/2", "sat/1"]
    assert [t.paused_s for t in back.speaking] == [7.0, 7.0]


def test_a_chair_who_spoke_before_speaks_on() -> None:
    """Only the microphone that the hold had opened closes with it."""
    now = after(floor(), Ask("main/1", 50.0), PriorityHeld("main/1"), PriorityReleased("main/1"))
    assert heard(now) == ["main/2", "sat/1", "main/1"]


def test_priority_can_end_the_turns_when_it_is_let_go() -> None:
    """By setting; in open mode the queue goes on then."""
    now = after(floor(settings=Settings(priority_release="reset")), PriorityHeld("main/1"))
    released, effects = step(now, PriorityReleased("main/1"), 101.0)
    assert Ended("main/2", "priority_released") in effects
    assert heard(released) == ["main/3"]


def test_nobody_opens_while_priority_is_held() -> None:
    """Asking waits where there is a queue; calling is refused."""
    held = after(floor(max_open=5, queue=()), PriorityHeld("main/1"))
    assert step(held, Ask("main/3", 101.0), 101.0)[1] == (Queued("main/3"),)
    assert step(held, Give("main/3"), 101.0)[1] == (Refused("main/3", Reason.PRIORITY_ACTIVE),)
    waiting = after(held, Ask("main/3", 101.0))
    assert step(waiting, Next(), 102.0)[1] == (Refused(None, Reason.PRIORITY_ACTIVE),)
    talking = replace(held, mode="push_to_talk")
    assert step(talking, Ask("main/3", 101.0), 101.0)[1] == (
        Refused("main/3", Reason.PRIORITY_ACTIVE),
    )
    assert heard(after(waiting, PriorityReleased("main/1"))) == ["main/2", "sat/1", "main/3"]


@pytest.mark.parametrize("clears", [False, True])
def test_pressing_priority_ends_every_turn(clears: bool) -> None:
    """Nothing comes back; the queue is kept, or goes, by setting."""
    now = floor(settings=Settings(priority_clears_queue=clears))
    pressed, effects = step(now, PriorityPressed("main/1"), 100.0)
    assert effects[:2] == (Ended("main/2", "priority_pressed"), Ended("sat/1", "priority_pressed"))
    assert effects[-1] == Granted("main/1")
    assert heard(pressed) == ["main/1"]
    assert len(pressed.queue) == [1, 0][clears]


def test_pressing_priority_closes_what_only_another_chairs_hold_had_opened() -> None:
    """Who holds may let go late: that is refused then, and must leave no microphone open."""
    now = after(floor(), PriorityHeld("main/1"), PriorityPressed("sat/2"))
    assert heard(now) == ["sat/2"]
    own = after(floor(), PriorityHeld("main/1"), PriorityPressed("main/1"))
    assert heard(own) == ["main/1"]


def test_the_last_chair_has_priority() -> None:
    """And only that one lets it go."""
    now = after(floor(), PriorityHeld("main/1"), PriorityHeld("sat/2"))
    assert now.hold == Hold("sat/2", opened=True)
    assert heard(now) == ["sat/2"]
    refused = (Refused("main/1", Reason.NO_PRIORITY),)
    assert step(now, PriorityReleased("main/1"), 101.0) == (now, refused)


def test_the_named_chair_may_go_before_a_deputy() -> None:
    """By setting."""
    now = after(floor(settings=Settings(chair_beats_deputy=True)), PriorityHeld("main/1"))
    refused = (Refused("sat/2", Reason.PRIORITY_ACTIVE),)
    assert step(now, PriorityHeld("sat/2"), 101.0) == (now, refused)
    assert step(now, PriorityPressed("sat/2"), 101.0) == (now, refused)
    deputy = after(replace(now, hold=None), PriorityHeld("sat/2"), PriorityHeld("main/1"))
    assert deputy.hold is not None
    assert deputy.hold.seat == "main/1"


def test_priority_ends_with_the_link_to_its_holder() -> None:
    """Nobody would hear the key being let go, and the others would be muted for ever."""
    now = after(floor(), PriorityHeld("sat/2"), RoomLost("sat"))
    assert now.hold is None
    assert heard(now) == ["main/2", "sat/1", "main/3"][:2]


def test_recess_keeps_turns_and_stops_their_clocks() -> None:
    """The chair speaks on, and a request waits."""
    now = after(floor(), SetRecess(True))
    assert heard(now) == []
    assert heard(after(now, Ask("main/1", 101.0))) == ["main/1"]
    resumed, effects = step(now, SetRecess(False), 160.0)
    assert effects == ()
    assert heard(resumed) == ["main/2", "sat/1"]
    assert [t.paused_s for t in resumed.speaking] == [60.0, 60.0]


def test_emergency_mute_ends_everything_and_locks_no_chair_out() -> None:
    """Delegates stay off until it is taken back; nothing comes back by itself."""
    now = after(floor(), Ask("main/1", 50.0), SetMuted(True))
    assert now.speaking == ()
    assert heard(after(now, Ask("main/1", 101.0), Ask("main/2", 101.0))) == ["main/1"]
    talking = replace(now, mode="override")
    assert step(talking, Ask("main/2", 101.0), 101.0)[1] == (Refused("main/2", Reason.MUTED),)
    assert after(now, SetMuted(False)).speaking == ()


def test_fire_closes_everything_until_it_is_acknowledged() -> None:
    """Chairs too; acknowledging while a contact is closed clears nothing."""
    now = after(floor(), Ask("main/1", 50.0), SetFire("sat", True))
    assert now.alarm
    assert now.speaking == ()
    for event in (
        Ask("main/1", 101.0),
        Ask("main/2", 101.0),
        Give("main/2"),
        PriorityHeld("main/1"),
    ):
        refused = (Refused(event.seat, Reason.FIRE_ALARM),)
        assert step(now, event, 101.0) == (now, refused)
    assert step(now, Next(), 101.0) == (now, (Refused(None, Reason.FIRE_ALARM),))
    refused = (Refused(None, Reason.FIRE_ALARM),)
    assert step(now, AcknowledgeFire(), 101.0) == (now, refused)
    over = after(now, SetFire("sat", False))
    assert over.alarm
    clear = after(over, AcknowledgeFire())
    assert not clear.alarm
    assert clear.speaking == ()
    assert heard(after(clear, Ask("main/1", 102.0))) == ["main/1"]


def test_a_contact_that_cannot_be_heard_is_no_obstacle() -> None:
    """The cut-off room keeps its own alarm."""
    now = after(floor(), SetFire("sat", True), RoomLost("sat"), AcknowledgeFire())
    assert not now.alarm


def test_the_current_turn_ends_without_a_successor_in_request_mode() -> None:
    """In open mode the place goes on, as always."""
    now, effects = step(floor(mode="request"), EndTurn(), 100.0)
    assert effects == (Ended("main/2", "end_turn"),)
    assert step(floor(), EndTurn(), 100.0)[1] == (*effects, Granted("main/3"))
    silent = after(now, Leave("sat/1"))
    assert step(silent, EndTurn(), 101.0)[1] == (Refused(None, Reason.NOBODY_SPEAKS),)
