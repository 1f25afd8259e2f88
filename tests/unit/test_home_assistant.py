"""Rooms as Home Assistant is told of them, against its rules of discovery as a schema of our own.

Owns ``hub.bridges.home_assistant``. With a real Home Assistant: by hand, ``tests/doors``.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from edge.contract import messages, topics
from edge.rules import floor as rules
from hub.board import Board
from hub.bridges.home_assistant import (
    GONE_MOST,
    HomeAssistant,
    config_topic,
    description,
    displays_of,
    state_topic,
)
from hub.meeting import commands
from hub.store.store import Store
from tests import hub_room
from tests.hub_live import ROSTER, Live

TEXT = {"type": "string", "minLength": 1}
TOPIC = {"type": "string", "pattern": r"^[^+#\u0000]+$", "maxLength": 200}
TEMPLATE = {"type": "string", "pattern": r"^\{\{ .+ \}\}$"}


GONE = {
    "type": "object",
    "properties": {"platform": {"const": "binary_sensor"}},
    "required": ["platform"],
    "additionalProperties": False,
}
"""How Home Assistant is told that a component is not there any more."""


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
                    GONE,
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
        if data:
            self.retained[topic] = json.loads(data)
        else:
            self.retained.pop(topic, None)


class House:
    """One room, what it reports, and Home Assistant's part; ``again`` is the hub's next start."""

    def __init__(self, folder: Path) -> None:
        self.store, self.wire = Store(folder), Wire()
        self.again()

    def again(self, *, wanted: bool = True) -> None:
        self.live, self.board = Live(), Board()
        self.live.give(ROSTER)
        self.part = HomeAssistant(
            lambda: self.wire, lambda: self.board, lambda: self.live.meeting, self.store, "0.1.0",
            wanted=wanted, pause=self._pause,
        )  # fmt: skip

    def come(self, displays: tuple[str, ...] = ("display-1",)) -> None:
        """The room comes up."""
        self.live.room()
        plan = hub_room.describe("b1")
        devices = [each for each in plan.devices if each.kind != "display"]
        devices += [
            messages.DevicePlace(id=each, kind="display", title=messages.Text(vi=each, en=each))
            for each in displays
        ]
        plan = plan.model_copy(update={"devices": devices})
        self.live.give(commands.DescribeHeard("main", plan))
        self.board.hear_status("main", hub_room.status("online", "b1"))

    def show(self, power: bool | None) -> None:
        """Its display says how it is."""
        shown = messages.DisplayActual(power=power, source=None, volume=None, health="ok")
        displays = messages.DisplaysState(boot="b1", rev=1, displays={"display-1": shown})
        self.board.hear_state("main", "displays", displays, 1)

    async def _pause(self, _: float) -> None:
        self.looked.set()
        await asyncio.Event().wait()

    async def look(self) -> None:
        """A start of the part, and one look."""
        self.looked = asyncio.Event()
        task = asyncio.create_task(self.part.run())
        async with asyncio.timeout(30):
            await self.looked.wait()
        task.cancel()
        await asyncio.wait({task})

    async def state(self) -> Any:
        """As it is retained now."""
        await self.part.tell()
        return self.wire.retained[state_topic("main")]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def at_home(house: House) -> House:
    """With its room up."""
    house.come()
    return house


async def test_the_description_keeps_the_rules_of_discovery(at_home: House) -> None:
    await at_home.part.tell()
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
    plan = plan.model_copy(update={"devices": many})
    known = displays_of(plan, [f"display-that-is-gone-{number}" for number in range(100)])
    assert len(known) == 48 + GONE_MOST
    found = description("a" * 32, plan, "0.1.0", known)
    Draft202012Validator(SCHEMA).validate(found)
    assert len(json.dumps(found, ensure_ascii=False).encode()) < 17_408


async def test_each_template_finds_its_value(at_home: House) -> None:
    at_home.show(power=True)
    state = await at_home.state()
    found = at_home.wire.retained[config_topic("main")]
    values = {}
    for name, each in found["components"].items():
        words = re.fullmatch(
            r"\{\{ value_json\.(\w+)(?:\['([a-z0-9-]+)'\])? \}\}", each["value_template"]
        )
        assert words is not None
        values[name] = state[words[1]] if words[2] is None else state[words[1]][words[2]]
    assert values == {"online": "ON", "speaking": 0, "alarms": 0, "display_display-1": "ON"}


async def test_what_is_not_known_is_null(at_home: House) -> None:
    assert (await at_home.state())["displays"] == {"display-1": None}
    at_home.show(power=None)
    assert (await at_home.state())["displays"] == {"display-1": None}
    at_home.show(power=False)
    assert (await at_home.state())["displays"] == {"display-1": "OFF"}
    at_home.board.hear_status("main", hub_room.status("offline", "b1"))
    at_home.live.give(commands.StatusHeard("main", hub_room.status("offline", "b1")))
    nothing = {"speaking": None, "alarms": None, "displays": {"display-1": None}}
    assert await at_home.state() == {"online": "OFF", **nothing}
    at_home.board.link_lost()  # and nothing was heard since: it may be there again
    assert await at_home.state() == {"online": None, **nothing}


async def test_only_news_is_sent_and_all_of_it_to_a_new_broker(at_home: House) -> None:
    await at_home.part.tell()
    both = [config_topic("main"), state_topic("main")]
    assert at_home.wire.sent == both
    await at_home.part.tell()
    assert at_home.wire.sent == both
    at_home.live.give(commands.FloorOrder(rules.Give("main/1"), "t"))
    assert (await at_home.state())["speaking"] == 1
    assert at_home.wire.sent == [*both, state_topic("main")]
    at_home.wire.connected = False
    at_home.live.give(commands.FloorOrder(rules.Take("main/1"), "t"))
    await at_home.part.tell()
    assert len(at_home.wire.sent) == 3
    at_home.wire.connected, at_home.wire.contact = True, 2
    await at_home.part.tell()
    assert at_home.wire.sent[3:] == both


async def test_a_room_that_never_said_what_it_is_is_not_told(house: House) -> None:
    house.live.give(commands.StatusHeard("main", hub_room.status("online", "b1")))
    await house.part.tell()
    assert house.wire.sent == []


async def test_a_display_that_left_the_room_is_taken_back_and_known_again_when_it_returns(
    house: House,
) -> None:
    house.come(("display-1", "display-2"))
    await house.look()
    house.again()
    house.come(("display-1",))
    await house.look()
    found = house.wire.retained[config_topic("main")]
    Draft202012Validator(SCHEMA).validate(found)
    assert found["components"]["display_display-2"] == {"platform": "binary_sensor"}
    # Its entity may still be there when this comes: what it looks for is there, and unknown.
    assert (await house.state())["displays"] == {"display-1": None, "display-2": None}
    house.again()
    house.come(("display-1", "display-2"))
    await house.look()
    found = house.wire.retained[config_topic("main")]
    assert found["components"]["display_display-2"]["name"] == "display-2"


async def test_a_room_that_a_new_hub_has_not_heard_is_unknown(at_home: House) -> None:
    at_home.show(power=True)
    await at_home.look()
    assert (await at_home.state())["online"] == "ON"
    at_home.again()
    await at_home.look()
    assert await at_home.state() == {
        "online": None, "speaking": None, "alarms": None, "displays": {"display-1": None},
    }  # fmt: skip
    assert config_topic("main") in at_home.wire.retained


async def test_a_hub_without_the_option_takes_back_what_was_told(at_home: House) -> None:
    await at_home.look()
    assert set(at_home.wire.retained) == {config_topic("main"), state_topic("main")}
    for _ in range(2):  # again at each start: the first may have been killed before it was sent
        at_home.wire.sent.clear()
        at_home.again(wanted=False)
        at_home.come()
        await at_home.look()
        assert at_home.wire.retained == {}
        await at_home.part.tell()
        assert at_home.wire.sent == [config_topic("main"), state_topic("main")]


async def test_who_never_told_anything_takes_nothing_back(house: House) -> None:
    house.again(wanted=False)
    house.come()
    task = asyncio.create_task(house.part.run())
    await house.store.work(lambda database: None)  # after what the part asked for
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.wait({task})
    assert house.wire.sent == []


async def test_nobody_is_named(at_home: House) -> None:
    at_home.live.give(commands.FloorOrder(rules.Give("main/1"), "t"))
    await at_home.part.tell()
    assert "An" in at_home.live.meeting.names.values()
    assert '"An"' not in json.dumps(at_home.wire.retained)
