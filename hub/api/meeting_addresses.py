"""Every address about prepared meetings: the meetings, their rosters, their papers.

Owns the list of them. Must not handle a request itself.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from hub.api.meeting_routes import MeetingRoutes
from hub.api.paper_routes import PaperRoutes
from hub.api.roster_routes import RosterRoutes
from hub.meeting.state import Meeting
from hub.prepared import Prepared


class MeetingAddresses:
    """All of them, for the server."""

    def __init__(self, prepared: Prepared, meeting: Callable[[], Meeting]) -> None:
        """``meeting`` is the one in force: it knows rooms, and roles at the table."""
        self._parts = (
            MeetingRoutes(prepared),
            RosterRoutes(prepared, meeting),
            PaperRoutes(prepared, meeting),
        )

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register them."""
        for part in self._parts:
            part.add_to(router)
