"""Ballots on the API: what may be asked, what it becomes, what can be fetched.

Owns bodies, orders and records of ballots, and what technicians are alarmed about. What a ballot
does with an order is tested elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from edge.contract import messages, topics
from edge.rules import ballot_events as act
from edge.rules.ballot_journal import verify
from hub import roster
from hub.api.ballot_bodies import BALLOT_COMMANDS
from hub.api.ballot_records import BallotRecords
from hub.api.ballot_view import BallotViews, attendance_part
from hub.ballot_orders import ballot_order
from hub.ballot_teller import BallotTeller
from hub.board import Board
from hub.clock import HubClock
from hub.desk import Committed
from hub.link import Link
from hub.meeting import vote_events
from hub.meeting.inputs import AskAttendance, BallotOrder, PlanMotion, SignInOrder, VoteAgain
from hub.meeting_form import configure
from hub.store.change import DeadLetter
from hub.store.store import Stored
from tests import hub_room
from tests.hub_votes import Sitting, drained, motion, secret, sign_in, vote

OF_BALLOT = {"ballot": "b-1", "generation": 2}


def wanted(name: str, **body: Any) -> Any:
    """What a command becomes."""
    return ballot_order(BALLOT_COMMANDS[name].model_validate_json(json.dumps(body)), "an")


@pytest.mark.parametrize(
    ("name", "more", "event"),
    [
        ("ready_ballot", {}, act.Prepare("an")),
        ("pause_ballot", {}, act.Pause("an")),
        ("resume_ballot", {}, act.Resume("an")),
        ("count_ballot", {}, act.Count("an")),
        ("announce_ballot", {"anyway": True}, act.Announce("an", True)),
        ("annul_ballot", {"why": "error"}, act.Annul("an", "error")),
        ("abort_ballot", {"why": "noise"}, act.Abort("an", "noise")),
        ("withdraw_ballot", {"why": "later"}, act.Withdraw("an", "later")),
        ("call_next", {}, act.CallNext("an")),
        ("recuse", {"person": "chi"}, act.Recuse("chi", "an")),
    ],
)
def test_a_command_is_an_order_to_one_ballot(
    name: str, more: dict[str, Any], event: act.Event
) -> None:
    order = wanted(name, **OF_BALLOT, **more)
    assert isinstance(order, BallotOrder)
    assert (order.ballot, order.generation, order.event) == ("b-1", 2, event)


def test_opening_and_closing_carry_the_time_on_the_wall() -> None:
    opened = wanted("open_ballot", **OF_BALLOT, anyway=True).event
    assert (opened.anyway, opened.ts > 1e9) == (True, True)
    assert wanted("close_ballot", **OF_BALLOT).event.ts > 1e9


def test_each_ready_check_brings_a_fresh_key() -> None:
    keys = {wanted("ready_ballot", **OF_BALLOT).fresh_key for _ in range(3)}
    assert [len(key) for key in keys] == [32] * 3


def test_the_other_commands() -> None:
    assert wanted("again_ballot", **OF_BALLOT) == VoteAgain("b-1", 2, "an")
    assert wanted("ask_attendance", on=True) == AskAttendance(True, "an")
    assert wanted("sign_in", seat="main/1") == SignInOrder(("main/1",), None, True, "an")
    several = wanted("sign_in", seat=["main/1", "sat/2"], present=False)
    assert several == SignInOrder(("main/1", "sat/2"), None, False, "an")
    assert wanted("sign_in", room="sat") == SignInOrder((), "sat", True, "an")
    assert wanted("sign_in", everybody=True) == SignInOrder((), None, True, "an")
    planned = wanted("prepare_ballot", id="x", text={"vi": "a", "en": "b"}, kind="secret")
    assert isinstance(planned, PlanMotion)
    assert (planned.motion.press, planned.motion.rule) == ("first_press", None)


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("sign_in", {}, "one of seat"),
        ("sign_in", {"seat": "main/1", "room": "main"}, "one of seat"),
        ("sign_in", {"seat": []}, "one of seat"),
        ("open_ballot", {"generation": 1}, "ballot"),
        ("open_ballot", {"ballot": "b-1", "generation": 0}, "generation"),
        ("abort_ballot", {"ballot": "b-1", "why": ""}, "why"),
        ("prepare_ballot", {"id": "x", "text": {"vi": "a", "en": "b"}, "rule": "nix"}, "nix"),
        ("prepare_ballot", {"id": "x", "text": {"vi": "a", "en": "b"}, "picks_max": 9}, "picks"),
        ("prepare_ballot", {"id": "X", "text": {"vi": "a", "en": "b"}}, "id"),
    ],
)
def test_what_cannot_be_asked(name: str, body: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        wanted(name, **body)


# --- the meeting's file --------------------------------------------------------------------------


def test_the_file_says_who_votes_and_on_what() -> None:
    form = roster.form_of(
        """
        seats = [
            { seat = "main/1", name = "An", person = "an", proxy = "chi" }, { seat = "main/2" }
        ]
        [attendance]
        gate = true
        [[ballots]]
        id = "b-1"
        text = { vi = "a", en = "b" }
        rule = { preset = "ubnd", tie = "fails" }
        duration_s = 60
        """,
        "f",
    )
    found = configure(form)
    assert [(m.person, m.seat, m.sitter) for m in found.roster] == [
        ("an", "main/1", "chi"), ("main/2", "main/2", "main/2"),
    ]  # fmt: skip
    (item,) = found.motions
    assert (found.gate, item.by_file, item.duration_s) == (True, True, 60)
    assert len(roster.form_of(roster.demo_file().read_text(), "f").ballots) == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('seats = [{seat = "main/1", person = "a"}, {seat = "main/2", person = "a"}]',
         "f: seats.person: a stands there twice"),
        ('[[ballots]]\nid = "b"\ntext = {vi = "a", en = "b"}\n' * 2,
         "f: ballots.id: b stands there twice"),
        ('[[ballots]]\nid = "b"\ntext = {vi = "a", en = "b"}\nkind = "secret"\n'
         'press = "last_press"',
         "f: ballots.0: press: 'last_press', must be first_press in a secret ballot"),
        ('seats = [{seat = "main/1", weight = 2}]\n[[ballots]]\nid = "b"\n'
         'text = {vi = "a", en = "b"}\nkind = "secret"',
         "f: ballots: b is secret, but main/1 has weight 2: "
         "a weight that few have says who chose what"),
    ],
)  # fmt: skip
def test_the_file_complains_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(roster.MeetingFileError) as caught:
        roster.form_of(text, "f")
    assert str(caught.value) == complaint


# --- what is shown -------------------------------------------------------------------------------


def test_a_ballot_as_pages_show_it() -> None:
    sitting = Sitting(motion(), motion(id="b-2")).opened()
    sitting.hear(vote("main/2", 1, "yes"))
    running, draft = BallotViews().part(sitting.meeting, sitting.now_s)
    assert (running["stage"], running["voted"], running["present"], running["members"]) == (
        "open", 1, 6, 6,
    )  # fmt: skip
    assert running["counts"] is None
    assert running["quorum"] == {"needed": 4, "present": 6, "met": True, "missing_roles": []}
    assert running["options"][0] == {"id": "yes", "vi": "Tán thành", "en": "For"}
    assert (draft["ballot"], draft["stage"], set(draft)) == ("b-2", "draft", set(running))


def test_what_is_over_is_made_once_and_shows_its_result_without_names() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/2", 1, "yes"))
    sitting.order(act.Close("an"), act.Count("an"))
    views = BallotViews()
    (first,) = views.part(sitting.meeting, sitting.now_s)
    assert first["counts"]["yes"] == 1
    assert first["result"]["outcome"] == "failed"
    assert "main/2" not in json.dumps(first["result"])
    assert views.part(sitting.meeting, sitting.now_s)[0] is first


def test_ballots_of_meetings_that_are_over_are_not_kept_ready() -> None:
    sitting = Sitting().opened()
    sitting.order(act.Close("an"), act.Count("an"))
    views = BallotViews()
    assert len(views.part(sitting.meeting, sitting.now_s)) == len(views._over) == 1
    over = replace(sitting.meeting, past=frozenset(sitting.meeting.ballots))
    views.part(over, sitting.now_s)
    assert not views._over


def test_attendance_as_pages_show_it() -> None:
    sitting = Sitting(gate=True)
    sitting.hear(sign_in("main/2", 1))
    part = attendance_part(sitting.meeting)
    assert (part["present"], part["members"], part["asked"]) == (1, 6, False)
    assert part["people"]["main/2"] == {"seat": "main/2", "name": "", "present": True}


@asynccontextmanager
async def served(sitting: Sitting, leads: bool = True) -> AsyncIterator[TestClient[Any, Any]]:
    """The records of a sitting, as a client fetches them who leads, or does not."""

    async def lines(key: tuple[str, int]) -> list[str]:
        return sitting.lines.get(key, [])

    records = BallotRecords(
        lambda: sitting.meeting, lines, lambda: [{"ballot": "b-1"}], lambda _: leads
    )
    app = web.Application()
    app.router.add_get("/ballots", records.listed)
    app.router.add_get("/{ballot}/{generation}", records.document)
    app.router.add_get("/{ballot}/{generation}/journal", records.journal)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_counted_ballot_can_be_fetched_and_proved() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/2", 1, "yes"))
    sitting.order(act.Close("an"))
    for room in ("main", "sat"):
        sitting.hear(drained(room, 9))
    async with served(sitting) as client:
        async with client.get("/b-1/1") as answer:
            document = await answer.json()
        async with client.get("/b-1/1/journal") as answer:
            assert answer.content_type == "application/x-ndjson"
            proof = verify((await answer.text()).splitlines())
        async with client.get("/ballots") as answer:
            assert await answer.json() == [{"ballot": "b-1"}]
    assert document["counts"]["yes"] == 1
    assert (proof.results, proof.journal.head) == (1, document["chain"]["head"])


async def test_a_result_is_everybodys_once_it_is_announced() -> None:
    sitting = Sitting().opened()
    sitting.hear(vote("main/2", 1, "yes"))
    sitting.order(act.Close("an"))
    for room in ("main", "sat"):
        sitting.hear(drained(room, 9))
    async with served(sitting, leads=False) as client:
        async with client.get("/b-1/1") as answer:
            assert answer.status == 409
        sitting.order(act.Announce("an"))
        async with client.get("/b-1/1") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/b-1/1", 409, "vote_not_counted"),
        ("/b-1/1/journal", 409, "vote_running"),
        ("/b-1/2", 404, "vote_unknown"),
        ("/x/1/journal", 404, "vote_unknown"),
        ("/b-1/one/journal", 404, "vote_unknown"),
    ],
)
async def test_what_cannot_be_fetched(path: str, status: int, code: str) -> None:
    async with served(Sitting().opened()) as client, client.get(path) as answer:
        assert answer.status == status
        assert (await answer.json())["reason"]["code"] == code


# --- what rooms and technicians are told --------------------------------------------------------


class Wire:
    """A link that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any], bool]] = []

    def send(self, topic: str, data: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Keep it."""
        self.sent.append((topic, json.loads(data), retain))

    def taken(self) -> list[tuple[str, dict[str, Any], bool]]:
        """What was sent since the last time."""
        sent, self.sent = self.sent, []
        return sent


class Tells:
    """A teller, its wire, and the alerts that stand."""

    def __init__(self) -> None:
        self.wire, self.board = Wire(), Board()
        self.alerts: dict[str, tuple[messages.Text, str]] = {}
        link = cast(Link, self.wire)
        self.teller = BallotTeller(link, self.board, HubClock(None), 7, self.alarm)

    def alarm(self, ident: str, text: messages.Text | None, evidence: str) -> None:
        """Raise or clear."""
        self.alerts.pop(ident, None)
        if text is not None:
            self.alerts[ident] = text, evidence


def test_rooms_are_told_each_thing_once_and_everything_after_a_reconnect() -> None:
    tells, sitting = Tells(), Sitting()
    sitting.order(act.Prepare())
    tells.teller.tell(sitting.meeting)
    sent = tells.wire.taken()
    assert {topic for topic, _, _ in sent} == {
        topics.down(room, kind) for room in ("main", "sat") for kind in ("ballot", "attendance")
    }
    assert all(retained for _, _, retained in sent)
    tells.teller.tell(sitting.meeting)
    assert tells.wire.taken() == []
    sitting.order(act.Open())
    sitting.hear(vote("main/2", 1, "yes"))
    tells.teller.tell(sitting.meeting)
    opened = tells.wire.taken()
    assert [message["stage"] for _, message, _ in opened] == ["open", "open"]
    assert opened[0][1]["rev"] > max(message["rev"] for _, message, _ in sent)
    tells.teller.tell(sitting.meeting, again=True)
    assert len(tells.wire.taken()) == 4


def test_only_the_room_for_which_it_is_new_is_told() -> None:
    tells, sitting = Tells(), Sitting(gate=True)
    sitting.order(act.Prepare())
    tells.teller.tell(sitting.meeting)
    tells.wire.taken()
    sitting.hear(sign_in("sat/1", 1))
    tells.teller.tell(sitting.meeting)
    assert sorted(topic for topic, _, _ in tells.wire.taken()) == [
        topics.down("sat", "attendance"), topics.down("sat", "ballot"),
    ]  # fmt: skip


def test_a_key_goes_to_rooms_that_are_online_and_is_never_retained() -> None:
    tells, sitting = Tells(), Sitting(secret())
    sitting.order(act.Prepare())
    tells.board.hear_status("main", hub_room.status("online", "b9"))
    tells.teller.send_keys(sitting.meeting)
    ((topic, message, retained),) = tells.wire.taken()
    assert (topic, message["for_boot"], retained) == (topics.down("main", "key"), "b9", False)
    tells.teller.send_keys(sitting.meeting, "sat")
    assert tells.wire.taken() == []


def test_a_room_that_is_waited_for_is_named_until_it_is_heard() -> None:
    tells, sitting = Tells(), Sitting().opened()
    sitting.order(act.Close())
    plan = hub_room.describe("b1", title="x" * 100)
    rooms = {room: replace(known, plan=plan) for room, known in sitting.meeting.rooms.items()}
    tells.teller.watch(replace(sitting.meeting, rooms=rooms))
    assert "count without it" in tells.alerts["ballot-rooms"][0].en
    sitting.hear(drained("main", 1))
    tells.teller.watch(sitting.meeting)
    text, evidence = tells.alerts["ballot-rooms"]
    assert evidence == "sat"
    assert "count without it" in text.en
    sitting.hear(drained("sat", 1))
    tells.teller.watch(sitting.meeting)
    assert tells.alerts == {}


def test_poison_and_wrong_boxes_are_alerts_that_say_what_to_do() -> None:
    tells, sitting = Tells(), Sitting()
    meeting = sitting.meeting
    wrong = vote_events.BoxRefused(1.0, "b-1", 1, "sat", "does not open")
    letter = DeadLetter("phonghop/v1/main/up/event", "body of vote", b"{}")
    tells.teller.committed(
        Committed(meeting, meeting, [Stored(1, 1.0, wrong)], dead=[letter], broken=["sat"])
    )
    assert set(tells.alerts) == {"box-sat", "poison-main", "undecided-sat"}
    assert "vote again" in tells.alerts["box-sat"][0].en
    assert tells.alerts["poison-main"][1] == "body of vote"


def test_a_damaged_record_is_an_alert() -> None:
    tells, sitting = Tells(), Sitting()
    tells.teller.begin(replace(sitting.meeting, damaged={("b-1", 1): "line 3.hash: does not fit"}))
    text, evidence = tells.alerts["ballot-b-1-1"]
    assert "vote again" in text.en
    assert evidence == "line 3.hash: does not fit"
