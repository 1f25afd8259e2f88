"""``phonghop-edge pair``: this room becomes one of the site.

Owns the room's end of the conversation (``edge.contract.pairing``) and the question to the
person in the room. Nothing is kept before that person has seen the same code at the hub.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from edge.contract import pairing
from edge.contract.topics import ROOM_ID
from edge.runtime.identity import Identity, IdentityError

LINE_S = 15.0
PERSON_S = 600.0
"""The person at the hub may take as long as the window is open."""

L = TypeVar("L", bound=pairing.PairingLine)


def run_pair(room: str, host: str, port: int, folder: Path) -> int:
    """The command: 0 when the room has its certificate."""
    try:
        if ROOM_ID.match(room) is None:
            raise IdentityError(f"{room!r} cannot be a room: [a-z0-9-], at most 32, not hub")
        identity = Identity.in_folder(room, folder)
        asyncio.run(pair(identity, host, port))
    except IdentityError as error:
        sys.stderr.write(f"phonghop-edge pair: {error}\n")
        return 1
    sys.stdout.write(
        f"room {room} belongs to the site until {identity.until():%Y-%m-%d}; renewed by itself\n"
        f"Then: systemctl restart phonghop-edge@{room}\n"
    )
    return 0


async def pair(identity: Identity, host: str, port: int) -> None:
    """Make a key, ask for its certificate, and keep both if the person agrees.

    An identity that the room has stays good until then.

    Raises:
        IdentityError: the hub does not answer or refuses, or the codes differ.
    """
    fresh = identity.beside()
    fresh.make_key()
    request, number = fresh.request(), secrets.token_hex(32)
    try:
        async with asyncio.timeout(LINE_S):
            reader, writer = await asyncio.open_connection(
                host, port, limit=pairing.LINE_BYTES_MOST
            )
    except (OSError, TimeoutError) as error:
        raise IdentityError(
            f"no window is open at {host}:{port} ({error}); at the hub: phonghop-hub room pair "
            f"{identity.room}"
        ) from error
    try:
        commitment = pairing.commitment(request, number)
        await _say(writer, pairing.Hello(room=identity.room, commitment=commitment))
        offer = await _hear(reader, pairing.Offer, LINE_S)
        await _say(writer, pairing.Reveal(request=request, number=number))
        code = pairing.code(offer.authority, request, number, offer.number)
        if not await _agree(code):
            raise IdentityError("the codes differ: nothing was kept. Somebody may be in between")
        granted = await _hear(reader, pairing.Granted, PERSON_S)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise IdentityError(f"the hub at {host}:{port} went away: {error}") from error
    finally:
        writer.close()
    if granted.refused:
        raise IdentityError(f"the hub refuses: {granted.refused}")
    if not fresh.fits(granted.certificate, offer.authority):
        raise IdentityError("the hub's certificate is not for this room's key")
    identity.keep(fresh, granted.certificate, offer.authority)


async def _agree(code: str) -> bool:
    sys.stdout.write(
        f"Mã / code:  {code}\n"
        "Mã trên màn hình của máy chủ có giống hệt không? "
        "Is it the same on the hub's screen? [y/N]\n"
    )
    sys.stdout.flush()
    answer = await asyncio.to_thread(sys.stdin.readline)
    return answer.strip().lower() in ("y", "yes", "c", "có")


async def _hear(reader: asyncio.StreamReader, kind: type[L], most_s: float) -> L:
    async with asyncio.timeout(most_s):
        line = await reader.readuntil(b"\n")
    try:
        refused = pairing.Granted.model_validate_json(line).refused
        if refused:
            raise IdentityError(f"the hub refuses: {refused}")
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise IdentityError("whoever answers there is no hub of this version") from error


async def _say(writer: asyncio.StreamWriter, line: pairing.PairingLine) -> None:
    writer.write(line.model_dump_json().encode() + b"\n")
    await writer.drain()
