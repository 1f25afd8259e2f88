"""Meetings, rosters and papers over HTTP: what is taken, refused with which reason, given out how.

Owns their routes. What they lead to: ``test_hub_prepared``.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from edge.rules.reasons import Reason
from hub.access.rights import Role, Who, may_read
from hub.api import http, models
from hub.api.ballot_records import BallotRecords
from hub.api.event_records import EventRecords
from hub.api.meeting_addresses import MeetingAddresses
from hub.api.meeting_routes import FORM_MOST_BYTES
from hub.api.pages import Pages
from hub.board import Board
from hub.meeting import commands
from hub.roster import demo_file, load
from tests import hub_access, hub_room
from tests.hub_access import HEADERS, open_to_tests
from tests.meeting_house import PDF, PNG, House, house

FORM = {
    "title": "Họp tháng 11",
    "agenda": [{"id": "bao-cao", "title": {"vi": "Báo cáo", "en": "Report"}}],
    "seats": [{"seat": "main/1", "name": "An"}],
}
HEALTH = models.Health(
    ok=True, broker="connected", storage="ok", rooms_online=1, listeners=0, refused_messages=0,
    restarts={},
)  # fmt: skip
BYTES = {"Content-Type": "application/octet-stream"}

Client = TestClient[Any, Any]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Client, House]]:
    """A client of a hub's meetings, with room ``main``."""
    async with house(folder) as hub:
        await hub.desk.ask(commands.StatusHeard("main", hub_room.status("online", "b1")))
        await hub.desk.ask(commands.DescribeHeard("main", hub_room.describe("b1")))
        pages = Pages(
            lambda: hub.desk.meeting, Board(), lambda: {}, lambda: True, lambda: 1.0,
            hub.prepared.part,
        )  # fmt: skip

        async def lines(_: Any) -> list[str]:
            return []

        async def nothing(_: Any) -> list[Any]:
            return []

        async def carry_out(_: str, body: Any, who: Who) -> tuple[str, Reason | None]:
            doing = hub.orders.doing(body, who.by)
            assert doing is not None
            return "abc", await doing

        app = http.application(
            pages, carry_out, lambda: HEALTH, "9.9",
            BallotRecords(lambda: hub.desk.meeting, lines, pages.ballots),
            EventRecords(nothing, lambda: hub.desk.meeting), open_to_tests(),
            more=(MeetingAddresses(hub.prepared, lambda: hub.desk.meeting),),
        )  # fmt: skip
        client: Client = TestClient(TestServer(app), headers=HEADERS)
        await client.start_server()
        try:
            yield client, hub
        finally:
            pages.broadcaster.close()
            await client.close()


async def saved(client: Client, form: Any = FORM, query: str = "") -> tuple[int, Any]:
    """Save a meeting; status and answer."""
    async with client.put(f"/api/v1/meetings/m1{query}", json=form) as answer:
        return answer.status, await answer.json()


async def sent(client: Client, data: bytes, query: str = "?item=bao-cao&title=T", **more: Any):  # type: ignore[no-untyped-def]
    """Send a paper; status and answer."""
    path = f"/api/v1/meetings/{more.get('meeting', 'm1')}/papers{query}"
    async with client.post(path, data=data, headers=more.get("headers", BYTES)) as answer:
        return answer.status, await answer.json()


async def commanded(client: Client, name: str, **body: Any) -> tuple[int, str | None]:
    """Give a command; status and code."""
    async with client.post(f"/api/v1/commands/{name}", json=body) as answer:
        found = await answer.json()
        return answer.status, found.get("reason", {}).get("code")


async def test_a_meeting_is_saved_listed_begun_led_and_ended(tmp_path: Path) -> None:
    async with served(tmp_path) as (client, hub):
        assert await saved(client) == (201, {"id": "m1", "rev": 1})
        async with client.get("/api/v1/meetings") as answer:
            (listed,) = await answer.json()
        assert (listed["title"], listed["state"], listed["rev"]) == ("Họp tháng 11", "draft", 1)
        assert await commanded(client, "start_meeting", meeting="m1") == (202, None)
        async with client.get("/api/v1/state") as answer:
            state = await answer.json()
        assert state["meetings"][0]["state"] == "running"
        assert (state["meeting"]["item"], state["meeting"]["session"]) == ("bao-cao", "running")
        assert await commanded(client, "next_item") == (409, "agenda_over")
        assert await commanded(client, "set_item", item="none") == (409, "item_unknown")
        assert await commanded(client, "end_meeting", meeting="m1") == (202, None)
        assert await commanded(client, "delete_meeting", meeting="m1") == (409, "meeting_over")
        assert hub.desk.meeting.session == "ended"


