"""A room that was alone joins again: nothing that a person pressed is lost, or counted twice."""

from __future__ import annotations

from dataclasses import replace

from edge.rules.floor import (
    Ended,
    Floor,
    Hold,
    Queued,
    RoomLost,
    RoomRestarted,
    Settings,
    Turn,
    Waiting,
    step,
)
from edge.rules.merge import RoomReport, believed, merge

ROLES = {
    "main/1": "chair",
    "main/2": "delegate",
    "main/3": "delegate",
    "sat/1": "delegate",
    "sat/2": "delegate",
    "sat/3": "vice_chair",
}


def floor(**changes: object) -> Floor:
    """A floor of two rooms with one place, changed as asked."""
    return replace(Floor(mode="open", max_open=1, queue_max=3, roles=ROLES), **changes)


def report(*speaking: Turn, **more: object) -> RoomReport:
    """What the satellite says."""
    return replace(RoomReport("sat", speaking, (), ended={}), **more)


def test_merge_the_chairs_room_wins_and_nothing_is_dropped() -> None:
    """Both rooms filled the one place while they were apart: the loser waits at its time."""
    now, _ = step(floor(speaking=(Turn("main/2", 50.0),)), RoomLost("sat"), 60.0)
    report = RoomReport("sat", (Turn("sat/1", 40.0),), (Waiting("sat/2", 45.0),))
    after, effects = merge(now, report, 70.0)
    assert [t.seat for t in after.speaking] == ["main/2"]
    assert after.queue == (Waiting("sat/1", 40.0), Waiting("sat/2", 45.0))
    assert effects == (Ended("sat/1", "merge"), Queued("sat/1"))


def test_merge_twice_is_merge_once() -> None:
    """A report that comes again changes nothing."""
    report = RoomReport("sat", (Turn("sat/1", 40.0),), (Waiting("sat/2", 45.0),))
    once, _ = merge(floor(), report, 70.0)
    twice, effects = merge(once, report, 71.0)
    assert twice == once
    assert effects == ()


def test_merge_drops_what_the_room_dropped() -> None:
    """The room was master of its seats: a request withdrawn there is gone."""
    now = floor(speaking=(Turn("main/2", 0.0),), queue=(Waiting("sat/2", 1.0),))
    after, _ = merge(now, report(ended={"sat/2": 1}), 9.0)
    assert after.queue == ()
    assert [t.seat for t in after.speaking] == ["main/2"]
    silent, _ = merge(now, RoomReport("sat", (), ()), 9.0)
    assert silent.queue == ()  # a room that does not say what ended


def test_a_room_that_started_anew_cannot_lose_its_old_requests() -> None:
    """It does not know them, and does not say that they ended."""
    now = floor(speaking=(Turn("main/2", 0.0),), queue=(Waiting("sat/2", 1.0),))
    now, _ = step(now, RoomRestarted("sat"), 5.0)
    after, _ = merge(now, report(queue=(Waiting("sat/1", 4.0),)), 9.0)
    assert after.queue == (Waiting("sat/2", 1.0), Waiting("sat/1", 4.0))


def test_a_request_that_both_know_keeps_its_earlier_time() -> None:
    """Pressed again after the restart: the first press counts."""
    now = floor(speaking=(Turn("main/2", 0.0),), queue=(Waiting("sat/2", 1.0),))
    after, _ = merge(now, report(queue=(Waiting("sat/2", 6.0),)), 9.0)
    assert after.queue == (Waiting("sat/2", 1.0),)


def test_withdrawn_and_asked_again_is_a_new_request() -> None:
    """It waits from the new press on."""
    now = floor(speaking=(Turn("main/2", 0.0),), queue=(Waiting("sat/2", 1.0),))
    again = report(queue=(Waiting("sat/2", 6.0),), ended={"sat/2": 3})
    after, _ = merge(now, again, 9.0)
    assert after.queue == (Waiting("sat/2", 6.0),)


def test_what_was_merged_before_ends_nothing_again() -> None:
    """A request made at a page after the first merge survives the second."""
    told = report(ended={"sat/2": 3, "sat/1": 5})
    assert told.after(3).ended == {"sat/1": 5}
    assert RoomReport("sat", (), ()).after(3).ended is None


def test_a_turn_that_both_know_goes_on_as_it_was() -> None:
    """Its clock stood still while the link was lost."""
    now = floor(speaking=(Turn("sat/1", 10.0),))
    now, _ = step(now, RoomLost("sat"), 20.0)
    after, effects = merge(now, report(Turn("sat/1", 10.0)), 50.0)
    assert effects == ()
    assert after.speaking == (Turn("sat/1", 10.0, paused_s=30.0),)


