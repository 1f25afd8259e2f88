"""How a room gets its identity: four lines of JSON, and a code that two people's eyes compare.

Theory. Nothing of it is secret: a public key, a certificate, the authority's certificate. What
must be sure is that both ends saw the same ones. The room commits to its request before it
learns the hub's number, the hub to its number before it sees the request; so somebody in the
middle has one try at a code of eight digits, and both screens show whether it went wrong.

    room  Hello      room, hash of (request, room's number)
    hub   Offer      authority's certificate, hub's number
    room  Reveal     request, room's number
    hub   Granted    the room's certificate, after a person at the hub said that the codes agree

Owns these lines and the code. Must not open a connection or a file.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from edge.contract.base import RoomId

PAIRING_PORT = 8890

LINE_BYTES_MOST = 16_384

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Pem = Annotated[str, Field(max_length=8_000)]


class PairingLine(BaseModel):
    """Root of every line."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Hello(PairingLine):
    """The room begins."""

    room: RoomId
    commitment: Hex


class Offer(PairingLine):
    """The hub answers."""

    authority: Pem
    number: Hex


class Reveal(PairingLine):
    """The room shows what it has committed to."""

    request: Pem
    number: Hex


class Granted(PairingLine):
    """The end: a certificate, or why there is none."""

    certificate: Pem = ""
    refused: str = Field("", max_length=400)


def commitment(request: str, number: str) -> str:
    """What binds the room to its request before it knows the hub's number."""
    return _hash("commitment", request, number)


def code(authority: str, request: str, room_number: str, hub_number: str) -> str:
    """Eight digits, ``1234 5678``, the same at both ends exactly if both saw the same."""
    found = int(_hash("code", authority, request, room_number, hub_number), 16) % 10**8
    return f"{found // 10_000:04d} {found % 10_000:04d}"


def _hash(*parts: str) -> str:
    """Each part with its length, so that nothing can move from one to the next."""
    whole = "".join(f"{len(part)}:{part}" for part in ("phonghop pairing 1", *parts))
    return hashlib.sha256(whole.encode()).hexdigest()
