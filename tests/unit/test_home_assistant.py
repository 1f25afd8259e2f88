"""Rooms as Home Assistant is told of them, against its rules of discovery as a schema of our own.

Owns ``hub.bridges.home_assistant``. With a real Home Assistant: by hand, see ``docs/bridges.md``.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from edge.contract import messages, topics
from edge.rules import floor as rules
from hub.board import Board
from hub.bridges.home_assistant import HomeAssistant, config_topic, description, state_topic
from hub.meeting import commands
from tests import hub_room
from tests.hub_live import ROSTER, Live

TEXT = {"type": "string", "minLength": 1}
TOPIC = {"type": "string", "pattern": r"^[^+#\u0000]+$", "maxLength": 200}
TEMPLATE = {"type": "string", "pattern": r"^\{\{ .+ \}\}$"}


def entity(platform: str, **keys: Any) -> dict[str, Any]:
    """What Home Assistant takes of one platform; it refuses what it does not know."""
    known = {
        "platform": {"const": platform},
        "unique_id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,255}$"},
        "name": TEXT,
        "value_template": TEMPLATE,
    }
    return {
        "type": "object",
        "properties": known | keys,
        "required": list(known),
        "additionalProperties": False,
    }


SCHEMA = {
    "type": "object",
    "required": ["device", "origin", "components", "state_topic"],
    "additionalProperties": False,
    "properties": {
        "device": {
            "type": "object",
            "required": ["identifiers", "name"],
            "additionalProperties": False,
            "properties": {
                "identifiers": {"type": "array", "minItems": 1, "items": TEXT},
                "name": TEXT, "model": TEXT, "sw_version": TEXT,
            },
        },
        "origin": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"name": TEXT, "sw_version": TEXT, "support_url": TEXT},
        },
        "availability": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["topic"],
                "additionalProperties": False,
                "properties": {"topic": TOPIC, "value_template": TEMPLATE},
            },
        },
        "state_topic": TOPIC,
        "components": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[A-Za-z0-9_-]+$"},
            "additionalProperties": {
                "oneOf": [
                    entity("binary_sensor", device_class={"enum": ["connectivity", "power"]}),
                    entity("sensor", state_class={"const": "measurement"}),
                ]
            },
        },
    },
}  # fmt: skip

DISCOVERY_TOPIC = re.compile(r"homeassistant/device/[a-zA-Z0-9_-]+/config")


class Wire:
    """A link that remembers what is retained."""

    def __init__(self) -> None:
        self.contact, self.connected = 1, True
        self.sent: list[str] = []
        self.retained: dict[str, Any] = {}

    def send(self, topic: str, data: bytes, *, qos: int = 1, retain: bool = False) -> None:
        assert retain
        self.sent.append(topic)
        self.retained[topic] = json.loads(data)


class House:
    """One room, what it reports, and Home Assistant's part."""

    def __init__(self) -> None:
        self.live, self.board, self.wire = Live(), Board(), Wire()
        self.live.give(ROSTER)
        self.part = HomeAssistant(
            lambda: self.wire, lambda: self.board, lambda: self.live.meeting, "0.1.0"
        )

    def come(self) -> None:
        """The room comes up."""
        self.live.room()
        self.board.hear_status("main", hub_room.status("online", "b1"))

    def show(self, power: bool | None) -> None:
        """Its display says how it is."""
        shown = messages.DisplayActual(power=power, source=None, volume=None, health="ok")
        displays = messages.DisplaysState(boot="b1", rev=1, displays={"display-1": shown})
        self.board.hear_state("main", "displays", displays, 1)

    def state(self) -> Any:
        """As it is retained now."""
        self.part.tell()
        return self.wire.retained[state_topic("main")]


@pytest.fixture
def at_home() -> House:
    """With its room up."""
    found = House()
    found.come()
    return found


def test_the_description_keeps_the_rules_of_discovery(at_home: House) -> None:
    at_home.part.tell()
    found = at_home.wire.retained[config_topic("main")]
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(found)
    assert DISCOVERY_TOPIC.fullmatch(config_topic("main"))
    assert list(found["components"]) == ["online", "speaking", "alarms", "display_display-1"]
    assert found["availability"][0]["topic"] == topics.HUB_STATUS
    assert found["state_topic"] == state_topic("main")
    names = [each["unique_id"] for each in found["components"].values()]
    assert len(set(names)) == len(names)


def test_a_full_room_fits_into_what_the_broker_takes() -> None:
    text = messages.Text(vi="Màn hình lớn bên trái", en="Large display on the left")
    plan = hub_room.describe("b1")
    many = [
        messages.DevicePlace(id=f"display-{number}", kind="display", title=text)
        for number in range(48)
    ]
    found = description("a" * 32, plan.model_copy(update={"devices": many}), "0.1.0")
    Draft202012Validator(SCHEMA).validate(found)
    assert len(json.dumps(found, ensure_ascii=False).encode()) < 17_408


def test_each_template_finds_its_value(at_home: House) -> None:
    at_home.show(power=True)
    state = at_home.state()
    found = at_home.wire.retained[config_topic("main")]
    values = {}
    for name, each in found["components"].items():
        words = re.fullmatch(
            r"\{\{ value_json\.(\w+)(?:\['([a-z0-9-]+)'\])? \}\}", each["value_template"]
        )
        assert words is not None
        values[name] = state[words[1]] if words[2] is None else state[words[1]][words[2]]
    assert values == {"online": "ON", "speaking": 0, "alarms": 0, "display_display-1": "ON"}


def test_what_is_not_known_is_null(at_home: House) -> None:
    assert at_home.state()["displays"] == {"display-1": None}
    at_home.show(power=None)
    assert at_home.state()["displays"] == {"display-1": None}
    at_home.show(power=False)
    assert at_home.state()["displays"] == {"display-1": "OFF"}
    at_home.board.link_lost()
    at_home.live.give(commands.RoomSilent("main"))
    assert at_home.state() == {
        "online": "OFF", "speaking": None, "alarms": None, "displays": {"display-1": None},
    }  # fmt: skip


def test_only_news_is_sent_and_all_of_it_to_a_new_broker(at_home: House) -> None:
    at_home.part.tell()
    both = [config_topic("main"), state_topic("main")]
    assert at_home.wire.sent == both
    at_home.part.tell()
    assert at_home.wire.sent == both
    at_home.live.give(commands.FloorOrder(rules.Give("main/1"), "t"))
    assert at_home.state()["speaking"] == 1
    assert at_home.wire.sent == [*both, state_topic("main")]
    at_home.wire.connected = False
    at_home.live.give(commands.FloorOrder(rules.Take("main/1"), "t"))
    at_home.part.tell()
    assert len(at_home.wire.sent) == 3
    at_home.wire.connected, at_home.wire.contact = True, 2
    at_home.part.tell()
    assert at_home.wire.sent[3:] == both


def test_a_room_that_never_said_what_it_is_is_not_told() -> None:
    found = House()
    found.live.give(commands.StatusHeard("main", hub_room.status("online", "b1")))
    found.part.tell()
    assert found.wire.sent == []


def test_nobody_is_named(at_home: House) -> None:
    at_home.live.give(commands.FloorOrder(rules.Give("main/1"), "t"))
    at_home.part.tell()
    assert "An" in at_home.live.meeting.names.values()
    assert '"An"' not in json.dumps(at_home.wire.retained)
