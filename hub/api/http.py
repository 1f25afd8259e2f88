"""The routes: pages, snapshot, stream, commands.

Owns HTTP. Must not decide anything about the meeting, nor who may do what (``gate``).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from importlib import resources
from pathlib import Path
from typing import Protocol

from aiohttp import hdrs, web

from edge.rules.reasons import Reason
from hub.access import rights
from hub.access.rights import Who
from hub.api import models, openapi
from hub.api.answers import as_json, rejected
from hub.api.ballot_records import BallotRecords
from hub.api.event_records import EventRecords
from hub.api.gate import Gate, signed_in
from hub.api.pages import Pages
from hub.api.requests import BODY_MOST_BYTES, body_of
from hub.api.sign_in import SignIn
from hub.api.stream import Broadcaster, dumps
from hub.api.views import Json
from hub.store.store import StoreError

COMMAND_TIMEOUT_S = 5.0
"""A commit takes milliseconds; longer than this the disk is in trouble."""

SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

PUBLIC = "public"
"""The audience of delegates' pages and displays: ``?audience=public``."""

PAGES = {
    "/": "technician.html",
    "/secretary": "secretary.html",
    "/chair": "chair.html",
    "/seat": "seat.html",
    "/display/{room}": "display.html",
    "/signin": "signin.html",
    "/codes": "codes.html",
}
"""Address of each page, and its file."""

LOOK_AGAIN_S = 2.0
"""So long after the last look it is asked again whether a stream's session still holds."""

STALLED_S = 60.0
"""A page that takes nothing for so long is let go: its machine is there, and it is not. A slow
line needs less even for the snapshot of a large site."""

CarryOut = Callable[[str, models.Body, Who], Awaitable[tuple[str, Reason | None]]]


class Refused(Protocol):
    """Is told of commands that are refused before they reach the meeting."""

    def wait_s(self, who: Who) -> float:
        """How long nothing of this session is looked at; 0: it is."""

    def told(self, name: str, who: Who, reason: Reason) -> None:
        """One more."""


class NobodyCounts:
    """For an application without a hub."""

    def wait_s(self, who: Who) -> float:
        """Not at all."""
        return 0.0

    def told(self, name: str, who: Who, reason: Reason) -> None:
        """Nothing is kept."""


