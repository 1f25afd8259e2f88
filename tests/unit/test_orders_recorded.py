"""What the records keep of commands and of who comes and goes: the person, and why not.

Owns the events ``command_given`` and ``access_noted``, and how they read.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from edge.rules.reasons import Reason
from hub.access.rights import Role, Who
from hub.api import models
from hub.board import Board
from hub.clock import HubClock
from hub.desk import Desk
from hub.link import Link
from hub.meeting import access_events, events
from hub.meeting.state import Meeting
from hub.meeting.wording import is_shown, line
from hub.orders import Orders
from tests.unit.test_hub_floor_api import QUIET, Asked

CHAIR = Who("Châu", Role.CHAIR)
DELEGATE = Who("An", Role.DELEGATE, seat="main/12")


class Records(Asked):
    """A desk that keeps what is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[Any] = []

    def note(self, event: object) -> None:
        """Kept."""
        self.noted.append(event)


async def test_a_command_is_recorded_with_who_gave_it_and_why_it_was_refused() -> None:
    records, link = Records(), cast(Link, SimpleNamespace(connected=True))
    board, clock = Board(), HubClock(None)
    orders = Orders(cast(Desk, records), board, link, clock, 1, lambda *path: None, QUIET)
    for name, body in (
        ("end_turn", {}),
        ("extend", {"seat": "main/9"}),
    ):
        await orders.carry_out(name, models.COMMANDS[name].model_validate(body), CHAIR)
    orders.refusals.told("all_off", DELEGATE, Reason.NOT_YOUR_ROLE)
    kept = [(each.command, each.by, each.role, each.code) for each in records.noted]
    assert kept == [
        ("end_turn", "Châu", "chair", ""),
        ("extend", "Châu", "chair", "seat_unknown"),
        ("all_off", "main/12", "delegate", "not_your_role"),
    ]
    assert [each.by for each in records.given] == ["Châu"]  # type: ignore[attr-defined]
    for event in records.noted:
        assert events.from_json(*events.to_json(event)) == event


async def test_a_flood_of_what_is_carried_out_is_held_up() -> None:
    records, link = Records(), cast(Link, SimpleNamespace(connected=True))
    orders = Orders(
        cast(Desk, records), Board(), link, HubClock(None), 1, lambda *path: None, QUIET
    )
    vote = {
        "seat": "main/12",
        "ballot": "b",
        "generation": 1,
        "choices": ["yes"],
        "press": "0123456789abcdef",
    }
    for name, body in (("cast_vote", vote), ("sign_in_seat", {"seat": "main/12"})):
        who = Who("An", Role.DELEGATE, seat="main/12", session=name.encode())
        model = models.COMMANDS[name].model_validate(body)
        for _ in range(1000):
            assert (await orders.carry_out(name, model, who))[1] is None
        assert orders.refusals.wait_s(who) > 0


@pytest.mark.parametrize(
    ("event", "shown", "words"),
    [
        (access_events.CommandGiven(1.0, "next", "Châu", "chair"), False, "Châu (chủ trì): next"),
        (
            access_events.CommandGiven(1.0, "all_off", "main/12", "delegate", "not_your_role"),
            True,
            "main/12 (đại biểu): all_off, bị từ chối: Vai đang đăng nhập",
        ),
        (
            access_events.CommandGiven(1.0, "ask_floor", "main/12", "delegate", "fire_alarm", 61),
            True,
            "main/12 (đại biểu): ask_floor, bị từ chối 61 lần nữa: Có tín hiệu báo cháy",
        ),
        (
            access_events.AccessNoted(1.0, "signed_in", "Lan", "technician"),
            True,
            "Lan (kỹ thuật) đã",
        ),
        (
            access_events.AccessNoted(1.0, "sign_in_refused", "", "", "sign_in_wrong"),
            True,
            "Không rõ ai không đăng nhập được",
        ),
    ],
)
def test_how_it_reads(event: events.Event, shown: bool, words: str) -> None:
    assert is_shown(event) is shown
    assert line(event, Meeting()).text.vi.startswith(words)
