"""The programme over HTTP: cuts follow the director, a card where nothing is, slow ones let go."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import aiohttp
import cv2
import numpy as np
import pytest

from drivers.video.capture import Frame
from edge import stream
from edge.stream import ProgrammeStream, card
from firmware_config.schema import StreamSection
from tests.ports import free_port

WAIT_S = 20.0
LENGTH = re.compile(rb"Content-Length: (\d+)\r\n\r\n")


class Still:
    """A camera whose picture has one colour."""

    def __init__(self, level: int, size: tuple[int, int] = (90, 160)) -> None:
        self.level, self.number, self.size = level, 0, size
        self.gone = False

    def newest(self) -> Frame | None:
        self.number += 1
        picture = np.full((*self.size, 3), self.level, np.uint8)
        return None if self.gone else Frame(picture, 0.0, self.number)


class Stage:
    """A stream over two cameras."""

    def __init__(self, port: int) -> None:
        self.on_air: str | None = "cam-a"
        self.cameras = {"cam-a": Still(40), "cam-b": Still(200)}
        config = StreamSection(port=port, frames_per_s=30, clients=2)
        self.stream = ProgrammeStream(config, self.cameras, lambda: self.on_air)
        self.url = f"http://127.0.0.1:{port}"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    port = free_port()
    found = Stage(port)
    life = asyncio.create_task(found.stream.run())
    async with asyncio.timeout(WAIT_S):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                break
            await asyncio.sleep(0.01)
    yield found
    life.cancel()
    await asyncio.wait({life})


async def level(answer: aiohttp.ClientResponse) -> float:
    """Mean brightness of the next picture of a stream."""
    async with asyncio.timeout(WAIT_S):
        head = await answer.content.readuntil(b"\r\n\r\n")
        found = LENGTH.search(head)
        assert found is not None
        jpeg = await answer.content.readexactly(int(found[1]))
        await answer.content.readexactly(2)
    return brightness(jpeg)


def brightness(jpeg: bytes) -> float:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return float(picture.mean())


async def test_cuts_follow_the_director_and_a_card_stands_in(stage: Stage) -> None:
    async with aiohttp.ClientSession() as web, web.get(f"{stage.url}/programme.mjpg") as answer:
        assert answer.content_type == "multipart/x-mixed-replace"
        assert await level(answer) == pytest.approx(40, abs=2)
        assert stage.stream.watching == 1
        stage.on_air = "cam-b"
        async with asyncio.timeout(WAIT_S):
            while await level(answer) != pytest.approx(200, abs=2):
                pass
        stage.cameras["cam-b"].gone = True
        expected = float(card("cam-b").mean())
        async with asyncio.timeout(WAIT_S):
            while await level(answer) != pytest.approx(expected, abs=2):
                pass
        assert await level(answer) == pytest.approx(expected, abs=2)  # sent again: it is alive
    async with asyncio.timeout(WAIT_S):
        while stage.stream.watching:
            await asyncio.sleep(0.01)


async def test_one_picture_and_too_many_clients(stage: Stage) -> None:
    async with aiohttp.ClientSession() as web:
        async with web.get(f"{stage.url}/programme.jpg") as answer:
            assert answer.content_type == "image/jpeg"
            assert brightness(await answer.read()) == pytest.approx(40, abs=2)
        async with (
            web.get(f"{stage.url}/programme.mjpg") as first,
            web.get(f"{stage.url}/programme.mjpg") as second,
            web.get(f"{stage.url}/programme.mjpg") as third,
        ):
            assert [first.status, second.status, third.status] == [200, 200, 503]


async def test_who_takes_nothing_is_let_go(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SLOW_S", 0.2)
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    monkeypatch.setattr(stage.cameras["cam-a"], "newest", lambda: _next(noise))
    _, writer = await asyncio.open_connection("127.0.0.1", int(stage.url[-5:]), limit=1024)
    writer.write(b"GET /programme.mjpg HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(WAIT_S):
        while not stage.stream.watching:
            await asyncio.sleep(0.01)
        while stage.stream.watching:
            await asyncio.sleep(0.01)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


_numbers = iter(range(1_000_000))


def _next(picture: np.ndarray) -> Frame:
    return Frame(picture, 0.0, next(_numbers))


def test_a_wide_picture_is_made_smaller() -> None:
    config = StreamSection(width=160)
    made = ProgrammeStream(config, {}, lambda: None)._encoded(
        None, Frame(np.zeros((720, 1280, 3), np.uint8), 0.0, 1)
    )
    picture = cv2.imdecode(np.frombuffer(made, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (90, 160, 3)
