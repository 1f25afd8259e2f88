"""A key is revoked while broker and hub run: what is proven, what is said where it is not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509

from hub import broker_tls
from hub.cli import parser as hub_cli_parser
from hub.identity import broker as brokers
from hub.identity import pairing as hub_end
from tests.identity_house import House, paired
from tests.ports import free_port


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_hub_knows_at_once_who_is_paired_and_revoked_while_it_runs(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What systemd passes on is as it was at the start; the register is read where it changes."""
    at_start = tmp_path / "credentials"
    at_start.mkdir()
    for path in house.hub.iterdir():
        (at_start / f"identity_{path.name}").write_bytes(path.read_bytes())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(at_start))
    monkeypatch.setattr("hub.identity.folder.DEFAULT", house.hub)
    tls = broker_tls.chosen_tls(hub_cli_parser().parse_args(["run"]))
    assert tls is not None
    assert tls.renewals is not None
    main = paired(house)
    assert tls.renewals.renew("main", main.request()) is not None
    hub_end.revoke(house.folder, "main")
    assert tls.renewals.renew("main", main.request()) is None
    # Where it may not be read there, what was true at the start holds.
    monkeypatch.setattr("hub.identity.folder.DEFAULT", tmp_path / "elsewhere")
    assert tls.renewals.renew("main", paired(house).request()) is None


def test_a_revoked_key_is_on_the_list_also_where_no_broker_proves_that_it_read_it(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the command says so; it may be given again."""
    key = paired(house).certificate()[1].serial_number
    nobody = ("--mqtt", f"127.0.0.1:{free_port()}")
    for reread, why in (("true", "no broker answers"), ("false", "systemctl restart mosquitto")):
        assert house.room("revoke", "main", *nobody, "--reread", reread) == 1
        assert why in capsys.readouterr().err
        crl = x509.load_pem_x509_crl((house.broker / "revoked.crl").read_bytes())
        assert crl.get_revoked_certificate_by_serial_number(key) is not None


def test_a_broker_that_still_lets_a_revoked_key_in_is_named(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was told to read its list, and did not."""
    paired(house)
    monkeypatch.setattr(brokers, "TAKES_S", 0.3)
    monkeypatch.setattr(brokers, "ASK_S", 0.1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(house.broker / "broker.crt", house.broker / "broker.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        served = threading.Thread(target=let_in, args=(listening, context), daemon=True)
        served.start()
        assert house.room("revoke", "main", "--mqtt", place, "--reread", "true") == 1
        listening.shutdown(socket.SHUT_RDWR)
    served.join()
    assert "still lets a revoked key in: systemctl restart" in capsys.readouterr().err


def let_in(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Greet whoever comes, whatever is shown."""
    with contextlib.ExitStack() as open_ones:
        while True:
            try:
                plain, _ = listening.accept()
                open_ones.enter_context(context.wrap_socket(plain, server_side=True))
            except OSError:
                return
