"""The MQTT side of the hub: connects, hears every room, sends in order, connects again.

Theory. Nothing that matters depends on the broker's memory: whatever is retained is sent
anew after each connection, and a room repeats its events until they are receipted. What goes
out waits in one queue; a newer retained message replaces an older one that still waits, and
while there is no connection nothing waits at all.

Owns the connection, the judgement of incoming messages (through the contract's gatekeeper)
and the order of outgoing ones. Must not know what messages lead to.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import aiomqtt

from edge.contract import messages, topics
from edge.contract.wire import MAX_PAYLOAD_BYTES, BadMessage, Gatekeeper, decode, each_event, encode
from hub.supervise import apart, retry_delay_s

log = logging.getLogger(__name__)

KEEPALIVE_S = 5
"""A dead link is noticed after about twice this."""

RETRY_MOST_S = 5.0
"""Longest pause between two attempts; the pause itself is random, so that hub and rooms do
not come back in step after a power cut."""

STEADY_S = 10.0
"""A connection that held this long was a good one: the next pause is short again."""

INCOMING_MOST = 50_000
"""Messages that may wait inside the client: what is more is lost, and rooms send their events
again. 1,000 rooms with 16 retained topics each, three times over."""

PASSING_MOST = 10_000
"""Messages that are not retained and may wait to go out. Retained ones replace each other, so
there are never more of them than topics."""

IN_FLIGHT = 100
"""Publishes that may wait for the broker's acknowledgement at once. It comes on the same stream
as what rooms send: with few, a thousand rooms that vote would wait for their receipts."""

CONTACT_BITS = 20
"""Connections are counted inside a start of the hub: a number never comes again, it only grows,
and with a generation in seconds since 1970 it stays below 2**53, exact in every JSON reader."""

NODELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
"""Without it Nagle's algorithm and delayed acknowledgements cost some 40 ms per hop."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a room."""

    topic: topics.Topic
    message: messages.Message | None
    """None for a cleared alert, and for an event that could not be read."""
    raw: bytes = b""
    retained: bool = False
    why: str = ""
    """Why the event could not be read."""


@dataclass(frozen=True, slots=True)
class _Outgoing:
    topic: str
    data: bytes
    qos: int
    retain: bool
    told: asyncio.Future[bool] | None = None
    """Somebody waits to hear whether the broker has it."""


Deliver = Callable[[Heard], Awaitable[None]]


