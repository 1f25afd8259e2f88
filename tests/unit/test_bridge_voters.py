"""One list of voters out of two systems: who owns what, and nobody is in it twice or votes twice.

Owns what ``hub.bridges.joining`` and ``intake`` promise about people and owners. Reading documents
and the lists that go out: ``test_bridge_import``.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from edge.rules import ballot_events as act
from edge.rules.reasons import Reason
from hub.api.ballot_bodies import MotionBody
from hub.bridges import notes
from hub.bridges.document import BridgeError, MeetingDocument, judged
from hub.bridges.intake import Intake
from hub.bridges.joining import Named, joined
from hub.meeting import commands
from hub.meeting_form import AgendaEntry, MeetingForm, SeatEntry
from hub.retention import delete
from hub.store.prepared import NotSoError
from hub.store.store import FILE
from tests import hub_room
from tests.hub_votes import KEY, vote
from tests.meeting_house import House, house

PLACES = {"main": ["main/1", "main/2", "main/3"]}
FAR_S = 4e9

SENTENCE = {"vi": "Thông qua", "en": "Adopt"}


def said(**parts: Any) -> MeetingDocument:
    """A document with these parts."""
    head = {"id": "hop-1", "title": "Họp", "rooms": ["main"]}
    return judged({"format": "phonghop-meeting", "version": 1, "meeting": head} | parts, "x")


def person(ident: str, name: str, **more: Any) -> dict[str, Any]:
    return {"person": ident, "name": name} | more


# --- who owns what ---------------------------------------------------------------------------

OWNERS: dict[type[BaseModel], dict[str, str]] = {
    MeetingForm: {
        "title": "theirs", "when": "theirs", "agenda": "by part", "seats": "by part",
        "ballots": "by part", "rooms": "ours", "mode": "ours", "max_open": "ours",
        "queue_max": "ours", "settings": "ours", "attendance": "ours",
    },
    SeatEntry: {
        "seat": "ours", "name": "theirs", "role": "theirs", "person": "key", "weight": "theirs",
        "proxy": "theirs",
    },
    AgendaEntry: {"id": "key", "title": "theirs", "presenter": "theirs", "minutes": "theirs"},
    MotionBody: {
        "id": "key", "text": "theirs", "item": "theirs",
        **dict.fromkeys(
            ("kind", "rule", "label_set", "options", "picks_min", "picks_max", "press", "recused",
             "uncounted_rooms", "proxy_vote", "show_interim", "duration_s", "on_room_lost",
             "may_open_without_quorum", "closing_grace_s", "is_training"), "ours",
        ),
    },
}  # fmt: skip
"""As in docs/bridges.md. A field that is new in a form has no owner until it stands here."""

HERE = MeetingForm.model_validate({
    "title": "Của ta", "when": "2026-01-01T08:00", "rooms": ["main"], "mode": "request",
    "max_open": 3, "queue_max": 7, "settings": {"warning_s": 90}, "attendance": {"gate": True},
    "agenda": [{"id": "i1", "title": SENTENCE, "presenter": "Ta", "minutes": 5}],
    "seats": [{"seat": "main/2", "person": "a", "name": "Cũ", "role": "guest", "proxy": "y"},
              {"seat": "main/3", "person": "b", "name": "Bình"}],
    "ballots": [{
        "id": "v1", "text": SENTENCE, "item": "i1", "kind": "open", "rule": None,
        "label_set": "law", "options": [{"id": "x", "label": SENTENCE},
        {"id": "y", "label": SENTENCE}, {"id": "z", "label": SENTENCE}], "picks_min": 2,
        "picks_max": 2, "press": "last_press", "recused": ["b"], "uncounted_rooms": ["sat"],
        "proxy_vote": True, "show_interim": True, "duration_s": 60.0,
        "on_room_lost": "abort_and_repeat", "may_open_without_quorum": True,
        "closing_grace_s": 9.0, "is_training": True,
    }],
})  # fmt: skip
"""Everything is as nobody has it unless they chose it."""

OTHER = {"vi": "Khác", "en": "Other"}
THERE = {
    "agenda": [{"id": "i1", "title": OTHER, "presenter": "Họ", "minutes": 50}],
    "people": [person("a", "Mới", role="chair", weight=4, proxy="z", seat="main/1"),
               person("b", "Bình")],
    "ballots": [{"id": "v1", "text": OTHER, "item": "", "rule": "ubnd"}],
}  # fmt: skip


def kept(before: BaseModel, after: BaseModel) -> dict[str, bool]:
    """Of each field: whether it is as it was."""
    return {name: getattr(before, name) == getattr(after, name) for name in OWNERS[type(before)]}


def test_every_field_has_an_owner() -> None:
    for form, owners in OWNERS.items():
        assert set(owners) == set(form.model_fields), form.__name__


def test_each_datum_follows_its_owner_and_no_other() -> None:
    head = {"id": "hop-1", "title": "Của họ", "when": "2026-12-01T09:00", "rooms": ["sat"]}
    found = joined(said(meeting=head, **THERE), HERE, Named(), PLACES)
    for before, after in (
        (HERE, found),
        (HERE.seats[0], found.seats[0]),
        (HERE.agenda[0], found.agenda[0]),
        (HERE.ballots[0], found.ballots[0]),
    ):
        for name, owner in OWNERS[type(before)].items():
            if owner != "by part":
                is_kept = kept(before, after)[name]
                assert is_kept is (owner != "theirs"), f"{type(before).__name__}.{name}"
    assert joined(said(), HERE, Named(), PLACES).model_copy(update={
        "title": HERE.title, "when": HERE.when,
    }) == HERE  # fmt: skip  # lists that are left out say nothing


# --- people ----------------------------------------------------------------------------------


def test_the_same_name_under_two_ids_is_for_a_person_to_tell_apart() -> None:
    here = MeetingForm.model_validate(
        {"seats": [{"seat": "main/2", "name": "Lê An", "person": "an-01"}]}
    )
    people = {"people": [person("cb-7", "LÊ  AN")]}
    with pytest.raises(BridgeError, match="is an-01 here and cb-7 there, and might count twice"):
        joined(said(**people), here, Named(), PLACES)
    # One of the two ways out: the id; the other: names that differ.
    for change in ({"person": "cb-7"}, {"name": "Lê An (khách)"}):
        entry = here.seats[0].model_copy(update=change)
        form = here.model_copy(update={"seats": [entry]})
        found = joined(said(**people), form, Named(), PLACES)
        assert len(found.seats) == (1 if "person" in change else 2)
    # Whom they named before under another id is not ours: they renamed their own.
    found = joined(said(**people), here, Named(people=frozenset({"an-01"})), PLACES)
    assert [entry.person for entry in found.seats] == ["cb-7"]
    # Two of theirs with one name are two people: they know.
    both = {"people": [person("cb-7", "Lê An"), person("cb-8", "Lê An")]}
    assert len(joined(said(**both), None, Named(), PLACES).seats) == 2


def test_who_gets_an_id_still_takes_no_part_where_they_were_to_take_none() -> None:
    here = MeetingForm.model_validate({
        "seats": [{"seat": "main/1", "name": "Lê An"},
                  {"seat": "main/2", "name": "Ý", "person": "y", "proxy": "main/1"}],
        "ballots": [{"id": "v1", "text": SENTENCE, "recused": ["main/1", "y"]}],
    })  # fmt: skip
    found = joined(said(people=[person("le", "Lê An")]), here, Named(), PLACES)
    assert found.ballots[0].recused == ["le", "y"]
    assert {entry.person: entry.proxy for entry in found.seats} == {"le": None, "y": "le"}


def test_a_new_vote_that_excludes_nobody_who_is_there_is_refused() -> None:
    ballot = {"id": "v1", "text": SENTENCE, "recused": ["cb-99"]}
    parts: Mapping[str, Any] = {"people": [person("a", "An")], "ballots": [ballot]}
    with pytest.raises(BridgeError, match=r"ballots\.recused: v1 names cb-99: nobody in the list"):
        joined(said(**parts), None, Named(), PLACES)


# --- through the hub -------------------------------------------------------------------------


def intake(hub: House) -> Intake:
    return Intake(hub.prepared, hub.store, lambda: hub.desk.meeting)


async def room(hub: House) -> None:
    """Room ``main`` with three seats."""
    await hub.desk.ask(commands.StatusHeard("main", hub_room.status("online", "b1")))
    await hub.desk.ask(commands.DescribeHeard("main", hub_room.describe("b1")))
    await hub.desk.ask(commands.FloorHeard("main", hub_room.floor_state("b1"), 0.0, 1))


PEOPLE = [person("le", "Lê An", role="chair"), person("cb-2", "Bình"), person("cb-3", "Chi")]
BALLOT = {"id": "b-1", "text": SENTENCE, "rule": "ubnd"}


async def test_a_voter_of_both_systems_counts_once_however_the_vote_comes(tmp_path: Path) -> None:
    """Typed in here, invited there; votes with the key, on a page, and by the application."""
    async with house(tmp_path) as hub:
        await room(hub)
        typed = {"rooms": ["main"], "seats": [{"seat": "main/2", "name": "Lê An"}]}
        await hub.prepared.create("hop-1", MeetingForm.model_validate(typed), "t")
        await intake(hub).take(said(people=PEOPLE, ballots=[BALLOT]), "ecabinet")
        assert await hub.give("start_meeting", meeting="hop-1") is None
        for order in (act.Prepare("le"), act.Open("le")):
            assert await hub.desk.ask(commands.BallotOrder("b-1", 1, order, KEY)) is None
        ballot = hub.desk.meeting.ballots["b-1", 1].ballot
        assert {p: v.seat for p, v in ballot.plan.voters.items()}["le"] == "main/2"
        assert len(ballot.plan.voters) == 3
        pressed = vote("main/2", 1, "no", person="le")
        await hub.desk.ask(commands.EventHeard("main", pressed, hub.desk.meeting.fire_s))
        for number, choice in enumerate(("yes", "no", "yes")):
            cast = commands.PageVote("b-1", 1, "main/2", (choice,), f"application-{number}")
            assert await hub.desk.ask(cast) is None
        held = hub.desk.meeting.ballots["b-1", 1].ballot.votes.values()
        assert [(each, of[each].choices) for of in held for each in of] == [("le", ("yes",))]


async def test_what_they_named_is_known_after_a_restart_too(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await room(hub)
        await intake(hub).take(said(people=PEOPLE[:2]), "ecabinet")
        form = await hub.prepared.form("hop-1")
        assert form is not None
        guest = SeatEntry(seat="main/3", name="Khách", person="guest")
        mine = form.model_copy(update={"seats": [*form.seats, guest]})
        await hub.prepared.edit("hop-1", mine, 1, "t")
    async with house(tmp_path) as hub:
        again = await intake(hub).take(said(people=PEOPLE[:2]), "ecabinet")
        assert (again.rev, again.changed) == (2, False)  # the same document, after a change here
        await intake(hub).take(said(people=PEOPLE[1:2]), "ecabinet")
        form = await hub.prepared.form("hop-1")
        assert form is not None
        assert {entry.person for entry in form.seats} == {"cb-2", "guest"}


async def test_two_imports_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await room(hub)
        door = intake(hub)
        documents = [said(people=PEOPLE[:1]), said(people=PEOPLE), said(people=PEOPLE[1:])]
        taken = await asyncio.gather(*(door.take(each, "ecabinet") for each in documents))
        assert [each.rev for each in taken] == [1, 2, 3]
        form = await hub.prepared.form("hop-1")
        assert form is not None
        assert {entry.person for entry in form.seats} == {"cb-2", "cb-3"}


async def test_people_who_were_forgotten_do_not_come_back_with_the_next_answer(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as hub:
        await room(hub)
        await intake(hub).take(said(people=PEOPLE), "ecabinet")
        assert await hub.give("start_meeting", meeting="hop-1") is None
        assert await hub.give("end_meeting", meeting="hop-1") is None
    assert delete(tmp_path, 0, FAR_S).meetings_over == ["hop-1"]
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        left = database.execute("SELECT value FROM meta WHERE key LIKE 'bridge:%'").fetchall()
    assert [json.loads(value) for (value,) in left] == [notes.FORGOTTEN]
    async with house(tmp_path) as hub:
        await room(hub)
        with pytest.raises(NotSoError) as caught:
            await intake(hub).take(said(people=PEOPLE), "ecabinet")
        assert caught.value.reason is Reason.MEETING_OVER
        assert hub.prepared.part() == []
