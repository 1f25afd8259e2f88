"""The proxy's faults do what they say, seen from both ends of a raw connection.

Owns the proof that the harness is no placebo. Must not start a process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.packets import NotMqtt, Publish, Splitter, puback_mid, publish_of, second_copy
from tests.chaos.proxy import Proxy, Weather

PATIENCE_S = 10.0
PING = bytes.fromhex("c000")
CONNECT = bytes.fromhex("100c00044d5154540402003c0000")


def publish(mid: int, payload: bytes = b"x", topic: str = "a/b") -> bytes:
    """A PUBLISH at QoS 1, written out here."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + mid.to_bytes(2, "big") + payload
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([size % 128 | 0x80, size // 128])
    return b"\x32" + length + body


def puback(mid: int) -> bytes:
    """Its acknowledgement."""
    return b"\x40\x02" + mid.to_bytes(2, "big")


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter, asyncio.StreamReader, asyncio.StreamWriter]
"""Of one connection: near reader and writer, far reader and writer."""


class Wire:
    """A proxy before a broker that does nothing by itself, and all connections made."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.Queue()
        )
        self.writers: list[asyncio.StreamWriter] = []
        self.proxy: Proxy

    async def arrive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The proxy has connected to the broker."""
        self.writers.append(writer)
        self.arrived.put_nowait((reader, writer))

    async def call(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client connects to the proxy; whether that reaches the broker is another question."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy.port)
        self.writers.append(writer)
        return reader, writer

    async def ends(self) -> Ends:
        """A connection that went through."""
        near = await self.call()
        async with asyncio.timeout(PATIENCE_S):
            return *near, *(await self.arrived.get())


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A running proxy."""
    made = Wire()
    server = await asyncio.start_server(made.arrive, "127.0.0.1", 0)
    async with Proxy(server.sockets[0].getsockname()).serving() as made.proxy:
        yield made
        for writer in made.writers:
            writer.close()
        await asyncio.gather(*(w.wait_closed() for w in made.writers), return_exceptions=True)
    server.close()
    await server.wait_closed()


async def taken(reader: asyncio.StreamReader, size: int) -> bytes:
    """So many bytes."""
    async with asyncio.timeout(PATIENCE_S):
        return await reader.readexactly(size)


async def gone(reader: asyncio.StreamReader) -> bool:
    """The connection breaks."""
    async with asyncio.timeout(PATIENCE_S):
        try:
            while await reader.read(100):
                pass
        except ConnectionError:
            return True
        return True


async def nothing(reader: asyncio.StreamReader, for_s: float = 0.2) -> bool:
    """No byte comes for a while, and the connection stands."""
    try:
        async with asyncio.timeout(for_s):
            await reader.read(100)
    except TimeoutError:
        return True
    return False


@given(st.lists(st.integers(0, 300), min_size=1, max_size=6), st.integers(1, 40))
def test_packets_are_found_however_they_are_cut(sizes: list[int], piece: int) -> None:
    packets = [publish(mid, b"p" * size) for mid, size in enumerate(sizes, 1)]
    stream, splitter = b"".join(packets), Splitter()
    found: list[bytes] = []
    for start in range(0, len(stream), piece):
        found += splitter.feed(stream[start : start + piece])
    assert found == packets


def test_a_publish_is_read_and_copied() -> None:
    packet = publish(7, b"{}", "phonghop/v1/main/up/event")
    assert publish_of(packet) == Publish("phonghop/v1/main/up/event", b"{}", 1, 7, False, False)
    again = publish_of(second_copy(packet))
    assert again == Publish("phonghop/v1/main/up/event", b"{}", 1, 7, True, False)
    assert publish_of(PING) is None
    assert publish_of(b"\x30\x05\x00\x01tab") == Publish("t", b"ab", 0, None, False, False)
    assert [puback_mid(puback(9)), puback_mid(packet)] == [9, None]


def test_what_is_no_mqtt_says_so() -> None:
    with pytest.raises(NotMqtt):
        list(Splitter().feed(b"\x30\xff\xff\xff\xff\xff"))


async def test_fair_weather_carries_both_ways_and_is_witnessed(wire: Wire) -> None:
    seen: list[tuple[str, str]] = []
    wire.proxy.witness = lambda direction, found: seen.append((direction, found.topic))
    reader, writer, far_reader, far_writer = await wire.ends()
    writer.write(publish(1, topic="up"))
    far_writer.write(publish(1, topic="down") + PING)
    assert await taken(far_reader, len(publish(1, topic="up"))) == publish(1, topic="up")
    down = publish(1, topic="down") + PING
    assert await taken(reader, len(down)) == down
    assert sorted(seen) == [("down", "down"), ("up", "up")]
    writer.close()
    assert await gone(far_reader)


async def test_cut_resets_both_ends_and_refuses_until_healed(wire: Wire) -> None:
    reader, _, far_reader, _ = await wire.ends()
    wire.proxy.set(Weather(refusing=True))
    assert await gone(reader)
    assert await gone(far_reader)
    near = await wire.call()
    assert await gone(near[0])
    assert wire.arrived.empty()
    wire.proxy.set(Weather())
    _, writer, far_reader, _ = await wire.ends()
    writer.write(PING)
    assert await taken(far_reader, 2) == PING


async def test_half_open_swallows_and_nobody_hears_of_it(wire: Wire) -> None:
    reader, writer, far_reader, far_writer = await wire.ends()
    wire.proxy.set(Weather(deaf=True))
    writer.write(publish(1))
    far_writer.write(publish(2))
    assert await nothing(far_reader)
    assert await nothing(reader)
    far_writer.close()  # the broker gives the silent client up
    assert await nothing(reader)
    late = await wire.call()
    late[1].write(CONNECT)
    assert await nothing(late[0])
    wire.proxy.set(Weather())
    writer.write(PING)
    assert await nothing(reader)
    assert await nothing(far_reader, 0.05) is False  # the end the broker made, nothing more
    _, writer, far_reader, _ = await wire.ends()
    writer.write(PING)
    assert await taken(far_reader, 2) == PING


async def test_stall_holds_back_and_loses_nothing(wire: Wire) -> None:
    _, writer, far_reader, _ = await wire.ends()
    wire.proxy.set(Weather(stalled=True))
    whole = b"".join(publish(mid, b"y" * 100) for mid in range(1, 200))
    writer.write(whole)
    assert await nothing(far_reader)
    wire.proxy.set(Weather())
    assert await taken(far_reader, len(whole)) == whole


async def test_delay_is_at_least_what_it_says_and_keeps_order(wire: Wire) -> None:
    _, writer, far_reader, _ = await wire.ends()
    wire.proxy.set(Weather(delay_s=0.3))
    started_s = time.monotonic()
    whole = b"".join(publish(mid) for mid in range(1, 30))
    writer.write(whole)
    assert await taken(far_reader, len(whole)) == whole
    assert time.monotonic() - started_s >= 0.3


async def test_slow_takes_its_time(wire: Wire) -> None:
    _, writer, far_reader, _ = await wire.ends()
    wire.proxy.set(Weather(bytes_s=4000.0))
    whole = publish(1, b"z" * 2000)
    started_s = time.monotonic()
    writer.write(whole)
    assert await taken(far_reader, len(whole)) == whole
    assert time.monotonic() - started_s >= 0.4


async def test_the_acknowledgement_of_a_copy_is_kept_from_the_sender(wire: Wire) -> None:
    reader, writer, far_reader, far_writer = await wire.ends()
    wire.proxy.set(Weather(doubling=True))
    writer.write(b"".join(publish(mid) for mid in range(1, 101)))
    arrived = 0
    splitter = Splitter()
    async with asyncio.timeout(PATIENCE_S):
        while arrived < 100 + wire.proxy.copies or not wire.proxy.copies:
            for packet in splitter.feed(await far_reader.read(4096)):
                found = publish_of(packet)
                assert found is not None
                far_writer.write(puback(found.mid or 0))
                arrived += 1
    assert 10 < wire.proxy.copies < 90
    far_writer.write(PING)
    answers = await taken(reader, 4 * 100 + len(PING))
    assert answers == b"".join(puback(mid) for mid in range(1, 101)) + PING


async def test_copies_carry_dup_and_follow_their_originals(wire: Wire) -> None:
    _, writer, far_reader, _ = await wire.ends()
    wire.proxy.set(Weather(doubling=True))
    for mid in range(1, 51):
        writer.write(publish(mid))
    wire.proxy.set(Weather(doubling=True))
    splitter = Splitter()
    first: list[int] = []
    copies: list[int] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(first) < 50:
            for packet in splitter.feed(await far_reader.read(4096)):
                found = publish_of(packet)
                assert found is not None
                assert found.mid is not None
                if found.dup:
                    assert found.mid in first
                    copies.append(found.mid)
                else:
                    first.append(found.mid)
    assert first == list(range(1, 51))
    assert copies == sorted(copies)
    assert len(copies) > 5
