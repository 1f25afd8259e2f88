"""Throwaway certificates, made without the product: what other people's tools would bring.

Owns an authority of its own. Must not use the hub's.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """Signs anything."""

    def __init__(self, folder: Path, name: str = "test site") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named(name)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - DAY)
            .not_valid_after(NOW + DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        )
        (folder / "ca.crt").write_bytes(_pem(builder.sign(self._key, hashes.SHA256())))
        self.revoke()

    def revoke(self, *serials: int) -> None:
        """Write the list of those that are revoked."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(NOW - DAY)
            .next_update(NOW + DAY)
        )
        for serial in serials:
            revoked = x509.RevokedCertificateBuilder().serial_number(serial)
            builder = builder.add_revoked_certificate(revoked.revocation_date(NOW - DAY).build())
        signed = builder.sign(self._key, hashes.SHA256())
        (self.folder / "revoked.crl").write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, serial: int, until: datetime.datetime = NOW + DAY) -> str:
        """``<name>-<serial>.crt`` and ``.key``; their path without ending."""
        key = ec.generate_private_key(ec.SECP256R1())
        local = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(NOW - 10 * DAY)
            .not_valid_after(until)
            .add_extension(x509.SubjectAlternativeName([local]), critical=False)
        )
        path = self.folder / f"{name.replace('/', '_').replace('#', '_')}-{serial}"
        path.with_suffix(".crt").write_bytes(_pem(builder.sign(self._key, hashes.SHA256())))
        path.with_suffix(".key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(path)

    def context(self, identity: str | None) -> ssl.SSLContext:
        """A client's TLS that trusts this authority and shows ``identity``."""
        context = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        if identity is not None:
            context.load_cert_chain(f"{identity}.crt", f"{identity}.key")
        return context


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
