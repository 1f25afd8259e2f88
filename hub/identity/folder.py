"""Where the site's keys, certificates and the register of rooms are kept.

``ca.key ca.crt`` the authority, ``hub.key hub.crt`` the hub, ``broker.key broker.crt`` the
broker, ``rooms.json`` which key is which room's, ``revoked.crl`` what the broker must refuse.

Owns these files, and which of them the broker needs. Must not sign.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.identity.authority import Authority, IdentityError, pem

BROKER_FILES = ("ca.crt", "broker.crt", "broker.key", "revoked.crl")
SECRET = 0o600
PUBLIC = 0o644

DEFAULT = Path("/etc/phonghop/hub-identity")
BROKER_DEFAULT = Path("/etc/mosquitto/phonghop")


@dataclass(frozen=True, slots=True)
class Paired:
    """A room's key."""

    room: str
    key: str
    """Fingerprint."""
    since: str
    revoked: str = ""
    """When, or empty."""


class Folder:
    """The files below ``path``; each is called ``prefix`` and its name."""

    def __init__(self, path: Path, prefix: str = "") -> None:
        """``prefix`` is systemd's: it puts files of a directory side by side."""
        self.path = path
        self._prefix = prefix

    @classmethod
    def credentials(cls) -> Folder | None:
        """What systemd passed on (``LoadCredential=identity:``), if there is an authority."""
        place = os.environ.get("CREDENTIALS_DIRECTORY")
        found = cls(Path(place), "identity_") if place else None
        return found if found is not None and found.file("ca.crt").exists() else None

    @classmethod
    def register(cls) -> Folder | None:
        """Where the register changes while we run, if we may read it there.

        What systemd passed on is as it was at the start.
        """
        found = cls(DEFAULT)
        return found if os.access(found.file("rooms.json"), os.R_OK) else None

    def file(self, name: str) -> Path:
        """Where a file is."""
        return self.path / f"{self._prefix}{name}"

    def read(self, name: str) -> bytes:
        """Its content.

        Raises:
            IdentityError: it cannot be read.
        """
        try:
            return self.file(name).read_bytes()
        except OSError as error:
            raise IdentityError(f"{self.file(name)}: {error.strerror}") from error

    def write(self, name: str, data: bytes, mode: int = PUBLIC) -> None:
        """Whole or not at all.

        Raises:
            IdentityError: it cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, new = tempfile.mkstemp(dir=self.path)
            with os.fdopen(number, "wb") as file:
                os.fchmod(number, mode)
                file.write(data)
                file.flush()
                os.fsync(number)
            os.replace(new, self.file(name))
        except OSError as error:
            raise IdentityError(f"{self.file(name)}: {error.strerror}") from error

    def authority(self) -> Authority:
        """The site's authority.

        Raises:
            IdentityError: there is none, or it is damaged.
        """
        if not self.file("ca.key").exists():
            raise IdentityError(
                f"{self.path} has no authority: phonghop-hub room init --broker NAME makes one"
            )
        return Authority.read(self.read("ca.key"), self.read("ca.crt"))

    def rooms(self) -> list[Paired]:
        """Every key that was ever a room's, oldest first.

        Raises:
            IdentityError: the register is damaged.
        """
        if not self.file("rooms.json").exists():
            return []
        try:
            found: list[dict[str, Any]] = json.loads(self.read("rooms.json"))["rooms"]
            return [Paired(**entry) for entry in found]
        except (ValueError, TypeError, KeyError) as error:
            raise IdentityError(f"{self.file('rooms.json')}: damaged: {error}") from error

    def write_rooms(self, rooms: list[Paired]) -> None:
        """Write the register, and the list of revoked keys that follows from it.

        Raises:
            IdentityError: something cannot be written.
        """
        entries = [
            {"room": r.room, "key": r.key, "since": r.since, "revoked": r.revoked} for r in rooms
        ]
        text = json.dumps({"rooms": entries}, indent=1)
        self._write_revoked(rooms)
        self.write("rooms.json", text.encode())

    def write_revoked(self, also: Iterable[str] = ()) -> None:
        """The list of revoked keys anew, with keys that were never a room's.

        Raises:
            IdentityError: something cannot be read or written.
        """
        self._write_revoked(self.rooms(), also)

    def _write_revoked(self, rooms: Iterable[Paired], also: Iterable[str] = ()) -> None:
        keys = [*(r.key for r in rooms if r.revoked), *also]
        self.write("revoked.crl", pem(self.authority().revoked(keys)))

    def give_to_broker(self, place: Path) -> None:
        """Copy what the broker reads; its key for its group alone.

        Raises:
            IdentityError: it cannot be written there.
        """
        target = Folder(place)
        for name in BROKER_FILES:
            target.write(name, self.read(name), SECRET if name.endswith(".key") else PUBLIC)
        try:
            place.chmod(0o755)
            shutil.chown(target.file("broker.key"), user="mosquitto")
        except (LookupError, PermissionError):
            return  # no such user here: whoever runs the broker sees to it
        except OSError as error:
            raise IdentityError(f"{place}: {error.strerror}") from error


def client_context(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.3 towards the broker.

    Raises:
        IdentityError: a file is missing or damaged.
    """
    try:
        context = ssl.create_default_context(cafile=str(authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(str(certificate), str(key))
    except (OSError, ssl.SSLError) as error:
        raise IdentityError(f"{authority}, {certificate}, {key}: {error}") from error
    return context


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One command at a time changes the register.

    Raises:
        IdentityError: another one is at work, or the folder cannot be used.
    """
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise IdentityError(f"{folder}: {error.strerror}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise IdentityError(f"{folder}: another command is at work there") from error
    finally:
        os.close(held)
