"""What the stream of the hub's API says, to whom, and when.

Owns parts, the log and the broadcaster. Routes are judged in ``test_hub_api``.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from edge.contract import messages
from hub.api.pages import LOG_LINES
from hub.api.stream import QUEUE_PARTS, Broadcaster, dumps
from hub.meeting import commands, events
from tests import hub_room
from tests.hub_access import HEADERS
from tests.unit.test_hub_api import Desk, served


class Stream:
    """The frames of one answer."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def next(self) -> tuple[str, Any]:
        """The next event and its data."""
        fields: dict[str, str] = {}
        while (line := (await self._answer.content.readline()).decode().strip()) or not fields:
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields["event"], json.loads(fields["data"])


async def test_the_stream_gives_the_snapshot_and_then_only_what_changed() -> None:
    desk = Desk()
    desk.room()
    async with served(desk) as client, client.get("/api/v1/stream") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        stream = Stream(answer)
        kind, data = await stream.next()
        assert (kind, list(data["rooms"])) == ("snapshot", ["main"])
        desk.give(commands.EventHeard("main", hub_room.press("main", 1, "main/1"), 100.0))
        for _ in range(3):
            desk.pages.touch("floor")
        assert await stream.next() == (
            "part",
            {"path": ["floor"], "value": desk.pages.snapshot()["floor"]},
        )
        desk.pages.touch("floor")  # the same again is not told
        desk.pages.add_line({"n": 0})
        assert (await stream.next())[1] == {"path": ["events"], "append": [{"n": 0}]}
        desk.room("satellite-1")
        desk.pages.touch("rooms", "satellite-1", "online")  # a room no page has seen: whole
        kind, data = await stream.next()
        assert data["path"] == ["rooms", "satellite-1"]
        assert data["value"]["title"] == {"vi": "Phòng", "en": "Phòng"}
        desk.board.hear_status("satellite-1", hub_room.status("offline", "b1"))
        desk.pages.touch("rooms", "satellite-1", "online")
        assert (await stream.next())[1] == {
            "path": ["rooms", "satellite-1", "online"],
            "value": False,
        }
        desk.pages.add_line({"n": 1})
        desk.pages.add_line({"n": 2})
        assert (await stream.next())[1] == {"path": ["events"], "append": [{"n": 1}, {"n": 2}]}


async def test_a_delegates_page_gets_the_small_snapshot_and_its_parts() -> None:
    desk = Desk()
    desk.room()
    async with served(desk) as client:
        async with client.get("/api/v1/state?audience=public") as answer:
            assert await answer.json() == desk.pages.public.snapshot()
        async with client.get("/api/v1/stream?audience=public") as answer:
            stream = Stream(answer)
            assert (await stream.next())[1]["seats"]["main/1"] == {"present": True, "vote": None}
            desk.pages.add_line({"n": 0})
            desk.pages.touch("commands", "abc")
            desk.give(commands.EventHeard("main", hub_room.press("main", 1, "main/1"), 100.0))
            desk.pages.touch("floor")
            assert (await stream.next())[1]["path"] == ["floor"]
            assert desk.pages.listeners == 1


async def test_a_whole_room_is_told_again_after_a_part_of_it() -> None:
    desk = Desk()
    desk.room()
    pages = desk.pages
    frames = pages.broadcaster.frames(b"{}")
    await anext(frames)
    told = []
    for path, state in (
        (("rooms", "main"), "offline"),
        (("rooms", "main", "online"), "online"),
        (("rooms", "main"), "offline"),  # the same bytes as the first, and yet news
    ):
        desk.board.hear_status("main", hub_room.status(state, "b1"))
        pages.touch(*path)
        frame = await asyncio.wait_for(anext(frames), 10)
        told.append(tuple(json.loads(frame.decode().partition("data: ")[2])["path"]))
    assert told == [("rooms", "main"), ("rooms", "main", "online"), ("rooms", "main")]
    await frames.aclose()


