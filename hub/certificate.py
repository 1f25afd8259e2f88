"""``phonghop-hub certificate``: a certificate for a hub that has no public name.

Theory. A meeting room's network has no public names, so nobody else signs for them. The site has an
authority of its own, whose certificate is installed once on the devices that open the pages. It may
sign for the names it was made for and no others (critical name constraints): who steals its key
can pretend to be this hub, not a bank. The hub's own certificate is short-lived and made anew with
the same command.

Owns these files. Must not touch a running hub.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
HUB_DAYS = 397
"""Browsers refuse certificates of a server that are valid for longer."""

CLOCK_APART = timedelta(days=1)
"""Devices whose clock is behind accept a fresh certificate all the same."""


class CertificateError(ValueError):
    """It cannot be made; ``str()`` is one clear line."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where everything is."""

    folder: Path

    @property
    def authority(self) -> Path:
        """To be installed on devices."""
        return self.folder / "site-ca.pem"

    @property
    def authority_key(self) -> Path:
        """To be kept: not needed by the hub."""
        return self.folder / "site-ca-key.pem"

    @property
    def hub(self) -> Path:
        """For ``--tls-cert``."""
        return self.folder / "hub.pem"

    @property
    def hub_key(self) -> Path:
        """For ``--tls-key``."""
        return self.folder / "hub-key.pem"


def add_parser(names: Any) -> argparse.ArgumentParser:
    """The subcommand; ``names`` is what ``add_subparsers`` gives."""
    found: argparse.ArgumentParser = names.add_parser(
        "certificate", help="a certificate for HTTPS, signed by an authority of this site"
    )
    found.add_argument(
        "--host",
        action="append",
        required=True,
        metavar="NAME",
        help="name or address by which browsers reach the hub (may be given more than once)",
    )
    found.add_argument("--out", type=Path, required=True, metavar="DIR", help="where files go")
    found.add_argument("--json", action="store_true", help="print JSON")
    found.set_defaults(run=_run)
    return found


def _run(chosen: argparse.Namespace) -> int:
    files = Files(chosen.out)
    try:
        is_new = make(files, chosen.host)
    except (CertificateError, OSError) as error:
        sys.stderr.write(f"phonghop-hub certificate: {error}\n")
        return 1
    if chosen.json:
        paths = {"authority": files.authority, "certificate": files.hub, "key": files.hub_key}
        found = {name: str(path) for name, path in paths.items()} | {"new_authority": is_new}
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        return 0
    first = (
        "cài một lần lên các thiết bị / install once on devices" if is_new else "như cũ / as before"
    )
    sys.stdout.write(
        f"{files.authority}  {first}\n"
        f"phonghop-hub run --http 0.0.0.0:8443 --tls-cert {files.hub} --tls-key {files.hub_key}"
        f"{''.join(f' --host {host}' for host in chosen.host)}\n"
    )
    return 0


def make(files: Files, hosts: Sequence[str], now: datetime | None = None) -> bool:
    """Make the hub's certificate, and the site's authority unless there is one; True if it is new.

    Raises:
        CertificateError: a name is none, or the authority there is not for it.
        OSError: a file cannot be read or written.
    """
    now = datetime.now(UTC) if now is None else now
    names = [_name(host) for host in hosts]
    files.folder.mkdir(parents=True, exist_ok=True)
    is_new = not files.authority.exists()
    if is_new:
        _write_authority(files, names, now)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    signing = serialization.load_pem_private_key(files.authority_key.read_bytes(), None)
    if not isinstance(signing, ec.EllipticCurvePrivateKey):
        raise CertificateError(f"{files.authority_key}: not a key of this program")
    _must_cover(files, authority, names)
    key = ec.generate_private_key(ec.SECP256R1())
    ends = min(now + timedelta(days=HUB_DAYS), authority.not_valid_after_utc)
    made = (
        _begun(f"phonghop hub {hosts[0]}"[:64], authority.subject, key, now, ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
        .sign(signing, hashes.SHA256())
    )
    _write(files.hub_key, _pem_of(key), secret=True)
    _write(files.hub, made.public_bytes(serialization.Encoding.PEM))
    return is_new


def _write_authority(files: Files, names: list[x509.GeneralName], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "phonghop site authority")])
    allowed = x509.NameConstraints([_subtree(name) for name in names], None)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        _begun("phonghop site authority", subject, key, now, now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(allowed, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(files.authority_key, _pem_of(key), secret=True)
    _write(files.authority, made.public_bytes(serialization.Encoding.PEM))


def _begun(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_APART)
        .not_valid_after(ends)
    )


def _must_cover(
    files: Files, authority: x509.Certificate, names: Sequence[x509.GeneralName]
) -> None:
    found = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    allowed = found.permitted_subtrees or []
    for name in names:
        if _subtree(name) not in allowed:
            raise CertificateError(
                f"{files.authority}: it may not sign for {name.value}; take another --out, and "
                "install its new authority on the devices"
            )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    labels = host.split(".")
    fits = all(part and part.replace("-", "").isalnum() and part.isascii() for part in labels)
    if not fits or len(host) > 253:
        raise CertificateError(f"--host {host!r}: neither a name nor an address")
    return x509.DNSName(host.lower())


def _subtree(name: x509.GeneralName) -> x509.GeneralName:
    """What the authority may sign: this address, or this name and those below it."""
    if isinstance(name, x509.IPAddress):
        return x509.IPAddress(ipaddress.ip_network(name.value))
    return name


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes, *, secret: bool = False) -> None:
    """Whole or not at all; a key is never readable by others, not even for a moment."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if secret else 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    fresh.replace(path)
