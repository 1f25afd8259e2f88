"""The hub's HTTP port has bounds: for one address, in all, and for those who say nothing.

Owns a small server of its own and clients at several loopback addresses.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub import turnstile
from hub.api import requests
from hub.api.access_bodies import SignInByName
from hub.turnstile import FIRST_QUESTION_S, NEXT_QUESTION_S, Turnstile, one_of

PATIENCE_S = 15.0
ASK = b"GET /quick HTTP/1.1\r\nHost: x\r\n\r\n"


class Clock:
    """Time that passes when told to."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Server:
    """One that answers at once, or when it is let."""

    def __init__(self, way_in: Turnstile) -> None:
        self.way_in = way_in
        self.port = 0
        self.go_on = asyncio.Event()
        self.begun = asyncio.Event()
        self.visitors: list[Visitor] = []

    async def quick(self, request: web.Request) -> web.Response:
        return web.Response(text="here")

    async def slow(self, request: web.Request) -> web.Response:
        self.begun.set()
        await self.go_on.wait()
        return web.Response(text="here at last")


@contextlib.asynccontextmanager
async def serving(way_in: Turnstile) -> AsyncIterator[Server]:
    """On a free port of the loopback."""
    server = Server(way_in)
    app = web.Application()
    app.router.add_get("/quick", server.quick)
    app.router.add_get("/slow", server.slow)
    runner = way_in.runner(app)
    await runner.setup()
    await way_in.listen(runner, "127.0.0.1", 0, None)
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        for visitor in server.visitors:
            visitor.close()
            with contextlib.suppress(ConnectionError):
                await visitor.writer.wait_closed()
        await runner.cleanup()


class Visitor:
    """A connection from one address."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @staticmethod
    async def at(server: Server, address: str = "127.0.0.1") -> Visitor:
        ends = await asyncio.open_connection("127.0.0.1", server.port, local_addr=(address, 0))
        server.visitors.append(Visitor(*ends))
        return server.visitors[-1]

    async def ask(self, words: bytes = ASK) -> bytes:
        """The answer's first line; nothing: it was closed."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                self.writer.write(words)
                line = await self.reader.readline()
                if line:
                    await self.reader.readuntil(b"here")
            except ConnectionError:
                return b""
        return line.strip()

    async def is_closed(self) -> bool:
        """Waits for the end; False when something else comes."""
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read(1) == b""
        return True

    def close(self) -> None:
        self.writer.close()


async def until(condition: object) -> None:
    """The server's side follows a little later."""
    assert callable(condition)
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


async def test_one_address_cannot_take_the_places_of_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(turnstile, "MOST_PER_ADDRESS", 3)
    way_in = Turnstile(behind_proxy=False, most=100)
    async with serving(way_in) as server:
        crowd = [await Visitor.at(server, "127.0.0.9") for _ in range(3)]
        await until(lambda: way_in.open == 3)
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                assert await (await Visitor.at(server, "127.0.0.9")).is_closed()
            way_in.look()
            assert await (await Visitor.at(server, "127.0.0.9")).is_closed()
            way_in.look()
        assert await (await Visitor.at(server)).ask() == b"HTTP/1.1 200 OK"
        (line,) = caplog.messages  # one line a minute
        assert "3 connections turned away" in line
        assert "from 127.0.0.9" in line
        crowd[0].close()
        await until(lambda: way_in.open == 3)
        assert await (await Visitor.at(server, "127.0.0.9")).ask() == b"HTTP/1.1 200 OK"


async def test_behind_a_proxy_everybody_has_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "MOST_PER_ADDRESS", 1)
    async with serving(Turnstile(behind_proxy=True, most=3)) as server:
        for _ in range(3):
            assert await (await Visitor.at(server)).ask() == b"HTTP/1.1 200 OK"
        assert await (await Visitor.at(server)).is_closed()  # so many in all


@pytest.mark.parametrize("said", [b"", b"GET /quick HTTP/1.1\r\nHost:", b"\x16\x03\x01"])
async def test_who_puts_no_whole_question_is_sent_away(said: bytes) -> None:
    clock = Clock()
    way_in = Turnstile(behind_proxy=False, now_s=clock, most=10)
    async with serving(way_in) as server:
        visitor = await Visitor.at(server)
        visitor.writer.write(said)
        await until(lambda: way_in.open == 1)
        clock.now_s += FIRST_QUESTION_S - 1
        way_in.look()
        assert way_in.open == 1
        clock.now_s += 1
        way_in.look()
        await visitor.reader.read()  # what a broken question is answered with, and the end
        await until(lambda: way_in.open == 0)


async def test_who_has_asked_may_wait_and_ask_again() -> None:
    clock = Clock()
    way_in = Turnstile(behind_proxy=False, now_s=clock, most=10)
    async with serving(way_in) as server:
        visitor = await Visitor.at(server)
        assert await visitor.ask() == b"HTTP/1.1 200 OK"
        clock.now_s += NEXT_QUESTION_S - 1
        way_in.look()
        assert await visitor.ask() == b"HTTP/1.1 200 OK"
        visitor.writer.write(b"GET /quick HT")  # the slow one after a quick one
        clock.now_s += NEXT_QUESTION_S
        way_in.look()
        assert await visitor.is_closed()


async def test_an_answer_that_takes_long_is_waited_for() -> None:
    clock = Clock()
    way_in = Turnstile(behind_proxy=False, now_s=clock, most=10)
    async with serving(way_in) as server:
        visitor = await Visitor.at(server)
        asking = asyncio.create_task(visitor.ask(ASK.replace(b"quick", b"slow")))
        await asyncio.wait_for(server.begun.wait(), PATIENCE_S)
        clock.now_s += 10 * NEXT_QUESTION_S
        way_in.look()
        server.go_on.set()
        assert await asking == b"HTTP/1.1 200 OK"


async def test_a_body_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests, "BODY_S", 0.05)

    async def post(request: web.Request) -> web.StreamResponse:
        read = await requests.body_of(request, SignInByName)
        assert isinstance(read, web.Response)
        return read

    app = web.Application()
    app.router.add_post("/", post)
    async with TestClient(TestServer(app)) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: 20\r\n\r\n{{".encode())
        line = await asyncio.wait_for(reader.readline(), PATIENCE_S)
        writer.close()
        await writer.wait_closed()
    assert line.startswith(b"HTTP/1.1 408 ")


def test_a_service_that_may_not_ask_for_more_files_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(resource, "setrlimit", refuse)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert turnstile.room_for_connections() == 1024 - turnstile.KEPT_FILES


def test_a_network_of_ipv6_is_one_address() -> None:
    assert one_of("2001:db8:1:2:3::4") == one_of("2001:db8:1:2::9") != one_of("2001:db8:1:3::9")
    assert one_of("fe80::1%eth0") == "fe80::/64"
    assert one_of("10.0.0.7") == "10.0.0.7"


def test_files_are_kept_for_records(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert turnstile.room_for_connections() == 4096 - turnstile.KEPT_FILES
    assert asked == [(4096, 4096)]


async def test_a_port_that_is_taken_is_named() -> None:
    way_in = Turnstile(behind_proxy=False, most=1)
    async with serving(way_in) as server:
        with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1 port {server.port}"):
            Turnstile(behind_proxy=False, most=1).sockets("127.0.0.1", server.port)