class Link:
    """The hub's connection. ``send`` may be called at any time, connected or not."""

    def __init__(
        self,
        host: str,
        port: int,
        gen: int,
        deliver: Deliver,
        on_change: Callable[[bool], None],
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        """Nothing is opened before ``run``; ``tls`` is asked at each connection.

        ``deliver`` gets each message and may hold the next one back; ``on_change`` is told
        when the connection is there and when it is gone.
        """
        self.connected = False
        self.contact = gen << CONTACT_BITS
        """Number of the present connection: see ``HubStatus.contact``."""
        self.turns = 0
        """Grows while sender and receiver live: proof of life for the watchdog."""
        self.gatekeeper = Gatekeeper()
        self.dropped = 0
        self.last_error: str | None = None
        self._address = (host, port)
        self._gen = gen
        self._deliver = deliver
        self._on_change = on_change
        self._tls = tls
        self._waiting: dict[str, _Outgoing] = {}
        self._awaited: set[asyncio.Future[bool]] = set()
        self._passing = 0
        self._passing_waiting = 0
        self._wake = asyncio.Event()

    def send(self, topic: str, data: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Put a message in the queue; does nothing while there is no connection."""
        if not self.connected:
            return
        outgoing = _Outgoing(topic, data, qos, retain)
        if not retain:
            if self._passing_waiting >= PASSING_MOST:
                self._drop()
                return
            self._put(outgoing)
            return
        self._waiting.pop(topic, None)
        self._waiting[topic] = outgoing
        self._wake.set()

    async def send_surely(self, topic: str, data: bytes) -> bool:
        """Send, and wait until the broker has it; False: it may not have it, so send it again."""
        if not self.connected or self._passing_waiting >= PASSING_MOST:
            return False
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._awaited.add(told)
        told.add_done_callback(self._awaited.discard)
        self._put(_Outgoing(topic, data, 1, False, told))
        return await told

    def _put(self, outgoing: _Outgoing) -> None:
        """One that is not retained: none replaces another."""
        self._passing_waiting += 1
        self._passing += 1
        self._waiting[f"{outgoing.topic}\0{self._passing}"] = outgoing
        self._wake.set()

    def _drop(self) -> None:
        self.dropped += 1
        if self.dropped == 1:
            log.error("broker takes too little: messages are dropped")

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        attempt = 0
        while True:
            started_s = time.monotonic()
            self.turns += 1
            try:
                await apart(self._connected_once())
            except* (aiomqtt.MqttError, OSError) as errors:
                self._complain(str(errors.exceptions[0]))
            finally:
                self._set_connected(False)
            attempt = 0 if time.monotonic() - started_s > STEADY_S else attempt + 1
            await asyncio.sleep(retry_delay_s(attempt, RETRY_MOST_S))

    def _complain(self, reason: str) -> None:
        if reason != self.last_error:
            log.warning("broker %s:%d: %s", *self._address, reason)
        self.last_error = reason

    async def _connected_once(self) -> None:
        host, port = self._address
        client = aiomqtt.Client(
            host,
            port,
            identifier="phonghop-hub",
            keepalive=KEEPALIVE_S,
            will=aiomqtt.Will(topics.HUB_STATUS, self._status("offline"), qos=1, retain=True),
            clean_session=True,
            max_inflight_messages=IN_FLIGHT,
            max_queued_incoming_messages=INCOMING_MOST,
            socket_options=NODELAY,
            timeout=5.0,
            tls_context=None if self._tls is None else self._tls(),
        )
        client.pending_calls_threshold = IN_FLIGHT + 2
        async with client:
            self._forget()
            self._set_connected(True)
            await client.subscribe(f"{topics.ROOT}/+/up/#", qos=1)
            self.last_error = None
            log.info("broker %s:%d: connected", host, port)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._receive(client), name="hub link receiver")
                    tasks.create_task(self._send(client, tasks), name="hub link sender")
            except asyncio.CancelledError:
                await self._say_goodbye(client)
                raise

    async def _say_goodbye(self, client: aiomqtt.Client) -> None:
        """A clean end fires no will, so the same is said by hand."""
        try:
            async with asyncio.timeout(1.0):
                await client.publish(topics.HUB_STATUS, self._status("offline"), qos=1, retain=True)
        except (aiomqtt.MqttError, TimeoutError):
            log.info("broker is gone before us; its will for us says the same")

    def _status(self, state: Literal["online", "offline"]) -> bytes:
        status = messages.HubStatus(
            state=state,
            gen=self._gen,
            contact=self.contact,
            ts=time.time(),
            events_together=True,
        )
        return encode(status)

    def _set_connected(self, connected: bool) -> None:
        if connected == self.connected:
            return
        self.connected = connected
        if not connected:
            self._forget()
        else:
            self.contact += 1
            self.send(topics.HUB_STATUS, self._status("online"), retain=True)
        self._on_change(connected)

    def _forget(self) -> None:
        """Nothing waits without a connection, and nobody for what was under way on it."""
        self._waiting.clear()
        self._passing_waiting = 0
        for told in self._awaited:
            if not told.done():
                told.set_result(False)

    async def _receive(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            data = message.payload if isinstance(message.payload, bytes) else b""
            for heard in self._judge(message.topic.value, data, bool(message.retain)):
                await self._deliver(heard)

    def _judge(self, name: str, data: bytes, retained: bool) -> list[Heard]:
        """The message if it may pass; an unreadable event too, so that it can be put aside."""
        topic = topics.parse(name)
        if topic is not None and topic.kind == "alert" and topic.item is not None and not data:
            return [Heard(topic, None, retained=retained)]
        admitted = self.gatekeeper.admit(name, data)
        if topic is None or topic.direction != "up":
            return []
        if admitted is not None:
            return [Heard(topic, admitted[1], data, retained)]
        if topic.kind not in ("event", "events") or len(data) > MAX_PAYLOAD_BYTES:
            return []
        if topic.kind == "events" and (parts := each_event(data)):
            one = topics.Topic(topic.room, "up", "event")
            return [Heard(one, part.event, part.raw, retained, part.why) for part in parts]
        return [Heard(topic, None, data, retained, _why(name, data))]

    async def _send(self, client: aiomqtt.Client, tasks: asyncio.TaskGroup) -> None:
        """Tasks start in the order of their making, and the client writes at their start."""
        free = asyncio.Semaphore(IN_FLIGHT)

        async def publish(outgoing: _Outgoing) -> None:
            try:
                await client.publish(outgoing.topic, outgoing.data, outgoing.qos, outgoing.retain)
                if outgoing.told is not None and not outgoing.told.done():
                    outgoing.told.set_result(True)
            finally:
                free.release()

        while True:
            self._wake.clear()
            self.turns += 1
            while self._waiting:
                await free.acquire()
                outgoing = self._waiting.pop(next(iter(self._waiting)))
                self._passing_waiting -= not outgoing.retain
                tasks.create_task(publish(outgoing))
                self.turns += 1
            try:
                async with asyncio.timeout(1.0):
                    await self._wake.wait()
            except TimeoutError:
                continue  # nothing to send is a sign of life too


def _why(name: str, data: bytes) -> str:
    try:
        decode(name, data)
    except BadMessage as error:
        return str(error)
    return ""
