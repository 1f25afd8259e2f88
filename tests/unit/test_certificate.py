"""The site's own certificate: who believes it, for which names, and what is kept secret.

Owns ``phonghop-hub certificate`` and the HTTPS that a hub speaks with it.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from hub import cli
from hub.certificate import HUB_DAYS, CertificateError, Files, make
from hub.meeting.state import Meeting
from hub.reception import Access, Reception


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Of a hub that is reached as localhost and 127.0.0.1."""
    found = Files(tmp_path_factory.mktemp("tls"))
    assert make(found, ["localhost", "127.0.0.1"]) is True
    return found


async def shake_hands(files: Files, name: str, data: Path) -> None:
    """Connect to what a hub shows, as a browser that knows the authority alone."""
    access = Access(certificate=(files.hub, files.hub_key))
    reception = Reception(access, data, lambda: 1.0, Meeting, lambda event: None)
    server = await asyncio.start_server(
        lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=reception.tls()
    )
    try:
        port = server.sockets[0].getsockname()[1]
        trust = ssl.create_default_context(cafile=str(files.authority))
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
    files: Files, name: str, tmp_path: Path
) -> None:
    await shake_hands(files, name, tmp_path)


async def test_another_name_is_not_believed(files: Files, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await shake_hands(files, "bank.example", tmp_path)


def test_the_authority_stays_and_the_hubs_certificate_is_new(tmp_path: Path) -> None:
    files = Files(tmp_path)
    make(files, ["hop.example"], datetime.now(UTC) - timedelta(days=300))
    authority, before = files.authority.read_bytes(), files.hub.read_bytes()
    assert make(files, ["hop.example"]) is False
    assert files.authority.read_bytes() == authority
    assert files.hub.read_bytes() != before
    made = x509.load_pem_x509_certificate(files.hub.read_bytes())
    assert made.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=HUB_DAYS)


def test_the_authority_signs_for_no_other_name(tmp_path: Path) -> None:
    files = Files(tmp_path)
    make(files, ["hop.example", "192.0.2.7"])
    for other in ("bank.example", "192.0.2.8"):
        with pytest.raises(CertificateError, match="may not sign for"):
            make(files, [other])
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    found = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical


def test_keys_are_for_the_hub_alone(files: Files) -> None:
    for key in (files.authority_key, files.hub_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_command_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["certificate", "--host", "hop.example", "--out", str(tmp_path)]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    assert "site-ca.pem" in said
    assert "--tls-cert" in said
    assert cli.main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new_authority"] is False
    assert cli.main(["certificate", "--host", "not a name", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
