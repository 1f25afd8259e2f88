"""One connection to the broker.

Theory. What comes is read in large pieces, acknowledged in one piece, and handed over as a list:
the cost of a message is that of its bytes, not of tasks and system calls of its own. While more
waits than may, nothing is read, and the broker keeps it. What goes out is gathered until the loop
comes round. The connection is dead when nothing was heard for two times of its keepalive although
we asked, or when a message of ours is not acknowledged.

Owns sockets, numbers of messages and the signs of life. Must not know topics, nor connect again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from typing import cast

from hub.mqtt import packets
from hub.mqtt.packets import Message, Will

ANSWER_S = 5.0
"""How long a connection, a subscription or a message may wait for its answer."""

INCOMING_MOST = 50_000
"""Messages that may wait here: 1,000 rooms with 16 retained topics each, three times over."""


class MqttError(Exception):
    """The connection is not there, or not any more; the text says why."""


class Client(asyncio.Protocol):
    """Made by ``connected``; ``close`` it."""

    def __init__(self, keepalive_s: int, in_flight_most: int) -> None:
        """Nothing is connected before asyncio says so."""
        loop = asyncio.get_running_loop()
        self._keepalive_s = keepalive_s
        self._in_flight_most = in_flight_most
        self._welcome: asyncio.Future[None] = loop.create_future()
        self._granted: dict[int, asyncio.Future[None]] = {}
        self._reader = packets.Reader()
        self._came: list[Message] = []
        self._news = asyncio.Event()
        self._out: list[bytes] = []
        self._in_flight: dict[int, float] = {}
        self._number = 0
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._writing_paused = self._reading_paused = False
        self._heard_s = time.monotonic()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._lost: str | None = None

    # --- what others ask -----------------------------------------------------------------------

    async def greet(self, name: str, will: Will) -> None:
        """Be let in.

        Raises:
            MqttError: the broker refuses, or says nothing.
        """
        self._write(packets.connect(name, self._keepalive_s, will))
        await self._answered(self._welcome)
        self._tick()

    async def subscribe(self, pattern: str) -> None:
        """Hear what is said on topics of this pattern, QoS 1.

        Raises:
            MqttError: it is not granted, or the connection is lost.
        """
        number = self._next()
        answer = self._granted[number] = asyncio.get_running_loop().create_future()
        self._write(packets.subscribe(number, pattern))
        await self._answered(answer)

    async def received(self) -> list[Message]:
        """Everything that has come since the last time; waits until there is something.

        Raises:
            MqttError: the connection is lost, and nothing is left.
        """
        while not self._came:
            self._check()
            self._news.clear()
            await self._news.wait()
        came, self._came = self._came, []
        if self._reading_paused and self._transport is not None:
            self._reading_paused, self._heard_s = False, time.monotonic()
            self._transport.resume_reading()
        return came

    async def until_free(self) -> None:
        """Wait until one more message may go out.

        Raises:
            MqttError: the connection is lost.
        """
        self._check()
        if not self._may_send.is_set():
            await self._may_send.wait()
            self._check()

    def publish(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> None:
        """Send a message; ``until_free`` says when."""
        number = self._next() if qos else 0
        if number:
            self._in_flight[number] = time.monotonic()
        self._write(packets.publish(topic, payload, number, retain=retain))
        self._look_whether_free()

    async def until_all_arrived(self) -> None:
        """Wait until the broker has acknowledged everything.

        Raises:
            MqttError: the connection is lost.
        """
        while self._in_flight:
            self._check()
            self._may_send.clear()
            await self._may_send.wait()

    def close(self) -> None:
        """Say goodbye, if anybody hears it, and let go."""
        if self._transport is not None and self._lost is None:
            self._write(packets.DISCONNECT)
            self._flush()
            if self._writing_paused:
                self._transport.abort()  # the broker does not take what was written before
            self._transport.close()
        self._lose("closed")

    # --- what asyncio says ---------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._heard_s = time.monotonic()
        before = len(self._came)
        try:
            for packet in self._reader.feed(data):
                if isinstance(packet, Message):
                    self._came.append(packet)
                    if packet.number:
                        self._write(packets.acknowledge(packet.number))
                else:
                    self._take(packet)
        except packets.PacketError as error:
            self._abort(f"does not speak MQTT 3.1.1: {error}")
        if len(self._came) > before:
            self._news.set()
        if len(self._came) > INCOMING_MOST and not self._reading_paused and self._transport:
            self._reading_paused = True
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed."""
        self._lose(str(exc) if exc else "the broker closed the connection")

    def pause_writing(self) -> None:
        """The broker takes too little."""
        self._writing_paused = True
        self._look_whether_free()

    def resume_writing(self) -> None:
        """It takes again."""
        self._writing_paused = False
        self._look_whether_free()

    # --- inside --------------------------------------------------------------------------------

    def _take(self, packet: packets.Packet) -> None:
        match packet:
            case packets.Published(number):
                self._in_flight.pop(number, None)
                self._look_whether_free()
            case packets.Welcome(refusal) if not self._welcome.done():
                _settle(self._welcome, f"broker refuses: {refusal}" if refusal else "")
            case packets.Subscribed(number, granted):
                answer = self._granted.pop(number, None)
                if answer is not None and not answer.done():
                    _settle(answer, "" if granted else "broker does not grant the subscription")

    async def _answered(self, answer: asyncio.Future[None]) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                await answer
        except TimeoutError:
            raise MqttError(f"no answer within {ANSWER_S:g} s") from None

    def _look_whether_free(self) -> None:
        is_free = not self._writing_paused and len(self._in_flight) < self._in_flight_most
        if is_free:
            self._may_send.set()
        else:
            self._may_send.clear()

    def _next(self) -> int:
        """A number that is not under way."""
        while True:
            self._number = self._number % 65535 + 1
            if self._number not in self._in_flight and self._number not in self._granted:
                return self._number

    def _write(self, data: bytes) -> None:
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if out and self._transport is not None and self._lost is None:
            self._transport.write(b"".join(out))

    def _tick(self) -> None:
        """Show that we live, and look whether the broker does."""
        now_s = time.monotonic()
        oldest_s = next(iter(self._in_flight.values()), now_s)
        if now_s - self._heard_s > 2 * self._keepalive_s and not self._reading_paused:
            self._abort("the broker is silent")
        elif now_s - oldest_s > ANSWER_S and not self._reading_paused:
            self._abort("the broker does not acknowledge what it is sent")
        else:
            self._write(packets.PING)
            self._timer = asyncio.get_running_loop().call_later(self._keepalive_s / 2, self._tick)

    def _abort(self, why: str) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._lose(why)

    def _lose(self, why: str) -> None:
        if self._lost is not None:
            return
        self._lost = why
        if self._timer is not None:
            self._timer.cancel()
        for answer in (self._welcome, *self._granted.values()):
            if not answer.done():
                _settle(answer, why)
        self._news.set()
        self._may_send.set()

    def _check(self) -> None:
        if self._lost is not None:
            raise MqttError(self._lost)


def _settle(answer: asyncio.Future[None], why_not: str) -> None:
    if not why_not:
        answer.set_result(None)
        return
    answer.set_exception(MqttError(why_not))
    answer.exception()  # whoever asked may have gone away


async def connected(
    host: str,
    port: int,
    name: str,
    will: Will,
    *,
    keepalive_s: int,
    in_flight_most: int,
    tls: ssl.SSLContext | None,
) -> Client:
    """A connection that the broker has accepted; asyncio sets TCP_NODELAY by itself.

    Raises:
        MqttError: it does not accept, or does not answer.
        OSError: nobody listens there, or TLS fails.
    """
    loop = asyncio.get_running_loop()
    client = Client(keepalive_s, in_flight_most)
    try:
        async with asyncio.timeout(ANSWER_S):
            await loop.create_connection(lambda: client, host, port, ssl=tls)
    except TimeoutError:
        raise MqttError(f"no connection within {ANSWER_S:g} s") from None
    try:
        await client.greet(name, will)
    except BaseException:
        with contextlib.suppress(OSError):
            client.close()
        raise
    return client
