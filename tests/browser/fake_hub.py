"""A stand-in for the hub: the page, its CSP, the stream and the commands, over a sample state.

Owns an HTTP server in a thread of its own, so that a test drives the page and the state in turn.
Run as a program it serves a lively state for looking at the page. Must not import the hub: the
page is judged against the documented API alone.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.browser import fake_orders, sample_care
from tests.browser.public_state import public
from tests.browser.sample_ballots import SILENT, burdened
from tests.browser.sample_state import Json, snapshot

WEB = Path(__file__).resolve().parents[2] / "hub" / "web"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGES = {
    "/": "technician.html",
    "/chair": "chair.html",
    "/seat": "seat.html",
    "/display/{room}": "display.html",
}
"""Address of each page, and its file, as documented."""

DEVICE_COMMANDS = frozenset(
    {
        "aim_camera",
        "nudge_camera",
        "sight_camera",
        "forget_sighting",
        "lock_camera",
        "preview_camera",
        "display_power",
        "display_input",
        "display_volume",
        "set_scene",
        "locate_seat",
        "check_room",
        "drill",
    }
)

SLOW_S = float(os.environ.get("SLOW_HUB_S", "0"))
"""How long every command and every piece of the stream takes. A test that does not wait for what
it looks at passes on a quick machine and fails now and then on a busy one; ``SLOW_HUB_S=0.4``
makes it fail each time."""

CSRF = "of-this-session"
"""What the page must send with every command."""

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)
"""A picture as small as can be; a browser takes PNG for JPEG."""


class FakeHub:
    """State, clients and received commands; every public method may be called from the test."""

    def __init__(self, state: Json | None = None) -> None:
        self.state = snapshot() if state is None else state
        self.commands: list[tuple[str, Json]] = []
        self.refusals: dict[str, Json] = {}
        self.looks: list[Json] = []
        """What was asked of ``preview_camera``: a page asks again and again."""
        self.older: list[Json] = []
        """Events that are older than the log of the snapshot, newest first."""
        self.asked_events: list[dict[str, str]] = []
        self.beats: list[Json] = []
        """What screens said of themselves."""
        self.ends: dict[str, Json] = {}
        """How commands to devices end, by name: ``status`` and ``reason``."""
        self.votes: dict[str, str] = {}
        """Whence the vote of each seat came, as the public audience is told."""
        self.deaf = 0
        """So many commands are carried out and not answered: the line goes before the answer."""
        self.proves = True
        """Microphones follow the floor at once; False leaves them as they are."""
        self.me: Json = {
            "name": "Lan",
            "role": "technician",
            "seat": None,
            "commands": [],
            "csrf": CSRF,
            "home": "/",
            "pages": ["/", "/codes"],
        }
        """Who is signed in, as the page is told."""
        self.port = 0
        self._clients: set[asyncio.Queue[bytes | None]] = set()
        self._public: set[asyncio.Queue[bytes | None]] = set()
        self._public_told: Json = {}
        self._answers: dict[str, Json] = {}
        self._accepting = True
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="fake hub", daemon=True)
        self._serial = 0

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self, port: int = 0) -> None:
        """Listen on loopback, on any free port unless one is given."""
        self.port = port
        self._thread.start()
        self._started.wait(10)

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def part(self, path: list[str], value: Any) -> None:
        """Replace the value at a path and tell the pages."""
        self._run(lambda: self._part(path, value))

    def told(self, count: int) -> list[tuple[str, Json]]:
        """The commands, once there are so many: a click returns before its command is here."""
        until_s = time.monotonic() + 10
        while len(self.commands) < count and time.monotonic() < until_s:
            time.sleep(0.02)
        return self.commands

    def append_event(self, event: Json) -> None:
        """Add to the event log."""
        self._run(lambda: self._tell("part", {"path": ["events"], "append": [event]}))

    def cut(self) -> None:
        """Drop every stream and refuse new ones until ``heal``."""

        def drop() -> None:
            self._accepting = False
            for client in (*self._clients, *self._public):
                client.put_nowait(None)

        self._run(drop)

    def heal(self) -> None:
        """Accept streams again."""
        self._run(lambda: setattr(self, "_accepting", True))

    # --- inside the thread ---

    def _run(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def and_tell() -> None:
            act()
            done.set()

        self._loop.call_soon_threadsafe(and_tell)
        done.wait(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(middlewares=[secured])
        for address, file in PAGES.items():
            app.router.add_get(address, page_of(file))
        app.router.add_get("/api/v1/me", self._me)
        app.router.add_get("/api/v1/state", self._state)
        app.router.add_get("/api/v1/stream", self._stream)
        app.router.add_get("/api/v1/rooms/{room}/history", self._history)
        app.router.add_get("/api/v1/events", self._events)
        app.router.add_get("/api/v1/ballots/{ballot}/{generation}", self._document)
        app.router.add_get("/api/v1/rooms/{room}/cameras/{camera}/preview", self._preview)
        app.router.add_post("/api/v1/commands/{name}", self._command)
        app.router.add_static("/web", WEB)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        self._loop.run_until_complete(site.start())
        self.port = runner.addresses[0][1]
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _me(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.me)

    async def _state(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.state)

    async def _preview(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(body=PICTURE, content_type="image/png")

    async def _history(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(sample_care.history(request.match_info["room"]))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        self.asked_events.append(dict(request.query))
        return web.json_response({"events": self.older, "next": None})

    async def _document(self, request: web.Request) -> web.StreamResponse:
        ballot = request.match_info["ballot"]
        found = next(b for b in self.state["ballots"] if b["ballot"] == ballot)
        return web.json_response({**found["result"], "did_not_take_part": SILENT})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if not self._accepting:
            return web.Response(status=503)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        client: asyncio.Queue[bytes | None] = asyncio.Queue()
        is_public = request.query.get("audience") == "public"
        listeners = self._public if is_public else self._clients
        listeners.add(client)
        state = public(self.state, self.votes) if is_public else self.state
        client.put_nowait(framed("snapshot", state, self._serial))
        try:
            while (piece := await client.get()) is not None:
                await asyncio.sleep(SLOW_S)
                await response.write(piece)
        except ConnectionError:
            pass
        finally:
            listeners.discard(client)
        return response

    async def _command(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if request.headers.get("X-Phonghop-Session") != CSRF:
            reason = {"code": "page_outdated", "vi": "Trang đã cũ", "en": "Outdated page"}
            return web.json_response({"status": "rejected", "reason": reason}, status=403)
        args = await request.json()
        await asyncio.sleep(SLOW_S)
        if name == "preview_camera":
            self.looks.append(args)
        elif name == "display_alive":
            self.beats.append(args)
        else:
            self.commands.append((name, args))
        self._serial += 1
        command_id = f"c{self._serial}"
        if name == "cast_vote":
            return await self._vote(args)
        if name in self.refusals:
            body = {"id": command_id, "status": "rejected", "reason": self.refusals[name]}
            return web.json_response(body, status=409)
        self._loop.call_soon(self._carry_out, command_id, name, args)
        return web.json_response({"id": command_id, "status": "accepted"}, status=202)

    async def _vote(self, args: Json) -> web.StreamResponse:
        """The same press gets the same answer, and counts once."""
        press = args["press"]
        refusal = self.refusals.get("cast_vote")
        if press not in self._answers:
            self._answers[press] = refusal or {}
            if refusal is None:
                self.votes[args["seat"]] = press
                self._loop.call_soon(self._tell_public)
        if self.deaf > 0:
            self.deaf -= 1
            raise web.HTTPServiceUnavailable
        if self._answers[press]:
            body = {"id": press, "status": "rejected", "reason": self._answers[press]}
            return web.json_response(body, status=409)
        return web.json_response({"id": press, "status": "accepted"}, status=202)

    def _carry_out(self, command_id: str, name: str, args: Json) -> None:
        if name in DEVICE_COMMANDS:
            room_id = args.get("room") or args["seat"].split("/")[0]
            end = self.ends.get(name, {"status": "done", "reason": None})
            done = {"name": name, **end, "room": room_id, "device": ""}
            self._part(["commands", command_id], done)
            return
        for path, value in fake_orders.changes(self.state, name, args):
            self._part(path, value)
            if path == ["floor"] and self.proves:
                self._prove(value)

    def _prove(self, floor: Json) -> None:
        speaking = {turn["seat"] for turn in floor["speaking"] if not turn.get("muted")}
        for room_id, room in self.state["rooms"].items():
            seats = {}
            for number, seat in room["seats"].items():
                is_open = f"{room_id}/{number}" in speaking
                known = seat["health"] == "ok"
                seats[number] = (
                    {**seat, "microphone": is_open, "wanted": is_open} if known else seat
                )
            self._part(["rooms", room_id, "seats"], seats)

    def _part(self, path: list[str], value: Any) -> None:
        branch = self.state
        for key in path[:-1]:
            branch = branch[key]
        branch[path[-1]] = value
        self._tell("part", {"path": path, "value": value})
        self._tell_public()

    def _tell_public(self) -> None:
        """Every part of the small snapshot that has changed."""
        before, self._public_told = self._public_told, public(self.state, self.votes)
        for name, value in json.loads(json.dumps(self._public_told)).items():
            if before.get(name) != value:
                self._serial += 1
                for client in self._public:
                    frame = framed("part", {"path": [name], "value": value}, self._serial)
                    client.put_nowait(frame)
        self._public_told = json.loads(json.dumps(self._public_told))

    def _tell(self, event: str, data: Json) -> None:
        self._serial += 1
        for client in self._clients:
            client.put_nowait(framed(event, data, self._serial))


def page_of(file: str) -> Callable[[web.Request], Any]:
    """A handler that gives one file."""

    async def page(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(WEB / file)

    return page


def framed(event: str, data: Json, serial: int) -> bytes:
    """One server-sent event."""
    return f"id: {serial}\nevent: {event}\ndata: {json.dumps(data)}\n\n".encode()


@web.middleware
async def secured(
    request: web.Request, handler: Callable[[web.Request], Any]
) -> web.StreamResponse:
    """The headers that the hub sends with everything."""
    response: web.StreamResponse = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.path.startswith("/web/"):
            response.headers["Cache-Control"] = "max-age=600"
    return response


def main() -> None:
    """Serve the sample until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--burdened", action="store_true", help="everything at once")
    chosen = parser.parse_args()
    hub = FakeHub(burdened(snapshot()) if chosen.burdened else None)
    hub.start(chosen.port)
    hub._thread.join()


if __name__ == "__main__":
    main()
