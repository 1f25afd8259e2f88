"""The reception of a hub: the HTTPS it speaks with the site's own certificate.

Owns ``hub.reception``; what the certificate says is tested with ``hub.identity``.
"""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.identity.authority import Authority, key_pem, new_key, pem
from hub.meeting.state import Meeting
from hub.reception import Access, Reception


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates for pages at localhost and 127.0.0.1."""
    folder, now, key = tmp_path_factory.mktemp("site"), datetime.now(UTC), new_key()
    authority = Authority.make("test", now)
    page = authority.for_page(key.public_key(), ["localhost", "127.0.0.1"], now)
    (folder / "ca.pem").write_bytes(pem(authority.certificate))
    (folder / "page.crt").write_bytes(pem(page))
    (folder / "page.key").write_bytes(key_pem(key))
    return folder


async def shake_hands(site: Path, name: str, data: Path) -> None:
    """Connect to what a hub shows, as a browser that knows the authority alone."""
    access = Access(certificate=(site / "page.crt", site / "page.key"))
    assert access.https
    reception = Reception(access, data, lambda: 1.0, Meeting, lambda event: None)
    server = await asyncio.start_server(
        lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=reception.tls()
    )
    try:
        port = server.sockets[0].getsockname()[1]
        trust = ssl.create_default_context(cafile=str(site / "ca.pem"))
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trust, server_hostname=name
        )
        writer.close()
        await writer.wait_closed()
    finally:
        server.close()
        await server.wait_closed()
        reception.close()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_who_has_the_authority_believes_the_hub(
    site: Path, name: str, tmp_path: Path
) -> None:
    await shake_hands(site, name, tmp_path)


async def test_another_name_is_not_believed(site: Path, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await shake_hands(site, "bank.example", tmp_path)


def test_without_a_certificate_there_is_no_https(tmp_path: Path) -> None:
    reception = Reception(Access(), tmp_path, lambda: 1.0, Meeting, lambda event: None)
    assert reception.tls() is None
    reception.close()
