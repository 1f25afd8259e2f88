"""What a seat's page may ask over HTTP, and which input of the desk each command is."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pydantic import ValidationError

from edge.rules import floor
from edge.rules.reasons import Reason
from hub.access.rights import Role, Who
from hub.alerts import Alerts
from hub.api.models import COMMANDS
from hub.api.seat_bodies import SEAT_COMMANDS, CastVote
from hub.ballot_orders import ballot_order
from hub.board import Board
from hub.clock import HubClock
from hub.desk import Desk
from hub.link import Link
from hub.meeting.commands import FloorOrder, HandVote, PageVote
from hub.meeting.inputs import Input, SignInOrder
from hub.orders import Orders
from hub.seat_orders import seat_order
from tests.hub_votes import Sitting

WHO = Who("Seat 2", Role.DELEGATE, "main/2")

VOTE = {"ballot": "b-1", "generation": 1, "seat": "main/2", "choices": ["yes"], "press": "p-000001"}


@pytest.mark.parametrize(
    ("name", "body", "wanted"),
    [
        ("ask_floor", {}, FloorOrder(floor.Ask("main/2", 5.0), "page")),
        ("ask_floor", {"kind": "debate"}, FloorOrder(floor.Ask("main/2", 5.0, "debate"), "page")),
        ("withdraw", {}, FloorOrder(floor.Leave("main/2"), "page")),
        ("sign_in_seat", {}, SignInOrder(("main/2",), None, True, "page")),
    ],
)
def test_each_command_of_a_seat_is_one_order(name: str, body: dict[str, Any], wanted: Any) -> None:
    read = SEAT_COMMANDS[name].model_validate({"seat": "main/2", **body})
    assert seat_order(read, 5.0, "page") == wanted


def test_an_answer_in_a_roll_call_is_entered() -> None:
    body = {"ballot": "b-1", "person": "main/2", "choice": "yes"}
    read = COMMANDS["roll_call_vote"].model_validate(body)
    assert ballot_order(read, "secretary") == HandVote("b-1", 1, "main/2", ("yes",), "secretary")


@pytest.mark.parametrize(
    "change",
    [{"choices": []}, {"press": "short"}, {"press": "../../etc"}, {"seat": "12"}, {"age_ms": -1}],
)
def test_a_vote_that_is_none_is_not_read(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CastVote.model_validate({**VOTE, **change})


class Asked:
    """A desk that notes what it is asked, and for the records."""

    def __init__(self) -> None:
        self.meeting = Sitting().meeting
        self.asked: list[tuple[Input, tuple[str, str] | None]] = []

    async def ask(self, given: Input, press: tuple[str, str] | None = None) -> Reason | None:
        """Note it."""
        self.asked.append((given, press))
        return None

    def note(self, event: object) -> None:
        """Somebody gave a command."""


class Cut:
    """A link that is not there."""

    connected = False


async def test_a_vote_counts_without_the_broker_and_a_request_does_not() -> None:
    asked = Asked()
    orders = Orders(
        cast(Desk, asked),
        Board(),
        cast(Link, Cut()),
        HubClock(None),
        1,
        lambda *_: None,
        cast(Alerts, None),
    )
    answer = await orders.carry_out("cast_vote", CastVote.model_validate(VOTE), WHO)
    assert answer == ("p-000001", None)
    assert asked.asked == [
        (PageVote("b-1", 1, "main/2", ("yes",), "p-000001"), ("main/2", "p-000001"))
    ]
    read = SEAT_COMMANDS["ask_floor"].model_validate({"seat": "main/2"})
    assert (await orders.carry_out("ask_floor", read, WHO))[1] is Reason.LINK_LOST
    assert len(asked.asked) == 1
