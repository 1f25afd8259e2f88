"""Screens without a keyboard: a code on the screen, a technician elsewhere, a ticket that opens.

Owns ``hub.access.pairing`` and ``hub.api.pairing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hub.access import pairing, passwords
from hub.access.pairing import HOLDS_S, MOST_PER_ADDRESS, Pairings
from tests.access_hub import Hub, code_of, sign_in

HERE = "192.0.2.1"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a technician."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    found = Hub(tmp_path)
    yield found
    found.door.close()


def test_a_code_alone_opens_nothing_and_a_ticket_opens_once() -> None:
    pairings = Pairings()
    code, ticket = pairings.begin("main", HERE, 0.0)
    waiting = pairings.claim(ticket, 1.0)
    assert waiting is not None
    assert waiting.by == ""
    assert pairings.claim(code, 1.0) is None
    assert pairings.confirm("AAAAA", "Lan", 1.0) is None
    assert pairings.confirm(code.lower(), "Lan", 1.0) == "main"
    assert pairings.confirm(code, "Lan", 1.0) is None
    waiting = pairings.claim(ticket, 2.0)
    assert waiting is not None
    assert (waiting.room, waiting.by) == ("main", "Lan")
    assert pairings.claim(ticket, 2.0) is None


def test_a_code_is_forgotten_and_so_is_a_confirmed_one() -> None:
    pairings = Pairings()
    old, old_ticket = pairings.begin("main", HERE, 0.0)
    assert pairings.confirm(old, "Lan", HOLDS_S + 1) is None
    code, ticket = pairings.begin("main", HERE, HOLDS_S + 1)
    assert pairings.confirm(code, "Lan", HOLDS_S + 2) == "main"
    assert pairings.claim(old_ticket, HOLDS_S + 2) is None
    assert pairings.claim(ticket, 3 * HOLDS_S) is None


def test_who_asks_for_many_codes_pushes_out_only_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    pairings = Pairings()
    _, other = pairings.begin("main", "198.51.100.7", 0.0)
    tickets = [pairings.begin("main", HERE, 0.0)[1] for _ in range(MOST_PER_ADDRESS + 2)]
    kept = [pairings.claim(ticket, 0.0) is not None for ticket in tickets]
    assert kept == [False, False] + [True] * MOST_PER_ADDRESS
    assert pairings.claim(other, 0.0) is not None
    monkeypatch.setattr(pairing, "MOST", 3)
    for n in range(10):
        pairings.begin("main", f"203.0.113.{n}", 0.0)
    assert len(pairings._waiting) == 3


async def test_a_screen_is_let_in_and_put_out_again(hub: Hub) -> None:
    async with hub.served() as screen, hub.served_again() as desk:
        header = await sign_in(desk, "technician")
        begun = await (await screen.post("/api/v1/pairing", json={"room": "main"})).json()
        ticket = {"ticket": begun["ticket"]}
        assert (await screen.post("/api/v1/pairing/claim", json=ticket)).status == 204
        answer = await screen.post("/api/v1/displays", json={"code": begun["code"]})
        assert await code_of(answer) == (401, "sign_in_needed")
        answer = await desk.post("/api/v1/displays", json={"code": "AAAAA"}, headers=header)
        assert await code_of(answer) == (409, "code_wrong")
        answer = await desk.post("/api/v1/displays", json={"code": begun["code"]}, headers=header)
        assert await answer.json() == {"room": "main"}
        answer = await screen.post("/api/v1/pairing/claim", json=ticket)
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        me = await (await screen.get("/api/v1/me")).json()
        assert (me["name"], me["role"]) == ("main", "display")
        answer = await screen.post(
            "/api/v1/commands/next", json={}, headers={"X-Phonghop-Session": me["csrf"]}
        )
        assert await code_of(answer) == (403, "not_your_role")
        (display,) = (await (await desk.get("/api/v1/displays")).json())["displays"]
        assert display["room"] == "main"
        gone = {"id": display["id"]}
        answer = await desk.post("/api/v1/displays/remove", json=gone, headers=header)
        assert await answer.json() == {"displays": []}
        assert (await screen.get("/api/v1/me")).status == 401
        answer = await desk.post("/api/v1/displays/remove", json=gone, headers=header)
        assert answer.status == 409
        answer = await screen.post("/api/v1/pairing/claim", json=ticket)
        assert await code_of(answer) == (401, "code_wrong")
    assert [what for what, *_ in hub.noted] == ["signed_in", "display_paired", "display_removed"]


async def test_only_a_technician_pairs(hub: Hub) -> None:
    async with hub.served() as client:
        header = await sign_in(client, "chair")
        answer = await client.post("/api/v1/displays", json={"code": "AAAAA"}, headers=header)
        assert await code_of(answer) == (403, "not_your_role")
