"""Supervision, the word with systemd, and the link's manners on a real broker."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import pytest

from drivers.core import session
from edge.contract import messages, topics
from edge.contract.wire import encode
from edge.runtime.gathering import Gathering
from edge.runtime.link import Link
from edge.runtime.notify import Pulse, notify, watchdog_period_s
from edge.runtime.outbox import Outbox
from edge.runtime.supervisor import Supervisor
from tests.broker import Mosquitto
from tests.fake_systemd import Systemd


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once: the schedule itself is tested in test_retries."""
    monkeypatch.setattr("edge.runtime.supervisor.retry_delay_s", lambda attempt: 0.001)
    monkeypatch.setattr("edge.runtime.link.retry_delay_s", lambda attempt: 0.02)


async def test_a_task_that_fails_is_restarted_and_the_others_never_notice() -> None:
    supervisor = Supervisor()
    starts = {"bad": 0, "good": 0}
    third = asyncio.Event()

    async def bad() -> None:
        starts["bad"] += 1
        if starts["bad"] == 3:
            third.set()
            await asyncio.Event().wait()
        if starts["bad"] == 2:
            return  # to end by itself is a failure, too
        raise RuntimeError("the first time")

    async def good() -> None:
        starts["good"] += 1
        await asyncio.Event().wait()

    supervisor.add("bad", bad)
    supervisor.add("good", good)
    running = asyncio.create_task(supervisor.run())
    await third.wait()
    running.cancel()
    await asyncio.wait({running})
    assert starts == {"bad": 3, "good": 1}
    assert supervisor.restarts == {"bad": 2}
    assert supervisor.last_error == {"bad": "ended by itself"}


def test_a_name_is_used_once() -> None:
    supervisor = Supervisor()
    supervisor.add("link", asyncio.Event().wait)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="two tasks are called 'link'"):
        supervisor.add("link", asyncio.Event().wait)  # type: ignore[arg-type]


def test_m6_rooms_that_lose_power_together_do_not_march_in_step() -> None:
    """A hundred first retries: no window of 100 ms holds more than half of them."""
    delays = sorted(session.retry_delay_s(3) for _ in range(100))
    fullest = max(sum(1 for d in delays if low <= d < low + 0.1) for low in delays)
    assert fullest <= 50
    assert all(0.0 < session.retry_delay_s(n) <= session.RETRY_MOST_S for n in range(50))


def test_the_watchdog_is_fed_only_while_everything_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd = Systemd(tmp_path)
    systemd.watch(monkeypatch)
    counts = {"loop": 0, "outbox": 0}
    pulse = Pulse({name: lambda name=name: counts[name] for name in counts})  # type: ignore[misc]
    assert pulse.beat() == []
    assert systemd.heard() == ["WATCHDOG=1"]
    counts["loop"] += 1
    assert pulse.beat() == ["outbox"]
    assert systemd.heard() == []
    counts.update(loop=2, outbox=1)
    assert pulse.beat() == []
    assert systemd.heard() == ["WATCHDOG=1"]
    systemd.close()


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    notify("READY=1")
    assert watchdog_period_s() is None
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    assert watchdog_period_s() == pytest.approx(6.67, abs=0.01)