class Routes(Protocol):
    """Addresses that belong together."""

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register them."""


def web_folder() -> Path:
    """Where the pages are."""
    return Path(str(resources.files("hub") / "web"))


def application(
    pages: Pages,
    carry_out: CarryOut,
    health: Callable[[], models.Health],
    version: str,
    ballots: BallotRecords,
    records: EventRecords,
    sign_in: SignIn,
    refused: Refused | None = None,
    more: Iterable[Routes] = (),
) -> web.Application:
    """The whole server, ready to be bound."""
    gate = sign_in.gate
    app = web.Application(client_max_size=BODY_MOST_BYTES, middlewares=[gate.middleware])
    app.on_response_prepare.append(_headers)
    api = _Api(pages, carry_out, health, version, gate, refused or NobodyCounts())
    sign_in.add_routes(app)
    for address, file in PAGES.items():
        app.router.add_get(address, _page(file))
    app.router.add_get("/api/v1/state", api.state)
    app.router.add_get("/api/v1/stream", api.stream)
    app.router.add_get("/api/v1/health", api.health)
    app.router.add_get("/api/v1/openapi.json", api.openapi)
    app.router.add_post("/api/v1/commands/{name}", api.command)
    app.router.add_get("/api/v1/rooms/{room}/cameras/{camera}/preview", api.preview)
    app.router.add_get("/api/v1/rooms/{room}/history", api.history)
    app.router.add_get("/api/v1/events", records.events)
    app.router.add_get("/api/v1/ballots", ballots.listed)
    app.router.add_get("/api/v1/ballots/{ballot}/{generation}", ballots.document)
    app.router.add_get("/api/v1/ballots/{ballot}/{generation}/journal", ballots.journal)
    for routes in more:
        routes.add_to(app.router)
    if web_folder().is_dir():
        app.router.add_static("/web", web_folder())
    return app


def _page(file: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def page(request: web.Request) -> web.StreamResponse:
        path = web_folder() / file
        if not path.is_file():
            raise web.HTTPNotFound(text=f"this page is not installed (hub/web/{file})")
        return web.FileResponse(path)

    return page


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in SAFE_HEADERS.items():
        response.headers.setdefault(name, value)
    fresh = "no-store" if request.path.startswith("/api/") else "no-cache"
    response.headers.setdefault(hdrs.CACHE_CONTROL, fresh)


class _Api:
    """The handlers."""

    def __init__(
        self,
        pages: Pages,
        carry_out: CarryOut,
        health: Callable[[], models.Health],
        version: str,
        gate: Gate,
        refused: Refused,
    ) -> None:
        self._pages = pages
        self._carry_out = carry_out
        self._health = health
        self._door = gate.door
        self._refused = refused
        self._openapi = dumps(openapi.document(version))

    async def state(self, request: web.Request) -> web.Response:
        _, snapshot, _ = self._told(request)
        return as_json(snapshot)

    def _told(self, request: web.Request) -> tuple[Broadcaster, Json, frozenset[str] | None]:
        """Where news come from, the state until now, and which parts of it (None: all).

        Those who lead are told the whole, unless they ask for what everybody may know.
        """
        who = signed_in(request)
        if request.query.get("audience") == PUBLIC or not rights.leads(who):
            public = self._pages.public
            return public.broadcaster, public.snapshot(), None
        shown = rights.shown_parts(who)
        return self._pages.broadcaster, self._pages.snapshot(shown), shown

    async def health(self, request: web.Request) -> web.Response:
        found = self._health()
        return as_json(found.model_dump(), 200 if found.ok else 503)

    async def openapi(self, request: web.Request) -> web.Response:
        return web.Response(body=self._openapi, content_type="application/json", charset="utf-8")

    async def preview(self, request: web.Request) -> web.Response:
        jpeg = self._pages.preview(request.match_info["room"], request.match_info["camera"])
        if jpeg is None:
            return rejected(404, Reason.NO_PICTURE)
        return web.Response(body=jpeg, content_type="image/jpeg")

    async def history(self, request: web.Request) -> web.Response:
        found = self._pages.history(request.match_info["room"])
        return rejected(404, Reason.ROOM_UNKNOWN) if found is None else as_json(found)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        who = signed_in(request)
        response = web.StreamResponse(
            headers={hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8"}
        )
        await response.prepare(request)
        broadcaster, snapshot, shown = self._told(request)
        frames = broadcaster.frames(dumps(snapshot), shown)
        looked_s, changes = time.monotonic(), self._door.changes
        try:
            async for piece in frames:
                now_s = time.monotonic()
                if now_s - looked_s > LOOK_AGAIN_S or changes != self._door.changes:
                    looked_s, changes = now_s, self._door.changes
                    if not self._door.holds(who):
                        return response  # signed out: whoever asks again is told so
                async with asyncio.timeout(STALLED_S):
                    await response.write(piece)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
            return response
        except (ConnectionError, asyncio.CancelledError):
            return response  # the page has gone, or the hub ends
        finally:
            await frames.aclose()
        return response

    async def command(self, request: web.Request) -> web.Response:
        name, who = request.match_info["name"], signed_in(request)
        model = models.COMMANDS.get(name)
        if model is None:
            return rejected(404, Reason.COMMAND_UNKNOWN)
        if (wait_s := self._refused.wait_s(who)) > 0:
            self._refused.told(name, who, Reason.TOO_MANY_COMMANDS)
            answer = rejected(429, Reason.TOO_MANY_COMMANDS)
            answer.headers[hdrs.RETRY_AFTER] = str(math.ceil(wait_s))
            return answer
        if (reason := rights.may_give(who, name, who.seat)) is not None:
            return self._not_allowed(name, who, reason)
        body = await body_of(request, model)
        if isinstance(body, web.Response):
            return body
        if (reason := rights.may_give(who, name, getattr(body, "seat", None))) is not None:
            return self._not_allowed(name, who, reason)
        try:
            async with asyncio.timeout(COMMAND_TIMEOUT_S):
                ident, reason = await self._carry_out(name, body, who)
        except (StoreError, TimeoutError):
            return rejected(503, Reason.STORAGE_FULL)
        if reason is not None:
            return rejected(409, reason, ident)
        return as_json(models.Accepted(id=ident).model_dump(), 202)

    def _not_allowed(self, name: str, who: Who, reason: Reason) -> web.Response:
        self._refused.told(name, who, reason)
        return rejected(403, reason)
