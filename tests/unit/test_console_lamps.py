"""The lamps of the chair's console: what is so, never what was pressed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.rules.ballot_state import Stage
from edge.rules.console_situation import ShownBallot, Situation, situation_of
from edge.rules.following import Room
from edge.rules.lamps import Lamp
from edge.rules.settings import Settings
from edge.rules.state import Floor, Hold, Turn, Waiting
from tests.console_hands import BALLOT, CHAIR, COMPACT, FULL, GENERATION, Hands

CALM = Situation(chair=CHAIR)


def voting(stage: Stage) -> Situation:
    return replace(CALM, ballot=ShownBallot(BALLOT, GENERATION, stage))


@pytest.mark.parametrize(
    ("situation", "lamp", "shown"),
    [
        (CALM, "priority", "off"),
        (replace(CALM, priority=True), "priority", "on"),
        (replace(CALM, waiting=True), "next", "slow"),
        (replace(CALM, waiting=True, point_of_order=True), "next", "on"),
        (replace(CALM, speaking=True), "end_turn", "on"),
        (replace(CALM, speaking=True, last_minute=True), "extend", "slow"),
        (replace(CALM, muted=True), "mute", "on"),
        (replace(CALM, muted=True), "all_off", "on"),
        (replace(CALM, alarm=True), "all_off", "fast"),
        (replace(CALM, recess=True), "recess", "on"),
        (CALM, "registration", "on"),
        (replace(CALM, registration="paused"), "registration", "slow"),
        (replace(CALM, registration="closed"), "registration", "off"),
        (voting(Stage.DRAFT), "vote", "slow"),
        (voting(Stage.OPEN), "vote", "on"),
        (voting(Stage.PAUSED), "vote", "slow"),
        (voting(Stage.COUNTED), "vote", "slow"),
        (voting(Stage.ANNOUNCED), "vote", "off"),
        (replace(voting(Stage.COUNTED), leads="room"), "vote", "off"),
        (replace(voting(Stage.OPEN), leads="room"), "vote", "on"),
        (replace(CALM, wide=True), "wide", "on"),
        (CALM, "link", "off"),
        (replace(CALM, leads="room"), "link", "on"),
        (replace(CALM, leads="none"), "link", "slow"),
    ],
)
def test_lamps_show_what_is_so(situation: Situation, lamp: str, shown: Lamp) -> None:
    assert Hands(situation).lamps()[lamp] == shown


def test_a_press_alone_lights_no_lamp() -> None:
    """What was pressed and is not confirmed by anybody is not shown."""
    chair = Hands(CALM)
    before = chair.lamps()
    chair.press("next", "end_turn", "extend", "all_off", "recess", "wide")
    chair.down("priority")
    chair.wait(1.0)
    assert chair.lamps() == before


def test_the_second_layer_shows_its_own_lamps() -> None:
    chair = Hands(replace(voting(Stage.OPEN), recess=True, registration="paused"))
    first = {"priority": "off", "next": "off", "all_off": "off", "vote": "on", "wide": "slow"}
    assert chair.lamps(COMPACT) == {**first, "link": "off"}
    assert chair.lamps(FULL)["wide"] == "off"
    chair.hold("wide")
    second = {"priority": "on", "next": "off", "all_off": "slow", "vote": "slow", "wide": "fast"}
    assert chair.lamps(COMPACT) == {**second, "link": "off"}


def test_the_situation_is_read_from_the_room() -> None:
    roles = {"main/1": "delegate", "main/2": "vice_chair", "main/3": "chair", "sat/1": "delegate"}
    floor = Floor(
        mode="request",
        roles=roles,  # type: ignore[arg-type]  # words of roles
        speaking=(Turn("main/1", 0.0), Turn("main/3", 0.0)),
        queue=(Waiting("sat/1", 3.0, "point_of_order"),),
        settings=Settings(limit_s={"delegate": 100.0}, warning_s=10.0),
        hold=Hold("main/3"),
        registration="paused",
    )
    room = Room("main", "b", "standalone", floor, authority="hub")
    seen = situation_of(room, None, 50.0, wide=True)
    assert seen == Situation(
        chair="main/3", priority=True, registration="paused", speaking=True, wide=True
    )
    calm = replace(room, floor=replace(floor, hold=None, roles={**roles, "main/3": "delegate"}))  # type: ignore[arg-type]  # words of roles
    later = situation_of(calm, None, 95.0, wide=False)
    assert (later.chair, later.last_minute, later.point_of_order) == ("main/2", True, True)
    assert situation_of(replace(room, id="sat"), None, 0.0, wide=False).chair is None