async def test_a_page_that_comes_between_two_changes_does_not_stay_with_the_first() -> None:
    desk = Desk()
    desk.room()
    pages, told = desk.pages, [desk.pages.broadcaster.frames(b"{}")]
    await anext(told[0])
    pages.touch("rooms", "main")
    pages.touch("meeting")
    await asyncio.wait_for(anext(told[0]), 10)
    quiet, room = desk.meeting, desk.board.room("main").status
    desk.board.hear_status("main", hub_room.status("offline", "b1"))
    desk.meeting = replace(quiet, title="Họp khác")
    pages.touch("rooms", "main", "online")
    pages.touch("meeting")
    late = pages.broadcaster.frames(dumps(pages.snapshot()))
    assert b'"online":false' in await anext(late)
    assert room is not None
    desk.board.hear_status("main", room)  # as it was when the others were told last
    desk.meeting = quiet
    pages.touch("rooms", "main", "online")
    pages.touch("meeting")
    frames = (await asyncio.wait_for(anext(late), 10)).decode()
    assert '{"path":["rooms","main","online"],"value":true}' in frames
    assert '"path":["meeting"]' in frames
    for each in (*told, late):
        await each.aclose()


async def test_a_page_that_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.http.STALLED_S", 0.01)
    desk = Desk()
    desk.room()
    async with served(desk) as client:
        reader, writer = await asyncio.open_connection(client.host, client.port, limit=1024)
        head = {"Host": f"{client.host}:{client.port}", **HEADERS}
        lines = ["GET /api/v1/stream HTTP/1.1", *(f"{k}: {v}" for k, v in head.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        await reader.readline()  # and nothing after it
        while not desk.pages.listeners:
            await asyncio.sleep(0.001)
        while desk.pages.listeners:
            desk.pages.broadcaster.publish(("floor",), "value", b"1" * 1_000_000)
            await asyncio.sleep(0.001)
        server: Any = client.server.runner
        while server.server.connections:
            await asyncio.sleep(0.001)
        writer.close()


async def test_a_page_that_reads_too_slowly_is_dropped_and_others_are_not() -> None:
    broadcaster = Broadcaster()
    slow, quick = broadcaster.frames(b"{}"), broadcaster.frames(b"{}")
    await anext(slow)
    await anext(quick)
    received = 0
    for _ in range(QUEUE_PARTS + 1):
        broadcaster.publish(("floor",), "value", b"1")
        received += (await anext(quick)).count(b"event: part")
    assert received == QUEUE_PARTS + 1
    assert broadcaster.listeners == 1
    with pytest.raises(StopAsyncIteration):
        await anext(slow)
    broadcaster.close()
    with pytest.raises(StopAsyncIteration):
        await anext(quick)
    assert [frame async for frame in broadcaster.frames(b"{}")] == []


async def test_a_quiet_stream_says_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.stream.HEARTBEAT_S", 0.001)
    frames = Broadcaster().frames(b"{}")
    await anext(frames)
    assert await anext(frames) == b": alive\n\n"
    await frames.aclose()


async def test_the_log_is_bounded() -> None:
    desk = Desk()
    for n in range(LOG_LINES + 5):
        desk.pages.add_line({"n": n})
    await asyncio.sleep(0)
    shown = desk.pages.snapshot()["events"]
    assert [shown[0]["n"], shown[-1]["n"], len(shown)] == [5, LOG_LINES + 4, LOG_LINES]


def test_every_event_kind_has_words() -> None:
    from hub.meeting import wording

    assert set(wording._WORDING) == set(events._KINDS)


async def test_the_snapshot_says_who_is_heard_and_for_how_long() -> None:
    desk = Desk()
    desk.room()
    heard = {"listens": True, "talking": ["main/3"], "heard_s": {"3": 4.2, "12": 61.5}}
    state = messages.AudioState.model_validate({"v": 1, "boot": "b1", "rev": 2, **heard})
    assert desk.board.hear_state("main", "audio", state, 0)
    async with served(desk) as client, client.get("/api/v1/state") as answer:
        assert (await answer.json())["rooms"]["main"]["audio"] == heard


async def test_many_rooms_are_told_in_turns_and_the_meeting_before_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.api.pages.TURN_S", 0.0)  # one room in each turn
    desk = Desk()
    names = [f"room-{number}" for number in range(4)]
    for name in names:
        desk.room(name)
    async with served(desk) as client, client.get("/api/v1/stream") as answer:
        stream = Stream(answer)
        await stream.next()
        for name in names:
            desk.pages.touch("rooms", name)
        turns: list[str] = []
        for _ in names:
            turns.append((await stream.next())[1]["path"][-1])
            desk.pages.touch("rooms", names[0], "seats")  # who was told queues up again
        assert turns == names
        desk.give(commands.EventHeard("room-0", hub_room.press("room-0", 1, "room-0/1"), 100.0))
        for name in names:
            desk.pages.touch("rooms", name, "boot")
        desk.pages.touch("floor")
        assert (await stream.next())[1]["path"] == ["floor"]
