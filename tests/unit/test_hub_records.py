"""The record of events over HTTP: filters, pages, files; and that every event has a kind."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from edge.contract.messages import Text
from hub.api import event_records
from hub.api.event_kinds import KINDS
from hub.api.event_records import EventRecords
from hub.meeting import events
from hub.meeting.state import Meeting
from hub.store.change import Change
from hub.store.reader import Reader
from hub.store.store import Store

FORMULA = Text(vi='=HYPERLINK("x")', en="@cmd")


@asynccontextmanager
async def recorded(
    folder: Path, happened: list[events.Event], wall_s: float = 1000.0
) -> AsyncIterator[TestClient[Any, Any]]:
    """A client of a hub's records in which this happened."""
    store = Store(folder, wall=lambda: wall_s)
    await store.commit(Change(list(happened)))
    app = web.Application()
    records = EventRecords(Reader(store.path).events, Meeting)
    app.router.add_get("/events", records.events)
    async with TestClient(TestServer(app)) as client:
        yield client
    store.close()


async def asked(client: TestClient[Any, Any], **query: Any) -> tuple[list[int], int | None]:
    async with client.get("/events", params=query) as answer:
        assert answer.status == 200
        found = await answer.json()
    return [event["n"] for event in found["events"]], found["next"]


def happened() -> list[events.Event]:
    return [
        events.RoomOffline(1.0, "main"),
        events.AlertRaised(2.0, "main", "cam-1", FORMULA),
        events.RoomOffline(3.0, "satellite-1"),
        events.AlertCleared(4.0, "main", "cam-1", FORMULA),
        events.Ordered(5.0, "main", "display-1", "power", {"on": True}, "c1", "technician"),
    ]


async def test_filters_and_pages(tmp_path: Path) -> None:
    async with recorded(tmp_path, happened()) as client:
        assert await asked(client) == ([1, 2, 3, 4, 5], None)
        assert await asked(client, room="main") == ([1, 2, 4, 5], None)
        assert await asked(client, kind="alarms") == ([2, 4], None)
        assert await asked(client, kind="rooms", room="satellite-1") == ([3], None)
        assert await asked(client, limit=2) == ([1, 2], 2)
        assert await asked(client, limit=2, after=2) == ([3, 4], 4)
        assert await asked(client, limit=2, before=5) == ([4, 3], 3)
        assert await asked(client, since=2000.0) == ([], None)


async def test_what_is_no_question_is_refused_with_a_sentence(tmp_path: Path) -> None:
    async with recorded(tmp_path, []) as client:
        for query in ("limit=0", "limit=x", "kind=all", "room=../x", "sql=1", "format=xlsx"):
            async with client.get(f"/events?{query}") as answer:
                assert answer.status == 400
                assert (await answer.json())["reason"]["code"] == "bad_argument"


async def test_a_spreadsheet_gets_rows_and_no_formula(tmp_path: Path) -> None:
    async with (
        recorded(tmp_path, happened()) as client,
        client.get("/events?format=csv&kind=alarms") as answer,
    ):
        assert answer.headers["Content-Disposition"].endswith('.csv"')
        raw = await answer.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["alarms", "alarms"]
    assert rows[0]["text_vi"] == "'" + FORMULA.vi
    assert rows[0]["text_en"] == "'" + FORMULA.en


async def test_a_file_is_whole_however_long(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(event_records, "PAGE_MOST", 2)
    for kind, many in (("json", happened()), ("json", [])):
        async with (
            recorded(tmp_path / f"{len(many)}", many) as client,
            client.get(f"/events?format={kind}") as answer,
        ):
            assert [event["n"] for event in await answer.json()] == list(range(1, len(many) + 1))


async def test_a_record_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    app = web.Application()
    records = EventRecords(Reader(tmp_path / "nothing.sqlite3").events, Meeting)
    app.router.add_get("/events", records.events)
    async with TestClient(TestServer(app)) as client, client.get("/events?format=csv") as answer:
        assert answer.status == 503


def test_every_event_has_one_kind() -> None:
    listed = [kind for kinds in KINDS.values() for kind in kinds]
    assert sorted(kind.__name__ for kind in listed) == sorted(
        kind.__name__ for kind in get_args(events.Event)
    )
