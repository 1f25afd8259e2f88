"""How the hub proves to the broker who it is, and what rooms may ask for when it does.

Owns the options that say so. Must not connect.
"""

from __future__ import annotations

import argparse
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.contract import messages, topics
from edge.contract.wire import encode
from hub.identity.authority import IdentityError
from hub.identity.folder import Folder, client_context
from hub.identity.renewal import Renewals


@dataclass(frozen=True, slots=True)
class BrokerTls:
    """TLS towards the broker."""

    context: Callable[[], ssl.SSLContext]
    """Made anew at each connection; OSError where a file is missing."""
    certificates: dict[str, Path]
    """Ours, by name."""
    renewals: Renewals | None = None


def granting(
    tls: BrokerTls | None, send: Callable[[str, bytes], None]
) -> Callable[[str, str], None]:
    """What is done when a room asks for a certificate.

    It gets one where the broker vouches for the room, and this hub has the authority.
    """

    def renew(room: str, request: str) -> None:
        if tls is None or tls.renewals is None:
            return
        certificate = tls.renewals.renew(room, request)
        if certificate is not None:
            grant = messages.IdentityGrant(certificate=certificate)
            send(topics.down(room, "identity"), encode(grant))

    return renew


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
        return BrokerTls(_context(*files), {"authority": files[0], "hub": files[1]})
    given = None if chosen.identity is None else Folder(chosen.identity)
    folder = given or Folder.credentials()
    if folder is None:
        return None
    context = _context(*(folder.file(name) for name in ("ca.crt", "hub.crt", "hub.key")))
    has_authority = folder.file("ca.key").exists()
    certificates = {"authority": folder.file("ca.crt"), "hub": folder.file("hub.crt")}
    for name in ("broker", "page"):
        if folder.file(f"{name}.crt").exists():
            certificates[name] = folder.file(f"{name}.crt")
    renewals = None
    if has_authority:
        renewals = Renewals(folder) if given else Renewals(folder, Folder.register)
    return BrokerTls(context, certificates, renewals)


def _context(authority: Path, certificate: Path, key: Path) -> Callable[[], ssl.SSLContext]:
    def made() -> ssl.SSLContext:
        try:
            return client_context(authority, certificate, key)
        except IdentityError as error:
            raise ConnectionError(str(error)) from error

    return made
