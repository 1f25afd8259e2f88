"""The hub's end of pairing: one window, one room, one try.

Owns the conversation with the room (``edge.contract.pairing``) and the decision to sign.
Must not know a terminal: who looks at the code is asked through ``agree``.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import ValidationError

from edge.contract import pairing
from hub.identity.authority import IdentityError, pem, read_request
from hub.identity.folder import Folder, Paired, locked

LINE_S = 15.0
"""A machine answers at once; whoever opens a connection and says nothing does not keep the door."""

L = TypeVar("L", bound=pairing.PairingLine)

Agree = Callable[[str, str], Awaitable[bool]]
"""Asks the person at the hub: the room's address, the code -> whether it is the room's."""


class Window:
    """Open for one room. ``serve`` returns when it has its certificate."""

    def __init__(self, folder: Folder, room: str, agree: Agree) -> None:
        """Nothing is opened yet.

        Raises:
            IdentityError: the site has no authority.
        """
        self._folder = folder
        self._room = room
        self._agree = agree
        self._authority = folder.authority()
        self._done: asyncio.Future[Paired] = asyncio.get_running_loop().create_future()
        self._busy = asyncio.Lock()

    async def serve(
        self, host: str, port: int, listening: Callable[[int], None] = lambda port: None
    ) -> Paired:
        """Wait for the room; ``listening`` is told the port.

        Raises:
            IdentityError: the codes did not agree, or the register cannot be written.
            OSError: the port cannot be used.
        """
        server = await asyncio.start_server(self._visit, host, port, limit=pairing.LINE_BYTES_MOST)
        try:
            listening(server.sockets[0].getsockname()[1])
            return await self._done
        finally:
            server.close()
            await server.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One visitor. Whoever does not keep to the lines is sent away, and the door stays open."""
        try:
            if self._busy.locked():
                raise IdentityError("another room is being paired")
            async with self._busy:
                await self._pair(reader, writer)
        except IdentityError as error:
            with contextlib.suppress(OSError):
                await say(writer, pairing.Granted(refused=str(error)))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # it went away, or was no room
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _pair(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await hear(reader, pairing.Hello)
        if hello.room != self._room:
            raise IdentityError(f"the window is open for room {self._room}, not for {hello.room}")
        authority, number = pem(self._authority.certificate).decode(), secrets.token_hex(32)
        await say(writer, pairing.Offer(authority=authority, number=number))
        reveal = await hear(reader, pairing.Reveal)
        if pairing.commitment(reveal.request, reveal.number) != hello.commitment:
            raise IdentityError("the request is not the one that was committed to")
        request = read_request(reveal.request)
        code = pairing.code(authority, reveal.request, reveal.number, number)
        peer = writer.get_extra_info("peername")
        if not await self._agree(str(peer[0]), code):
            error = IdentityError("the codes differ: nothing was signed, and the window is closed")
            self._end(error)
            raise error
        now = datetime.now(UTC)
        certificate = self._authority.for_room(self._room, request, now)
        paired = Paired(self._room, request.fingerprint, now.isoformat(timespec="seconds"))
        try:
            enter(self._folder, paired)
        except IdentityError as error:
            self._end(error)
            raise
        await say(writer, pairing.Granted(certificate=pem(certificate).decode()))
        if not self._done.done():
            self._done.set_result(paired)

    def _end(self, error: IdentityError) -> None:
        if not self._done.done():
            self._done.set_exception(error)


def enter(folder: Folder, paired: Paired) -> None:
    """The key is the room's from now on, and an earlier one of it is nobody's.

    Raises:
        IdentityError: the key is another room's or was revoked, or nothing can be written.
    """
    with locked(folder.path):
        rooms = folder.rooms()
        for known in rooms:
            if known.key == paired.key and (known.revoked or known.room != paired.room):
                raise IdentityError(
                    f"this key was that of {known.room}; the room must make a new one"
                )
        others = [_replaced(known, paired) for known in rooms if known.key != paired.key]
        folder.write_rooms([*others, paired])


def _replaced(known: Paired, by: Paired) -> Paired:
    if known.room != by.room or known.revoked:
        return known
    return Paired(known.room, known.key, known.since, by.since)


def revoke(folder: Folder, room: str) -> list[Paired]:
    """No key of the room is good any more; the keys that were.

    Raises:
        IdentityError: it has none, or nothing can be written.
    """
    with locked(folder.path):
        rooms = folder.rooms()
        good = [known for known in rooms if known.room == room and not known.revoked]
        if not good:
            raise IdentityError(f"no room {room} is paired; phonghop-hub room list tells them")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        folder.write_rooms([Paired(k.room, k.key, k.since, now) if k in good else k for k in rooms])
        return good


async def hear(reader: asyncio.StreamReader, kind: type[L]) -> L:
    """The next line.

    Raises:
        IdentityError: it is another one.
        TimeoutError, OSError, asyncio.IncompleteReadError: none came.
        asyncio.LimitOverrunError: it is too long.
    """
    async with asyncio.timeout(LINE_S):
        line = await reader.readuntil(b"\n")
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise IdentityError("not a line of pairing") from error


async def say(writer: asyncio.StreamWriter, line: pairing.PairingLine) -> None:
    """Send a line.

    Raises:
        OSError: the other end is gone.
    """
    writer.write(line.model_dump_json().encode() + b"\n")
    await writer.drain()
