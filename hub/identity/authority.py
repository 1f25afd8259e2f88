"""The site's certificate authority.

Theory. A board without a clock of its own may believe that it is 1970, and must get in all the
same: so everything is valid *from* 1970, and only its end says anything. What is revoked is a
key, whichever certificate carries it: so a certificate's serial number is its key's.

Owns what stands in certificates and in the list of revoked ones. Must not know files.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FROM = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
"""No clock is older."""

AUTHORITY_DAYS = 20 * 365
SERVER_DAYS = 10 * 365
"""Hub and broker. Rooms judge it by their own clock, so it is long."""

PAGE_DAYS = 800
"""The pages'; browsers refuse what lasts longer than 825 days."""

ROOM_DAYS = 365
"""A room's; it renews itself when a third is left. Judged by the hub's clock."""

EARLIEST = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
"""A clock before this is not set."""

DAY = datetime.timedelta(days=1)


class IdentityError(Exception):
    """A key, request or certificate cannot be used, or the clock is wrong; one line."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key on P-256, which every TLS library knows."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """As a file."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def pem(what: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """As a file."""
    return what.public_bytes(serialization.Encoding.PEM)


def ends(certificate: bytes) -> datetime.datetime:
    """When a certificate ends.

    Raises:
        IdentityError: it is none.
    """
    try:
        return x509.load_pem_x509_certificate(certificate).not_valid_after_utc
    except ValueError as error:
        raise IdentityError(f"not a certificate: {error}") from error


def fingerprint(key: ec.EllipticCurvePublicKey) -> str:
    """A key's name: SHA-256 of its public half."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def serial_of(key_name: str) -> int:
    """The serial number of every certificate of the key with this fingerprint."""
    return int(key_name[:38], 16) | 1


@dataclass(frozen=True, slots=True)
class Request:
    """A checked certificate request: whoever made it has the key."""

    name: str
    key: ec.EllipticCurvePublicKey

    @property
    def fingerprint(self) -> str:
        """The key's name."""
        return fingerprint(self.key)


def read_request(text: str) -> Request:
    """Check a request.

    Raises:
        IdentityError: it is none, its signature is wrong, or its key is of another kind.
    """
    try:
        request = x509.load_pem_x509_csr(text.encode())
        if not request.is_signature_valid:
            raise IdentityError("the request is not signed by its own key")
        key = request.public_key()
        names = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except (ValueError, InvalidSignature) as error:
        raise IdentityError(f"not a certificate request: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise IdentityError("the request's key is not on the curve P-256")
    return Request(str(names[0].value) if len(names) == 1 else "", key)


class Authority:
    """Signs for one site."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        """An authority that exists; ``make`` founds one."""
        self.key = key
        self.certificate = certificate
        self._made = certificate.not_valid_after_utc - AUTHORITY_DAYS * DAY

    @classmethod
    def make(cls, site: str, now: datetime.datetime) -> Authority:
        """Found the authority of a site.

        Raises:
            IdentityError: the clock is not set.
        """
        _require_clock(now, EARLIEST)
        key = new_key()
        builder = _builder(_name(site), _name(site), key.public_key(), now + AUTHORITY_DAYS * DAY)
        builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
        usage = _usage(certificates=True)
        return cls(key, builder.add_extension(usage, critical=True).sign(key, hashes.SHA256()))

    @classmethod
    def read(cls, key: bytes, certificate: bytes) -> Authority:
        """From its files.

        Raises:
            IdentityError: they are damaged.
        """
        try:
            found = serialization.load_pem_private_key(key, None)
            if not isinstance(found, ec.EllipticCurvePrivateKey):
                raise IdentityError("the authority's key is of another kind")
            return cls(found, x509.load_pem_x509_certificate(certificate))
        except ValueError as error:
            raise IdentityError(f"the authority cannot be read: {error}") from error

    def for_room(self, room: str, request: Request, now: datetime.datetime) -> x509.Certificate:
        """A room's certificate: a client, and nothing else.

        Raises:
            IdentityError: the request is for another name, or the clock is wrong.
        """
        if request.name != room:
            raise IdentityError(f"the request is for {request.name!r}, not for {room!r}")
        return self._leaf(room, request.key, now, ROOM_DAYS, ExtendedKeyUsageOID.CLIENT_AUTH, ())

    def for_hub(self, key: ec.EllipticCurvePublicKey, now: datetime.datetime) -> x509.Certificate:
        """The hub's: the client that the broker calls ``hub``.

        Raises:
            IdentityError: the clock is wrong.
        """
        return self._leaf("hub", key, now, SERVER_DAYS, ExtendedKeyUsageOID.CLIENT_AUTH, ())

    def for_broker(
        self, key: ec.EllipticCurvePublicKey, hosts: Sequence[str], now: datetime.datetime
    ) -> x509.Certificate:
        """The broker's, good for these names and addresses.

        Raises:
            IdentityError: the clock is wrong.
        """
        use = ExtendedKeyUsageOID.SERVER_AUTH
        return self._leaf(hosts[0][:64], key, now, SERVER_DAYS, use, hosts)

    def for_page(
        self, key: ec.EllipticCurvePublicKey, hosts: Sequence[str], now: datetime.datetime
    ) -> x509.Certificate:
        """The same for the pages, for browsers that trust this authority.

        Raises:
            IdentityError: the clock is wrong.
        """
        use = ExtendedKeyUsageOID.SERVER_AUTH
        return self._leaf(hosts[0][:64], key, now, PAGE_DAYS, use, hosts)

    def _leaf(
        self,
        name: str,
        key: ec.EllipticCurvePublicKey,
        now: datetime.datetime,
        days: int,
        use: x509.ObjectIdentifier,
        hosts: Sequence[str],
    ) -> x509.Certificate:
        _require_clock(now, self._made)
        builder = _builder(_name(name), self.certificate.subject, key, now + days * DAY)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(_usage(certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        builder = builder.add_extension(self._key_identifier(), critical=False)
        if hosts:
            names = x509.SubjectAlternativeName([_host(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _key_identifier(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())

    def revoked(self, keys: Iterable[str]) -> x509.CertificateRevocationList:
        """The list of revoked keys.

        It never goes out of date: a broker that refused everybody because the list is a month
        old would do more harm than the list does good.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(FROM)
            .next_update(self.certificate.not_valid_after_utc)
            .add_extension(self._key_identifier(), critical=False)
        )
        for key in keys:
            entry = x509.RevokedCertificateBuilder().serial_number(serial_of(key))
            builder = builder.add_revoked_certificate(entry.revocation_date(FROM).build())
        return builder.sign(self.key, hashes.SHA256())


def _require_clock(now: datetime.datetime, least: datetime.datetime) -> None:
    if now < least - DAY:
        raise IdentityError(
            f"this machine's clock says {now:%Y-%m-%d}, which cannot be: set it first (timedatectl)"
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    until: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial_of(fingerprint(key)))
        .not_valid_before(FROM)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
