"""Meetings of another system: read, joined with what is here, taken in; lists given out.

Owns ``hub.bridges`` up to the prepared meeting, and the routes. The hub's own form is judged in
``test_hub_prepared``.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge.rules import floor as rules
from hub import cli
from hub.api.bridge_routes import BridgeRoutes
from hub.archive import Archive
from hub.bridges import document
from hub.bridges.document import BridgeError, judged
from hub.bridges.intake import Intake
from hub.bridges.joining import Named, joined, named_by
from hub.meeting import commands
from hub.meeting.inputs import SignInOrder
from hub.meeting_form import MeetingForm
from hub.store.reader import Reader
from tests import hub_access, hub_room
from tests.meeting_house import House, house

DOCS = Path(__file__).parents[2] / "docs" / "bridges.md"
PLACES = {"main": ["main/1", "main/2", "main/3"]}


def said(**parts: Any) -> dict[str, Any]:
    """A document with these parts."""
    head = {"id": "hop-1", "title": "Họp", "rooms": ["main"]}
    return {"format": "phonghop-meeting", "version": 1, "meeting": head} | parts


def person(ident: str, name: str = "", **more: Any) -> dict[str, Any]:
    """Somebody invited."""
    return {"person": ident, "name": name or ident.upper()} | more


def join(here: MeetingForm | None, before: Named = Named(), **parts: Any) -> MeetingForm:  # noqa: B008
    """The form after an import."""
    return joined(judged(said(**parts), "x"), here, before, PLACES)


def seated(form: MeetingForm) -> dict[str, str | None]:
    """Person by seat."""
    return {entry.seat: entry.person for entry in form.seats}


def examples(language: str) -> list[bytes]:
    """What the page shows."""
    found = re.findall(rf"```{language}\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    return [text.encode() for text in found]


def test_the_two_examples_of_the_page_say_the_same() -> None:
    from_json = document.read(examples("json")[0], "a")
    assert document.read(examples("csv")[0], "b") == from_json
    assert from_json.ballots is not None
    assert from_json.ballots[0].rule == "ubnd"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no row"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "valid dictionary"),
        (b"\xff\xfe\x00", "x:"),
        (b"a" * (document.MOST_BYTES + 1), "larger than 4 MiB"),
        (json.dumps(said(version=2)).encode(), "version"),
        (json.dumps(said(people="all")).encode(), "people"),
        (json.dumps(said(people=[person("a"), person("a")])).encode(), "a stands there twice"),
        (json.dumps(said(people=[{"person": 7, "name": "A"}])).encode(), "people.0.person"),
        (json.dumps(said(people=[person("a", weight=0)])).encode(), "weight"),
        (json.dumps(said(people=[person(f"p{n}") for n in range(2001)])).encode(), "2000"),
        (json.dumps(said(meeting={"id": "../x", "title": "A"})).encode(), "meeting.id"),
        (json.dumps(said(meeting={"id": "x", "title": "A", "when": "nay"})).encode(), "when"),
        (json.dumps(said(nobody=[])).encode(), "no such key"),
        (b"row,id,title\nmeeting,x,A\nmeeting,y,B\n", "row 3: a second meeting"),
        (b"row,id,title\nghost,x,A\n", "row 2: 'ghost'"),
        (b"row,id,color\nmeeting,x,A\n", "no such column: 'color'"),
        (b"row,row\nmeeting,x\n", "each once"),
        (b"row,id,title,minutes\nmeeting,x,A,\nitem,i,B,-5\n", "minutes"),
        (b"row,id,title,role\nmeeting,x,A,\nperson,p,B,emperor\n", "role"),
    ],
)
def test_what_is_not_a_document_is_refused_in_one_line(data: bytes, why: str) -> None:
    with pytest.raises(BridgeError) as caught:
        document.read(data, "x")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["person", "name", "id", "title", "seat", "rule", "text", "when"]),
            inside,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(["meeting", "people", "agenda", "ballots"]), VALUES))
def test_values_of_any_kind_are_a_document_or_one_clear_line(parts: dict[str, Any]) -> None:
    why = ""
    try:
        document.read(json.dumps(said(**parts)).encode(), "x")
    except BridgeError as error:
        why = str(error)
    assert why == "" or (why.startswith("x: ") and "\n" not in why)


@settings(max_examples=100)
@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_bytes_of_any_kind_are_one_clear_line(data: bytes) -> None:
    with pytest.raises(BridgeError):
        document.read(data, "x")


def test_each_side_keeps_what_is_its_own() -> None:
    first = join(
        None,
        people=[person("a", seat="main/2"), person("b")],
        agenda=[{"id": "i1", "title": {"vi": "Một", "en": "One"}}],
        ballots=[{"id": "v1", "text": {"vi": "Hỏi", "en": "Ask"}, "item": "i1"}],
    )
    assert seated(first) == {"main/2": "a", "main/1": "b"}
    moved = [e.model_copy(update={"seat": {"main/2": "main/3"}.get(e.seat, e.seat)})
             for e in first.seats]  # fmt: skip
    here = first.model_copy(update={
        "mode": "request", "rooms": ["main", "sat"], "seats": moved,
        "ballots": [first.ballots[0].model_copy(update={"rule": "ubnd"})],
    })  # fmt: skip
    again = join(
        here,
        people=[person("a", "An", role="chair", seat="main/1"), person("b")],
        ballots=[{"id": "v1", "text": {"vi": "Khác", "en": "Other"}, "item": "i1"}],
    )
    assert seated(again) == {"main/3": "a", "main/1": "b"}
    assert (again.mode, again.rooms, again.ballots[0].rule) == ("request", ["main", "sat"], "ubnd")
    assert again.ballots[0].text.vi == "Khác"
    assert (again.seats[0].name, again.seats[0].role) == ("An", "chair")
    assert again.agenda == first.agenda  # left out: nothing was said of it


def test_what_they_named_may_go_and_what_was_added_here_stays() -> None:
    item = {"title": {"vi": "M", "en": "M"}}
    parts = {"people": [person("a"), person("b")], "agenda": [{"id": "i1", **item}]}
    first = join(None, **parts)
    before = named_by(judged(said(**parts), "x"), Named())
    ours = MeetingForm.model_validate(
        first.model_dump()
        | {"agenda": [*first.model_dump()["agenda"], {"id": "ours", **item}],
           "seats": [*first.model_dump()["seats"], {"seat": "main/3", "person": "guest"}]}
    )  # fmt: skip
    again = join(ours, before, people=[person("b")], agenda=[{"id": "i2", **item}])
    assert [each.id for each in again.agenda] == ["i2", "ours"]
    assert seated(again) == {"main/2": "b", "main/3": "guest"}


def test_who_stands_in_both_lists_is_one_voter() -> None:
    here = MeetingForm.model_validate(
        {
            "seats": [
                {"seat": "main/2", "name": "Lê  An"},
                {"seat": "main/1", "name": "Ý", "person": "y"},
            ]
        }
    )
    found = join(here, people=[person("le", "LÊ AN"), person("y", "Ý")])
    assert seated(found) == {"main/2": "le", "main/1": "y"}
    with pytest.raises(BridgeError, match="count twice"):
        join(here, people=[person("le", "Lê An"), person("le2", "Lê An")])


def test_nobody_is_left_without_a_seat_in_silence() -> None:
    with pytest.raises(BridgeError, match=r"4 people have no seat \(A first\), 3 are free in main"):
        join(None, people=[person(each) for each in "abcd"])
    with pytest.raises(BridgeError, match="no room that is known"):
        joined(judged({**said(people=[person("a")]), "meeting": {"id": "x", "title": "X"}}, "x"),
               None, Named(), {})  # fmt: skip
    two = join(None, people=[person("a", seat="main/3"), person("b", seat="main/3")])
    assert seated(two) == {"main/1": "a", "main/2": "b"}  # neither proposal goes before the other


IDS = st.sampled_from([f"p{n}" for n in range(6)])
SEATS = st.sampled_from([f"main/{n}" for n in range(1, 9)])
NAMES = st.sampled_from(["", *"ABCDEGHIKLMN"])


@settings(max_examples=60)
@given(
    here=st.dictionaries(SEATS, st.tuples(st.none() | IDS, NAMES), max_size=6),
    people=st.dictionaries(IDS, st.tuples(NAMES.filter(bool), st.none() | SEATS)),
    before=st.sets(IDS),
)
def test_however_two_lists_meet_each_person_is_one_voter_at_one_seat(
    here: dict[str, tuple[str | None, str]],
    people: dict[str, tuple[str, str | None]],
    before: set[str],
) -> None:
    seats = [{"seat": s, "person": p, "name": n} for s, (p, n) in here.items()]
    ids = [entry["person"] for entry in seats if entry["person"]]
    assume(len(set(ids)) == len(ids))
    told = [person(each, name, seat=seat) for each, (name, seat) in people.items()]
    form = MeetingForm.model_validate({"rooms": ["main"], "seats": seats})
    places = {"main": [f"main/{n}" for n in range(1, 9)]}
    named = Named(people=frozenset(before))
    try:
        found = joined(judged(said(people=told), "x"), form, named, places)
    except BridgeError:
        return
    by_person = {entry.person: entry for entry in found.seats if entry.person}
    assert set(people) <= set(by_person)
    assert len({entry.seat for entry in found.seats}) == len(found.seats)
    assert len(by_person) == sum(entry.person is not None for entry in found.seats)
    for entry in seats:
        if entry["person"] in people:
            assert by_person[entry["person"]].seat == entry["seat"]
        elif entry["person"] in before:
            assert entry["person"] not in by_person
    document = judged(said(people=told), "x")
    assert joined(document, found, named_by(document, named), places) == found


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[TestClient[Any, Any], House]]:
    """The routes behind the tests' door, and the hub of room ``main``."""
    async with house(folder) as hub:
        client = await _client(hub)
        try:
            yield client, hub
        finally:
            await client.close()


