"""Hub and room one release apart: what either said then is read today, and the other way round.

``tests/golden/contract-before`` holds samples and schemas of the contract as they were at the
release before; on a release the present ones are copied there. Whatever a message may not lose,
or suddenly ask for, is read from the schemas, so that a field no sample has is looked at too.

Owns the comparison of two releases. What the present one says: ``test_contract_documents``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from edge.contract import messages, topics
from edge.contract.document import documents
from edge.contract.wire import decode, encode
from hub.meeting import commands
from tests.hub_live import Live

GOLDEN = Path(__file__).parents[1] / "golden"
BEFORE, NOW = GOLDEN / "contract-before", GOLDEN / "contract"
OLD: dict[str, Any] = json.loads((BEFORE / "schemas.json").read_text(encoding="utf-8"))
NEW: dict[str, Any] = json.loads(json.dumps(documents()["schemas.json"]))
REF = "#/components/schemas/"


def samples(folder: Path) -> list[Any]:
    """Name, topic and payload of each."""
    found = [
        (path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.json"))
        if path.name != "schemas.json"
    ]
    return [pytest.param(one, id=name) for name, one in found]


def with_news(value: Any) -> Any:
    """The same from a side that knows more: a field nobody knows yet in every part of it."""
    if isinstance(value, BaseModel):
        return {**{name: with_news(each) for name, each in value}, "zz_news": [1]}
    if isinstance(value, dict):
        return {key: with_news(each) for key, each in value.items()}
    return [with_news(each) for each in value] if isinstance(value, list | tuple) else value


def holds(now: Any, then: Any) -> bool:
    """Everything that was said then is said now."""
    if isinstance(then, dict) and isinstance(now, dict):
        return all(key in now and holds(now[key], value) for key, value in then.items())
    if isinstance(then, list) and isinstance(now, list):
        return len(now) == len(then) and all(map(holds, now, then))
    return bool(now == then)


@pytest.mark.parametrize("sample", samples(BEFORE))
def test_what_was_said_before_is_read_today(sample: Any) -> None:
    _, message = decode(sample["topic"], json.dumps(sample["payload"]).encode())
    assert type(message).__name__ == sample["message"]
    assert holds(json.loads(encode(message)), sample["payload"])


@pytest.mark.parametrize("sample", [*samples(BEFORE), *samples(NOW)])
def test_fields_that_are_not_known_yet_are_passed_over(sample: Any) -> None:
    _, message = decode(sample["topic"], json.dumps(sample["payload"]).encode())
    told = json.dumps(with_news(message))
    assert told.count("zz_news") >= 1
    assert decode(sample["topic"], told.encode())[1] == message


@pytest.mark.parametrize("sample", samples(NOW))
def test_what_is_said_today_was_read_before(sample: Any) -> None:
    """By the schemas of then; with every field written out, as it goes over the wire."""
    if sample["message"] not in OLD:
        assert sample["topic"] != topics.HUB_STATUS, "it was there before"
        return  # a kind of message that the other side refuses at its gate, and goes on
    _, message = decode(sample["topic"], json.dumps(sample["payload"]).encode())
    schema = {"$ref": f"{REF}{sample['message']}", "components": {"schemas": OLD}}
    Draft202012Validator(schema).validate(json.loads(encode(message)))


@pytest.mark.parametrize("name", sorted(OLD))
def test_changes_are_additive(name: str) -> None:
    assert list(broken(OLD[name], NEW.get(name))) == []


def broken(old: Any, new: Any) -> Iterator[str]:
    """What one side would miss."""
    if new is None:
        yield "the message is gone"
        return
    had, has = old.get("properties", {}), new.get("properties", {})
    yield from (f"{field} is gone" for field in had.keys() - has.keys())
    yield from (
        f"{field} is asked for, the other side may not send it"
        for field in set(new.get("required", ())) - set(old.get("required", ()))
    )
    for field in had.keys() & has.keys():
        lost = words(had[field]) - words(has[field])
        yield from (f"{field} does not take {word!r} any more" for word in sorted(lost))


def words(field: Any) -> set[str]:
    """The words that a field takes, if it takes but some."""
    found = set(map(str, field.get("enum", ())))
    for part in (*field.get("anyOf", ()), *filter(None, [field.get("items")])):
        if isinstance(part, dict):
            found |= words(part)
    return found


def test_a_field_that_goes_and_one_that_is_asked_for_are_seen() -> None:
    old = {"properties": {"a": {"enum": ["x", "y"]}, "b": {}}, "required": ["a"]}
    new = {"properties": {"a": {"enum": ["x"]}, "c": {}}, "required": ["a", "c"]}
    assert len(list(broken(old, new))) == 3


def test_todays_hub_holds_a_meeting_with_a_room_of_before() -> None:
    told = {one["message"]: one for one in (param.values[0] for param in samples(BEFORE))}
    live = Live()
    for name in ("Status", "Describe", "FloorState", "Event"):
        topic, message = decode(told[name]["topic"], json.dumps(told[name]["payload"]).encode())
        assert topic is not None
        match message:
            case messages.Status():
                live.give(commands.StatusHeard(topic.room, message))
            case messages.Describe():
                live.give(commands.DescribeHeard(topic.room, message))
            case messages.FloorState():
                live.floor(topic.room, message)
            case messages.Event():
                live.event(topic.room, message)
            case other:
                raise AssertionError(other)
    assert live.meeting.rooms["main"].online
    assert live.replayed().rooms["main"].plan == live.meeting.rooms["main"].plan
