"""The hub's own MQTT client: its bytes, and what it makes of a broker that behaves badly.

Owns packets and one connection to a broker that the test plays itself. With a real Mosquitto it is
judged by every system test of the hub.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.mqtt import client as mqtt
from hub.mqtt import packets
from hub.mqtt.packets import Message, PacketError, Published, Reader, Subscribed, Welcome, Will

WILL = Will("a/b", b"gone")
ACCEPTED = bytes.fromhex("20020000")
LONG = b"x" * 300

STREAM = (
    ACCEPTED
    + bytes.fromhex("9003000101")  # subscription 1 is granted
    + bytes.fromhex("31070003 612f62 6869")  # retained, QoS 0, a/b: hi
    + bytes.fromhex("32070003 612f62 0007")  # QoS 1, number 7, nothing in it
    + bytes.fromhex("30b102 0003 612f62")  # a length of two bytes
    + LONG
    + bytes.fromhex("40020009 d000")
)
MEANT = [
    Welcome(""),
    Subscribed(1, granted=True),
    Message("a/b", b"hi", True, 0),
    Message("a/b", b"", False, 7),
    Message("a/b", LONG, False, 0),
    Published(9),
    packets.Pong(),
]


def test_what_is_sent_is_what_the_standard_says() -> None:
    greeting = packets.connect("hub", 5, WILL)
    assert greeting == bytes.fromhex("101a 0004 4d515454 04 2e 0005 0003 687562") + bytes.fromhex(
        "0003 612f62 0004 676f6e65"
    )
    assert packets.subscribe(3, "a/+") == bytes.fromhex("8208 0003 0003 612f2b 01")
    assert packets.publish("a/b", b"hi", 0, retain=False) == bytes.fromhex("3007 0003 612f62 6869")
    assert packets.publish("a/b", b"hi", 258, retain=True) == bytes.fromhex(
        "3309 0003 612f62 0102 6869"
    )
    assert packets.publish("a/b", LONG, 0, retain=False)[:3] == bytes.fromhex("30b102")
    assert packets.acknowledge(7) == bytes.fromhex("40020007")


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
@settings(max_examples=60)
def test_where_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    reader, found = Reader(), []
    places = [0, *sorted(cuts), len(STREAM)]
    for begin, end in pairwise(places):
        found += list(reader.feed(STREAM[begin:end]))
    assert found == MEANT


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x30", b"\x32", b"\x20", b"\x90", b"\x40"]))
@settings(max_examples=200)
def test_garbage_is_refused_and_breaks_nothing(data: bytes, begin: bytes) -> None:
    with contextlib.suppress(PacketError):
        list(Reader().feed(begin + data))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("3401 00", "QoS 2"),
        ("3003 000a61", "ends within its topic"),
        ("3000", "ends within its topic"),
        ("3204 0002 6162", "ends within its topic"),
        ("30ffffffff01", "more than four bytes"),
        ("3080808001", "at most 1048576"),
        ("e000", "0xe0 of 0 bytes"),
        ("4001 07", "0x40 of 1 bytes"),
    ],
)
def test_what_no_broker_may_send_ends_the_reading(data: str, why: str) -> None:
    with pytest.raises(PacketError, match=why):
        list(Reader().feed(bytes.fromhex(data)))


def test_a_topic_that_is_no_text_is_a_topic_of_nobody() -> None:
    assert list(Reader().feed(b"\x30\x04\x00\x02\xff\xfe")) == [Message("��", b"", False, 0)]


# --- a connection --------------------------------------------------------------------------------

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def broker(answer: Answer) -> AsyncIterator[int]:
    """A broker of the test's own; the port."""
    meeting: asyncio.Future[asyncio.Task[None] | None] = asyncio.get_running_loop().create_future()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        meeting.set_result(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await answer(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
        task = await meeting
        assert task is not None
        await task
    finally:
        server.close()


async def connected(port: int, in_flight_most: int = 10) -> mqtt.Client:
    return await mqtt.connected(
        "127.0.0.1",
        port,
        "hub",
        WILL,
        keepalive_s=5,
        in_flight_most=in_flight_most,
        tls=None,
    )


async def packet(reader: asyncio.StreamReader) -> bytes:
    """The next packet that the hub sent; short ones only."""
    head = await reader.readexactly(2)
    return head + await reader.readexactly(head[1])


def saying(*said: bytes) -> Answer:
    """Accepts, says this, and then listens only."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await packet(reader)
        writer.write(ACCEPTED + b"".join(said))
        while await reader.read(1000):
            continue

    return answer


async def test_messages_come_together_and_are_acknowledged() -> None:
    acknowledged: asyncio.Queue[bytes] = asyncio.Queue()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await packet(reader) == packets.connect("hub", 5, WILL)
        writer.write(ACCEPTED)
        assert (await packet(reader)) == packets.PING
        assert (await packet(reader)) == packets.subscribe(1, "a/#")
        writer.write(bytes.fromhex("9003000101") + b"".join(map(qos1, (7, 8))))
        for _ in range(3):
            await acknowledged.put(await packet(reader))

    async with broker(answer) as port:
        client = await connected(port)
        await client.subscribe("a/#")
        came: list[Message] = []
        while len(came) < 2:
            came += await client.received()
        assert [(m.topic, m.payload, m.number) for m in came] == [("t", b"", 7), ("t", b"", 8)]
        client.close()
        told = [await acknowledged.get() for _ in range(3)]
        assert told == [packets.acknowledge(7), packets.acknowledge(8), packets.DISCONNECT]


def qos1(number: int) -> bytes:
    return bytes.fromhex("3205000174") + number.to_bytes(2)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("20020005", "broker refuses: not allowed to connect"),
        ("200200f0", "broker refuses: refused with code 240"),
        ("3000", "does not speak MQTT 3.1.1"),
        ("48545450", "does not speak MQTT 3.1.1|the broker closed"),
        ("", "the broker closed the connection"),
    ],
)
async def test_who_is_not_let_in_knows_why(said: str, why: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await packet(reader)
        writer.write(bytes.fromhex(said))

    async with broker(answer) as port:
        with pytest.raises(mqtt.MqttError, match=why):
            await connected(port)


async def test_a_broker_that_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mqtt, "ANSWER_S", 0.02)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with broker(answer) as port:
        with pytest.raises(mqtt.MqttError, match=r"no (answer|connection) within"):
            await connected(port)


async def test_a_subscription_that_is_not_granted_says_so() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await packet(reader)
        writer.write(ACCEPTED)
        while (await packet(reader))[0] != 0x82:
            continue
        writer.write(bytes.fromhex("9003000180"))
        await reader.read()

    async with broker(answer) as port:
        client = await connected(port)
        with pytest.raises(mqtt.MqttError, match="does not grant"):
            await client.subscribe("a/#")
        client.close()


async def test_a_silent_broker_is_lost_and_everybody_who_waits_hears_it() -> None:
    async with broker(saying()) as port:
        client = await connected(port, in_flight_most=1)
        client.publish("t", b"", 1, retain=False)
        waiting = [
            asyncio.create_task(client.received()),
            asyncio.create_task(client.until_free()),
            asyncio.create_task(client.until_all_arrived()),
            asyncio.create_task(client.subscribe("a/#")),
        ]
        await asyncio.sleep(0)
        client._heard_s -= 11.0
        client._tick()
        for task in waiting:
            with pytest.raises(mqtt.MqttError, match="the broker is silent"):
                await task


async def test_a_message_that_is_never_acknowledged_ends_the_connection() -> None:
    async with broker(saying()) as port:
        client = await connected(port)
        client.publish("t", b"", 1, retain=False)
        client._in_flight[1] -= mqtt.ANSWER_S + 1
        client._tick()
        with pytest.raises(mqtt.MqttError, match="does not acknowledge"):
            await client.received()


async def test_no_more_is_under_way_than_may() -> None:
    numbers: asyncio.Queue[bytes] = asyncio.Queue()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await packet(reader)
        writer.write(ACCEPTED)
        while (said := await packet(reader))[0] != 0xE0:
            if said[0] & 0xF0 == 0x30:
                await numbers.put(said[5:7])
                writer.write(b"\x40\x02" + said[5:7])

    async with broker(answer) as port:
        client = await connected(port, in_flight_most=2)
        client._number = 65534
        for place in range(6):
            await client.until_free()
            assert len(client._in_flight) < 2
            client.publish("t", b"", 1, retain=place % 2 == 0)
        client.publish("t", b"", 0, retain=False)  # needs no number
        await client.until_all_arrived()
        client.close()
        said = [int.from_bytes(await numbers.get()) for _ in range(6)]
        assert said == [65535, 1, 2, 3, 4, 5]


async def test_what_nobody_takes_stays_with_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "INCOMING_MOST", 2)
    async with broker(saying(*map(qos1, range(1, 4)))) as port:
        client = await connected(port)
        assert client._transport is not None
        while client._transport.is_reading():
            await asyncio.sleep(0)
        client._heard_s -= 1000.0
        client._tick()  # who does not listen cannot call others silent
        assert [m.number for m in await client.received()] == [1, 2, 3]
        assert client._transport.is_reading()
        client._tick()
        client.close()


async def test_what_came_before_the_end_is_still_heard() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await packet(reader)
        writer.write(ACCEPTED + qos1(1))

    async with broker(answer) as port:
        client = await connected(port)
        while client._lost is None:
            await asyncio.sleep(0)
        assert len(await client.received()) == 1
        with pytest.raises(mqtt.MqttError, match="closed the connection"):
            await client.received()
