"""A site with its authority and the board of a room, as folders; commands as people type them.

Owns the folders. Must not open a port.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.runtime.identity import Identity
from hub.cli import main as hub_cli
from hub.identity import authority as law
from hub.identity import pairing as hub_end
from hub.identity.authority import read_request
from hub.identity.folder import Folder, Paired


class House:
    """A site with its authority, and a room's board."""

    def __init__(self, path: Path) -> None:
        self.hub, self.broker, self.board = path / "hub", path / "broker", path / "board"
        self.folder = Folder(self.hub)
        names = ("hub.local", "192.0.2.5", "127.0.0.1")
        assert self.room("init", *(word for name in names for word in ("--broker", name))) == 0
        self.identity = Identity.in_folder("main", self.board, path / "renewed.crt")

    def room(self, *words: str) -> int:
        """``phonghop-hub room ...``."""
        place = ("--identity", str(self.hub), "--mosquitto", str(self.broker))
        return hub_cli(["room", *place, *words])


def paired(house: House, room: str = "main") -> Identity:
    """The same without people."""
    identity = Identity.in_folder(room, house.board, house.board / f"{room}.renewed")
    fresh = identity.beside()
    fresh.make_key()
    authority = house.folder.authority()
    request = read_request(fresh.request())
    certificate = authority.for_room(room, request, datetime.now(UTC) - timedelta(hours=12))
    hub_end.enter(house.folder, Paired(room, request.fingerprint, "2027"))
    identity.keep(fresh, law.pem(certificate).decode(), law.pem(authority.certificate).decode())
    return identity
