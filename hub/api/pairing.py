"""Pairing the rooms' screens over HTTP.

Owns these routes. Must not decide who may confirm a screen (``hub.access.rights``).
"""

from __future__ import annotations

from aiohttp import web

from edge.rules.reasons import Reason
from hub.access.book import BookError
from hub.access.door import Door, Entered
from hub.api import access_bodies as bodies
from hub.api.answers import as_json, rejected
from hub.api.gate import Gate, signed_in
from hub.api.requests import body_of


class Pairing:
    """The handlers."""

    def __init__(self, gate: Gate, noted: bodies.Noted) -> None:
        """``noted`` is told what is for the records."""
        self._gate = gate
        self._door: Door = gate.door
        self._noted = noted

    def add_routes(self, app: web.Application) -> None:
        """Register everything."""
        app.router.add_post("/api/v1/pairing", self.begin)
        app.router.add_post("/api/v1/pairing/claim", self.claim)
        app.router.add_get("/api/v1/displays", self.listed)
        app.router.add_post("/api/v1/displays", self.confirm)
        app.router.add_post("/api/v1/displays/remove", self.remove)

    async def begin(self, request: web.Request) -> web.Response:
        """A screen asks for a code."""
        body = await body_of(request, bodies.BeginPairing)
        if isinstance(body, web.Response):
            return body
        code, ticket = self._door.begin_pairing(body.room, self._gate.address_of(request))
        return as_json(bodies.PairingBegun(code=code, ticket=ticket).model_dump())

    async def claim(self, request: web.Request) -> web.Response:
        """A screen asks whether it was confirmed."""
        body = await body_of(request, bodies.ClaimPairing)
        if isinstance(body, web.Response):
            return body
        try:
            outcome = await self._door.claim_pairing(body.ticket)
        except BookError:
            return rejected(503, Reason.STORAGE_FULL)
        if outcome is None:
            return web.Response(status=204)
        if not isinstance(outcome, Entered):
            return rejected(401, outcome.reason)
        response = as_json(bodies.Paired(room=outcome.who.name).model_dump())
        self._gate.let_in(response, outcome.token)
        return response

    async def confirm(self, request: web.Request) -> web.Response:
        """Somebody who stands before a screen types its code."""
        body = await body_of(request, bodies.ConfirmPairing)
        if isinstance(body, web.Response):
            return body
        who = signed_in(request)
        outcome = self._door.confirm_pairing(body.code, who, self._gate.address_of(request))
        if not isinstance(outcome, str):
            return rejected(409 if outcome.wait_s == 0 else 429, outcome.reason)
        self._noted("display_paired", who.by, who.role.value, "")
        return as_json(bodies.Paired(room=outcome).model_dump())

    async def listed(self, request: web.Request) -> web.Response:
        """Screens that are paired."""
        return as_json(self._displays().model_dump())

    def _displays(self) -> bodies.Displays:
        found = [
            bodies.Display(id=session.key.hex()[:16], room=session.name)
            for session in self._door.displays()
        ]
        return bodies.Displays(displays=found)

    async def remove(self, request: web.Request) -> web.Response:
        """A screen is let in no more."""
        body = await body_of(request, bodies.RemoveDisplay)
        if isinstance(body, web.Response):
            return body
        who = signed_in(request)
        try:
            was_there = await self._door.remove_display(body.id)
        except BookError:
            return rejected(503, Reason.STORAGE_FULL)
        if not was_there:
            return rejected(409, Reason.DEVICE_UNKNOWN)
        self._noted("display_removed", who.by, who.role.value, "")
        return as_json(self._displays().model_dump())
