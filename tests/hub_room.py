"""A room that speaks the contract, for tests of the hub: no devices, no rules, no outbox.

Owns one MQTT connection and what came over it. Says only what the test lets it say.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiomqtt

from edge.contract import messages, topics
from edge.contract.wire import encode
from tests.rig import NODELAY

Json = dict[str, Any]

EXTRAS = ("ended", "contact", "alarm", "fire", "hold", "spoken_s", "free")


def describe(boot: str, seats: int = 3, title: str = "Phòng") -> messages.Describe:
    """A room with so many seats, one camera and one display."""
    text = messages.Text(vi=title, en=title)
    return messages.Describe(
        boot=boot,
        title=text,
        on_link_loss="standalone",
        seats=[
            messages.SeatPlace(number=n, position_m=(n, 1.0, 1.2), device="bus-1")
            for n in range(1, seats + 1)
        ],
        devices=[
            messages.DevicePlace(id="bus-1", kind="units", title=text),
            messages.DevicePlace(id="cam-1", kind="camera", title=text),
            messages.DevicePlace(id="display-1", kind="display", title=text),
        ],
        scenes=[messages.ScenePlace(id="conference", title=text)],
    )


def status(state: Any, boot: str, epoch: str = "e1", start: int = 0) -> messages.Status:
    """Birth, or will."""
    return messages.Status(state=state, boot=boot, epoch=epoch, version="test", start=start)


def floor_state(boot: str, authority: Any = "none", report: int = 0, **more: Any) -> Any:
    """The room's own floor; ``speaking`` and ``queue`` as (seat, for_ms) pairs."""
    return messages.FloorState(
        boot=boot,
        rev=more.get("rev", 0),
        authority=authority,
        report=report,
        mode="open",
        speaking=[messages.Turn(seat=s, for_ms=ms) for s, ms in more.get("speaking", ())],
        queue=[messages.Waiting(seat=s, for_ms=ms) for s, ms in more.get("queue", ())],
        **{key: more[key] for key in EXTRAS if key in more},
    )


def press(room: str, seq: int, seat: str | None, intent: Any = "ask", **more: Any) -> Any:
    """One press as an event."""
    body = messages.Press(
        key="mic",
        intent=intent,
        seat=seat,
        leads=more.get("leads", "hub"),
        report=more.get("report", 0),
    )
    return messages.Event(
        id=f"{room}-{seq}",
        source=room,
        epoch=more.get("epoch", "e1"),
        seq=seq,
        boot=more.get("boot", "b1"),
        start=more.get("start", 0),
        mono_ms=0,
        ts=0.0,
        kind="press",
        body=body.model_dump(),
        age_ms=more.get("age_ms", 0),
    )


class FakeRoom:
    """One room on the broker."""

    def __init__(self, client: aiomqtt.Client, room: str, boot: str) -> None:
        """Made by ``on_broker``."""
        self.room = room
        self.boot = boot
        self.heard: list[tuple[str, Json]] = []
        self._client = client
        self._news = asyncio.Condition()

    async def say(self, kind: str, message: messages.Message, item: str | None = None) -> None:
        """Publish under ``up``; everything but events and results is retained."""
        await self.say_raw(kind, encode(message), item)

    async def say_raw(self, kind: str, data: bytes, item: str | None = None) -> None:
        """The same with bytes."""
        retain = kind not in ("event", "events", "result")
        await self._client.publish(topics.up(self.room, kind, item), data, qos=1, retain=retain)

    async def arrive(self, seats: int = 3) -> None:
        """Everything a room says when it starts, and wait for the hub's floor."""
        await self.say("status", status("online", self.boot))
        await self.say("describe", describe(self.boot, seats))
        await self.say("state", floor_state(self.boot), "floor")
        await self.until("floor", lambda m: m["for_boot"] == self.boot)

    async def listen(self) -> None:
        """Keep what comes, until cancelled."""
        async for message in self._client.messages:
            topic = topics.parse(str(message.topic))
            kind = topic.kind if topic is not None else "hub"
            async with self._news:
                self.heard.append((kind, json.loads(bytes(message.payload))))
                self._news.notify_all()

    async def until(
        self, kind: str, predicate: Callable[[Json], bool], patience_s: float = 10.0
    ) -> Json:
        """The first message of this kind that fits, heard already or still to come."""

        def found() -> Json | None:
            return next((m for k, m in self.heard if k == kind and predicate(m)), None)

        try:
            async with asyncio.timeout(patience_s), self._news:
                await self._news.wait_for(lambda: found() is not None)
        except TimeoutError as error:
            raise AssertionError(f"no such {kind} in {self.heard[-5:]}") from error
        answer = found()
        assert answer is not None
        return answer


@contextlib.asynccontextmanager
async def on_broker(port: int, room: str = "main", boot: str = "b1") -> AsyncIterator[FakeRoom]:
    """A connected room, with its will; leaving with an error fires the will."""
    will = aiomqtt.Will(
        topics.up(room, "status"), encode(status("offline", boot)), qos=1, retain=True
    )
    async with aiomqtt.Client(
        "127.0.0.1",
        port,
        identifier=f"room-{room}-{boot}",
        will=will,
        bind_address="127.0.0.1",
        socket_options=NODELAY,
    ) as client:
        fake = FakeRoom(client, room, boot)
        await client.subscribe([(f"{topics.ROOT}/{room}/down/#", 1), (topics.HUB_STATUS, 1)])
        listening = asyncio.create_task(fake.listen(), name=f"fake room {room}")
        try:
            yield fake
        finally:
            listening.cancel()
            await asyncio.wait({listening})
