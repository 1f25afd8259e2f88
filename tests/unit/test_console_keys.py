"""The keys of the chair's console in time: holds, questions, the second layer, and the lamps."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from edge.rules import console_keys, console_lamps
from edge.rules.ballot_state import Stage
from edge.rules.console_keys import Panel
from edge.rules.console_meanings import (
    FIRST,
    KEYS,
    SECOND,
    Act,
    Intend,
    Order,
    Refused,
    ShowWide,
    meanings_of,
)
from edge.rules.console_situation import ShownBallot, Situation
from edge.rules.intents import MeetingIntent
from edge.rules.lamps import Lamp
from edge.rules.reasons import Reason
from tests.console_hands import (
    BALLOT,
    CHAIR,
    FULL,
    GENERATION,
    HOLD_S,
    Hands,
    situations,
)

CALM = Situation(chair=CHAIR)
HELD, RELEASED = Intend("priority_held", CHAIR), Intend("priority_released", CHAIR)
ENDED_ALL = Intend("priority_pressed", CHAIR)


def voting(stage: Stage) -> Situation:
    return replace(CALM, ballot=ShownBallot(BALLOT, GENERATION, stage))


def hands(situation: Situation = CALM) -> Hands:
    return Hands(situation)


# --- priority ------------------------------------------------------------------------------------


def test_priority_is_held_as_long_as_the_key() -> None:
    chair = hands()
    chair.down("priority")
    chair.wait(0.3)
    assert chair.taken() == []
    chair.wait(0.2)
    assert chair.taken() == [HELD]
    chair.wait(60.0)
    assert chair.taken() == []
    chair.up("priority")
    assert chair.taken() == [RELEASED]


def test_priority_is_let_go_for_the_seat_that_held_it() -> None:
    """The meeting may get another chair while the key is down."""
    chair = hands()
    chair.down("priority")
    chair.wait(0.5)
    chair.situation = replace(CALM, chair="main/2")
    chair.up("priority")
    assert chair.taken() == [HELD, RELEASED]


def test_a_hold_that_nobody_looked_at_in_time_is_still_one() -> None:
    chair = hands()
    chair.down("priority")
    chair.now_s += 0.45
    chair.up("priority")
    assert chair.taken() == [HELD, RELEASED]


def test_pressed_priority_wants_a_second_press() -> None:
    chair = hands()
    chair.press("priority")
    assert chair.taken() == []
    chair.press("priority")
    assert chair.taken() == [ENDED_ALL]
    chair.press("priority")
    chair.wait(3.1)
    chair.press("priority")
    assert chair.taken() == []


def test_priority_can_be_held_while_it_asks_and_in_the_second_layer() -> None:
    chair = hands()
    chair.press("priority")
    chair.hold("priority")
    chair.hold("wide")
    chair.hold("priority")
    assert chair.taken() == [HELD, RELEASED, HELD, RELEASED]
    chair.press("priority")
    assert chair.taken() == []


def test_without_a_chair_in_the_room_there_is_no_priority() -> None:
    chair = hands(Situation())
    chair.press("priority")
    chair.hold("priority")
    assert chair.taken() == [Refused(Reason.NOT_CHAIR)] * 2


def test_a_console_that_is_lost_holds_nothing() -> None:
    chair = hands()
    chair.down("priority")
    chair.wait(1.0)
    panel, done = console_keys.forget(chair.panel)
    assert (panel, done) == (Panel(), (("priority", RELEASED),))
    assert console_keys.forget(panel) == (Panel(), ())
    assert console_keys.release(panel, "priority", chair.now_s) == (Panel(), ())


# --- questions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("situation", "way", "act"),
    [
        (CALM, ["mute"], Intend("mute")),
        (CALM, ["priority"], ENDED_ALL),
        (voting(Stage.OPEN), ["vote"], Order("close", BALLOT, GENERATION)),
        (voting(Stage.CLOSING), ["vote"], Order("count", BALLOT, GENERATION)),
    ],
)
def test_what_is_grave_asks_first(situation: Situation, way: list[str], act: Act) -> None:
    chair = hands(situation)
    chair.press(*way)
    assert chair.taken() == []
    assert chair.lamps()[way[-1]] == "fast"
    chair.press(way[-1])
    assert chair.taken() == [act]
    assert chair.lamps()[way[-1]] != "fast"


def test_nothing_happens_when_the_time_to_answer_is_over() -> None:
    chair = hands()
    chair.press("mute")
    chair.wait(3.0)
    assert chair.lamps()["mute"] == "off"
    assert chair.panel == Panel()
    chair.press("mute")
    assert chair.taken() == []
    assert chair.lamps()["mute"] == "fast"
    chair.now_s += 3.1
    chair.down("mute")
    assert chair.taken() == []


def test_another_key_withdraws_the_question() -> None:
    chair = hands()
    chair.press("mute", "next", "mute")
    assert chair.taken() == [Intend("next")]


def test_what_is_no_longer_so_is_not_confirmed() -> None:
    """The timer ends the vote between the two presses: the second must not announce anything."""
    chair = hands(voting(Stage.OPEN))
    chair.press("vote")
    chair.situation = voting(Stage.COUNTED)
    chair.press("vote")
    assert chair.taken() == [Refused(Reason.OUTDATED)]


def test_another_ballot_is_not_ended_by_the_second_press() -> None:
    chair = hands(voting(Stage.OPEN))
    chair.press("vote")
    chair.situation = replace(CALM, ballot=ShownBallot(BALLOT, GENERATION + 1, Stage.OPEN))
    chair.press("vote")
    assert chair.taken() == [Refused(Reason.OUTDATED)]


def test_a_key_means_what_its_lamp_showed_when_it_went_down() -> None:
    chair = hands(voting(Stage.CLOSING))
    chair.down("vote")
    chair.situation = voting(Stage.COUNTED)
    chair.wait(0.1)
    chair.up("vote")
    assert chair.taken() == []
    assert chair.panel.asks("vote", chair.now_s)


def test_all_off_acts_at_once_and_held_asks_for_more() -> None:
    chair = hands()
    chair.down("all_off")
    assert chair.taken() == [Intend("all_off")]
    chair.wait(HOLD_S)
    assert chair.lamps()["all_off"] == "fast"
    chair.up("all_off")
    chair.down("all_off")
    assert chair.taken() == [Intend("mute")]
    chair.situation = replace(CALM, muted=True)
    chair.wait(HOLD_S)
    chair.up("all_off")
    assert chair.taken() == []
    chair.hold("all_off")
    assert chair.taken() == [Intend("all_off"), Intend("unmute")]


def test_the_fire_alarm_is_acknowledged_after_two_seconds() -> None:
    chair = hands(replace(CALM, alarm=True))
    chair.down("all_off")
    chair.wait(1.9)
    assert chair.taken() == []
    chair.wait(0.2)
    chair.up("all_off")
    assert chair.taken() == [Intend("fire_acknowledged")]


# --- levels --------------------------------------------------------------------------------------


def test_a_doubled_press_does_not_undo_the_first() -> None:
    """Before the lamp has changed, the key still means the same."""
    chair = hands()
    chair.press("recess", "recess", "registration", "registration")
    assert chair.taken() == [Intend("recess")] * 2 + [Intend("queue_paused")] * 2


@pytest.mark.parametrize(
    ("registration", "pressed", "held"),
    [
        ("open", "queue_paused", "queue_closed"),
        ("paused", "queue_open", "queue_closed"),
        ("closed", "queue_open", "queue_paused"),
    ],
)
def test_registration_has_three_levels(
    registration: str, pressed: MeetingIntent, held: MeetingIntent
) -> None:
    chair = hands(replace(CALM, registration=registration))  # type: ignore[arg-type]  # a word
    chair.press("registration")
    chair.hold("registration")
    assert chair.taken() == [Intend(pressed), Intend(held)]


def test_the_next_step_of_a_vote() -> None:
    steps = {}
    for stage in Stage:
        chair = hands(voting(stage))
        chair.press("vote", "vote")
        chair.wait(4.0)
        chair.hold("vote")
        steps[stage] = [a.step if isinstance(a, Order) else a.reason for a in chair.taken()]  # type: ignore[union-attr]  # a vote key knows no others
    over = [Reason.VOTE_CLOSED] * 3
    assert steps == {
        Stage.DRAFT: ["open", "open", Reason.VOTE_NOT_OPEN],
        Stage.READY_CHECK: ["open", "open", Reason.VOTE_NOT_OPEN],
        Stage.OPEN: ["close", "pause"],
        Stage.PAUSED: ["resume", "resume"],
        Stage.CLOSING: ["count", Reason.VOTE_CLOSED],
        Stage.COUNTED: ["announce", "announce", Reason.VOTE_CLOSED],
        **dict.fromkeys((Stage.ANNOUNCED, Stage.ABORTED, Stage.ANNULLED, Stage.WITHDRAWN), over),
    }


@pytest.mark.parametrize("leads", ["room", "none"])
def test_a_vote_is_not_led_without_the_hub(leads: str) -> None:
    """An order that waits in the outbox would end a vote that is another one by then."""
    chair = hands(replace(voting(Stage.OPEN), leads=leads))  # type: ignore[arg-type]  # a word
    chair.press("vote", "vote")
    assert chair.taken() == [Refused(Reason.LINK_LOST)] * 2
    assert hands(CALM).lamps()["vote"] == "off"


def test_without_a_ballot_the_key_says_so() -> None:
    chair = hands()
    chair.press("vote")
    assert chair.taken() == [Refused(Reason.VOTE_UNKNOWN)]
    assert chair.lamps()["vote"] == "fast"
    chair.wait(2.0)
    assert chair.lamps()["vote"] == "off"


# --- the second layer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "acts"),
    [
        ("priority", [Intend("recess")]),
        ("next", [Intend("extend")]),
        ("all_off", [Intend("queue_paused")]),
        ("wide", []),
        ("end_turn", [Intend("end_turn")]),
    ],
)
def test_the_second_layer_is_for_one_press(key: str, acts: list[Act]) -> None:
    chair = hands()
    chair.hold("wide")
    chair.press(key)
    assert chair.taken() == acts
    chair.press("wide")
    assert chair.taken() == [ShowWide()]


def test_the_second_layer_closes_by_itself() -> None:
    chair = hands()
    chair.hold("wide")
    assert chair.lamps()["wide"] == "fast"
    chair.wait(5.1)
    assert chair.lamps()["wide"] == "off"
    assert chair.panel == Panel()
    chair.press("next")
    assert chair.taken() == [Intend("next")]


def test_a_vote_is_aborted_and_the_queue_cleared_from_the_second_layer() -> None:
    chair = hands(voting(Stage.OPEN))
    chair.hold("wide")
    chair.press("vote")
    chair.hold("wide")
    chair.press("vote", "vote")
    assert chair.taken() == [Order("abort", BALLOT, GENERATION)]
    chair.hold("wide")
    chair.hold("next")
    chair.press("next")
    assert chair.taken() == [Intend("queue_cleared")]


def test_the_second_layer_can_be_called_with_the_key_still_held() -> None:
    chair = hands()
    chair.down("wide")
    chair.wait(1.1)
    chair.press("next")
    chair.up("wide")
    assert chair.taken() == [Intend("extend")]


# --- every state and key -------------------------------------------------------------------------


def test_every_key_has_a_meaning_and_a_picture_in_both_layers() -> None:
    assert set(FIRST) == set(SECOND) == set(KEYS) == set(FULL)
    assert set(console_lamps.FIRST) == set(console_lamps.SECOND) == {*KEYS, console_lamps.LINK}


def test_every_situation_and_key() -> None:
    """Each gesture means something; only an act is asked for; a lamp shows a known pattern."""
    silent = set()
    for situation in situations():
        for second, layer in ((False, FIRST), (True, SECOND)):
            for key, rules in layer.items():
                meanings = meanings_of(key, situation, second=second)
                silent |= {(key, gesture, second) for gesture in rules.keys() - meanings.keys()}
                assert not any(m.asks and isinstance(m.act, Refused) for m in meanings.values())
        for picture in (*console_lamps.FIRST.values(), *console_lamps.SECOND.values()):
            assert picture(situation) in get_args(Lamp)
    assert silent == {("all_off", "touch", False), ("wide", "touch", True)}


def test_unknown_keys_mean_nothing() -> None:
    chair = hands()
    chair.press("lights")
    chair.hold("lights")
    assert chair.taken() == []
    assert chair.lamps(("lights", "next")) == {"next": "off", "link": "off"}


@pytest.mark.parametrize("key", FULL)
def test_a_key_that_was_down_at_power_on_does_nothing_until_released(key: str) -> None:
    chair = hands(voting(Stage.OPEN))
    chair.wait(10.0)
    chair.up(key)
    assert chair.taken() == []
    assert chair.panel == Panel()
