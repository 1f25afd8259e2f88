"""How many may stand at the hub's HTTP port, and how long without a word.

Theory. Whoever can reach the port can open connections, sign-in or not, and each one costs a
file of the process; when those are used up, no page comes in and no record can be opened. So
connections are counted where they are accepted, before TLS and before HTTP: so many in all, so
many from one address (an IPv6 network of 64 bits is one; behind a proxy everybody has the same,
and the bound is the proxy's). Who has not put a whole question in time is sent away; pages and
their streams always have one going on.

Owns the listening sockets and these bounds. Must not know what is asked, nor by whom.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import resource
import socket
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

log = logging.getLogger(__name__)

MOST_PER_ADDRESS = 400
"""A page keeps one open and takes some six more while it loads: behind one address (NAT) sits a
house of fifty, or of hundreds who come one after the other."""

MOST_FILES = 8192
"""What the process asks the system for; a service begins with 1,024."""

KEPT_FILES = 256
"""For records, papers, the broker and the bridges, whatever stands at the port."""

FIRST_QUESTION_S = 10.0
"""From the connection to its first whole question, TLS included."""

NEXT_QUESTION_S = 75.0
"""A connection that is kept open asks again within this, or is closed: browsers open another."""

LOOK_EVERY_S = 1.0
TELL_EVERY_S = 60.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class _Visit:
    """One open connection."""

    sock: _Visitor
    address: str
    until_s: float
    """When it is sent away, unless a question of it is being answered."""
    asking: int = 0


class _Visitor(socket.socket):
    """An accepted connection that says when it is over."""

    on_close: Callable[[int], None] | None = None

    def close(self) -> None:
        """Once is enough."""
        gone, self.on_close = self.on_close, None
        if gone is not None:
            gone(self.fileno())
        super().close()


class _Listener(socket.socket):
    """A listening socket that asks before it lets anybody in."""

    turnstile: Turnstile

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection that may come in.

        Raises:
            ConnectionAbortedError: this one may not.
        """
        accepted, address = super().accept()
        visitor = _Visitor(fileno=accepted.detach())
        if not self.turnstile.let_in(visitor, one_of(str(address[0]))):
            visitor.close()
            raise ConnectionAbortedError
        return visitor, address


class Turnstile:
    """The way in to one HTTP server."""

    def __init__(
        self,
        behind_proxy: bool,
        now_s: Callable[[], float] = time.monotonic,
        most: int | None = None,
    ) -> None:
        """``most`` connections in all; by default as many as the process may have files for."""
        self.turns = 0
        self._behind_proxy = behind_proxy
        self._now_s = now_s
        self._most = room_for_connections() if most is None else most
        self._visits: dict[int, _Visit] = {}
        self._at: Counter[str] = Counter()
        self._turned_away: Counter[str] = Counter()
        self._sent_away: Counter[str] = Counter()
        self._told_s: float | None = None

    @property
    def open(self) -> int:
        """How many connections there are now."""
        return len(self._visits)

    def runner(self, app: web.Application) -> web.AppRunner:
        """Of an application whose questions are seen here first."""
        app.middlewares.insert(0, self.middleware)
        return web.AppRunner(
            app, access_log=None, shutdown_timeout=1.0, keepalive_timeout=NEXT_QUESTION_S
        )

    async def listen(
        self, runner: web.AppRunner, host: str, port: int, tls: ssl.SSLContext | None
    ) -> None:
        """Serve what ``runner`` serves.

        Raises:
            OSError: see ``sockets``.
        """
        for listener in self.sockets(host, port):
            await web.SockSite(runner, listener, ssl_context=tls).start()

    def sockets(self, host: str, port: int) -> list[socket.socket]:
        """Bound to every address that ``host`` stands for.

        Raises:
            OSError: one cannot be bound; says which.
        """
        found: list[socket.socket] = []
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(infos):
            listener = _Listener(family, kind, protocol)
            found.append(listener)
            listener.turnstile = self
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                listener.bind(address)
            except OSError as error:
                for each in found:
                    each.close()
                text = f"cannot listen on {host} port {port}: {error.strerror}"
                raise OSError(error.errno, text) from None
            listener.setblocking(False)
        return found

    def let_in(self, visitor: _Visitor, address: str) -> bool:
        """Whether there is room for one more; if so it is counted until it closes."""
        crowded = not self._behind_proxy and self._at[address] >= MOST_PER_ADDRESS
        if crowded or len(self._visits) >= self._most:
            self._turned_away[address] += 1
            return False
        until_s = self._now_s() + FIRST_QUESTION_S
        self._visits[visitor.fileno()] = _Visit(visitor, address, until_s)
        self._at[address] += 1
        visitor.on_close = self._gone
        return True

    def _gone(self, number: int) -> None:
        visit = self._visits.pop(number, None)
        if visit is not None:
            self._at[visit.address] -= 1
            if not self._at[visit.address]:
                del self._at[visit.address]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """While a question is being answered its connection is not sent away."""
        transport = request.transport
        sock = None if transport is None else transport.get_extra_info("socket")
        visit = None if sock is None else self._visits.get(sock.fileno())
        if visit is None:
            return await handler(request)
        visit.asking += 1
        try:
            return await handler(request)
        finally:
            visit.asking -= 1
            visit.until_s = self._now_s() + NEXT_QUESTION_S

    async def run(self) -> None:
        """Send away who says nothing, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.turns += 1
            self.look()

    def look(self) -> None:
        """Whose time is over now."""
        now_s = self._now_s()
        for visit in list(self._visits.values()):
            if not visit.asking and now_s >= visit.until_s:
                self._sent_away[visit.address] += 1
                visit.until_s = now_s + FIRST_QUESTION_S  # should it not notice
                with contextlib.suppress(OSError):  # it has gone by itself
                    visit.sock.shutdown(socket.SHUT_RDWR)
        self._tell()

    def _tell(self) -> None:
        """One line a minute, however many come."""
        now_s = self._now_s()
        if self._told_s is not None and now_s - self._told_s < TELL_EVERY_S:
            return
        for count, why in (
            (self._turned_away, f"turned away (most {MOST_PER_ADDRESS} each, {self._most} in all)"),
            (self._sent_away, "closed that had asked nothing in time"),
        ):
            if count:
                self._told_s = now_s
                worst, times = count.most_common(1)[0]
                log.warning(
                    "http: %d connections %s, %d of them from %s; %d are open",
                    *(count.total(), why, times, worst, self.open),
                )
                count.clear()


def one_of(address: str) -> str:
    """What counts as one address: whoever has one of IPv6 has millions beside it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))


def room_for_connections() -> int:
    """How many connections the process may hold, after asking the system for more files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a hardened service has its own limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    files = MOST_FILES if soft == resource.RLIM_INFINITY else min(soft, MOST_FILES)
    return max(1, files - KEPT_FILES)
