"""Who may do what: the table against every command, route, part and role.

Owns ``hub.access.rights``. How somebody proves who they are is in ``test_access_door``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.rules.reasons import Reason
from hub.access import rights
from hub.access.rights import COMMANDS, PARTS, ROUTES, SCOPES, Role, Who
from hub.api.models import COMMANDS as BODIES
from hub.meeting import wording
from tests.unit.test_hub_api import Desk

PEOPLE = {
    Role.TECHNICIAN: Who("Lan", Role.TECHNICIAN),
    Role.CHAIR: Who("Châu", Role.CHAIR, seat="main/1"),
    Role.SECRETARY: Who("Thu", Role.SECRETARY),
    Role.DELEGATE: Who("An", Role.DELEGATE, seat="main/12"),
    Role.DISPLAY: Who("main", Role.DISPLAY),
    Role.INTEGRATION: Who("bot", Role.INTEGRATION, scopes=frozenset(SCOPES)),
}

_DESK = {Role.TECHNICIAN, Role.CHAIR, Role.SECRETARY, Role.INTEGRATION}
BY_SCOPE = {
    "floor": _DESK,
    "ballots": _DESK,
    "attendance": _DESK,
    "meetings": _DESK - {Role.CHAIR},
    "devices": {Role.TECHNICIAN, Role.INTEGRATION},
    "seats": {Role.CHAIR, Role.SECRETARY, Role.DELEGATE, Role.INTEGRATION},
}
"""Who may give the commands of a scope, at a seat of their own; what differs is named below."""

BY_NAME = {
    "take_priority": _DESK - {Role.SECRETARY},
    "release_priority": _DESK - {Role.SECRETARY},
    "sign_in": _DESK | {Role.DELEGATE},
    "start_meeting": _DESK,
    "end_meeting": _DESK,
    "next_item": _DESK,
    "set_item": _DESK,
    "display_alive": BY_SCOPE["devices"] | {Role.DISPLAY},
}

HERE = "main/12"


def test_every_command_has_a_line_and_every_line_a_command() -> None:
    assert set(COMMANDS) == set(BODIES)


def test_every_route_has_a_line() -> None:
    missing = {
        f"{route.method} {route.resource.canonical}"
        for route in Desk().app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    } - set(ROUTES)
    assert missing == set()


def test_every_part_of_the_snapshot_has_a_line() -> None:
    assert set(Desk().pages.snapshot()) == set(PARTS)


def test_every_scope_is_described_and_every_role_has_words() -> None:
    used = {right.scope for right in (*COMMANDS.values(), *ROUTES.values())}
    assert used <= set(SCOPES)
    assert set(wording._ROLES) == set(Role)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_role_may_give_what_is_its_own_and_nothing_else(name: str) -> None:
    seated = [replace(who, seat=HERE) for who in PEOPLE.values()]
    may = {who.role for who in seated if rights.may_give(who, name, HERE) is None}
    assert may == BY_NAME.get(name, BY_SCOPE[COMMANDS[name].scope])


@pytest.mark.parametrize("name", ["cast_vote", "ask_floor", "withdraw", "sign_in_seat"])
def test_nobody_votes_or_asks_for_another_persons_seat(name: str) -> None:
    for who in PEOPLE.values():
        assert (rights.may_give(who, name, "main/7") is None) is (who.role is Role.INTEGRATION)


def test_a_delegate_acts_for_their_own_seat_only() -> None:
    delegate = PEOPLE[Role.DELEGATE]
    assert rights.may_give(delegate, "sign_in", "main/12") is None
    for seat in ("main/13", None, ["main/12"], ["main/12", "main/13"]):
        assert rights.may_give(delegate, "sign_in", seat) is Reason.NOT_YOUR_SEAT
    assert rights.may_give(delegate, "next", "main/12") is Reason.NOT_YOUR_ROLE
    nowhere = Who("?", Role.DELEGATE)
    assert rights.may_give(nowhere, "sign_in", None) is Reason.NOT_YOUR_SEAT


def test_what_has_no_line_is_refused() -> None:
    for who in PEOPLE.values():
        assert rights.may_give(who, "dance") is Reason.NOT_YOUR_ROLE
        assert rights.may_fetch(who, "GET /dance") is Reason.NOT_YOUR_ROLE
    assert rights.may_fetch(None, "GET /dance") is Reason.SIGN_IN_NEEDED


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_token_is_good_for_its_scopes_only(name: str) -> None:
    scope = COMMANDS[name].scope
    for given in SCOPES:
        bot = Who("bot", Role.INTEGRATION, scopes=frozenset({given}))
        expected = None if given == scope else Reason.NOT_IN_TOKEN
        assert rights.may_give(bot, name) is expected


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_nobody_fetches_anything_but_what_is_public(route: str) -> None:
    refused = rights.may_fetch(None, route)
    assert (refused is None) is ROUTES[route].public
    assert refused in (None, Reason.SIGN_IN_NEEDED)


@pytest.mark.parametrize(
    ("route", "roles"),
    [
        ("GET /", {"technician", "chair", "secretary"}),
        ("GET /codes", {"technician", "secretary"}),
        ("POST /api/v1/seat-codes", {"technician", "secretary", "integration"}),
        (
            "GET /api/v1/ballots/{ballot}/{generation}/journal",
            {"technician", "chair", "secretary", "integration"},
        ),
        ("GET /api/v1/stream", set(Role)),
    ],
)
def test_who_may_fetch(route: str, roles: set[str]) -> None:
    assert {role for role, who in PEOPLE.items() if rights.may_fetch(who, route) is None} == roles


def test_delegates_and_screens_are_not_told_the_log_the_commands_and_the_drafts() -> None:
    for role, who in PEOPLE.items():
        hidden = set(PARTS) - rights.shown_parts(who)
        assert hidden == (
            {"events", "commands", "meetings"} if role in (Role.DELEGATE, Role.DISPLAY) else set()
        )


def test_records_name_a_seat_for_a_delegate_and_the_person_else() -> None:
    assert PEOPLE[Role.DELEGATE].by == "main/12"
    assert PEOPLE[Role.CHAIR].by == "Châu"