class Room:
    """The least that a link needs around it."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.outbox = Outbox(folder / "o.sqlite", "b1")
        self.delivered: asyncio.Queue[messages.Message] = asyncio.Queue()
        self.up = asyncio.Event()
        self.down = asyncio.Event()
        self.link = Link(
            "main",
            broker.host,
            broker.port,
            self.outbox,
            lambda state: messages.Status(state=state, boot="b1", epoch="e", version="0"),  # type: ignore[arg-type]
            lambda topic, message: self.delivered.put_nowait(message),
            self._changed,
        )

    def _changed(self, up: bool) -> None:
        (self.up if up else self.down).set()
        (self.down if up else self.up).clear()


@contextlib.asynccontextmanager
async def running(folder: Path, broker: Mosquitto) -> AsyncIterator[Room]:
    room = Room(folder, broker)
    task = asyncio.create_task(room.link.run())
    try:
        await asyncio.wait_for(room.up.wait(), 10)
        yield room
    finally:
        task.cancel()
        await asyncio.wait({task})
        await room.outbox.close()


def nodelay_sockets() -> list[int]:
    """TCP_NODELAY of every TCP socket this process has connected."""
    found = []
    for number in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            copy = socket.fromfd(int(number.name), socket.AF_INET, socket.SOCK_STREAM)
            with copy:
                if copy.getsockname() and copy.getpeername():
                    found.append(copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    return [value for value in found if isinstance(value, int)]


@pytest.mark.broker
async def test_nodelay_holds_after_connect_and_after_reconnect(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """One socket left at its default costs 40 ms on every path through it."""
    async with running(tmp_path, mosquitto) as room:
        first = nodelay_sockets()
        assert first
        assert all(first)
        mosquitto.restart()
        await asyncio.wait_for(room.down.wait(), 10)
        await asyncio.wait_for(room.up.wait(), 10)
        again = nodelay_sockets()
        assert again
        assert all(again)


@pytest.mark.broker
async def test_what_is_retained_is_said_again_to_a_broker_that_forgot(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """And a cleared topic stays cleared."""
    async with running(tmp_path, mosquitto) as room:
        state = messages.FloorState(
            boot="b1", rev=1, authority="none", report=0, mode="open", speaking=[], queue=[]
        )
        name = topics.up("main", "state", "floor")
        alert = topics.up("main", "alert", "cam")
        room.link.publish_state(name, state)
        room.link.publish_state(alert, None)
        mosquitto.kill()
        for file in Path(mosquitto._folder).glob("*.db*"):
            file.unlink()
        await asyncio.wait_for(room.down.wait(), 10)
        mosquitto.start()
        await asyncio.wait_for(room.up.wait(), 10)
        async with aiomqtt.Client(mosquitto.host, mosquitto.port, identifier="ear") as ear:
            await ear.subscribe("phonghop/v1/main/up/#", qos=1)
            seen: set[str] = set()
            async with asyncio.timeout(10):
                async for message in ear.messages:
                    seen.add(str(message.topic))
                    if {name, topics.up("main", "status")} <= seen:
                        break
        assert alert not in seen


@pytest.mark.broker
async def test_a_message_that_breaks_us_does_not_end_the_link(
    tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's status is retained: it would end each new connection as well."""
    async with running(tmp_path, mosquitto) as room:

        def breaks(_topic: object, message: messages.Message) -> None:
            if isinstance(message, messages.HubStatus):
                raise ZeroDivisionError
            room.delivered.put_nowait(message)

        monkeypatch.setattr(room.link, "_deliver", breaks)
        async with aiomqtt.Client(mosquitto.host, mosquitto.port, identifier="hub") as hub:
            status = messages.HubStatus(state="online", gen=1)
            await hub.publish(topics.HUB_STATUS, encode(status), qos=1, retain=True)
            time_of_hub = encode(messages.HubTime(gen=1, mono_ms=5))
            await hub.publish(topics.down("main", "time"), time_of_hub, qos=1)
        heard = await asyncio.wait_for(room.delivered.get(), 10)
        assert isinstance(heard, messages.HubTime)
        assert room.link.connected
        assert room.link.gatekeeper.total_refused == 1


