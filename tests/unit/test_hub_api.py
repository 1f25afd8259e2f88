"""The HTTP API: what is let in, what is refused with which reason.

Owns routes, headers and documents. The stream: ``test_hub_stream``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from edge.rules.reasons import SENTENCES, Reason
from hub.access.rights import Who
from hub.api import http, models, openapi
from hub.api.ballot_records import BallotRecords
from hub.api.bridge_routes import BridgeRoutes
from hub.api.event_records import EventRecords
from hub.api.meeting_addresses import MeetingAddresses
from hub.api.pages import Pages
from hub.board import Board
from hub.meeting import commands
from hub.meeting.ballots import with_ballots
from hub.meeting.commands import decide
from hub.meeting.evolve import apply
from hub.meeting.state import BallotKey, Meeting
from hub.store.reader import Asked
from hub.store.store import Stored, StoreError
from tests import hub_room
from tests.hub_access import HEADERS, open_to_tests

HEALTH = models.Health(
    ok=True,
    broker="connected",
    storage="ok",
    rooms_online=1,
    listeners=0,
    refused_messages=0,
    restarts={},
)


def meeting_addresses() -> tuple[http.Routes, ...]:
    """Those of meetings, of which nothing is asked here."""
    nobody: Any = None
    return (MeetingAddresses(nobody, nobody), BridgeRoutes(nobody, nobody, nobody, nobody))


class Desk:
    """Pages over a meeting that the test changes, and orders that go as the test says."""

    def __init__(self) -> None:
        self.meeting = Meeting()
        self.board = Board()
        self.asked: list[tuple[str, models.Body]] = []
        self.answer: Reason | Exception | None = None
        self.health = HEALTH
        self.now_s = 100.0
        self.pages = Pages(
            lambda: self.meeting, self.board, lambda: {"gen": 7}, lambda: True, lambda: self.now_s
        )
        self.lines: list[str] = []
        records = BallotRecords(lambda: self.meeting, self.stored, self.pages.ballots)
        events = EventRecords(self.read, lambda: self.meeting)
        self.app = http.application(
            self.pages,
            self.carry_out,
            lambda: self.health,
            "9.9",
            records,
            events,
            open_to_tests(),
            more=meeting_addresses(),
        )

    async def read(self, asked: Asked) -> list[Stored]:
        """There are no records."""
        return []

    async def stored(self, ballot: BallotKey) -> list[str]:
        """The lines of any ballot."""
        return self.lines

    def give(self, *inputs: commands.Input) -> None:
        """Let inputs happen."""
        for given in inputs:
            decision = decide(self.meeting, given, 100.0)
            for event in decision.events:
                self.meeting = apply(self.meeting, event)
            self.meeting = with_ballots(self.meeting, decision)
            lines = [done.line for done in decision.ballots if done.line is not None]
            self.lines += [json.dumps(line) for line in lines]

    def room(self, room: str = "main") -> None:
        """A room comes online."""
        status = hub_room.status("online", "b1")
        self.board.hear_status(room, status)
        self.give(
            commands.StatusHeard(room, status),
            commands.DescribeHeard(room, hub_room.describe("b1")),
            commands.FloorHeard(room, hub_room.floor_state("b1"), 100.0, 1),
        )

    async def carry_out(self, name: str, body: models.Body, who: Who) -> tuple[str, Reason | None]:
        """Do as the test says."""
        self.asked.append((name, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return "abc", self.answer


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[TestClient[Any, Any]]:
    """A client of the served app."""
    client: TestClient[Any, Any] = TestClient(TestServer(desk.app), headers=HEADERS)
    await client.start_server()
    try:
        yield client
    finally:
        desk.pages.close()
        await client.close()


async def test_the_snapshot_has_everything_of_a_room() -> None:
    desk = Desk()
    desk.give(commands.Configure("v", "Giao ban", "open", 2, 9, {"main/1": "An"}, {}))
    desk.room()
    desk.give(commands.EventHeard("main", hub_room.press("main", 1, "main/1"), 100.0))
    async with served(desk) as client, client.get("/api/v1/state") as answer:
        state = await answer.json()
    assert set(state) == {
        "hub",
        "meeting",
        "meetings",
        "floor",
        "ballots",
        "attendance",
        "rooms",
        "commands",
        "events",
    }
    assert state["meeting"] == {
        "title": "Giao ban", "mode": "open", "max_open": 2, "queue_max": 9,
        "prepared": "", "session": None, "agenda": [], "item": "",
    }  # fmt: skip
    assert state["floor"]["speaking"] == [
        {
            "seat": "main/1", "name": "An", "role": "delegate", "since_ms": 100_000,
            "suspended": False, "spent_ms": 0, "limit_s": None, "left_ms": None, "phase": "calm",
            "paused": False, "muted": False,
        }
    ]  # fmt: skip
    room = state["rooms"]["main"]
    assert (room["online"], room["boot"], room["authority"]) == (True, "b1", "none")
    assert [seat["number"] for seat in room["plan"]["seats"]] == [1, 2, 3]
    assert room["names"] == {"1": "An"}


async def test_an_accepted_and_a_refused_command() -> None:
    desk = Desk()
    async with served(desk) as client:
        async with client.post("/api/v1/commands/next", json={}) as answer:
            assert (answer.status, await answer.json()) == (
                202,
                {"id": "abc", "status": "accepted"},
            )
        desk.answer = Reason.QUEUE_EMPTY
        async with client.post("/api/v1/commands/next", json={}) as answer:
            assert answer.status == 409
            reason = (await answer.json())["reason"]
    sentence = SENTENCES[Reason.QUEUE_EMPTY]
    assert reason == {"code": "queue_empty", "vi": sentence.vi, "en": sentence.en}
    assert [name for name, _ in desk.asked] == ["next", "next"]


@pytest.mark.parametrize(
    ("name", "body", "status", "word"),
    [
        ("dance", "{}", 404, "command_unknown"),
        ("next", "{", 400, "JSON"),
        ("next", '{"extra":1}', 400, "extra"),
        ("next", '"x"', 400, "bad_argument"),
        ("open_microphone", "{}", 400, "seat"),
        ("open_microphone", '{"seat":"main"}', 400, "seat"),
        ("set_mode", '{"mode":"open","max_open":26,"queue_max":1}', 400, "max_open"),
        ("set_mode", '{"mode":"open","max_open":"2","queue_max":1}', 400, "max_open"),
        ("aim_camera", '{"room":"main","camera":"cam-1"}', 400, "either"),
        ("aim_camera", '{"room":"main","camera":"c","seat":"main/1","wide":true}', 400, "either"),
        ("display_power", '{"room":"main","display":"d","on":1}', 400, "on"),
        ("next", '{"x":"' + "y" * 17000 + '"}', 413, "16 KiB"),
    ],
)
async def test_a_bad_command_says_what_is_wrong(
    name: str, body: str, status: int, word: str
) -> None:
    desk = Desk()
    headers = {"Content-Type": "application/json"}
    async with (
        served(desk) as client,
        client.post(f"/api/v1/commands/{name}", data=body, headers=headers) as answer,
    ):
        assert answer.status == status
        found = await answer.json()
    assert found["status"] == "rejected"
    assert word in json.dumps(found["reason"])
    assert desk.asked == []


@pytest.mark.parametrize("error", [StoreError("disk"), TimeoutError()])
async def test_when_nothing_can_be_recorded_nothing_is_accepted(error: Exception) -> None:
    desk = Desk()
    desk.answer = error
    async with served(desk) as client, client.post("/api/v1/commands/next", json={}) as answer:
        assert answer.status == 503


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 202),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json", "Origin": "http://evil.example"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Host": "evil.example"}, 403),
        ({"Content-Type": "application/json", "Host": "[::bad"}, 403),
    ],
)
async def test_no_page_of_another_site_commands(headers: dict[str, str], status: int) -> None:
    desk = Desk()
    async with (
        served(desk) as client,
        client.post("/api/v1/commands/next", data="{}", headers=headers) as answer,
    ):
        assert answer.status == status
    assert bool(desk.asked) is (status == 202)


async def test_our_own_page_may_command() -> None:
    desk = Desk()
    async with served(desk) as client:
        origin = {"Origin": f"http://{client.host}:{client.port}"}
        async with client.post("/api/v1/commands/next", json={}, headers=origin) as answer:
            assert answer.status == 202


@pytest.mark.parametrize("path", ["/api/v1/state", "/api/v1/openapi.json", "/nothing", "/"])
async def test_safe_headers_stand_on_everything(path: str) -> None:
    async with served(Desk()) as client, client.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        wanted = {True: "no-store", False: "no-cache"}[path.startswith("/api/")]
        assert answer.headers["Cache-Control"] == wanted


async def test_health_is_an_error_when_the_hub_is_not_well() -> None:
    desk = Desk()
    async with served(desk) as client:
        async with client.get("/api/v1/health") as answer:
            assert answer.status == 200
        desk.health = HEALTH.model_copy(update={"ok": False, "storage": "disk is full"})
        async with client.get("/api/v1/health") as answer:
            assert (answer.status, (await answer.json())["storage"]) == (503, "disk is full")


async def test_the_document_is_valid_and_has_every_route() -> None:
    desk = Desk()
    async with served(desk) as client, client.get("/api/v1/openapi.json") as answer:
        document = await answer.json()
    validate(document)
    assert document == openapi.document("9.9")
    routes = {
        resource.canonical
        for resource in desk.app.router.resources()
        if resource.canonical.startswith("/api/")
    }
    documented = {
        "/api/v1/commands/{name}" if "/commands/" in path else path for path in document["paths"]
    }
    assert documented == routes
    posts = {path.rpartition("/")[2] for path in document["paths"] if "/commands/" in path}
    assert posts == set(models.COMMANDS)
