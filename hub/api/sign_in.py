"""Signing in and out over HTTP, and the codes of seats.

Owns these routes and pages. Must not decide who is let in (``hub.access.door``), nor who may make
codes (``hub.access.rights``).
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

import segno
from aiohttp import web

from edge.contract.topics import split_seat
from edge.rules.reasons import Reason
from hub.access import rights
from hub.access.book import BookError
from hub.access.door import Door, Entered, Outcome, Refused
from hub.access.passwords import WeakPasswordError
from hub.access.rights import HOME, Role, Who
from hub.api import access_bodies as bodies
from hub.api.answers import as_json, rejected
from hub.api.gate import Entrance, Gate, signed_in
from hub.api.models import ReasonText
from hub.api.pairing import Pairing
from hub.api.requests import body_of
from hub.meeting.wording import reason_text

WRONG = frozenset({Reason.SIGN_IN_WRONG, Reason.CODE_WRONG})
"""Refusals that are recorded; those that only ask to wait would fill the records."""


class SignIn:
    """The handlers."""

    def __init__(
        self,
        door: Door,
        entrance: Entrance,
        people: Callable[[], Mapping[str, str]],
        noted: bodies.Noted = lambda what, by, role, code: None,
        title: Callable[[], str] = str,
    ) -> None:
        """``people`` says who sits where: every seat of the meeting, some with an empty name.

        ``title`` says how the meeting is called.
        """
        self.gate = Gate(door, entrance)
        self._door = door
        self._people = people
        self._noted = noted
        self._title = title
        self._homes: tuple[str, ...] = ()
        self._has_displays = False

    def add_routes(self, app: web.Application) -> None:
        """Register everything but the pages."""
        router = app.router
        router.add_get("/api/v1/me", self.me)
        router.add_get("/api/v1/sign-in", self.ways)
        router.add_post("/api/v1/sign-in", self.by_name)
        router.add_post("/api/v1/sign-in/seat", self.by_seat_code)
        router.add_post("/api/v1/sign-in/set-up", self.set_up)
        router.add_post("/api/v1/sign-in/simulation", self.simulate)
        router.add_post("/api/v1/sign-out", self.sign_out)
        Pairing(self.gate, self._noted).add_routes(app)
        router.add_get("/api/v1/seat-codes", self.seats_with_code)
        router.add_post("/api/v1/seat-codes", self.make_codes)
        router.add_post("/api/v1/seat-codes/revoke", self.revoke_codes)
        app.on_startup.append(self._know_homes)

    async def _know_homes(self, app: web.Application) -> None:
        known = {resource.canonical for resource in app.router.resources()}
        self._homes = tuple(page for page in rights.PAGES if page in known)
        self._has_displays = "/display/{room}" in known

    # --- in and out --------------------------------------------------------------------------

    async def me(self, request: web.Request) -> web.Response:
        """Who is signed in."""
        return as_json(self._me(signed_in(request)).model_dump(mode="json"))

    def _home(self, who: Who) -> str:
        """The page of the role; where that is not installed, one that says who is signed in."""
        if who.role is Role.DISPLAY and self._has_displays:
            return f"/display/{quote(who.name)}"
        home = HOME.get(who.role, "/signin")
        if home in self._homes:
            return home
        return "/" if rights.may_open(who, "/") else "/signin"

    def _me(self, who: Who) -> bodies.Me:
        return bodies.Me(
            name=who.name,
            role=who.role,
            seat=who.seat,
            commands=rights.given_to(who),
            csrf=who.csrf,
            home=self._home(who),
            pages=[page for page in self._homes if rights.may_open(who, page)],
        )

    async def ways(self, request: web.Request) -> web.Response:
        """How one can sign in."""
        simulation = self._door.simulation
        found = bodies.WaysIn(
            set_up=self._door.needs_set_up,
            simulation=simulation,
            seats=dict(self._people()) if simulation else {},
        )
        return as_json(found.model_dump())

    async def by_name(self, request: web.Request) -> web.Response:
        """With name and password."""
        body = await body_of(request, bodies.SignInByName)
        if isinstance(body, web.Response):
            return body
        address = self.gate.address_of(request)
        return await self._enter(self._door.sign_in(body.name, body.password, address))

    async def by_seat_code(self, request: web.Request) -> web.Response:
        """With a seat's code."""
        body = await body_of(request, bodies.SignInBySeatCode)
        if isinstance(body, web.Response):
            return body
        address = self.gate.address_of(request)
        return await self._enter(self._door.with_seat_code(body.code, address))

    async def set_up(self, request: web.Request) -> web.Response:
        """The first account."""
        body = await body_of(request, bodies.SetUp)
        if isinstance(body, web.Response):
            return body
        address = self.gate.address_of(request)
        work = self._door.set_up(body.code, body.name, body.password, address)
        return await self._enter(work)

    async def simulate(self, request: web.Request) -> web.Response:
        """As anybody, in a simulation."""
        body = await body_of(request, bodies.ChooseRole)
        if isinstance(body, web.Response):
            return body
        role = Role(body.role)
        if self._door.simulation and role is Role.DELEGATE and body.seat not in self._people():
            return rejected(409, Reason.SEAT_UNKNOWN)
        room = body.room or next((split_seat(seat)[0] for seat in self._people()), "main")
        return await self._enter(self._door.simulate(role, body.seat, room))

    async def _enter(self, coming: Awaitable[Outcome]) -> web.Response:
        try:
            outcome = await coming
        except WeakPasswordError:
            return rejected(400, Reason.PASSWORD_WEAK)
        except BookError:
            return rejected(503, Reason.STORAGE_FULL)
        if isinstance(outcome, Refused):
            if outcome.reason in WRONG:
                self._noted("sign_in_refused", outcome.account, "", outcome.reason.value)
            return _not_let_in(outcome)
        return self._let_in(outcome)

    def _let_in(self, entered: Entered) -> web.Response:
        who = entered.who
        self._noted("signed_in", who.by, who.role.value, "")
        response = as_json(self._me(who).model_dump(mode="json"))
        self.gate.let_in(response, entered.token)
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """The session is over."""
        body = await body_of(request, bodies.SignOut)
        if isinstance(body, web.Response):
            return body
        who = signed_in(request)
        try:
            await self._door.sign_out(who)
        except BookError:
            return rejected(503, Reason.STORAGE_FULL)
        self._noted("signed_out", who.by, who.role.value, "")
        response = web.Response(status=204)
        self.gate.let_out(response)
        return response

    # --- codes of seats ----------------------------------------------------------------------

    async def seats_with_code(self, request: web.Request) -> web.Response:
        """Which seats have a code."""
        found = bodies.SeatsWithCode(
            meeting=self._title(),
            seats=dict(self._people()),
            with_code=self._door.seats_with_code(),
        )
        return as_json(found.model_dump())

    async def make_codes(self, request: web.Request) -> web.Response:
        """New codes, told once."""
        body = await body_of(request, bodies.MakeSeatCodes)
        if isinstance(body, web.Response):
            return body
        known = self._people()
        if any(seat not in known for seat in body.seats):
            return rejected(409, Reason.SEAT_UNKNOWN)
        if not self._door.has_meeting:
            return rejected(409, Reason.MEETING_NOT_RUNNING)
        who = signed_in(request)
        try:
            made = await self._door.new_seat_codes(body.seats)
        except BookError:
            return rejected(503, Reason.STORAGE_FULL)
        self._noted("codes_made", who.by, who.role.value, "")
        origin = f"{'https' if self.gate.entrance.https else 'http'}://{request.host}"
        drawn = await asyncio.to_thread(_drawn, made, known, origin)
        return as_json(bodies.SeatCodes(codes=drawn).model_dump())

    async def revoke_codes(self, request: web.Request) -> web.Response:
        """Codes hold no more."""
        body = await body_of(request, bodies.RevokeSeatCodes)
        if isinstance(body, web.Response):
            return body
        who = signed_in(request)
        try:
            await self._door.revoke_seat_codes(body.seats)
        except BookError:
            return rejected(503, Reason.STORAGE_FULL)
        self._noted("codes_revoked", who.by, who.role.value, "")
        return await self.seats_with_code(request)


