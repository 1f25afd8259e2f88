"""The room's half of the floor: whom it follows, from every start, and what its seats show."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import get_args

import pytest

from edge.rules import following
from edge.rules.floor import ExtendTurns, Floor, Hold, Settings, Turn, Waiting
from edge.rules.following import HubFloor, Pending, Room, SeatWish
from edge.rules.intents import Intent, MeetingIntent, RoomIntent, SeatIntent, event_of

ROLES = {"main/1": "chair", "main/2": "delegate", "main/3": "delegate", "sat/1": "delegate"}


def room(**changes: object) -> Room:
    """A room just started."""
    base = Room(
        id="main", boot="b1", on_link_loss="standalone", floor=Floor(roles=ROLES, max_open=1)
    )
    return replace(base, **changes)


def hub_floor(**changes: object) -> HubFloor:
    """A floor for this boot in which seat 2 speaks."""
    floor = Floor(roles=ROLES, max_open=1, speaking=(Turn("main/2", 1.0),))
    return replace(HubFloor(1, 1, "b1", 0, 0, floor), **changes)


def follow(before: Room, message: HubFloor) -> Room:
    """At a time at which nothing else happens."""
    return following.follow(before, message, 0.0)


def test_after_a_start_every_microphone_is_off() -> None:
    """Even if the floor it holds says otherwise: nobody leads yet."""
    started = room(floor=hub_floor().floor)
    assert following.wish(started, "main/2", 0.0) == SeatWish(False, "off", "off")


@pytest.mark.parametrize(
    "message",
    [
        hub_floor(for_boot="b0"),
        hub_floor(for_boot=None),
        hub_floor(for_report=1),
    ],
    ids=["another boot", "no boot", "another report"],
)
def test_a_floor_for_somebody_else_changes_nothing(message: HubFloor) -> None:
    """The very same room comes back."""
    before = room()
    assert follow(before, message) is before


def test_old_floors_are_ignored() -> None:
    """Older revision, same revision again, older generation with a higher revision."""
    now = follow(room(), hub_floor(gen=2, rev=7))
    for gen, rev in ((2, 7), (2, 6), (1, 99)):
        assert follow(now, hub_floor(gen=gen, rev=rev)) is now
    assert follow(now, hub_floor(gen=3, rev=1)).gen == 3


PENDING = [
    (),
    (Pending("main/2", "ask", 3.0, 1),),
    (Pending("main/2", "leave", 3.0, 1),),
    (Pending("main/1", "priority_held", 3.0, 1), Pending("main/2", "ask", 3.0, 2)),
    (Pending(None, "fire", 3.0, 1),),
]
MODES = ["open", "override", "request", "voice", "push_to_talk", "chair_only"]
HUSHES = [{}, {"recess": True}, {"muted": True}, {"hold": Hold("main/1")}, {"alarm": True}]
POWER_ON = [
    (authority, *rest)
    for authority, pendings in (("none", PENDING), ("hub", PENDING), ("room", [()]))
    for rest in itertools.product(
        [(), (Turn("main/2", 1.0),)],
        [(), (Waiting("main/3", 2.0),)],
        pendings,  # a room that leads itself leaves no press unanswered
        ["standalone", "hold"],
        MODES,
    )
]


@pytest.mark.parametrize(("authority", "speaking", "queue", "pending", "policy", "mode"), POWER_ON)
def test_m1_every_condition_survives_the_loss_of_the_hub(
    authority: str,
    speaking: tuple[Turn, ...],
    queue: tuple[Waiting, ...],
    pending: tuple[Pending, ...],
    policy: str,
    mode: str,
) -> None:
    """Built in any condition, the room leads itself and decides what was unanswered."""
    floor = Floor(roles=ROLES, mode=mode, max_open=1, speaking=speaking, queue=queue)
    before = room(authority=authority, floor=floor, pending=pending, on_link_loss=policy)
    for hush in HUSHES:
        check_alone(replace(before, floor=replace(floor, **hush)))


def check_alone(before: Room) -> None:
    """What holds after the loss of the hub."""
    after, _ = following.lose_hub(before, 10.0)
    assert after.authority == "room"
    assert after.floor.places_taken() <= 1
    if before.authority != "room":
        assert set(after.floor.roles) == {"main/1", "main/2", "main/3"}
        assert after.pending == ()
        assert after.report > before.report
    if before.authority == "none" and not before.pending:
        assert after.floor.speaking == ()
    for seat in ("main/1", "main/2", "main/3"):
        assert following.wish(after, seat, 10.0).microphone is after.floor.hears(seat)
    chair = following.decide(after, "ask", "main/1", 11.0, 11.0)[0]
    assert following.wish(chair, "main/1", 11.0).microphone is not chair.floor.alarm


def test_what_the_room_decided_cannot_be_overlooked() -> None:
    """A floor that was under way while the room decided is not obeyed; the merged one is."""
    alone, _ = following.lose_hub(follow(room(), hub_floor()), 5.0)
    alone, _ = following.decide(alone, "leave", "main/2", 6.0, 6.0)
    assert follow(alone, hub_floor(rev=9, for_report=alone.report - 1)) is alone
    back = follow(alone, hub_floor(rev=9, for_report=alone.report))
    assert back.authority == "hub"


def test_hold_opens_nobody_new() -> None:
    """With *hold* a press waits for the hub; whoever speaks goes on."""
    now = follow(room(on_link_loss="hold"), hub_floor())
    alone, _ = following.lose_hub(now, 5.0)
    alone, _ = following.decide(alone, "leave", "main/2", 6.0, 6.0)
    alone, _ = following.decide(alone, "ask", "main/3", 7.0, 7.0)
    assert alone.floor.waits("main/3")
    assert not alone.floor.speaks("main/3")


def test_lamps_tell_the_truth() -> None:
    """Asking blinks green at once; speaking is red; the next one blinks slowly; no is both."""
    now = follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    asked = following.await_hub(now, Pending("main/2", "ask", 1.0, 1))
    assert following.wish(asked, "main/2", 1.0) == SeatWish(False, "off", "fast")
    heard = follow(asked, hub_floor(rev=2, heard_seq=1))
    assert following.wish(heard, "main/2", 1.0) == SeatWish(True, "on", "off")
    queued = follow(
        heard,
        hub_floor(
            rev=3,
            floor=Floor(roles=ROLES, queue=(Waiting("main/3", 1.0), Waiting("main/2", 2.0))),
        ),
    )
    assert following.wish(queued, "main/3", 1.0).green == "slow"
    assert following.wish(queued, "main/2", 1.0).green == "on"
    refused = following.refuse(queued, "main/2", 5.0)
    assert following.wish(refused, "main/2", 5.5) == SeatWish(False, "fast", "fast")
    assert following.wish(refused, "main/2", 7.5).red == "off"


def test_whoever_presses_off_is_not_heard_any_more() -> None:
    """The microphone closes before anybody has answered."""
    now = follow(room(), hub_floor())
    leaving = following.await_hub(now, Pending("main/2", "leave", 2.0, 1))
    assert following.wish(leaving, "main/2", 2.0) == SeatWish(False, "off", "off")


def test_a_second_press_means_the_opposite_of_what_is_shown() -> None:
    """From what the person sees, not from what the hub may think meanwhile."""
    now = follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    assert following.intent_of_key(now, "main/2") == "ask"
    asked = following.await_hub(now, Pending("main/2", "ask", 1.0, 1))
    assert following.intent_of_key(asked, "main/2") == "leave"
    left = following.await_hub(asked, Pending("main/2", "leave", 2.0, 2))
    assert following.intent_of_key(left, "main/2") == "ask"


def test_a_refused_press_is_shown_and_forgotten() -> None:
    """By its number in the outbox."""
    now = follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    asked = following.await_hub(now, Pending("main/2", "ask", 1.0, 7))
    refused = following.hub_refused(asked, 7, 3.0)
    assert refused.pending == ()
    assert following.wish(refused, "main/2", 3.5).red == "fast"


def test_a_press_that_was_overtaken_stays_unanswered() -> None:
    """The hub names each event that it has decided, not only the last."""
    now = follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    for seq, seat in ((1, "main/2"), (2, "main/3"), (3, "main/2")):
        now = following.await_hub(now, Pending(seat, "ask", 1.0, seq))
    heard = follow(now, hub_floor(rev=2, heard_seq=1, heard_extra=frozenset({3})))
    assert [p.seq for p in heard.pending] == [2]


def test_a_press_that_was_overtaken_by_its_opposite_is_not_decided_any_more() -> None:
    """The hub has heard *leave* and not *ask*: a room left alone must not open."""
    now = follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    for seq, intent in ((1, "ask"), (2, "leave")):
        now = following.await_hub(now, Pending("main/2", intent, 1.0, seq))
    now = following.await_hub(now, Pending(None, "next", 1.0, 3))
    heard = follow(now, hub_floor(rev=2, floor=now.floor, heard_extra=frozenset({2})))
    assert [p.intent for p in heard.pending] == ["next"]


def test_the_report_names_what_ended_until_it_is_merged() -> None:
    """What a report does not have and does not name, the room never knew."""
    now = follow(room(), hub_floor())
    alone, _ = following.lose_hub(now, 5.0)
    alone, _ = following.decide(alone, "leave", "main/2", 6.0, 31.0)
    told = following.report_of(alone)
    assert told.ended == {"main/2": alone.report}
    assert told.spoken_s == {"main/2": 30.0}
    back = follow(alone, hub_floor(rev=9, for_report=alone.report))
    assert following.report_of(back).ended == {}
    assert following.report_of(back).spoken_s == {"main/2": 30.0}


PENDING_PRIORITY = ["priority_held", "priority_pressed", "all_off", "recess"]


@pytest.mark.parametrize("intent", PENDING_PRIORITY)
def test_the_chairs_keys_act_in_the_own_room_at_once(intent: str) -> None:
    """Before the hub has answered, and whether it answers or not."""
    floor = hub_floor().floor
    chair = Turn("main/1", 1.0)
    now = follow(room(), hub_floor(floor=replace(floor, speaking=(chair, *floor.speaking))))
    pressed = following.await_hub(now, Pending("main/1", intent, 2.0, 1))
    assert following.wish(pressed, "main/2", 2.0) == SeatWish(False, "off", "off", "on")
    assert following.wish(pressed, "main/1", 2.0).microphone
    alone, _ = following.lose_hub(pressed, 3.0)
    assert not following.wish(alone, "main/2", 3.0).microphone
    refused = following.hub_refused(pressed, 1, 3.0)
    assert following.wish(refused, "main/2", 3.0).microphone


def test_priority_held_alone_gives_back() -> None:
    """The whole gesture without a hub."""
    alone, _ = following.lose_hub(follow(room(), hub_floor()), 5.0)
    held, _ = following.decide(alone, "priority_held", "main/1", 6.0, 6.0)
    assert following.wish(held, "main/1", 6.0) == SeatWish(True, "on", "off")
    assert following.wish(held, "main/2", 6.0) == SeatWish(False, "off", "off", "on")
    back, _ = following.decide(held, "priority_released", "main/1", 7.0, 7.0)
    assert following.wish(back, "main/2", 7.0) == SeatWish(True, "on", "off")
    assert following.report_of(held).hold == Hold("main/1", opened=True)


@pytest.mark.parametrize("authority", ["none", "hub", "room"])
def test_fire_closes_everything_whoever_leads(authority: str) -> None:
    """By the contact itself, by the event under way, and by the floor."""
    floor = Floor(roles=ROLES, max_open=1, speaking=(Turn("main/1", 1.0),))
    burning = SeatWish(False, "off", "off", "fast")
    for now in (
        room(authority=authority, floor=floor, burning=True),
        room(authority=authority, floor=floor, pending=(Pending(None, "fire", 1.0, 1),)),
        room(authority=authority, floor=replace(floor, alarm=True)),
    ):
        assert following.wish(following.refuse(now, "main/1", 1.0), "main/1", 1.0) == burning


def test_fire_alone_is_latched_and_reported() -> None:
    """Until acknowledged, and acknowledging a closed contact clears nothing."""
    alone, _ = following.lose_hub(follow(room(), hub_floor()), 5.0)
    alone, _ = following.decide(alone, "fire", None, 6.0, 6.0)
    told = following.report_of(alone)
    assert (told.alarm, told.fire, told.speaking) == (True, True, ())
    still, _ = following.decide(alone, "fire_acknowledged", None, 7.0, 7.0)
    assert still.floor.alarm
    over, _ = following.decide(still, "fire_over", None, 8.0, 8.0)
    assert over.floor.alarm
    clear, _ = following.decide(over, "fire_acknowledged", None, 9.0, 9.0)
    assert not clear.floor.alarm


def test_time_passes_only_where_the_room_leads() -> None:
    """Otherwise the hub ends what is over."""
    settings = Settings(limit_s={"delegate": 10.0}, at_limit="stop")
    timed = hub_floor(floor=replace(hub_floor().floor, settings=settings))
    now = follow(room(), timed)
    assert following.pass_time(now, 99.0) == (now, ())
    alone, _ = following.lose_hub(now, 5.0)
    assert following.wish(alone, "main/2", 5.0) == SeatWish(True, "fast", "off")
    over, _ = following.pass_time(alone, 11.0)
    assert not following.wish(over, "main/2", 11.0).microphone
    assert over.report == alone.report + 1


def test_push_to_talk_is_held_and_let_go() -> None:
    """A chair's key is not; and losing the link lets go."""
    talking = hub_floor(floor=replace(hub_floor().floor, mode="push_to_talk"))
    now = follow(room(), talking)
    assert following.intent_of_release(now, "main/2") == "leave"
    assert following.intent_of_release(now, "main/3") is None
    assert following.intent_of_release(now, "main/1") is None
    asked = following.await_hub(now, Pending("main/3", "ask", 1.0, 1))
    assert following.intent_of_release(asked, "main/3") == "leave"
    assert following.intent_of_release(follow(room(), hub_floor()), "main/2") is None
    alone, _ = following.lose_hub(now, 5.0)
    assert alone.floor.speaking == ()


