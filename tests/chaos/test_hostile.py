"""The hostile client sends what is refused, and only into its own room.

Owns the tests of that client. What the site does meanwhile: ``make chaos``.
"""

from __future__ import annotations

import asyncio
import random
from itertools import islice

import aiomqtt
import pytest

from edge.contract import topics
from edge.contract.wire import Gatekeeper, each_event
from tests.broker import Mosquitto
from tests.chaos.history import History
from tests.chaos.hostile import garbage, harass
from tests.chaos.packets import Publish
from tests.chaos.schedule import deck

HEARD = 300


def test_nothing_of_it_passes_and_all_of_it_is_in_the_room() -> None:
    gate = Gatekeeper()
    sent = list(islice(garbage("main", random.Random(1)), 500))
    assert all(gate.admit(name, payload) is None for name, payload in sent)
    assert {name.split("/")[2] for name, _ in sent} == {"main"}
    named = [topic for topic in (topics.parse(name) for name, _ in sent) if topic is not None]
    assert {topic.direction for topic in named} == {"up", "down"}
    assert len({topic.kind for topic in named}) > 15
    assert len({name for name, _ in sent}) > 60
    assert all(one.event is None for _, payload in sent for one in each_event(payload))


def test_nobody_is_judged_by_what_it_says() -> None:
    history = History()
    for name, payload in islice(garbage("main", random.Random(2)), 2000):
        publish = Publish(name, payload, 0, None, dup=False, retain=False)
        history.witness_room("main", "up", publish)
        history.witness_room("main", "down", publish)
        history.witness_hub("down", publish)
    assert not history.deliveries
    assert not history.told_rev
    assert not history.floors


def test_every_room_has_a_hostile_client_in_the_deck() -> None:
    assert {target for kind, target in deck() if kind == "hostile"} == {
        "client-main",
        "client-satellite-1",
    }


@pytest.mark.broker
async def test_it_floods_a_real_broker(mosquitto: Mosquitto) -> None:
    async with aiomqtt.Client("127.0.0.1", mosquitto.port, identifier="ear") as ear:
        await ear.subscribe("phonghop/v1/main/#")
        sending = asyncio.create_task(harass(mosquitto.port, "main", 60.0, seed=1))
        gate, heard = Gatekeeper(), 0
        async for message in ear.messages:
            assert isinstance(message.payload, bytes)
            assert gate.admit(str(message.topic), message.payload) is None
            assert not message.retain
            heard += 1
            if heard == HEARD:
                break
        sending.cancel()
        await asyncio.wait({sending})
    assert gate.total_refused == HEARD
