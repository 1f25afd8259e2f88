"""A hub as a process between an eCabinet application and a receiver of facts, killed in its tries.

Owns the way of the bridge file through the command line. What poller and webhook bear is tested
in-process (``tests/unit/test_bridge_*``).
"""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from aiohttp import web

from edge.contract import topics
from hub.bridges.webhook import signature
from tests import hub_room
from tests.bridge_peers import SECRET, Receiver, head, served
from tests.broker import Mosquitto
from tests.hub_process import HubProcess, command, page_of

pytestmark = pytest.mark.broker

WAIT_S = 45.0

FILE = """\
[poll]
url = "{poll}"
token_file = "secret"
every_s = 5.0

[webhook]
url = "{hook}"
secret_file = "secret"

[mqtt]
facts = true
"""


async def test_a_fetched_meeting_is_held_and_told_over_a_kill_of_the_hub(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    receiver, asked = Receiver(), list[str | None]()
    receiver.answers = [503] * 10_000  # its proxy is there, and it is not

    async def ecabinet(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization"))
        people = [{"person": "cb-1", "name": "Nguyễn Văn An", "seat": "main/1"}]
        return web.json_response({**head("hop-1"), "people": people})

    async with served(ecabinet) as poll, served(receiver.take) as hook:
        bridge = tmp_path / "bridge.toml"
        (tmp_path / "secret").write_bytes(SECRET + b"\n")
        bridge.write_text(FILE.format(poll=poll, hook=hook), "utf-8")
        await _subscribed(mosquitto)
        hub = HubProcess(tmp_path, mosquitto.port, "--bridge", str(bridge))
        await asyncio.to_thread(hub.start)
        try:
            async with hub_room.on_broker(mosquitto.port) as room, asyncio.timeout(WAIT_S):
                await room.arrive()
                await _held(hub, receiver)
                heard = [await _heard(mosquitto)]
                await asyncio.to_thread(hub.end, signal.SIGKILL)
                receiver.answers.clear()  # and it comes back while the hub is away
                await asyncio.to_thread(hub.start)
                await receiver.has(1)
                async with page_of(hub) as (page, _):
                    await page.until(lambda s: "webhook" not in s["hub"]["alerts"])
        finally:
            if hub.running:
                hub.end(signal.SIGKILL)
    assert asked[0] == f"Bearer {SECRET.decode()}"
    first = receiver.facts()[0]
    assert (first["type"], first["meeting"], first["data"]["state"]) == (
        "meeting",
        "hop-1",
        "begun",
    )
    headers, body = receiver.got[0]
    assert headers["X-Phonghop-Signature"] == signature(
        SECRET, headers["X-Phonghop-Timestamp"], body
    )
    assert [{**fact, "v": 1} for fact in receiver.facts()[:1]] == heard
    assert {first["id"]} == set(receiver.refused)  # the same fact as before the kill


def _reader(mosquitto: Mosquitto) -> aiomqtt.Client:
    """With a session of its own: the broker keeps for it what comes while it is away."""
    return aiomqtt.Client(
        mosquitto.host, mosquitto.port, identifier="ecabinet", clean_session=False
    )


async def _subscribed(mosquitto: Mosquitto) -> None:
    async with _reader(mosquitto) as reader:
        await reader.subscribe(topics.HUB_FACT, qos=1)


async def _heard(mosquitto: Mosquitto) -> Any:
    """The first fact at the broker."""
    async with _reader(mosquitto) as reader:
        async for message in reader.messages:
            return json.loads(bytes(message.payload))  # type: ignore[arg-type]
    raise AssertionError("the broker has ended")


async def _held(hub: HubProcess, receiver: Receiver) -> None:
    """The fetched meeting begins, and the technician sees that the receiver takes nothing."""
    async with page_of(hub) as (page, session):
        await page.until(lambda s: any(each["id"] == "hop-1" for each in s["meetings"]))
        assert (await command(session, "start_meeting", meeting="hop-1"))[0] == 202
        state: Any = await page.until(lambda s: s["hub"]["alerts"]["webhook"])
        assert "answers 503" in state["hub"]["alerts"]["webhook"]["evidence"]
    assert receiver.got == []
