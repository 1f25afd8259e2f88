"""The routes: pages, snapshot, stream, commands.

Theory. Until people sign in, whoever reaches the port may command the room; so the server
binds to loopback only, and a browser's page from anywhere else is kept out: a command needs
JSON (which a foreign form cannot send without being asked for permission first), no foreign
``Origin``, and a ``Host`` that is really this machine (a foreign name that resolves to
127.0.0.1 is not).

Owns HTTP. Must not decide anything about the meeting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from pydantic import ValidationError

from edge.rules.reasons import Reason
from hub.api import models, openapi
from hub.api.answers import as_json, rejected
from hub.api.ballot_records import BallotRecords
from hub.api.event_records import EventRecords
from hub.api.pages import Pages
from hub.api.stream import dumps
from hub.store.store import StoreError

BODY_MOST_BYTES = 16 * 1024

COMMAND_TIMEOUT_S = 5.0
"""A commit takes milliseconds; longer than this the disk is in trouble."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

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

PAGES = {
    "/": "technician.html",
    "/display/{room}": "display.html",
}
"""Address of each page, and its file."""

CarryOut = Callable[[str, models.Body], Awaitable[tuple[str, Reason | None]]]


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
) -> web.Application:
    """The whole server, ready to be bound."""
    app = web.Application(client_max_size=BODY_MOST_BYTES, middlewares=[_guard])
    app.on_response_prepare.append(_headers)
    api = _Api(pages, carry_out, health, version)
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
    if web_folder().is_dir():
        app.router.add_static("/web", web_folder())
    return app


def host_of(address: str) -> str:
    """The host in ``127.0.0.1:8080``, ``[::1]:8080`` or an ``Origin``; empty if there is none."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def _page(file: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def page(request: web.Request) -> web.StreamResponse:
        path = web_folder() / file
        if not path.is_file():
            raise web.HTTPNotFound(text=f"this page is not installed (hub/web/{file})")
        return web.FileResponse(path)

    return page


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Only for this machine, and no page of another site."""
    origin = request.headers.get(hdrs.ORIGIN)
    foreign_host = host_of(request.headers.get(hdrs.HOST, "")) not in LOOPBACK
    if foreign_host or (origin is not None and not _same_origin(origin, request)):
        return rejected(403, Reason.NOT_ALLOWED, detail=("trang khác", "another site"))
    return await handler(request)


def _same_origin(origin: str, request: web.Request) -> bool:
    return origin == f"{request.scheme}://{request.host}"


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SAFE_HEADERS)
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
    ) -> None:
        self._pages = pages
        self._carry_out = carry_out
        self._health = health
        self._openapi = dumps(openapi.document(version))

    async def state(self, request: web.Request) -> web.Response:
        return as_json(self._pages.snapshot())

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
        response = web.StreamResponse(
            headers={hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8"}
        )
        await response.prepare(request)
        frames = self._pages.broadcaster.frames(dumps(self._pages.snapshot()))
        try:
            async for piece in frames:
                await response.write(piece)
        except (ConnectionError, asyncio.CancelledError):
            return response  # the page has gone, or the hub ends
        finally:
            await frames.aclose()
        return response

    async def command(self, request: web.Request) -> web.Response:
        model = models.COMMANDS.get(request.match_info["name"])
        if model is None:
            return rejected(404, Reason.COMMAND_UNKNOWN)
        if request.content_type != "application/json":
            wanted = "Content-Type: application/json"
            return rejected(415, Reason.BAD_ARGUMENT, detail=(wanted, wanted))
        try:
            body = model.model_validate_json(await request.read() or b"{}")
        except web.HTTPRequestEntityTooLarge:
            return rejected(413, Reason.BAD_ARGUMENT, detail=("quá 16 KiB", "more than 16 KiB"))
        except ValidationError as error:
            return rejected(400, Reason.BAD_ARGUMENT, detail=(_first(error),) * 2)
        try:
            async with asyncio.timeout(COMMAND_TIMEOUT_S):
                ident, reason = await self._carry_out(request.match_info["name"], body)
        except (StoreError, TimeoutError):
            return rejected(503, Reason.STORAGE_FULL)
        if reason is not None:
            return rejected(409, reason, ident)
        return as_json(models.Accepted(id=ident).model_dump(), 202)


def _first(error: ValidationError) -> str:
    """Which field, and what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
