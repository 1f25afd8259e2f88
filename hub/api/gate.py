"""The gate every request goes through: from where it comes, who it is, what they may fetch.

Theory. A browser is kept from acting for another site three times over: the cookie is
``SameSite=Strict``, an ``Origin`` that is not ours is turned away (on the stream too), and a POST
carries what only our own page was told. ``Host`` must be a name this hub has, so that a foreign
name which resolves to this machine opens nothing. What has no line in ``hub.access.rights`` is
refused.

Owns these checks and the cookie. Must not know what a route does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from edge.rules.reasons import Reason
from hub.access import codes, rights
from hub.access.door import Door
from hub.access.rights import Who
from hub.api.answers import rejected

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

CSRF_HEADER = "X-Phonghop-Session"

COOKIE_AGE_S = 400 * 24 * 3600
"""The longest a browser keeps one; when it is over is decided here, not there."""

WHO: web.RequestKey[Who] = web.RequestKey("who", Who)
"""Where a request has who it is from; absent when nobody is signed in."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Entrance:
    """How this hub is reached."""

    hosts: frozenset[str] = frozenset()
    """Names and addresses besides those of the loopback."""
    https: bool = False
    """Browsers come by HTTPS: to us, or to the proxy before us."""
    behind_proxy: bool = False
    """A proxy of ours says in ``X-Forwarded-For`` who it is; else that header is anybody's word."""

    @property
    def cookie(self) -> str:
        """With the prefix a browser keeps it for this host alone, and never without HTTPS."""
        return "__Host-phonghop" if self.https else "phonghop"


class Gate:
    """Lets requests through."""

    def __init__(self, door: Door, entrance: Entrance) -> None:
        """Nothing is remembered between requests but what the door has."""
        self.door = door
        self.entrance = entrance

    @property
    def middleware(self) -> Middleware:
        """For the application."""

        @web.middleware
        async def pass_gate(request: web.Request, handler: Handler) -> web.StreamResponse:
            return self._refusal(request) or await handler(request)

        return pass_gate

    def _refusal(self, request: web.Request) -> web.StreamResponse | None:
        if self._is_foreign(request):
            return rejected(403, Reason.FOREIGN_PAGE)
        resource = request.match_info.route.resource
        if resource is None:
            return None  # there is nothing: 404 or 405
        method = "GET" if request.method == hdrs.METH_HEAD else request.method
        route = f"{method} {resource.canonical}"
        who, by_cookie = self._who(request)
        if who is not None:
            request[WHO] = who
        reason = rights.may_fetch(who, route)
        if reason is not None:
            return _turned_away(request, reason)
        is_public = route in rights.ROUTES and rights.ROUTES[route].public
        if who is not None and by_cookie and method != hdrs.METH_GET and not is_public:
            shown = request.headers.get(CSRF_HEADER, "")
            if not codes.same(shown, who.csrf):
                return rejected(403, Reason.PAGE_OUTDATED)
        return None

    def _is_foreign(self, request: web.Request) -> bool:
        host = host_of(request.headers.get(hdrs.HOST, ""))
        origin = request.headers.get(hdrs.ORIGIN)
        scheme = "https" if self.entrance.https else request.scheme
        return (
            host not in LOOPBACK | self.entrance.hosts
            or (origin is not None and origin != f"{scheme}://{request.host}")
            or (_is_api(request) and request.headers.get("Sec-Fetch-Site") == "cross-site")
        )

    def _who(self, request: web.Request) -> tuple[Who | None, bool]:
        """Who it is, and whether a browser said so by itself."""
        kind, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if kind:
            return (self.door.bearer(token.strip()) if kind.lower() == "bearer" else None), False
        return self.door.who(request.cookies.get(self.entrance.cookie, "")), True

    def address_of(self, request: web.Request) -> str:
        """From where, for the counting of failures."""
        if self.entrance.behind_proxy:
            told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
            if told:
                return told
        return request.remote or ""

    def let_in(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser its cookie."""
        response.set_cookie(
            self.entrance.cookie,
            token,
            max_age=COOKIE_AGE_S,
            path="/",
            secure=self.entrance.https,
            httponly=True,
            samesite="Strict",
        )

    def let_out(self, response: web.StreamResponse) -> None:
        """Take the cookie back."""
        response.set_cookie(
            self.entrance.cookie,
            "",
            max_age=0,
            path="/",
            secure=self.entrance.https,
            httponly=True,
            samesite="Strict",
        )


def signed_in(request: web.Request) -> Who:
    """Who it is, on a route that is not public."""
    who: Who | None = request.get(WHO)
    if who is None:
        raise web.HTTPUnauthorized
    return who


def host_of(address: str) -> str:
    """The host in ``127.0.0.1:8080``, ``[::1]:8080`` or an ``Origin``; empty if there is none."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def _is_api(request: web.Request) -> bool:
    return request.path.startswith("/api/")


def _turned_away(request: web.Request, reason: Reason) -> web.StreamResponse:
    """A program is told why, a person is shown where to sign in."""
    status = 401 if reason is Reason.SIGN_IN_NEEDED else 403
    if _is_api(request):
        return rejected(status, reason)
    place = f"/signin?next={quote(request.path_qs, safe='/')}"
    if reason is not Reason.SIGN_IN_NEEDED:
        place += f"&why={reason.value}"
    return web.Response(status=303, headers={hdrs.LOCATION: place})
