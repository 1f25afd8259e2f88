"""The floor at pages: what may be asked of it, and what is shown.

Owns the commands and the part of the floor. What a command does to the floor is the rules' own.
"""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError

from edge.rules import floor
from edge.rules.floor import Floor, FloorEvent, Hold, Settings, Turn, Waiting
from edge.rules.reasons import Reason
from hub.alerts import Alerts
from hub.api import models
from hub.api.floor_bodies import FLOOR_COMMANDS
from hub.api.floor_view import floor_part
from hub.api.pages import Pages
from hub.board import Board
from hub.clock import HubClock
from hub.desk import Desk
from hub.floor_orders import floor_order
from hub.link import Link
from hub.meeting.causes import TEXTS, cause_of
from hub.meeting.commands import FloorOrder, SettingsOrder
from hub.meeting.events import FloorChanged, floor_changed
from hub.meeting.state import Meeting, Room
from hub.meeting.wording import line
from hub.orders import Orders
from tests import hub_room
from tests.hub_access import TESTER

ORDERS: list[tuple[str, dict[str, Any], FloorEvent]] = [
    ("open_microphone", {"seat": "main/1"}, floor.Give("main/1")),
    ("close_microphone", {"seat": "main/1"}, floor.Take("main/1")),
    ("next", {}, floor.Next()),
    ("end_turn", {}, floor.EndTurn()),
    ("extend", {}, floor.ExtendTurns()),
    ("extend", {"seat": "main/1"}, floor.Extend("main/1")),
    ("all_off", {}, floor.AllOff()),
    (
        "set_mode",
        {"mode": "voice", "max_open": 2, "queue_max": 9},
        floor.SetRules("voice", 2, 9),
    ),
    ("set_registration", {"to": "paused"}, floor.SetRegistration("paused")),
    ("clear_queue", {}, floor.ClearQueue()),
    ("set_debate", {"on": True}, floor.SetDebate(True)),
    ("set_recess", {"on": False}, floor.SetRecess(False)),
    ("set_muted", {"on": True}, floor.SetMuted(True)),
    ("acknowledge_fire", {}, floor.AcknowledgeFire()),
    ("take_priority", {"seat": "main/1"}, floor.PriorityHeld("main/1")),
    ("release_priority", {"seat": "main/1"}, floor.PriorityReleased("main/1")),
]


QUIET = Alerts("1", lambda: 0, lambda: None)
"""Nothing is wrong with the hub."""


@pytest.mark.parametrize(("name", "body", "event"), ORDERS)
def test_what_a_command_asks_of_the_floor(
    name: str, body: dict[str, Any], event: FloorEvent
) -> None:
    read = models.COMMANDS[name].model_validate_json(json.dumps(body))
    assert floor_order(read, "t") == FloorOrder(event, "t")


def test_settings_are_ordered_one_by_one() -> None:
    body = '{"settings": {"warning_s": 30, "limit_s": {"delegate": 300}, "protected": ["main/2"]}}'
    read = models.COMMANDS["set_settings"].model_validate_json(body)
    named = {
        "warning_s": 30.0,
        "limit_s": {"delegate": 300.0},
        "protected": frozenset({"main/2"}),
    }
    assert floor_order(read, "t") == SettingsOrder(named, "t")


def test_every_command_of_the_floor_is_known_here() -> None:
    assert {name for name, _, _ in ORDERS} | {"set_settings"} == set(FLOOR_COMMANDS)
    device = models.COMMANDS["locate_seat"].model_validate_json('{"seat": "main/1", "on": true}')
    assert floor_order(device, "t") is None


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("set_settings", {}, "settings"),
        ("set_settings", {"settings": {"warning_s": 121}}, "120"),
        ("set_settings", {"settings": {"warning_s": "5"}}, "warning_s"),
        ("set_settings", {"settings": {"warn_s": 5}}, "warn_s"),
        ("set_settings", {"settings": {"limit_s": {"king": 5}}}, "king"),
        ("set_settings", {"settings": {"max_open_per_room": {"main": 26}}}, "25"),
        ("set_registration", {"to": "shut"}, "paused"),
        ("set_muted", {}, "on"),
        ("set_recess", {"on": "yes"}, "on"),
        ("take_priority", {}, "seat"),
        ("extend", {"seat": "12"}, "seat"),
    ],
)
def test_a_body_that_does_not_fit_says_where(name: str, body: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        models.COMMANDS[name].model_validate_json(json.dumps(body))


class Asked:
    """A desk that says yes, and keeps what it was asked."""

    def __init__(self) -> None:
        self.meeting = Meeting(
            floor=Floor(roles={"main/1": "chair"}), rooms={"main": Room("main", online=True)}
        )
        self.given: list[object] = []

    async def ask(self, given: object, _press: object = None) -> Reason | None:
        """Yes."""
        self.given.append(given)
        return None

    def note(self, event: object) -> None:
        """For the records: not looked at here."""


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("take_priority", {"seat": "main/1"}, Reason.LINK_LOST),
        ("open_microphone", {"seat": "main/1"}, Reason.LINK_LOST),
        ("release_priority", {"seat": "main/1"}, None),
        ("extend", {"seat": "main/9"}, Reason.SEAT_UNKNOWN),
        ("take_priority", {"seat": "attic/1"}, Reason.ROOM_UNKNOWN),
        ("end_turn", {}, None),
        ("set_settings", {"settings": {}}, None),
    ],
)
async def test_why_a_command_does_not_reach_the_floor(
    name: str, body: dict[str, Any], reason: Reason | None
) -> None:
    asked, link = Asked(), cast(Link, SimpleNamespace(connected=True))
    orders = Orders(cast(Desk, asked), Board(), link, HubClock(None), 1, lambda *path: None, QUIET)
    read = models.COMMANDS[name].model_validate_json(json.dumps(body))
    assert (await orders.carry_out(name, read, TESTER))[1] is reason
    wanted = floor_order(read, "tests")
    assert asked.given == {True: [wanted], False: []}[reason is None]


