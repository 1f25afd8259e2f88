"""The room's half of the floor: whom it follows, from every start, and what its seats show."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from edge.rules import following
from edge.rules.floor import Floor, Turn, Waiting
from edge.rules.following import HubFloor, Pending, Room, SeatWish

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
    assert following.follow(before, message) is before


def test_old_floors_are_ignored() -> None:
    """Older revision, same revision again, older generation with a higher revision."""
    now = following.follow(room(), hub_floor(gen=2, rev=7))
    for gen, rev in ((2, 7), (2, 6), (1, 99)):
        assert following.follow(now, hub_floor(gen=gen, rev=rev)) is now
    assert following.follow(now, hub_floor(gen=3, rev=1)).gen == 3


PENDING = [(), (Pending("main/2", "ask", 3.0, 1),), (Pending("main/2", "leave", 3.0, 1),)]
POWER_ON = [
    (authority, *rest)
    for authority, pendings in (("none", PENDING), ("hub", PENDING), ("room", [()]))
    for rest in itertools.product(
        [(), (Turn("main/2", 1.0),)],
        [(), (Waiting("main/3", 2.0),)],
        pendings,  # a room that leads itself leaves no press unanswered
        ["standalone", "hold"],
    )
]


@pytest.mark.parametrize(("authority", "speaking", "queue", "pending", "policy"), POWER_ON)
def test_m1_every_condition_survives_the_loss_of_the_hub(
    authority: str,
    speaking: tuple[Turn, ...],
    queue: tuple[Waiting, ...],
    pending: tuple[Pending, ...],
    policy: str,
) -> None:
    """Built in any condition, the room leads itself and decides what was unanswered."""
    before = room(
        authority=authority,
        floor=Floor(roles=ROLES, max_open=1, speaking=speaking, queue=queue),
        pending=pending,
        on_link_loss=policy,
    )
    after, _ = following.lose_hub(before, 10.0)
    assert after.authority == "room"
    assert after.floor.places_taken() <= 1
    if authority != "room":
        assert set(after.floor.roles) == {"main/1", "main/2", "main/3"}
        assert after.pending == ()
        assert after.report > before.report
    if authority == "none" and not pending:
        assert after.floor.speaking == ()
    for seat in ("main/1", "main/2", "main/3"):
        assert following.wish(after, seat, 10.0).microphone is after.floor.speaks(seat)


def test_what_the_room_decided_cannot_be_overlooked() -> None:
    """A floor that was under way while the room decided is not obeyed; the merged one is."""
    alone, _ = following.lose_hub(following.follow(room(), hub_floor()), 5.0)
    alone, _ = following.decide(alone, "leave", "main/2", 6.0, 6.0)
    assert following.follow(alone, hub_floor(rev=9, for_report=alone.report - 1)) is alone
    back = following.follow(alone, hub_floor(rev=9, for_report=alone.report))
    assert back.authority == "hub"


def test_hold_opens_nobody_new() -> None:
    """With *hold* a press waits for the hub; whoever speaks goes on."""
    now = following.follow(room(on_link_loss="hold"), hub_floor())
    alone, _ = following.lose_hub(now, 5.0)
    alone, _ = following.decide(alone, "leave", "main/2", 6.0, 6.0)
    alone, _ = following.decide(alone, "ask", "main/3", 7.0, 7.0)
    assert alone.floor.waits("main/3")
    assert not alone.floor.speaks("main/3")


def test_lamps_tell_the_truth() -> None:
    """Asking blinks green at once; speaking is red; the next one blinks slowly; no is both."""
    now = following.follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    asked = following.await_hub(now, Pending("main/2", "ask", 1.0, 1))
    assert following.wish(asked, "main/2", 1.0) == SeatWish(False, "off", "fast")
    heard = following.follow(asked, hub_floor(rev=2, heard_seq=1))
    assert following.wish(heard, "main/2", 1.0) == SeatWish(True, "on", "off")
    queued = following.follow(
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
    now = following.follow(room(), hub_floor())
    leaving = following.await_hub(now, Pending("main/2", "leave", 2.0, 1))
    assert following.wish(leaving, "main/2", 2.0) == SeatWish(False, "off", "off")


def test_a_second_press_means_the_opposite_of_what_is_shown() -> None:
    """From what the person sees, not from what the hub may think meanwhile."""
    now = following.follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    assert following.intent_of_key(now, "main/2") == "ask"
    asked = following.await_hub(now, Pending("main/2", "ask", 1.0, 1))
    assert following.intent_of_key(asked, "main/2") == "leave"
    left = following.await_hub(asked, Pending("main/2", "leave", 2.0, 2))
    assert following.intent_of_key(left, "main/2") == "ask"


def test_a_refused_press_is_shown_and_forgotten() -> None:
    """By its number in the outbox."""
    now = following.follow(room(), hub_floor(floor=Floor(roles=ROLES)))
    asked = following.await_hub(now, Pending("main/2", "ask", 1.0, 7))
    refused = following.hub_refused(asked, 7, 3.0)
    assert refused.pending == ()
    assert following.wish(refused, "main/2", 3.5).red == "fast"
