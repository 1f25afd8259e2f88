"""The floor in messages: every field of the contract means something here, ages become times."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from edge.contract import messages
from edge.floor_messages import floor_state, hub_floor
from edge.rules import timers
from edge.rules.following import Room
from edge.rules.settings import Settings
from edge.rules.state import Floor, Hold, Turn, Waiting

NOW_S = 500.0
KNOWN = Floor(roles={"main/1": "chair", "main/2": "delegate"}, totals_s={"main/2": 5.0})
PLAIN: dict[str, Any] = {
    **{"gen": 1, "rev": 1, "for_boot": "b", "mode": "open", "max_open": 1, "queue_max": 5},
    **{"speaking": [], "queue": [], "heard_epoch": "mine"},
}
OTHER: dict[str, Any] = {
    "gen": 2,
    "rev": 2,
    "for_boot": "c",
    "for_report": 3,
    "heard_seq": 4,
    "heard_extra": [6],
    "mode": "push_to_talk",
    "max_open": 2,
    "queue_max": 6,
    "speaking": [{"seat": "main/2"}],
    "queue": [{"seat": "main/2"}],
    "settings": {"may_cancel": False},
    "registration": "closed",
    "debating": True,
    "hold": {"seat": "main/1"},
    "recess": True,
    "muted": True,
    "fire_rooms": ["main"],
    "alarm": True,
    "free": True,
}
SETTINGS: dict[str, Any] = {
    "max_open_per_room": {"main": 2},
    "seat_priority": {"main/2": 1},
    "interrupt": "lower",
    "protected": ["main/2"],
    "may_switch_off": False,
    "may_cancel": False,
    "guest_may_request": True,
    "chair_only_queues": True,
    "limit_s": {"delegate": 180.0},
    "warning_s": 30.0,
    "at_limit": "stop",
    "extension_s": 90.0,
    "silence_off_s": 20.0,
    "voice_release_s": 2.0,
    "take_back_s": 5.0,
    "priority_release": "reset",
    "priority_clears_queue": True,
    "chair_beats_deputy": True,
}


def heard(**told: Any) -> Any:
    message = messages.Floor.model_validate({**PLAIN, **told})
    return hub_floor(message, "mine", KNOWN, NOW_S)


def test_every_field_of_the_floor_means_something() -> None:
    named = messages.Floor.model_fields.keys() - {"v", "heard_epoch"}
    assert named == OTHER.keys()
    for name, value in OTHER.items():
        assert heard(**{name: value}) != heard(), name


def test_every_setting_is_carried() -> None:
    assert {field.name for field in fields(Settings)} == SETTINGS.keys()
    for name, value in SETTINGS.items():
        there = getattr(heard(settings={name: value}).floor.settings, name)
        assert there != getattr(Settings(), name), name
        plain = sorted(there) if isinstance(there, frozenset) else there
        assert plain == value


def test_what_was_heard_counts_for_our_own_numbers_only() -> None:
    mine = heard(heard_seq=4, heard_extra=[6])
    assert [n for n in range(1, 8) if mine.has_heard(n)] == [1, 2, 3, 4, 6]
    other = heard(heard_seq=4, heard_extra=[6], heard_epoch="older file")
    assert not any(other.has_heard(n) for n in range(1, 8))


def test_seats_stay_ours_and_the_sums_stay_with_the_hub() -> None:
    floor = heard().floor
    assert floor.roles == KNOWN.roles
    assert (floor.left, floor.totals_s, floor.merged_s) == ((), {}, {})


@pytest.mark.parametrize("paused", [False, True])
def test_a_turn_keeps_its_time(paused: bool) -> None:
    turn = {"seat": "main/2", "for_ms": 90_000, "spent_ms": 60_000, "extra_ms": 15_000}
    more = {"paused": paused, "by_voice": True, "silent_ms": 2_000}
    told = heard(speaking=[{**turn, **more}], settings={"limit_s": {"delegate": 100.0}}).floor
    (found,) = told.speaking
    assert (found.since_s, found.extra_s, found.by_voice) == (410.0, 15.0, True)
    assert found.silent_since_s == 498.0
    assert timers.elapsed_s(found, NOW_S) == 60.0
    assert timers.left_s(told, found, NOW_S) == 55.0
    later_s = {False: 70.0, True: 60.0}[paused]
    assert timers.elapsed_s(found, NOW_S + 10.0) == later_s


def test_an_older_hub_says_less_of_a_turn() -> None:
    (turn,) = heard(speaking=[{"seat": "main/2", "for_ms": 5000}]).floor.speaking
    assert turn == Turn("main/2", 495.0)


def test_the_queue_keeps_its_times_kinds_and_lost_rooms() -> None:
    floor = heard(
        queue=[
            {"seat": "far/2", "for_ms": 9000, "suspended": True},
            {"seat": "main/2", "for_ms": 1000, "kind": "debate"},
        ]
    ).floor
    assert floor.queue == (Waiting("far/2", 491.0), Waiting("main/2", 499.0, "debate"))
    assert floor.lost_rooms == {"far"}


def test_what_the_room_says_of_itself() -> None:
    floor = replace(
        KNOWN,
        speaking=(
            Turn("far/1", 400.0),
            Turn(
                "main/1", 480.0, paused_s=5.0, paused_at_s=495.0, extra_s=30.0, silent_since_s=497.0
            ),
        ),
        queue=(Waiting("far/2", 499.0), Waiting("main/2", 498.5, "point_of_order")),
        hold=Hold("main/1", opened=True),
        alarm=True,
        fire_rooms=frozenset({"main", "far"}),
    )
    room = Room(
        "main",
        "b",
        "standalone",
        floor,
        authority="room",
        gen=3,
        applied=8,
        report=2,
        ended={"main/2": 1},
        spoken_s={"main/2": 12.5},
    )
    said = floor_state(room, rev=7, contact=4, now_s=NOW_S)
    assert said == messages.FloorState.model_validate(
        {
            **{"boot": "b", "rev": 7, "authority": "room", "report": 2, "mode": "open"},
            **{"gen": 3, "applied": 8, "contact": 4, "alarm": True, "fire": True},
            "speaking": [
                {
                    **{"seat": "main/1", "for_ms": 20_000, "spent_ms": 10_000, "paused": True},
                    **{"extra_ms": 30_000, "silent_ms": 3000},
                }
            ],
            "queue": [{"seat": "main/2", "for_ms": 1500, "kind": "point_of_order"}],
            "ended": {"main/2": 1},
            "hold": {"seat": "main/1", "opened": True},
            "spoken_s": {"main/2": 12.5},
        }
    )


def test_a_chair_elsewhere_holds_priority_and_that_is_not_ours_to_report() -> None:
    floor = replace(KNOWN, hold=Hold("far/1"), fire_rooms=frozenset({"far"}))
    said = floor_state(Room("main", "b", "standalone", floor), 1, 0, NOW_S)
    assert (said.hold, said.fire, said.ended) == (None, False, {})