def test_who_may_not_switch_off_stays_on() -> None:
    """Until the hub says so: the lamp does not promise what is refused."""
    strict = replace(hub_floor().floor, settings=Settings(may_switch_off=False))
    now = follow(room(), hub_floor(floor=strict))
    leaving = following.await_hub(now, Pending("main/2", "leave", 2.0, 1))
    assert following.wish(leaving, "main/2", 2.0) == SeatWish(True, "on", "off")
    alone, _ = following.lose_hub(leaving, 3.0)
    assert following.wish(alone, "main/2", 3.0) == SeatWish(True, "fast", "fast")


@pytest.mark.parametrize("intent", get_args(SeatIntent))
def test_intents_about_a_seat_name_one(intent: Intent) -> None:
    """Each is an event of the floor about that seat."""
    event = event_of(intent, "main/1", 1.0, "main")
    assert getattr(event, "seat", None) == "main/1"
    with pytest.raises(ValueError, match="none is named"):
        event_of(intent, None, 1.0, "main")


def test_every_intent_is_an_event() -> None:
    """And no two mean the same."""
    intents = [i for kind in (SeatIntent, RoomIntent, MeetingIntent) for i in get_args(kind)]
    events = [event_of(intent, "main/1", 1.0, "main") for intent in intents]
    assert len(set(events)) == len(intents)
    assert event_of("extend", None, 1.0) == ExtendTurns()