def test_speaking_time_is_counted_once() -> None:
    """Turns that ended in the room are in its own count, however often it is told."""
    now = floor(speaking=(Turn("sat/1", 10.0),), totals_s={"sat/1": 5.0})
    told = report(ended={"sat/1": 1}, spoken_s={"sat/1": 30.0})
    once, effects = merge(now, told, 50.0)
    assert effects == (Ended("sat/1", "merge"),)
    assert once.totals_s == {"sat/1": 35.0}
    twice, _ = merge(once, told, 60.0)
    assert twice.totals_s == {"sat/1": 35.0}
    more, _ = merge(twice, replace(told, spoken_s={"sat/1": 40.0}), 70.0)
    assert more.totals_s == {"sat/1": 45.0}
    anew, _ = step(more, RoomRestarted("sat"), 80.0)
    assert merge(anew, replace(told, spoken_s={"sat/1": 1.0}), 81.0)[0].totals_s == {"sat/1": 46.0}


def test_whoever_spoke_in_a_room_alone_has_no_turn_after_an_alarm_of_the_others() -> None:
    """Else the microphone would open by itself once the alarm is acknowledged."""
    now = floor(alarm=True, fire_rooms=frozenset({"main"}))
    merged, effects = merge(now, report(Turn("sat/1", 5.0)), 9.0)
    assert (merged.speaking, merged.alarm) == ((), True)
    assert effects == (Ended("sat/1", "set_fire"),)


def test_fire_in_one_half_is_fire_in_both() -> None:
    """Everything closes; a contact that opened meanwhile no longer stands in the way."""
    now = floor(speaking=(Turn("main/1", 0.0), Turn("main/2", 1.0)))
    burning, effects = merge(now, report(alarm=True, fire=True), 9.0)
    assert burning.alarm
    assert burning.fire_rooms == {"sat"}
    assert burning.speaking == ()
    assert effects == (Ended("main/1", "set_fire"), Ended("main/2", "set_fire"))
    over, _ = merge(burning, report(fire=False), 10.0)
    assert over.alarm
    assert over.fire_rooms == frozenset()


def test_a_chair_who_holds_priority_there_holds_it_everywhere() -> None:
    """Unless another chair has it already; a delegate cannot."""
    assert merge(floor(), report(hold=Hold("sat/3")), 9.0)[0].hold == Hold("sat/3")
    assert merge(floor(hold=Hold("main/1")), report(hold=Hold("sat/3")), 9.0)[0].hold == Hold(
        "main/1"
    )
    assert merge(floor(), report(hold=Hold("sat/1")), 9.0)[0].hold is None


def test_the_limit_of_a_room_holds_after_the_merge() -> None:
    """The newest turn there waits again."""
    limited = floor(max_open=5, settings=Settings(max_open_per_room={"sat": 1}))
    after, effects = merge(limited, report(Turn("sat/1", 1.0), Turn("sat/2", 2.0)), 9.0)
    assert [t.seat for t in after.speaking] == ["sat/1"]
    assert effects == (Ended("sat/2", "merge"), Queued("sat/2"))


def test_without_a_queue_a_turn_that_yields_is_over() -> None:
    """It would wait in a queue that nobody sees."""
    now = floor(mode="override", speaking=(Turn("main/2", 0.0),))
    after, effects = merge(now, report(Turn("sat/1", 1.0)), 9.0)
    assert effects == (Ended("sat/1", "merge"),)
    assert after.queue == ()


def test_what_is_believed_only_ends_the_suspension() -> None:
    """For a room that never noticed that it was lost."""
    now = floor(speaking=(Turn("sat/1", 1.0),), queue=(Waiting("sat/2", 2.0),))
    lost, _ = step(now, RoomLost("sat"), 5.0)
    back, effects = merge(lost, believed(lost, "sat"), 6.0)
    assert effects == ()
    assert back == replace(now, speaking=(Turn("sat/1", 1.0, paused_s=1.0),))


def test_merge_ignores_seats_that_are_not_the_rooms() -> None:
    """A room cannot speak for another one."""
    forged = RoomReport("sat", (Turn("main/3", 1.0), Turn("sat/9", 1.0)), ())
    after, _ = merge(floor(), forged, 9.0)
    assert after.speaking == ()
