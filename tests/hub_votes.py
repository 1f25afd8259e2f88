"""Events about votes as rooms send them, and a meeting that decides on them without a hub.

Owns the builders and the small meeting. Must not repeat any rule.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules import slip_sheet
from edge.rules.ballot_state import Ballot
from edge.rules.reasons import Sentence
from hub.meeting import commands
from hub.meeting.ballots import with_ballots
from hub.meeting.commands import Decision, Input, decide
from hub.meeting.evolve import apply
from hub.meeting.motion import Member, Motion, rule_of
from hub.meeting.state import BallotKey, Meeting
from tests import hub_room

KEY = bytes(range(32))
TEXT = Sentence("Thông qua báo cáo", "Adopt the report")


def event(room: str, seq: int, kind: Any, body: messages.Part, **more: Any) -> messages.Event:
    """One event of a room's outbox."""
    given: dict[str, Any] = {
        "id": f"{room}-{seq}",
        "source": room,
        "epoch": "e1",
        "seq": seq,
        "boot": "b1",
        "mono_ms": 0,
        "ts": 0.0,
        "kind": kind,
        "body": body.model_dump(),
    }
    return messages.Event(**given | more)


def vote(seat: str, seq: int, *choices: str, **more: Any) -> messages.Event:
    """A seat's vote; ``room`` and ``person`` follow from the seat unless given."""
    room, body = more.pop("room", seat.partition("/")[0]), _of_ballot(more)
    person = more.pop("person", seat)
    revision = more.pop("revision", 1)
    cast = messages.Vote(**body, seat=seat, person=person, choices=list(choices), revision=revision)
    return event(room, seq, "vote", cast, **more)


def mark(seat: str, seq: int, **more: Any) -> messages.Event:
    """Somebody at the seat has voted in secret."""
    room, body = more.pop("room", seat.partition("/")[0]), _of_ballot(more)
    marked = messages.Mark(**body, seat=seat, person=more.pop("person", seat))
    return event(room, seq, "mark", marked, **more)


def drained(room: str, seq: int, box: str | None = None, **more: Any) -> messages.Event:
    """The room has handed in everything."""
    body = messages.Drained(**_of_ballot(more), box=box, since=more.pop("since", 1))
    return event(room, seq, "drained", body, **more)


def sign_in(seat: str, seq: int, *, present: bool = True, **more: Any) -> messages.Event:
    """Somebody signs in, or out, at the seat."""
    room = more.pop("room", seat.partition("/")[0])
    return event(room, seq, "sign_in", messages.SignIn(seat=seat, present=present), **more)


def chair(room: str, seq: int, order: Any, **more: Any) -> messages.Event:
    """The chair pressed a hardware key."""
    body = messages.BallotOrder(order=order, **_of_ballot(more))
    return event(room, seq, "ballot", body, **more)


def box(room: str, *choices: str, key: bytes = KEY, **more: Any) -> str:
    """A sealed box with these choices."""
    sheet, options = slip_sheet.empty(), ("yes", "no", "abstain")
    for choice in choices:
        sheet = slip_sheet.add(sheet, options.index(choice))
    nonce = secrets.token_bytes(slip_sheet.NONCE_BYTES)
    about = _of_ballot(more)
    label = slip_sheet.label(room, about["ballot"], about["generation"])
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, sheet, label)).decode()


def _of_ballot(more: dict[str, Any]) -> dict[str, Any]:
    return {"ballot": more.pop("ballot", "b-1"), "generation": more.pop("generation", 1)}


def motion(**changes: Any) -> Motion:
    """An item with the rule of a people's committee."""
    given: dict[str, Any] = {"id": "b-1", "text": TEXT, "rule": rule_of("ubnd")}
    given |= {"closing_grace_s": 0.0}
    return Motion(**given | changes)


def secret(**changes: Any) -> Motion:
    """The same, in secret."""
    return motion(**{"kind": "secret", "press": "first_press"} | changes)


class Sitting:
    """A meeting of rooms ``main`` and ``sat`` with three seats each, main/1 in the chair."""

    def __init__(self, *motions: Motion, gate: bool = False, roster: tuple[Member, ...] = ()):
        """Both rooms are there."""
        self.meeting = Meeting()
        self.lines: dict[BallotKey, list[str]] = {}
        self.happened: list[Any] = []
        self.given: list[Input] = []
        self.now_s = 100.0
        roles: dict[str, Any] = {"main/1": "chair"}
        self.give(
            commands.Configure(
                "v1", "Giao ban", "open", 1, 9, {}, roles,
                roster=roster, gate=gate, motions=motions or (motion(),),
            )
        )  # fmt: skip
        for room in ("main", "sat"):
            self.arrive(room)

    def arrive(self, room: str, boot: str = "b1") -> None:
        """The room comes online."""
        self.give(commands.StatusHeard(room, hub_room.status("online", boot)))
        self.give(commands.DescribeHeard(room, hub_room.describe(boot)))
        self.give(commands.FloorHeard(room, hub_room.floor_state(boot), self.now_s, 0))

    def lose(self, room: str) -> None:
        """The room cannot be reached any more."""
        self.give(commands.RoomSilent(room))

    def give(self, given: Input) -> Decision:
        """Decide on one input and let it happen."""
        self.now_s += 1.0
        self.given.append(given)
        decision = decide(self.meeting, given, self.now_s)
        for happened in decision.events:
            self.meeting = apply(self.meeting, happened)
            self.happened.append(happened)
        self.meeting = with_ballots(self.meeting, decision)
        for done in decision.ballots:
            if done.line is not None:
                key = done.journal.ballot.plan.key
                self.lines.setdefault(key, []).append(json.dumps(done.line))
        return decision

    def hear(self, heard: messages.Event, newest_missing: int = 0, **more: Any) -> Decision:
        """An event of a room."""
        given = commands.EventHeard(
            more.pop("room", heard.source), heard, self.now_s, newest_missing=newest_missing, **more
        )
        return self.give(given)

    def order(self, *events: act.Event, ballot: str = "b-1", generation: int = 1) -> Decision:
        """The chair wants these, one after the other; what came of the last."""
        decision = Decision()
        for wanted in events:
            decision = self.give(commands.BallotOrder(ballot, generation, wanted, KEY))
        return decision

    def opened(self) -> Sitting:
        """With ballot b-1 open."""
        assert self.order(act.Prepare("chair"), act.Open("chair")).refused is None
        return self

    def ballot(self, ident: str = "b-1", generation: int = 1) -> Ballot:
        """How a ballot stands."""
        return self.meeting.ballots[ident, generation].ballot