async def _client(hub: House) -> TestClient[Any, Any]:
    app = web.Application(middlewares=[hub_access.open_to_tests().gate.middleware])
    intake = Intake(hub.prepared, hub.store, lambda: hub.desk.meeting)
    archive = Archive(lambda: hub.desk.meeting, hub.store.lines)
    BridgeRoutes(
        intake, Reader(hub.store.path).events, lambda: hub.desk.meeting, archive.journal
    ).add_to(app.router)
    client: TestClient[Any, Any] = TestClient(TestServer(app), headers=hub_access.HEADERS)
    await client.start_server()
    await hub.desk.ask(commands.StatusHeard("main", hub_room.status("online", "b1")))
    await hub.desk.ask(commands.DescribeHeard("main", hub_room.describe("b1")))
    await hub.desk.ask(commands.FloorHeard("main", hub_room.floor_state("b1"), 0.0, 1))
    return client


async def post(client: TestClient[Any, Any], **parts: Any) -> tuple[int, Any]:
    """Import a document; status and answer."""
    body = json.dumps(said(**parts)).encode()
    headers = {"Content-Type": "application/octet-stream"}
    async with client.post("/api/v1/import", data=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_an_import_over_http_counts_once_and_is_frozen_by_the_beginning(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (client, hub):
        parts = {"people": [person("a", "An"), person("b", "Bình")]}
        assert await post(client, **parts) == (201, {"id": "hop-1", "rev": 1, "changed": True})
        assert await post(client, **parts) == (200, {"id": "hop-1", "rev": 1, "changed": False})
        assert await hub.give("start_meeting", meeting="hop-1") is None
        assert (await post(client, **parts))[0] == 200  # nothing new is nothing to refuse
        status, answer = await post(client, people=[person("c")])
        assert (status, answer["reason"]["code"]) == (409, "meeting_running")
        form = await hub.prepared.form("hop-1")
        assert form is not None
        assert seated(form) == {"main/1": "a", "main/2": "b"}
        status, answer = await post(client, people=3)
        assert (status, answer["reason"]["code"]) == (400, "bad_argument")


async def test_attendance_and_speeches_are_given_out(tmp_path: Path) -> None:
    async with served(tmp_path) as (client, hub):
        await post(client, people=[person("a", "=An"), person("b", "Bình")])
        await hub.give("start_meeting", meeting="hop-1")
        await hub.desk.ask(SignInOrder(("main/2",), None, present=False, by="t"))
        for order in (rules.Give("main/1"), rules.Take("main/1")):
            await hub.desk.ask(commands.FloorOrder(order, "t"))
        here = "/api/v1/meetings/hop-1/export"
        async with client.get(f"{here}/attendance.json") as answer:
            found = {row["person"]: row for row in await answer.json()}
        assert {key: row["present"] for key, row in found.items()} == {"a": True, "b": False}
        async with client.get(f"{here}/speeches.json") as answer:
            (speech,) = await answer.json()
        assert (speech["person"], speech["seat"], speech["name"]) == ("a", "main/1", "=An")
        assert speech["spoken_s"] >= 0.0
        async with client.get(f"{here}/speeches.csv") as answer:
            table = await answer.text("utf-8-sig")
        assert table.splitlines()[1].startswith("a,main/1,'=An,")  # no spreadsheet calculates it
        for path in (f"{here}/votes.json", "/api/v1/meetings/other/export/results.json"):
            async with client.get(path) as answer:
                assert answer.status == 404


def test_the_commands_say_what_is_wrong_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(said()), "utf-8")
    bad.write_text("{}", "utf-8")
    assert cli.main(["import", str(good), "--check"]) == 0
    assert "hop-1: can be imported" in capsys.readouterr().out
    for words in (
        ["import", str(bad)],
        ["import", str(tmp_path / "missing")],
        ["import", str(good), "--http", "127.0.0.1:1"],
        ["export", "hop-1", "results", "--http", "127.0.0.1:1"],
        ["export", "hop-1", "results", "--token-file", str(tmp_path / "missing")],
    ):
        assert cli.main(words) == 1
        assert capsys.readouterr().err.count("\n") == 1
