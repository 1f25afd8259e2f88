"""Displays and scenes at the hub: what is asked of them, what is refused, what pages are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.contract import messages, topics
from edge.rules.reasons import Reason
from hub.api import models
from hub.device_orders import device_order
from hub.link import Heard
from tests.hub_access import TESTER
from tests.unit.test_hub_api import Desk, served
from tests.unit.test_hub_cameras import Mail, Records, hearing_rooms, taking_orders

DISPLAY = {"room": "main", "display": "display-1"}


@pytest.mark.parametrize(
    ("name", "body", "device", "action", "args"),
    [
        ("display_power", {**DISPLAY, "on": True}, "display-1", "power", {"on": True}),
        ("display_input", {**DISPLAY, "source": "A"}, "display-1", "source", {"source": "A"}),
        ("display_volume", {**DISPLAY, "percent": 30}, "display-1", "volume", {"percent": 30}),
        ("set_scene", {"room": "main", "scene": "a"}, "room", "scene", {"scene": "a"}),
    ],
)
def test_what_a_page_asks_is_what_the_room_is_told(
    name: str, body: dict[str, Any], device: str, action: str, args: dict[str, Any]
) -> None:
    order = device_order(models.COMMANDS[name].model_validate_json(json.dumps(body)))
    assert (order.room, order.device, order.action, order.args) == ("main", device, action, args)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("display_volume", {**DISPLAY, "percent": 101}),
        ("display_volume", {**DISPLAY, "percent": "5"}),
        ("display_input", {**DISPLAY, "source": ""}),
        ("display_input", DISPLAY),
        ("set_scene", {"room": "main"}),
        ("set_scene", {"room": "main", "scene": "../x"}),
    ],
)
async def test_what_makes_no_sense_is_refused(name: str, body: dict[str, Any]) -> None:
    desk = Desk()
    async with served(desk) as client:
        answer = await client.post(
            f"/api/v1/commands/{name}",
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status == 400
    assert desk.asked == []


async def test_only_scenes_and_displays_of_the_room_are_asked_for_and_recorded() -> None:
    records, mail = Records(), Mail()
    orders = taking_orders(records, mail)

    async def ask(name: str, **body: Any) -> Reason | None:
        return (await orders.carry_out(name, models.COMMANDS[name].model_validate(body), TESTER))[1]

    assert await ask("set_scene", room="main", scene="conference") is None
    assert await ask("set_scene", room="main", scene="party") is Reason.SCENE_UNKNOWN
    assert await ask("set_scene", room="far", scene="conference") is Reason.ROOM_UNKNOWN
    assert await ask("display_volume", **DISPLAY, percent=5) is None
    wrong = {"room": "main", "display": "cam-1", "source": "HDMI1"}
    assert await ask("display_input", **wrong) is Reason.DEVICE_UNKNOWN
    assert [(topic, command.action) for topic, command in mail.sent] == [
        ("phonghop/v1/main/down/command/room", "scene"),
        ("phonghop/v1/main/down/command/display-1", "volume"),
    ]
    assert [note.event.action for note in records.noted] == ["scene", "volume"]


async def test_the_scene_in_force_and_what_is_left_of_it_reach_the_pages() -> None:
    desk = Desk()
    desk.room()
    touched: list[tuple[str, ...]] = []
    hearing = hearing_rooms(desk, touched)
    before = desk.pages.snapshot()["rooms"]["main"]
    assert before["scene"] is None
    assert [scene["id"] for scene in before["plan"]["scenes"]] == ["conference"]
    behind = messages.Behind(device="display-1", what="power", reason="warming up")
    scene = messages.SceneActual(id="conference", by="meeting", behind=[behind])
    state = messages.DisplaysState(boot="b1", rev=1, displays={}, scene=scene)
    await hearing.hear(Heard(topics.Topic("main", "up", "state", "displays"), state))
    assert ("rooms", "main", "scene") in touched
    told = desk.pages.snapshot()["rooms"]["main"]["scene"]
    assert told == {
        "id": "conference",
        "by": "meeting",
        "behind": [{"device": "display-1", "what": "power", "reason": "warming up"}],
    }
