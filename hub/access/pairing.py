"""Screens that wait to be paired: a short code on the screen, typed by a technician elsewhere.

Theory. A screen has no keyboard. It asks for a code and keeps a ticket of its own; who stands
before it types the code where they are signed in; the screen shows its ticket again and is let
in. The code alone opens nothing, the ticket is never shown, and both are soon forgotten.

Owns what waits, in memory and bounded. Must not know cookies.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from hub.access import codes

HOLDS_S = 600.0
MOST = 200
MOST_PER_ADDRESS = 5
"""A site's screens may stand behind one address; what asks for more only pushes out its own."""


@dataclass(slots=True)
class Waiting:
    """One screen."""

    code: str
    room: str
    address: str
    since_s: float
    by: str = ""
    """Who confirmed it; empty until then."""


class Pairings:
    """Screens that wait, by the digest of their ticket."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._waiting: OrderedDict[bytes, Waiting] = OrderedDict()

    def begin(self, room: str, address: str, now_s: float) -> tuple[str, str]:
        """A code to show and a ticket to keep."""
        self._forget(now_s)
        own = [key for key, waiting in self._waiting.items() if waiting.address == address]
        for key in own[: max(0, len(own) - MOST_PER_ADDRESS + 1)]:
            del self._waiting[key]
        while len(self._waiting) >= MOST:
            self._waiting.popitem(last=False)
        code, ticket = codes.new_code()[: codes.GROUP], codes.new_token()
        self._waiting[codes.digest(ticket)] = Waiting(code, room, address, now_s)
        return code, ticket

    def confirm(self, code: str, by: str, now_s: float) -> str | None:
        """The room of the screen that shows ``code``; None when there is no such screen."""
        self._forget(now_s)
        wanted = codes.typed(code)
        found = [each for each in self._waiting.values() if each.code == wanted and not each.by]
        if len(found) != 1:  # two screens with one code: both ask for another
            return None
        found[0].by = by
        return found[0].room

    def claim(self, ticket: str, now_s: float) -> Waiting | None:
        """The screen with this ticket; once it is confirmed it waits no more."""
        self._forget(now_s)
        key = codes.digest(ticket)
        found = self._waiting.get(key)
        if found is not None and found.by:
            del self._waiting[key]
        return found

    def _forget(self, now_s: float) -> None:
        self._waiting = OrderedDict(
            (key, each)
            for key, each in self._waiting.items()
            if 0 <= now_s - each.since_s <= HOLDS_S
        )