async def test_a_meeting_that_was_fetched_can_be_saved_as_it_is(tmp_path: Path) -> None:
    demo = load(demo_file())
    assert demo is not None
    async with served(tmp_path) as (client, hub):
        await hub.prepared.create("m1", demo, "t")
        async with client.get("/api/v1/meetings/m1") as answer:
            whole = await answer.json()
        assert await saved(client, whole["form"], "?rev=1") == (200, {"id": "m1", "rev": 2})
        assert await hub.prepared.form("m1") == demo
        async with client.get("/api/v1/meetings/m9") as answer:
            assert answer.status == 404


async def test_what_does_not_fit_is_told_all_at_once_and_changes_nothing(tmp_path: Path) -> None:
    wrong = {
        **FORM,
        "title": "",
        "max_open": 0,
        "seats": [{"seat": "12"}, {"seat": "main/1", "nam": "x"}],
    }
    twice = {**FORM, "seats": [{"seat": "main/1"}] * 2 + [{"seat": "main/2"}] * 2}
    async with served(tmp_path) as (client, hub):
        await saved(client)
        status, answer = await saved(client, wrong, "?rev=1")
        assert (status, answer["reason"]["code"]) == (400, "bad_argument")
        for word in ("title", "max_open", "seats.0.seat", "seats.1.nam"):
            assert word in answer["reason"]["vi"]
        status, answer = await saved(client, twice, "?rev=1")
        assert status == 400
        assert "main/1" in answer["reason"]["en"]
        assert "main/2" in answer["reason"]["en"]
        assert (await saved(client, FORM, "?rev=9"))[1]["reason"]["code"] == "meeting_changed"
        assert (await saved(client, FORM))[1]["reason"]["code"] == "meeting_exists"
        assert (await saved(client, FORM, "?rev=x"))[0] == 400
        huge, headers = io.BytesIO(bytes(FORM_MOST_BYTES + 1)), {"Content-Type": "application/json"}
        async with client.put("/api/v1/meetings/m1?rev=1", data=huge, headers=headers) as refused:
            assert refused.status == 413
        async with client.put("/api/v1/meetings/m1?rev=1", data=b"{}") as refused:
            assert refused.status == 415
        whole = await hub.prepared.whole("m1")
        assert whole is not None
        assert (whole["rev"], whole["title"]) == (1, "Họp tháng 11")


async def test_hostile_words_stay_words(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    title = {"vi": hostile, "en": hostile}
    form = {**FORM, "title": hostile, "agenda": [{"id": "bao-cao", "title": title}]}
    async with served(tmp_path) as (client, _):
        await saved(client, form)
        await sent(client, PDF, f"?item=bao-cao&title={hostile}")
        await commanded(client, "start_meeting", meeting="m1")
        async with client.get("/api/v1/state") as answer:
            state = await answer.json()
            assert answer.content_type == "application/json"
        assert state["meeting"]["title"] == hostile
        (paper,) = state["meeting"]["agenda"][0]["papers"]
        async with client.get(f"/api/v1/papers/{paper['id']}") as answer:
            assert "<" not in answer.headers["Content-Disposition"]


async def test_a_paper_is_shown_as_what_it_is_in_a_sandbox(tmp_path: Path) -> None:
    async with served(tmp_path) as (client, _):
        await saved(client)
        query = "?item=bao-cao&title=Báo cáo tháng 11&readers=chair,delegate"
        status, paper = await sent(client, PDF, query)
        assert (status, paper["type"], paper["bytes"]) == (201, "application/pdf", len(PDF))
        _, picture = await sent(client, PNG)
        assert picture["type"] == "image/png"
        async with client.get(f"/api/v1/papers/{paper['id']}") as answer:
            assert await answer.read() == PDF
            headers = answer.headers
        assert headers["Content-Type"] == "application/pdf"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["Content-Disposition"].startswith("inline; ")
        assert "B%C3%A1o%20c%C3%A1o" in headers["Content-Disposition"]
        async with client.get(f"/api/v1/papers/{paper['id']}?save") as answer:
            assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert await commanded(client, "remove_paper", paper=paper["id"]) == (202, None)
        async with client.get(f"/api/v1/papers/{paper['id']}") as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    ("data", "query", "status", "code"),
    [
        (b"<html><script>alert(1)</script>", "?item=bao-cao&title=T", 415, "paper_type"),
        (b"", "?item=bao-cao&title=T", 400, "file_empty"),
        (PDF + bytes(200_000), "?item=bao-cao&title=T", 413, "file_too_large"),
        (PDF, "?item=none&title=T", 404, "item_unknown"),
        (PDF, "?item=bao-cao", 400, "bad_argument"),
        (PDF, "?item=bao-cao&title=T&readers=king", 400, "bad_argument"),
    ],
)
async def test_a_wrong_file_is_refused_with_its_reason(
    tmp_path: Path, data: bytes, query: str, status: int, code: str
) -> None:
    async with served(tmp_path) as (client, hub):
        await saved(client)
        found, answer = await sent(client, data, query)
        assert (found, answer["reason"]["code"]) == (status, code)
        assert answer["reason"]["vi"]
        whole = await hub.prepared.whole("m1")
        assert whole is not None
        assert whole["papers"] == []


