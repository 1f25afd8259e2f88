"""How the hub may be reached: this machine alone, or others by HTTPS; and where its data is.

Owns the options that say so, and which of them go together. Must not listen itself.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
from pathlib import Path

from hub.access.book import Book
from hub.reception import Access


class NotReachedError(ValueError):
    """These options do not go together; ``str()`` is one clear line."""


def add_options(run: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    run.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help="name or address by which browsers reach this hub (may be given more than once)",
    )
    run.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate with chain (PEM)")
    run.add_argument("--tls-key", type=Path, metavar="FILE", help="its key (PEM)")
    run.add_argument(
        "--behind-proxy",
        action="store_true",
        help="a proxy of yours before the hub speaks HTTPS and sets X-Forwarded-For",
    )
    run.add_argument(
        "--simulation",
        action="store_true",
        help="for demo and training: roles are chosen without proof; this machine only, and not "
        "where accounts are",
    )


def access(chosen: argparse.Namespace, host: str) -> Access:
    """How the hub is reached that listens on ``host``.

    Raises:
        NotReachedError: what was chosen is not safe, or does not go together.
        BookError: the file of accounts cannot be used.
    """
    if (chosen.tls_cert is None) != (chosen.tls_key is None):
        raise NotReachedError("--tls-cert and --tls-key: give both")
    certificate = None if chosen.tls_cert is None else (chosen.tls_cert, chosen.tls_key)
    for file in certificate or ():
        if not os.access(file, os.R_OK):
            raise NotReachedError(f"--tls-cert, --tls-key: {file} cannot be read")
    hosts = frozenset(name.casefold() for name in chosen.host)
    found = Access(hosts, certificate, chosen.behind_proxy, chosen.simulation)
    if chosen.simulation:
        _only_here(chosen, host, found)
    elif not is_loopback(host):
        if not found.https:
            raise NotReachedError(
                f"--http {host}: other machines reach the hub by HTTPS only: give --tls-cert and "
                "--tls-key, or --behind-proxy if a proxy of yours speaks HTTPS for it"
            )
        if is_any(host) and not hosts:
            raise NotReachedError(
                f"--http {host}: say by which names browsers reach the hub: --host NAME"
            )
        if not is_any(host):
            found = Access(hosts | {host}, certificate, chosen.behind_proxy)
    return found


def _only_here(chosen: argparse.Namespace, host: str, found: Access) -> None:
    if not is_loopback(host) or found.hosts or found.https:
        raise NotReachedError(
            "--simulation: anybody may choose any role, so it is for this machine alone: no other "
            "address, no --host, no certificate, no proxy"
        )
    book = Book(chosen.data)
    try:
        if book.accounts():
            raise NotReachedError(
                f"--simulation: {book.path} has accounts of a real hub; give another --data"
            )
    finally:
        book.close()


def is_loopback(host: str) -> bool:
    """Only this machine can reach a server on ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_any(host: str) -> bool:
    """``host`` stands for every address of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def data_folder() -> Path:
    """Where records go: systemd's state directory, else the user's data directory."""
    state = os.environ.get("STATE_DIRECTORY")
    if state:
        return Path(state)
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "phonghop" / "hub"
