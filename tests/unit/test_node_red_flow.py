"""The example flow for Node-RED: it can be imported, and hears our topics alone.

Owns ``docs/node-red-flow.json``. Node-RED itself is not run here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from edge.contract import messages, topics
from edge.contract.wire import payload_type

DOCS = Path(__file__).parents[2] / "docs"
FLOW: list[dict[str, Any]] = json.loads((DOCS / "node-red-flow.json").read_text("utf-8"))
BY_ID = {node["id"]: node for node in FLOW}
NODES = [node for node in FLOW if node["type"] not in ("tab", "mqtt-broker")]
HEARD = [node["topic"] for node in NODES if node["type"] == "mqtt in"]


def example(topic: str) -> topics.Topic | None:
    """A topic that the filter lets through."""
    return topics.parse(topic.replace("+", "main"))


def model(topic: str) -> type[messages.Message] | None:
    """What comes there."""
    if topic == topics.HUB_STATUS:
        return messages.HubStatus
    parsed = example(topic)
    return None if parsed is None else payload_type(parsed)


def test_every_node_is_there_once_and_every_wire_leads_to_one() -> None:
    assert len(BY_ID) == len(FLOW)
    for node in NODES:
        assert BY_ID[node["z"]]["type"] == "tab", node["id"]
        assert isinstance(node["x"], int)
        assert isinstance(node["y"], int)
        ends = [end for wire in node["wires"] for end in wire]
        assert {BY_ID[end]["z"] for end in ends} <= {node["z"]}, node["id"]
        if node["type"] == "mqtt in":
            assert BY_ID[node["broker"]]["type"] == "mqtt-broker"
        if node["type"] == "switch":
            assert len(node["rules"]) == len(node["wires"]) == node["outputs"]
    reached = {end for node in NODES for wire in node["wires"] for end in wire}
    begun = {node["id"] for node in NODES if node["type"] == "mqtt in"}
    assert reached | begun == {node["id"] for node in NODES}


def test_it_hears_topics_of_the_contract_and_says_nothing() -> None:
    assert HEARD
    for topic in HEARD:
        assert model(topic) is not None, topic
    assert {node["type"] for node in NODES} == {
        "mqtt in", "change", "rbe", "switch", "json", "debug",
    }  # fmt: skip
    assert model("phonghop/v1/+/up/state/nothing") is None


def test_it_asks_for_fields_that_the_messages_have() -> None:
    known = {name for topic in HEARD for name in getattr(model(topic), "model_fields", {})}
    asked = {
        word
        for node in NODES
        if node["type"] == "change"
        for rule in node["rules"]
        for word in re.findall(r"payload\.(\w+)", rule["to"])
    }
    assert asked == {"speaking", "text", "state"}
    assert asked <= known


def test_an_empty_alarm_is_told_apart_before_it_is_read_as_json() -> None:
    (alarms,) = (node for node in NODES if node.get("topic", "").endswith("/up/alert/+"))
    assert alarms["datatype"] == "utf8"
    (end,) = alarms["wires"][0]
    assert BY_ID[end]["rules"][0]["t"] == "empty"


def test_no_secret_and_no_address_but_this_machine() -> None:
    brokers = [node for node in FLOW if node["type"] == "mqtt-broker"]
    assert [node["broker"] for node in brokers] == ["127.0.0.1"]
    assert not any(key in node for node in FLOW for key in ("credentials", "password", "user"))


def test_the_page_names_every_topic_that_is_heard() -> None:
    page = (DOCS / "bridges.md").read_text("utf-8")
    assert all(f"`{topic}`" in page for topic in HEARD)
