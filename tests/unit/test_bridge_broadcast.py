"""What happens in meetings, told at the broker: each fact until the broker has it.

Owns ``hub.bridges.broadcast`` and the link's word for it (``send_surely``). The way through a real
broker: ``tests/system/test_bridges.py``.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from edge.contract import topics
from edge.contract.facts import Fact
from edge.contract.wire import MAX_PAYLOAD_BYTES, decode
from hub.bridges import broadcast, notes
from hub.bridges.broadcast import Broadcast
from hub.bridges.course import Fact as Told
from hub.link import PASSING_MOST, Heard, Link
from tests.bridge_peers import WAIT_S, at_once, prepare, running, speak, telling
from tests.meeting_house import House, house


class Broker:
    """Has what it said that it has, after the answers that the test laid out."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.heard: list[bytes] = []
        self.tries = 0
        self.news = asyncio.Condition()

    async def send_surely(self, topic: str, data: bytes) -> bool:
        assert topic == topics.HUB_FACT
        self.tries += 1
        if self.answers and not self.answers.pop(0):
            return False
        async with self.news:
            self.heard.append(data)
            self.news.notify_all()
        return True

    async def has(self, many: int) -> None:
        async with asyncio.timeout(WAIT_S), self.news:
            await self.news.wait_for(lambda: len(self.heard) >= many)

    def seats(self) -> list[str]:
        return [json.loads(data)["data"]["seat"] for data in self.heard]


async def begun(hub: House) -> None:
    """A room, and the place up to which everything has been told."""
    await prepare(hub)
    await telling(hub, broadcast.NOTE).begin()


async def test_facts_are_messages_of_the_contract_told_in_order_until_the_broker_has_them(
    tmp_path: Path,
) -> None:
    broker = Broker(True, False, False, True)
    async with house(tmp_path) as hub:
        await begun(hub)
        for seat in ("main/1", "main/2", "main/3"):
            await speak(hub, seat)
        part = Broadcast(telling(hub, broadcast.NOTE), lambda: broker, at_once)
        async with running(part.run()):
            await broker.has(3)
    assert broker.seats() == ["main/1", "main/2", "main/3"]
    assert broker.tries == 5
    topic, fact = decode(topics.HUB_FACT, broker.heard[0])
    assert topic is None
    assert isinstance(fact, Fact)
    assert (fact.type, fact.data["seat"]) == ("speech", "main/1")


async def test_a_killed_hub_goes_on_where_it_was_and_apart_from_the_webhook(tmp_path: Path) -> None:
    broker = Broker()
    async with house(tmp_path) as hub:
        await begun(hub)
        await speak(hub, "main/1")
        async with running(Broadcast(telling(hub, broadcast.NOTE), lambda: broker).run()):
            await broker.has(1)
            while (await notes.recall(hub.store, broadcast.NOTE))[1] > 100:
                await asyncio.sleep(0)
        await speak(hub, "main/2")
    async with house(tmp_path) as hub:
        async with running(Broadcast(telling(hub, broadcast.NOTE), lambda: broker).run()):
            await broker.has(2)
        assert (await notes.recall(hub.store, "webhook"))[1] > 100  # it has told nothing
    assert broker.seats() == ["main/1", "main/2"]


async def test_what_is_too_long_for_the_broker_holds_nothing_up(tmp_path: Path) -> None:
    broker = Broker()
    async with house(tmp_path) as hub:
        part = Broadcast(telling(hub, broadcast.NOTE), lambda: broker)
        await part._tell(Told("1-0-0", "result", "m", {"text": "x" * MAX_PAYLOAD_BYTES}))
    assert broker.tries == 0


async def _deaf(heard: Heard) -> None:
    raise AssertionError("nobody speaks")


async def test_the_link_says_no_when_the_connection_goes_or_is_not_there() -> None:
    link = Link("127.0.0.1", 1, 7, _deaf, lambda _: None)
    assert not await link.send_surely(topics.HUB_FACT, b"{}")
    link._set_connected(True)
    asked = [asyncio.create_task(link.send_surely(topics.HUB_FACT, b"%d" % n)) for n in range(2)]
    await asyncio.sleep(0)
    assert [each.data for each in link._waiting.values() if each.told] == [b"0", b"1"]
    under_way = next(each for each in link._waiting.values() if each.told)
    link._waiting.clear()  # on their way, when the connection breaks
    link._set_connected(False)
    async with asyncio.timeout(WAIT_S):
        assert await asyncio.gather(*asked) == [False, False]
    assert under_way.told is not None
    assert not link._awaited
    link._set_connected(True)
    link._passing_waiting = PASSING_MOST
    assert not await link.send_surely(topics.HUB_FACT, b"{}")