@pytest.mark.broker
async def test_an_event_is_sent_until_its_receipt(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """Also across a restart of the broker, which knows nothing of receipts."""
    async with running(tmp_path, mosquitto) as room:
        for round_number in range(2):
            async with aiomqtt.Client(mosquitto.host, mosquitto.port, identifier="hub") as hub:
                await hub.subscribe("phonghop/v1/main/up/event", qos=1)
                if round_number == 0:
                    _, done = room.outbox.append("press", {"key": "mic"}, 0.0)
                    await done
                else:
                    room.outbox.forget_sent()
                    room.link._wake.set()
                async with asyncio.timeout(10):
                    message = await anext(aiter(hub.messages))
                assert b'"seq":1' in bytes(message.payload)  # type: ignore[arg-type]
            if round_number == 0:
                mosquitto.restart()
                await asyncio.wait_for(room.down.wait(), 10)
                await asyncio.wait_for(room.up.wait(), 10)
        async with aiomqtt.Client(mosquitto.host, mosquitto.port, identifier="hub") as hub:
            receipt = messages.Receipt(epoch=room.outbox.epoch, upto=1)
            await hub.publish(
                topics.down("main", "receipt"), receipt.model_dump_json().encode(), qos=1
            )
            delivered = await asyncio.wait_for(room.delivered.get(), 10)
        assert delivered == receipt


@pytest.mark.broker
async def test_what_waits_for_a_receipt_goes_together(
    tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub with much to do gets fewer and longer messages."""
    monkeypatch.setattr("edge.runtime.gathering.MOST_S", 60.0)
    monkeypatch.setattr("edge.runtime.gathering.LEAST_S", 60.0)
    async with (
        running(tmp_path, mosquitto) as room,
        aiomqtt.Client(mosquitto.host, mosquitto.port, identifier="hub") as hub,
    ):

        async def say(name: str, message: messages.Message) -> None:
            await hub.publish(name, message.model_dump_json().encode(), qos=1)
            assert await asyncio.wait_for(room.delivered.get(), 10) == message

        async def press(number: int) -> None:
            await room.outbox.append("press", {"key": str(number)}, 0.0)[1]

        async def heard() -> list[int]:
            message = await asyncio.wait_for(anext(aiter(hub.messages)), 10)
            events = json.loads(bytes(message.payload))["events"]  # type: ignore[arg-type]
            return [event["seq"] for event in events]

        await hub.subscribe("phonghop/v1/main/up/events", qos=1)
        await say(
            topics.HUB_STATUS, messages.HubStatus(state="online", gen=1, events_together=True)
        )
        await press(1)
        assert await heard() == [1]
        for number in (2, 3, 4):
            await press(number)
        room.outbox.settle(room.outbox.epoch, 1, [], [])
        await say(topics.down("main", "receipt"), messages.Receipt(epoch="any", upto=1))
        assert await heard() == [2, 3, 4]


@pytest.mark.broker
async def test_an_older_hub_gets_one_event_in_one_message(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with (
        running(tmp_path, mosquitto) as room,
        aiomqtt.Client(mosquitto.host, mosquitto.port, identifier="hub") as hub,
    ):
        await hub.subscribe("phonghop/v1/main/up/+", qos=1)
        await asyncio.gather(*(room.outbox.append("press", {}, 0.0)[1] for _ in range(3)))
        found = []
        async with asyncio.timeout(10):
            async for message in hub.messages:
                if message.topic.value.endswith("/event"):
                    found.append(json.loads(bytes(message.payload))["seq"])  # type: ignore[arg-type]
                if len(found) == 3:
                    break
        assert sorted(found) == [1, 2, 3]


def test_patience_follows_the_answers_of_the_hub() -> None:
    waits = Gathering()

    def patience_s(from_s: float) -> float:
        """How long the next events wait when no receipt comes."""
        waits.sent(from_s)
        steps = (n / 1024 for n in range(6000))
        return next(span_s for span_s in steps if waits.may_send(from_s + span_s))

    assert patience_s(0.0) == pytest.approx(0.05, abs=0.002)
    assert patience_s(0.1) == pytest.approx(0.1, abs=0.002)  # perhaps there is too much to do
    waits.sent(0.3)
    assert not waits.may_send(0.4)
    waits.answered(0.4)  # counted from the first that was not answered
    assert waits.may_send(0.4)
    assert patience_s(30.0) == pytest.approx(0.8, abs=0.002)
    waits.answered(31.0)
    waits.sent(40.0)
    waits.answered(40.002)
    assert patience_s(50.0) == pytest.approx(0.05, abs=0.002)
    assert waits.resend_after_s == pytest.approx(5.0)


def test_a_hub_that_needs_long_is_not_sent_the_same_again() -> None:
    waits = Gathering()
    waits.sent(0.0)
    waits.answered(20.0)
    assert waits.resend_after_s == pytest.approx(10.0)
    for second in range(30, 90, 10):
        waits.sent(second)
        assert waits.may_send(second + 5.0)  # for ever nobody waits
