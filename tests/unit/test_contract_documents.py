"""The contract's documents are what the models say, and every sample payload still passes.

The samples are what rooms and hubs in the field send; one that no longer passes, or comes
back different, is a change that contract v1 does not allow.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.contract import messages
from edge.contract.document import documents
from edge.contract.wire import decode, encode

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "tests/golden/contract").glob("*.json"))


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_documents_are_up_to_date(name: str) -> None:
    """Else: ``python -m edge.contract.document docs/contract``."""
    written = json.loads((ROOT / "docs/contract" / name).read_text())
    assert written == json.loads(json.dumps(documents()[name]))


def test_every_payload_has_a_sample() -> None:
    sampled = {json.loads(path.read_text())["message"] for path in SAMPLES}
    assert sampled == {m.__name__ for m in {messages.HubStatus, *messages.PAYLOADS.values()}}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_pass_both_ways(path: Path) -> None:
    sample = json.loads(path.read_text())
    _, message = decode(sample["topic"], json.dumps(sample["payload"]).encode())
    assert type(message).__name__ == sample["message"]
    again = json.loads(encode(message))
    assert {key: again[key] for key in sample["payload"]} == sample["payload"]
