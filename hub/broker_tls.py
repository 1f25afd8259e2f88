"""How the hub proves to the broker who it is, and what rooms may ask for when it does.

Owns the options that say so. Must not connect.
"""

from __future__ import annotations

import argparse
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.identity.authority import IdentityError
from hub.identity.folder import Folder, client_context
from hub.identity.renewal import Renewals


@dataclass(frozen=True, slots=True)
class BrokerTls:
    """TLS towards the broker."""

    context: Callable[[], ssl.SSLContext]
    """Made anew at each connection; OSError where a file is missing."""
    renewals: Renewals | None = None

    def renew(self, room: str, request: str) -> str | None:
        """A certificate for a room that asks, if this hub has the authority."""
        return None if self.renewals is None else self.renewals.renew(room, request)


def add_options(run: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    run.add_argument(
        "--identity",
        type=Path,
        metavar="DIR",
        help="keys and certificates that phonghop-hub room made (else as systemd passes them on)",
    )
    for name, what in (("ca", "who vouches for the broker"), ("cert", "ours"), ("key", "its key")):
        run.add_argument(f"--mqtt-tls-{name}", type=Path, metavar="FILE", help=f"{what} (PEM)")


def chosen_tls(chosen: argparse.Namespace) -> BrokerTls | None:
    """As given, else as systemd passes it on, else none.

    Raises:
        IdentityError: only a part was given, or the authority is damaged.
    """
    files = (chosen.mqtt_tls_ca, chosen.mqtt_tls_cert, chosen.mqtt_tls_key)
    if any(files):
        if not all(files):
            raise IdentityError("--mqtt-tls-ca, --mqtt-tls-cert and --mqtt-tls-key: give all three")
        return BrokerTls(_context(*files))
    folder = Folder(chosen.identity) if chosen.identity is not None else Folder.credentials()
    if folder is None:
        return None
    context = _context(*(folder.file(name) for name in ("ca.crt", "hub.crt", "hub.key")))
    has_authority = folder.file("ca.key").exists()
    return BrokerTls(context, Renewals(folder) if has_authority else None)


def _context(authority: Path, certificate: Path, key: Path) -> Callable[[], ssl.SSLContext]:
    def made() -> ssl.SSLContext:
        try:
            return client_context(authority, certificate, key)
        except IdentityError as error:
            raise ConnectionError(str(error)) from error

    return made
