"""A hub behind a real door, served in-process: for tests of signing in.

Owns its accounts and the small words of such tests. Must not judge anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from edge.rules.reasons import Reason
from hub.access import passwords
from hub.access.book import Account, Book
from hub.access.door import Door
from hub.access.rights import Role, Who
from hub.api import http
from hub.api.ballot_records import BallotRecords
from hub.api.event_records import EventRecords
from hub.api.gate import CSRF_HEADER, Entrance
from hub.api.sign_in import SignIn
from tests.unit.test_hub_api import Desk

Client = TestClient[Any, Any]

GOOD = "một hai ba bốn"
PEOPLE = {"main/1": "Châu", "main/2": "An", "main/12": "<b>Bình</b>"}


class Hub(Desk):
    """A desk behind a real door, with three accounts."""

    def __init__(
        self,
        folder: Path,
        entrance: Entrance | None = None,
        *,
        accounts: bool = True,
        simulation: bool = False,
    ) -> None:
        super().__init__()
        self.book = Book(folder)
        for role in (Role.TECHNICIAN, Role.CHAIR, Role.SECRETARY) if accounts else ():
            kept = passwords.hashed(GOOD, role)
            self.book.add_account(Account(str(role), "", role, None, kept))
        self.clock_s = 1000.0
        self.door = Door(
            self.book,
            lambda: self.clock_s,
            lambda: "Giao ban",
            lambda seat: PEOPLE[seat],
            simulation=simulation,
        )
        self.noted: list[tuple[str, str, str, str]] = []
        self.pages_wait_s = 0.0
        self.refusals: list[tuple[str, str, Reason]] = []
        self.app = http.application(
            self.pages,
            self.carry_out,
            lambda: self.health,
            "9.9",
            BallotRecords(lambda: self.meeting, self.stored, self.pages.ballots),
            EventRecords(self.read, lambda: self.meeting),
            SignIn(
                self.door,
                entrance or Entrance(),
                lambda: PEOPLE,
                lambda *what: self.noted.append(what),
            ),
            self,
        )

    def wait_s(self, who: Who) -> float:
        """``pages_wait_s``, whoever asks."""
        return self.pages_wait_s

    def told(self, name: str, who: Who, reason: Reason) -> None:
        """Refused at the gate: kept."""
        self.refusals.append((name, who.by, reason))

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Client]:
        """A browser without a cookie."""
        self._server = TestServer(self.app)
        client: Client = TestClient(self._server)
        await client.start_server()
        try:
            yield client
        finally:
            self.pages.broadcaster.close()
            await client.close()

    @asynccontextmanager
    async def served_again(self) -> AsyncIterator[Client]:
        """Another browser at the same hub."""
        client: Client = TestClient(self._server)
        try:
            yield client
        finally:
            await client.session.close()


async def sign_in(client: Client, name: str, password: str = GOOD) -> dict[str, str]:
    """Come in; the header that every POST needs from then on."""
    body = {"name": name, "password": password}
    async with client.post("/api/v1/sign-in", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return {CSRF_HEADER: (await answer.json())["csrf"]}


async def code_of(answer: Any) -> tuple[int, str]:
    """Status, and the code of the reason."""
    return answer.status, (await answer.json())["reason"]["code"]