async def test_uploads_of_another_site_and_of_a_form_are_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as (client, _):
        await saved(client)
        foreign = {**BYTES, "Origin": "http://elsewhere.example"}
        assert (await sent(client, PDF, headers=foreign))[0] == 403
        assert (await sent(client, PDF, headers={"Content-Type": "text/plain"}))[0] == 415


@pytest.mark.parametrize(
    ("role", "at_table", "readers", "may"),
    [
        (Role.DELEGATE, "delegate", (), True),
        (Role.DELEGATE, "delegate", ("delegate",), True),
        (Role.DELEGATE, "guest", ("delegate",), False),
        (Role.DELEGATE, "guest", ("guest",), True),
        (Role.DELEGATE, "vice_chair", ("chair",), True),
        (Role.DELEGATE, None, ("chair",), False),
        (Role.CHAIR, None, ("chair",), True),
        (Role.CHAIR, None, ("delegate",), False),
        (Role.SECRETARY, None, ("chair",), True),
        (Role.TECHNICIAN, None, ("chair",), False),
        (Role.DISPLAY, None, (), True),
        (Role.DISPLAY, None, ("delegate",), False),
        (Role.INTEGRATION, None, ("chair",), False),
    ],
)
def test_a_paper_is_for_its_readers(
    role: Role, at_table: str | None, readers: tuple[str, ...], may: bool
) -> None:
    assert may_read(Who("x", role, seat="main/1"), readers, at_table) is may


async def test_whoever_is_no_reader_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path) as (client, _):
        await saved(client)
        _, paper = await sent(client, PDF, "?item=bao-cao&title=T&readers=chair")
        somebody = Who("x", Role.DELEGATE, seat="main/1")
        monkeypatch.setattr(hub_access, "TESTER", somebody)
        async with client.get(f"/api/v1/papers/{paper['id']}") as answer:
            assert answer.status == 403
            assert (await answer.json())["reason"]["code"] == "not_allowed_to_read"
        assert (await saved(client, FORM, "?rev=1"))[1]["reason"]["code"] == "not_your_role"
        assert (await sent(client, PDF))[1]["reason"]["code"] == "not_your_role"
        assert await commanded(client, "start_meeting", meeting="m1") == (403, "not_your_role")


async def test_a_roster_is_judged_without_changing_anything(tmp_path: Path) -> None:
    async def judged(data: bytes) -> Any:
        async with client.post("/api/v1/roster", data=data, headers=BYTES) as answer:
            assert answer.status == 200
            return await answer.json()

    async with served(tmp_path) as (client, hub):
        await saved(client)
        found = await judged("Ghế;Họ tên;Vai trò\n1;An;Chủ trì\n2;Bình;\n".encode())
        assert found["problems"] == []
        assert [(e["seat"], e["role"]) for e in found["seats"]] == [
            ("main/1", "chair"), ("main/2", None),
        ]  # fmt: skip
        found = await judged("Ghế;Vai trò\n1;vua\n1;\n".encode())
        assert found["seats"] == []
        assert [(p["row"], p["column"]) for p in found["problems"]] == [(2, "Vai trò"), (3, "Ghế")]
        assert (await judged(b"PK\x03\x04"))["problems"][0]["row"] == 0
        huge = io.BytesIO(bytes(5_000_000))
        async with client.post("/api/v1/roster", data=huge, headers=BYTES) as answer:
            assert answer.status == 413
        for kind, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
            for path in ("roster/template", "meetings/m1/roster"):
                async with client.get(f"/api/v1/{path}.{kind}") as answer:
                    assert (await answer.read()).startswith(start)
                    assert "attachment" in answer.headers["Content-Disposition"]
        async with client.get("/api/v1/roster/template.exe") as answer:
            assert answer.status == 404
        form = await hub.prepared.form("m1")
        assert form is not None
        assert json.loads(form.model_dump_json())["seats"][0]["name"] == "An"