async def test_priority_may_be_taken_where_somebody_hears_it_let_go() -> None:
    asked, link = Asked(), cast(Link, SimpleNamespace(connected=True))
    board = Board()
    board.hear_status("main", hub_room.status("online", "b1"))
    orders = Orders(cast(Desk, asked), board, link, HubClock(None), 1, lambda *path: None, QUIET)
    read = models.COMMANDS["take_priority"].model_validate_json('{"seat": "main/1"}')
    assert (await orders.carry_out("take_priority", read, TESTER))[1] is None


# --- what is shown -------------------------------------------------------------------------------

SPOKEN = Meeting(
    names={"main/1": "An"},
    floor=Floor(
        mode="request",
        roles={"main/1": "chair", "main/2": "delegate", "main/3": "delegate"},
        speaking=(
            Turn("main/1", 10.0),
            Turn("main/2", 20.0, paused_s=5.0, paused_at_s=85.0, extra_s=30.0),
            Turn("main/3", 30.0),
        ),
        queue=(Waiting("main/4", 40.0, "debate"),),
        settings=Settings(limit_s={"delegate": 60.0}, warning_s=40.0),
        hold=Hold("main/1", opened=True),
        registration="paused",
        debating=True,
        recess=True,
        fire_rooms=frozenset({"b", "a"}),
    ),
)


def test_figures_of_those_who_speak() -> None:
    chair, paused, over = floor_part(SPOKEN, 100.0)["speaking"]
    assert (chair["name"], chair["limit_s"], chair["left_ms"]) == ("An", None, None)
    assert (chair["spent_ms"], chair["phase"], chair["muted"]) == (90_000, "calm", False)
    assert (paused["spent_ms"], paused["limit_s"], paused["left_ms"]) == (60_000, 90.0, 30_000)
    assert (paused["phase"], paused["muted"], paused["paused"]) == ("warning", True, True)
    assert (over["left_ms"], over["phase"], over["paused"]) == (-10_000, "over", False)


def test_what_holds_everybody_back_is_shown() -> None:
    shown = floor_part(SPOKEN, 100.0)
    assert shown["hold"] == {"seat": "main/1", "name": "An", "opened": True}
    assert (shown["registration"], shown["debating"], shown["recess"]) == ("paused", True, True)
    assert (shown["muted"], shown["alarm"], shown["fire_rooms"]) == (False, False, ["a", "b"])
    assert shown["settings"]["limit_s"] == {"delegate": 60.0}
    assert (shown["queue"][0]["kind"], shown["at_ms"]) == ("debate", 100_000)
    assert json.loads(json.dumps(shown)) == shown


async def test_a_page_is_told_when_a_speakers_time_gets_short() -> None:
    """Nothing happens in the meeting then; only the clock goes on."""
    speaks = Floor(
        roles={"main/1": "delegate"},
        speaking=(Turn("main/1", 0.0),),
        settings=Settings(limit_s={"delegate": 60.0}, warning_s=10.0),
    )
    times = iter([49.99, 49.99, *[50.001] * 9])
    pages = Pages(
        lambda: Meeting(floor=speaks), Board(), lambda: {}, lambda: True, lambda: next(times)
    )
    assert pages.snapshot()["floor"]["speaking"][0]["phase"] == "calm"
    frames = pages.broadcaster.frames(b"{}")
    await anext(frames)
    frame = await asyncio.wait_for(anext(frames), 10)
    told = json.loads(frame.decode().partition("data: ")[2])
    assert told["value"]["speaking"][0]["phase"] == "warning"
    await frames.aclose()


# --- the log -------------------------------------------------------------------------------------

EVENTS: list[FloorEvent] = [
    *(event for _, _, event in ORDERS),
    floor.SetRecess(True),
    floor.SetMuted(False),
    floor.SetDebate(False),
    floor.SetRegistration("open"),
    floor.SetRegistration("closed"),
    floor.SetFire("main", on=True),
    floor.SetFire("main", on=False),
    floor.PriorityPressed("main/1"),
    floor.RoomLost("main"),
    floor.Ask("main/1", 0.0, "debate"),
    floor.Ask("main/1", 0.0, "point_of_order"),
]
SILENT = {"give"}
"""Told by whom it moves."""


@pytest.mark.parametrize("cause", [*map(cause_of, EVENTS), "set_settings", "time", "silence"])
def test_every_cause_reads_as_something(cause: str) -> None:
    changed = floor_changed(Floor(), Floor(), cause, "t", 0.0)
    shown = line(changed, Meeting())
    nothing = shown.text.en == "Nothing changed"
    assert nothing is (cause in SILENT)
    assert shown.what == cause


def test_every_sentence_has_its_cause() -> None:
    known = {cause_of(event) for event in EVENTS} | {"set_settings", "time", "silence"}
    known |= {"meeting_begins", "meeting_ends"}
    assert TEXTS.keys() <= known


def test_a_loud_cause_is_not_hidden_by_whom_it_moves() -> None:
    before = Floor(speaking=(Turn("main/2", 0.0),))
    found = []
    for cause in ("fire", "all_off"):
        changed = floor_changed(before, Floor(), cause, "t", 0.0)
        assert isinstance(changed, FloorChanged)
        found.append(line(changed, Meeting()).what)
    assert found == ["fire", "silent"]
