"""A room's key and certificates: where they are, and TLS made of them.

Theory. The key is made here and never leaves. The authority's certificate and the first of the
room's come from pairing; renewed ones arrive over the link and lie in the data directory,
because the place of the key belongs to root. The youngest that fits the key is used.

Owns these files and what is in them. Must not talk to anybody.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.runtime.whole_file import replace_file

PLACE = Path("/etc/phonghop/identity")
"""Where the package has a directory for it, root's alone."""


class IdentityError(Exception):
    """A key or certificate is missing, damaged or of somebody else; one line."""


class Identity:
    """Who a room is. Files are read anew whenever they are needed."""

    def __init__(
        self, room: str, authority: Path, certificate: Path, key: Path, renewed: Path | None = None
    ) -> None:
        """``renewed`` is where certificates that come later are kept."""
        self.room = room
        self.authority = authority
        self.key = key
        self._first = certificate
        self._renewed = renewed

    @classmethod
    def in_folder(cls, room: str, folder: Path, renewed: Path | None = None) -> Identity:
        """As pairing leaves it."""
        return cls(
            room, folder / f"{room}.ca.crt", folder / f"{room}.crt", folder / f"{room}.key", renewed
        )

    @classmethod
    def credentials(cls, room: str, data_dir: Path) -> Identity | None:
        """What systemd passed on, if this room has been paired."""
        place = os.environ.get("CREDENTIALS_DIRECTORY")
        if not place or not (Path(place) / f"identity_{room}.crt").exists():
            return None
        authority, certificate, key = (
            Path(place) / f"identity_{room}.{ending}" for ending in ("ca.crt", "crt", "key")
        )
        return cls(room, authority, certificate, key, data_dir / f"{room}.crt")

    @classmethod
    def installed(cls, room: str) -> Identity | None:
        """What pairing left on this machine, for a person who may read it."""
        found = cls.in_folder(room, PLACE)
        return found if os.access(found.key, os.R_OK) else None

    def certificate(self) -> tuple[Path, x509.Certificate]:
        """The one to use: the renewed one if it is ours.

        Raises:
            IdentityError: there is none.
        """
        if self._renewed is not None and self._renewed.exists():
            found = _read_certificate(self._renewed)
            if _name(found) == self.room and found.public_key() == self._key().public_key():
                return self._renewed, found
        return self._first, _read_certificate(self._first)

    def until(self) -> datetime:
        """When the certificate ends.

        Raises:
            IdentityError: there is none.
        """
        return self.certificate()[1].not_valid_after_utc

    def context(self) -> ssl.SSLContext:
        """TLS 1.3 towards the broker.

        Raises:
            IdentityError: a file is missing or damaged.
        """
        try:
            context = ssl.create_default_context(cafile=str(self.authority))
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.load_cert_chain(str(self.certificate()[0]), str(self.key))
        except (OSError, ssl.SSLError) as error:
            raise IdentityError(f"identity of room {self.room} ({self.key}): {error}") from error
        return context

    def tls(self) -> ssl.SSLContext:
        """The same for the link.

        Raises:
            ConnectionError: there is none, which is a reason not to be connected.
        """
        try:
            return self.context()
        except IdentityError as error:
            raise ConnectionError(str(error)) from error

    def request(self) -> str:
        """A request for a certificate of this key.

        Raises:
            IdentityError: there is no key.
        """
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.room)])
        builder = x509.CertificateSigningRequestBuilder().subject_name(name)
        signed = builder.sign(self._key(), hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM).decode()

    def fits(self, certificate: str, authority: str) -> bool:
        """Whether this is a certificate for this room and key, by that authority."""
        try:
            found = x509.load_pem_x509_certificate(certificate.encode())
            found.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode()))
        except (ValueError, TypeError, InvalidSignature):
            return False
        return _name(found) == self.room and found.public_key() == self._key().public_key()

    def take(self, certificate: str) -> bool:
        """Keep a renewed certificate; False when it is not one, or is no younger.

        Raises:
            IdentityError: it cannot be kept.
        """
        if self._renewed is None:
            return False
        try:
            authority = self.authority.read_text(encoding="ascii")
            if not self.fits(certificate, authority):
                return False
            found = x509.load_pem_x509_certificate(certificate.encode())
            if found.not_valid_after_utc <= self.until():
                return False
            replace_file(self._renewed, certificate)
        except OSError as error:
            raise IdentityError(f"{self._renewed}: {error.strerror}") from error
        return True

    def _key(self) -> ec.EllipticCurvePrivateKey:
        try:
            key = serialization.load_pem_private_key(self.key.read_bytes(), None)
        except (OSError, ValueError) as error:
            raise IdentityError(f"{self.key}: {error}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise IdentityError(f"{self.key}: a key of another kind")
        return key

    def beside(self) -> Identity:
        """The same with another key, which takes the old one's place with ``keep``."""
        return Identity(self.room, self.authority, self._first, self.key.with_suffix(".new"))

    def make_key(self) -> None:
        """A new key on this machine, for root alone.

        Raises:
            IdentityError: it cannot be kept.
        """
        data = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._keep(self.key, data, 0o600)

    def keep(self, fresh: Identity, certificate: str, authority: str) -> None:
        """What pairing brought: ``fresh`` has the key.

        Raises:
            IdentityError: it cannot be kept.
        """
        self._keep(self.key, fresh.key.read_bytes(), 0o600)
        self._keep(self.authority, authority.encode(), 0o644)
        self._keep(self._first, certificate.encode(), 0o644)
        fresh.key.unlink()

    @staticmethod
    def _keep(path: Path, data: bytes, mode: int) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, new = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(number, "wb") as file:
                os.fchmod(number, mode)
                file.write(data)
                file.flush()
                os.fsync(number)
            os.replace(new, path)
        except OSError as error:
            raise IdentityError(f"{path}: {error.strerror}") from error


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise IdentityError(f"{path}: {error}") from error


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if len(names) == 1 else ""
