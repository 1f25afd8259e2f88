"""How tests come into a hub: with a token that has every scope, known to the tests alone.

Owns that token, the accounts file that knows it, and a door for applications served in-process.
What signing in is like is tested with the real door (``tests/unit/test_access_api.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import aiohttp

from hub.access import codes
from hub.access.book import Book
from hub.access.door import Door
from hub.access.rights import SCOPES, Role, Who
from hub.api.gate import Entrance
from hub.api.sign_in import SignIn

TOKEN = "phonghop_tests"  # noqa: S105  # good at hubs of tests alone, not a secret
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
"""What every request of a test carries that is not about signing in."""

TESTER = Who("tests", Role.INTEGRATION, account="tests", scopes=frozenset(SCOPES))


def prepare(data: Path) -> None:
    """A hub that has its data in this folder, now or later, lets the tests in."""
    book = Book(data)
    book.put_token("tests", codes.digest(TOKEN), SCOPES)
    book.close()


def session(url: str, **more: Any) -> aiohttp.ClientSession:
    """An HTTP session that is let in at the hub at ``url``; paths begin with ``/``."""
    return aiohttp.ClientSession(base_url=url, headers=HEADERS, **more)


class _TestersDoor:
    """Knows the testers and nobody else; touches no disk."""

    simulation = False
    changes = 0
    needs_set_up = False

    def bearer(self, token: str) -> Who | None:
        """The testers."""
        return TESTER if token == TOKEN else None

    def who(self, token: str) -> Who | None:
        """Nobody comes with a cookie."""
        return None

    def holds(self, who: Who) -> bool:
        """They stay."""
        return True


def open_to_tests(people: Mapping[str, str] | None = None) -> SignIn:
    """For ``http.application``: an entrance for whoever sends ``HEADERS``."""
    door: Any = _TestersDoor()
    return SignIn(cast(Door, door), Entrance(), lambda: people or {})
