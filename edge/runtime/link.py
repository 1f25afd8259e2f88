"""The MQTT link of a room: connects, republishes, delivers, reconnects.

Theory. The broker may forget anything: so what is retained is kept here and published anew
after each connection, and events come from the outbox until the hub's receipt. Everything
goes out through one queue in order; a newer state replaces an older one that still waits.

Owns the connection to the broker. Must not know what messages mean.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiomqtt

from drivers.core.session import retry_delay_s
from edge.contract import messages, topics
from edge.contract.wire import EVENT_BYTES_MOST, BadMessage, Gatekeeper, encode, together
from edge.runtime import gathering
from edge.runtime.gathering import Gathering
from edge.runtime.outbox import Outbox, Row

log = logging.getLogger(__name__)

KEEPALIVE_S = 5
"""A dead link is noticed after 1.5 to 2 times this (measured 9 s); less loads the Pis."""

IN_FLIGHT = 20
"""Publishes that may wait for the broker at once."""

NODELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
"""Without it Nagle and delayed ACK cost some 40 ms per hop."""

Deliver = Callable[[topics.Topic | None, messages.Message], None]


class Link:
    """One room's connection. ``publish_*`` may be called at any time, connected or not."""

    def __init__(
        self,
        room: str,
        host: str,
        port: int,
        outbox: Outbox,
        status: Callable[[str], messages.Status],
        deliver: Deliver,
        on_change: Callable[[bool], None],
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        """``status("online"|"offline")`` makes birth and will; ``deliver`` gets what comes.

        ``tls`` is asked at each connection: certificates are renewed while we run. What it
        raises (OSError) is a connection that failed.
        """
        self.room = room
        self.connected = False
        self.last_error: str | None = None
        self.gatekeeper = Gatekeeper()
        self._address = (host, port)
        self._outbox = outbox
        self._status = status
        self._deliver = deliver
        self._on_change = on_change
        self._tls = tls
        self._retained: dict[str, bytes] = {}
        self._waiting: dict[str, tuple[bytes, int, bool]] = {}
        self._passing = 0
        self._takes_together = False
        self._gathering = Gathering()
        self._wake = asyncio.Event()
        outbox.on_recorded = self._wake.set

    def publish_state(self, name: str, message: messages.Message | None) -> None:
        """Set a retained topic; None clears it. Kept and repeated after each connection."""
        data = b"" if message is None else encode(message)
        if data:
            self._retained[name] = data
        else:
            self._retained.pop(name, None)
        if self.connected:
            self._waiting.pop(name, None)
            self._waiting[name] = (data, 1, True)
            self._wake.set()

    def refresh_status(self) -> None:
        """Tell the depth of the outbox and the rest of the status as they are now."""
        if self.connected:
            name = topics.up(self.room, "status")
            self._waiting[name] = (encode(self._status("online")), 1, True)
            self._wake.set()

    def publish_once(self, name: str, message: messages.Message, qos: int = 1) -> None:
        """Send if connected; what is not retained and not an event may be lost."""
        if self.connected:
            self._passing += 1
            self._waiting[f"{name}\0{self._passing}"] = (encode(message), qos, False)
            self._wake.set()

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        attempt = 0
        while True:
            started_s = time.monotonic()
            try:
                await _apart(self._connected_once())
            except* (aiomqtt.MqttError, OSError) as errors:
                reason = str(errors.exceptions[0])
                if reason != self.last_error:
                    log.warning("broker %s:%d: %s", *self._address, reason)
                self.last_error = reason
            finally:
                self._set_connected(False)
            attempt = 0 if time.monotonic() - started_s > 10.0 else attempt + 1
            await asyncio.sleep(retry_delay_s(attempt))

    async def _connected_once(self) -> None:
        host, port = self._address
        will = aiomqtt.Will(
            topics.up(self.room, "status"), encode(self._status("offline")), qos=1, retain=True
        )
        client = aiomqtt.Client(
            host,
            port,
            identifier=f"phonghop-{self.room}",
            keepalive=KEEPALIVE_S,
            will=will,
            clean_session=True,
            socket_options=NODELAY,
            timeout=5.0,
            tls_context=None if self._tls is None else self._tls(),
        )
        client.pending_calls_threshold = IN_FLIGHT + 1
        async with client:
            await client.subscribe(
                [(f"{topics.ROOT}/{self.room}/down/#", 1), (topics.HUB_STATUS, 1)]
            )
            log.info("broker %s:%d: connected", host, port)
            self.last_error = None
            self._waiting = {
                name: (data, 1, True)
                for name, data in {
                    topics.up(self.room, "status"): encode(self._status("online")),
                    **self._retained,
                }.items()
            }
            self._outbox.forget_sent()
            self._set_connected(True)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive(client), name="link receiver")
                tasks.create_task(self._send(client, tasks), name="link sender")

    def _set_connected(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._on_change(connected)

    async def _receive(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            data = message.payload if isinstance(message.payload, bytes) else b""
            admitted = self.gatekeeper.admit(str(message.topic), data)
            if admitted is not None and not (admitted[0] and admitted[0].room != self.room):
                self._note(admitted[1])
                self._hand_over(str(message.topic), *admitted)

    def _hand_over(self, name: str, topic: topics.Topic | None, message: messages.Message) -> None:
        """A retained message that breaks us would meet every new connection, and end it again."""
        try:
            self._deliver(topic, message)
        except Exception as error:  # one message must not end the link
            log.exception("cannot take the message on %s", name)
            self.gatekeeper.refuse(name, f"{type(error).__name__}: {error}")

    def _note(self, message: messages.Message) -> None:
        """What decides how events go out."""
        if isinstance(message, messages.HubStatus):
            self._takes_together = message.events_together
            self._gathering = Gathering()
        elif isinstance(message, messages.Receipt):
            self._gathering.answered(time.monotonic())
            self._wake.set()

    async def _send(self, client: aiomqtt.Client, tasks: asyncio.TaskGroup) -> None:
        """States first, then events: a hub knows the room before it hears what was pressed."""
        free = asyncio.Semaphore(IN_FLIGHT)

        async def publish(name: str, data: bytes, qos: int, retain: bool) -> None:
            try:
                await client.publish(name, data, qos=qos, retain=retain)
            finally:
                free.release()

        while True:
            self._wake.clear()
            while self._waiting:
                key = next(iter(self._waiting))
                data, qos, retain = self._waiting.pop(key)
                await free.acquire()
                tasks.create_task(publish(key.partition("\0")[0], data, qos, retain))
            for name, data in self._events():
                await free.acquire()
                tasks.create_task(publish(name, data, 1, False))
            try:
                is_gathering = not self._gathering.may_send(time.monotonic())
                async with asyncio.timeout(gathering.LEAST_S if is_gathering else 1.0):
                    await self._wake.wait()
            except TimeoutError:
                continue  # time to look for events without receipt

    def _events(self) -> list[tuple[str, bytes]]:
        """Topics and payloads of the events that go out now."""
        if not self._gathering.may_send(time.monotonic()):
            return []
        events = [self._event(row) for row in self._outbox.due(self._gathering.resend_after_s)]
        if not self._takes_together:
            return [(topics.up(self.room, "event"), event) for event in events]
        if events:
            self._gathering.sent(time.monotonic())
        return [(topics.up(self.room, "events"), data) for data in together(events)]

    def _event(self, row: Row) -> bytes:
        message = messages.Event(
            id=row.id,
            source=self.room,
            epoch=self._outbox.epoch,
            seq=row.seq,
            boot=row.boot,
            mono_ms=row.mono_ms,
            ts=row.ts,
            clock=row.clock,
            start=row.start,
            kind=row.kind,
            body=row.body,
            age_ms=self._outbox.age_ms(row),
        )
        try:
            return encode(message, EVENT_BYTES_MOST)
        except BadMessage:
            return encode(message.model_copy(update={"body": {"too_long": True}}))


async def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Await ``work`` in a task of its own, so that being cancelled always ends us.

    A TaskGroup of Python 3.11 and 3.12 forgets that it was cancelled when one of its tasks
    fails in the same moment, as when room and broker end together.
    """
    task = asyncio.create_task(work, name="link connection")
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    task.result()