def _drawn(
    made: Mapping[str, str], people: Mapping[str, str], origin: str
) -> list[bodies.SeatCode]:
    """What is printed of each code; a picture costs about 10 ms, so not on the hub's loop."""
    return [_of_seat(seat, people[seat], code, origin) for seat, code in made.items()]


def _of_seat(seat: str, name: str, code: str, origin: str) -> bodies.SeatCode:
    """The code stands behind ``#``, which a browser sends to nobody and no log has."""
    link = f"{origin}/signin#code={code}"
    picture = segno.make_qr(link, error="m").svg_data_uri(scale=4, border=2)
    return bodies.SeatCode(seat=seat, name=name, code=code, link=link, qr=picture)


def _not_let_in(refused: Refused) -> web.Response:
    reason, wait_s = refused.reason, math.ceil(refused.wait_s)
    text = reason_text(reason.value)
    answer = bodies.NotLetIn(
        id=secrets.token_hex(8),
        reason=ReasonText(code=reason.value, vi=text.vi, en=text.en),
        wait_s=wait_s,
    )
    status = {Reason.TRY_LATER: 429, Reason.SET_UP_DONE: 409, Reason.NOT_ALLOWED: 403}
    response = as_json(answer.model_dump(), status.get(reason, 401))
    if reason is Reason.TRY_LATER:
        response.headers["Retry-After"] = str(wait_s)
    return response
