"""The contract's documents are what the models say, and every sample payload still passes.

The samples are what rooms and hubs in the field send; one that no longer passes, or comes
back different, is a change that contract v1 does not allow.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import get_args

import pytest

from edge.contract import messages
from edge.contract.document import documents
from edge.contract.facts import OF_HUB
from edge.contract.wire import decode, encode
from edge.rules import ballot_plan, ballot_state, intents, settings

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "tests/golden/contract").glob("*.json"))


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_documents_are_up_to_date(name: str) -> None:
    """Else: ``python -m edge.contract.document docs/contract``."""
    written = json.loads((ROOT / "docs/contract" / name).read_text())
    assert written == json.loads(json.dumps(documents()[name]))


def test_every_payload_has_a_sample() -> None:
    sampled = {json.loads(path.read_text())["message"] for path in SAMPLES}
    assert sampled == {m.__name__ for m in {*OF_HUB.values(), *messages.PAYLOADS.values()}}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_pass_both_ways(path: Path) -> None:
    sample = json.loads(path.read_text())
    _, message = decode(sample["topic"], json.dumps(sample["payload"]).encode())
    assert type(message).__name__ == sample["message"]
    assert holds(json.loads(encode(message)), sample["payload"])


def holds(now: object, then: object) -> bool:
    """Everything that was said then is said now; new fields may stand beside it."""
    if isinstance(then, dict) and isinstance(now, dict):
        return all(key in now and holds(now[key], value) for key, value in then.items())
    if isinstance(then, list) and isinstance(now, list):
        return len(now) == len(then) and all(map(holds, now, then))
    return now == then


def test_the_words_of_the_floor_are_those_of_the_rules() -> None:
    assert get_args(messages.Mode) == get_args(settings.Mode)
    assert get_args(messages.Kind) == get_args(settings.Kind)
    assert get_args(messages.Registration) == get_args(settings.Registration)
    said = set(get_args(messages.Intent)) - {"none"}
    meant = {word for part in get_args(intents.Intent) for word in get_args(part)}
    assert said == (meant or set(get_args(intents.Intent)))


def test_the_settings_of_the_floor_are_those_of_the_rules() -> None:
    """Same names, same defaults: a room alone keeps the floor as the meeting did."""
    told = messages.FloorSettings().model_dump()
    rules = dataclasses.asdict(
        dataclasses.replace(settings.Settings(), max_open_per_room={}, seat_priority={}, limit_s={})
    )
    assert told == {**rules, "protected": []}


def test_the_words_of_a_ballot_are_those_of_the_rules() -> None:
    assert get_args(messages.Ballot.model_fields["kind"].annotation) == get_args(ballot_plan.Kind)
    assert get_args(messages.Ballot.model_fields["press"].annotation) == get_args(
        ballot_plan.PressRule
    )
    assert set(get_args(messages.Ballot.model_fields["stage"].annotation)) == {
        str(stage) for stage in ballot_state.Stage
    }
