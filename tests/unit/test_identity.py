"""Who is who: the authority's certificates, pairing by eye, renewal, and the register."""

from __future__ import annotations

import asyncio
import io
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509 import verification

from edge import board
from edge import pairing as room_end
from edge.cli import main as edge_cli
from edge.contract import messages, pairing
from edge.renewal import LEFT, Renewal
from edge.runtime.identity import Identity, IdentityError
from hub import check
from hub.cli import main as hub_cli
from hub.identity import authority as law
from hub.identity import pairing as hub_end
from hub.identity.authority import ROOM_DAYS, Authority, serial_of
from hub.identity.folder import Folder, Paired
from hub.identity.renewal import Renewals
from tests.identity_house import House, paired

NOW = datetime(2027, 5, 1, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@asynccontextmanager
async def window(house: House, room: str, agree: bool) -> AsyncIterator[tuple[int, Any, list[str]]]:
    """The hub's end with a person who says yes or no."""
    codes: list[str] = []

    async def look(_peer: str, code: str) -> bool:
        codes.append(code)
        return agree

    opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    served = asyncio.create_task(
        hub_end.Window(house.folder, room, look).serve("127.0.0.1", 0, opened.set_result)
    )
    yield await opened, served, codes
    served.cancel()
    await asyncio.gather(served, return_exceptions=True)


def person(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Whoever stands at the room."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))


async def test_both_screens_show_one_code_and_the_room_gets_its_certificate(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person(monkeypatch, "y")
    async with window(house, "main", agree=True) as (port, served, codes):
        await room_end.pair(house.identity, "127.0.0.1", port)
        paired = await served
    assert f"code:  {codes[0]}" in capsys.readouterr().out
    assert house.folder.rooms() == [paired]
    assert stat.S_IMODE(house.identity.key.stat().st_mode) == 0o600
    certificate = house.identity.certificate()[1]
    assert certificate.not_valid_before_utc.year == 1970
    assert certificate.serial_number == serial_of(paired.key)
    key = house.identity.key.read_bytes()
    kept = b"".join(path.read_bytes() for path in house.hub.iterdir())
    assert key.splitlines()[1] not in kept  # it never left the board


@pytest.mark.parametrize(("hub_says", "room_says"), [(False, "y"), (True, "n"), (True, "")])
async def test_nothing_is_kept_where_one_of_the_two_says_no(
    house: House, monkeypatch: pytest.MonkeyPatch, hub_says: bool, room_says: str
) -> None:
    person(monkeypatch, room_says)
    async with window(house, "main", agree=hub_says) as (port, _, _codes):
        with pytest.raises(IdentityError, match="codes differ"):
            await room_end.pair(house.identity, "127.0.0.1", port)
    assert not (house.board / "main.crt").exists()
    assert not house.identity.key.exists()
    if not hub_says:
        assert house.folder.rooms() == []


async def test_somebody_in_the_middle_shows_two_codes(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He has keys of his own towards both ends, so what the two see differs."""
    other = House(tmp_path / "middle")
    attacker = Identity.in_folder("main", tmp_path / "middle" / "board")
    person(monkeypatch, "n")
    attacker.make_key()
    request, number = attacker.request(), "5" * 64
    async with (
        window(house, "main", agree=False) as (port, _, true_codes),
        window(other, "main", agree=True) as (false_port, _, _false),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        hello = pairing.Hello(room="main", commitment=pairing.commitment(request, number))
        await hub_end.say(writer, hello)
        await hub_end.hear(reader, pairing.Offer)
        await hub_end.say(writer, pairing.Reveal(request=request, number=number))
        assert (await hub_end.hear(reader, pairing.Granted)).refused
        writer.close()
        shown: list[str] = []

        async def look(code: str) -> bool:
            shown.append(code)
            return False

        monkeypatch.setattr(room_end, "_agree", look)
        with pytest.raises(IdentityError, match="Somebody may be in between"):
            await room_end.pair(house.identity, "127.0.0.1", false_port)
    assert shown[0] != true_codes[0]


async def test_a_request_cannot_be_changed_after_the_hubs_number_is_known(house: House) -> None:
    identity = Identity.in_folder("main", house.board)
    identity.make_key()
    async with window(house, "main", agree=True) as (port, _, codes):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        commitment = pairing.commitment(identity.request(), "1" * 64)
        await hub_end.say(writer, pairing.Hello(room="main", commitment=commitment))
        await hub_end.hear(reader, pairing.Offer)
        reveal = pairing.Reveal(request=identity.request(), number="2" * 64)
        await hub_end.say(writer, reveal)
        granted = await hub_end.hear(reader, pairing.Granted)
        writer.close()
    assert "committed" in granted.refused
    assert codes == []


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\n\r\n", b"{}\n", b"x" * 70_000, b"\xff\n", b""]
)
async def test_whoever_does_not_keep_to_the_lines_leaves_the_door_open(
    house: House, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    person(monkeypatch, "y")
    async with window(house, "main", agree=True) as (port, served, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        writer.write_eof()
        await reader.read()
        writer.close()
        await room_end.pair(house.identity, "127.0.0.1", port)
        assert (await served).room == "main"


async def test_another_room_is_not_let_in_through_this_window(house: House) -> None:
    async with window(house, "satellite-1", agree=True) as (port, _, _codes):
        with pytest.raises(IdentityError, match="open for room satellite-1, not for main"):
            await room_end.pair(house.identity, "127.0.0.1", port)


def test_a_room_asks_for_a_new_certificate_in_time_and_uses_it(house: House) -> None:
    identity = paired(house)
    asked: list[messages.Message] = []

    class Link:
        def publish_once(self, name: str, message: messages.Message) -> None:
            assert name == "phonghop/v1/main/up/identity"
            asked.append(message)

    first = identity.until()
    clocks = [first - LEFT - timedelta(days=1), datetime(1970, 1, 1, tzinfo=UTC)]
    for clock in clocks:  # not yet; and a clock that is not set makes nothing due
        Renewal(identity, Link(), lambda clock=clock: clock).ask_if_due()  # type: ignore[arg-type,misc]
    assert asked == []
    renewal = Renewal(identity, Link(), lambda: first - timedelta(days=100))  # type: ignore[arg-type]
    renewal.ask_if_due()
    assert isinstance(asked[0], messages.IdentityRequest)
    answer = Renewals(house.folder).renew("main", asked[0].request)
    assert answer is not None
    renewal.take(messages.IdentityGrant(certificate=answer))
    assert identity.until() > first + timedelta(hours=11)
    identity.context()
    old = law.pem(identity.certificate()[1]).decode()
    assert not identity.take(old)  # no younger


def test_the_hub_renews_for_the_paired_key_and_its_room_alone(house: House) -> None:
    main, other = paired(house), paired(house, "satellite-1")
    stranger = Identity.in_folder("main", house.board / "elsewhere")
    stranger.make_key()
    renewals = Renewals(house.folder)
    assert renewals.renew("main", stranger.request()) is None
    assert renewals.renew("main", other.request()) is None
    assert renewals.renew("satellite-1", main.request()) is None
    assert renewals.renew("main", "no request") is None
    assert renewals.renew("main", main.request()) is not None
    hub_end.revoke(house.folder, "main")
    assert renewals.renew("main", main.request()) is None


def test_a_grant_for_somebody_else_changes_nothing(house: House) -> None:
    main, other = paired(house), paired(house, "satellite-1")
    foreign = Renewals(house.folder).renew("satellite-1", other.request())
    assert foreign is not None
    assert not main.take(foreign)
    assert not main.take("nonsense")


def test_who_is_revoked_stays_revoked_and_a_new_key_replaces_the_old(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    first = paired(house)
    old_key = house.folder.rooms()[0].key
    with pytest.raises(law.IdentityError, match="was that of main"):
        hub_end.enter(house.folder, Paired("satellite-1", old_key, "2027"))
    paired(house)
    entries = {room.key: bool(room.revoked) for room in house.folder.rooms()}
    assert entries.pop(old_key)
    assert list(entries.values()) == [False]
    assert first.room == "main"
    hub_end.revoke(house.folder, "main")
    house.folder.give_to_broker(house.broker)
    crl = x509.load_pem_x509_crl((house.broker / "revoked.crl").read_bytes())
    assert {entry.serial_number for entry in crl} == {
        serial_of(room.key) for room in house.folder.rooms()
    }
    assert crl.next_update_utc is not None
    assert crl.next_update_utc.year > 2040
    capsys.readouterr()
    assert house.room("list") == 0
    assert capsys.readouterr().out.count("revoked 20") == 2
    assert house.room("revoke", "satellite-1") == 1
    assert "no room satellite-1 is paired" in capsys.readouterr().err


def test_founding_again_keeps_the_authority_and_what_it_signed(house: House) -> None:
    before = (house.hub / "ca.crt").read_bytes()
    hub_before = (house.hub / "hub.crt").read_bytes()
    paired(house).context()
    assert house.room("init", "--broker", "10.0.0.9", "--page", "hub.local") == 0
    assert (house.hub / "ca.crt").read_bytes() == before
    assert (house.hub / "hub.crt").read_bytes() != hub_before
    assert [room.room for room in house.folder.rooms()] == ["main"]
    broker = x509.load_pem_x509_certificate((house.broker / "broker.crt").read_bytes())
    names = broker.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.9"]
    assert stat.S_IMODE((house.broker / "broker.key").stat().st_mode) == 0o600
    page = x509.load_pem_x509_certificate((house.hub / "page.crt").read_bytes())
    assert page.not_valid_after_utc - datetime.now(UTC) < timedelta(days=825)
    assert not (house.broker / "page.key").exists()


def test_a_hub_whose_clock_is_not_set_signs_nothing() -> None:
    """What it signed would have ended before the clock is right."""
    with pytest.raises(law.IdentityError, match="set it first"):
        Authority.make("site", datetime(1970, 1, 1, tzinfo=UTC))
    authority = Authority.make("site", NOW)
    identity = law.new_key()
    with pytest.raises(law.IdentityError, match="clock says 2026"):
        authority.for_hub(identity.public_key(), NOW - timedelta(days=200))


def test_a_certificate_is_good_from_1970_and_a_rooms_for_a_year(house: House) -> None:
    identity = paired(house)
    certificate = identity.certificate()[1]
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=ROOM_DAYS - 1) < left < timedelta(days=ROOM_DAYS)
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [use.dotted_string for use in uses] == ["1.3.6.1.5.5.7.3.2"]  # a client and no server


@pytest.mark.parametrize(
    ("clock", "is_trusted"), [(1970, True), (2027, True), (2035, True), (2038, False)]
)
def test_a_board_that_believes_in_1970_trusts_the_broker(
    house: House, clock: int, is_trusted: bool
) -> None:
    """As one without a clock of its own does until it has heard the network's."""
    ours, brokers = (
        x509.load_pem_x509_certificate((house.broker / name).read_bytes())
        for name in ("ca.crt", "broker.crt")
    )
    store = verification.Store([ours])
    builder = verification.PolicyBuilder().store(store).time(datetime(clock, 1, 2, tzinfo=UTC))
    verifier = builder.build_server_verifier(x509.DNSName("hub.local"))
    if is_trusted:
        assert verifier.verify(brokers, []) == [brokers, ours]
    else:
        with pytest.raises(verification.VerificationError):
            verifier.verify(brokers, [])


def test_commands_say_in_one_line_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["room", "--identity", str(tmp_path / "none"), "--mosquitto", str(tmp_path)]
    assert hub_cli([*place, "pair", "main", "--port", "0"]) == 1
    assert "has no authority: phonghop-hub room init" in capsys.readouterr().err
    assert hub_cli([*place, "pair", "hub"]) == 1
    assert "cannot be a room" in capsys.readouterr().err
    assert edge_cli(["pair", "--room", "main", "--hub", "nowhere"]) == 2
    pair = ["pair", "--room", "main", "--identity", str(tmp_path), "--hub", "127.0.0.1:1"]
    assert edge_cli(pair) == 1
    assert "no window is open at 127.0.0.1:1" in capsys.readouterr().err
    run = ["run", "--room", "main", "--data", str(tmp_path), "--tls-ca", "ca.crt"]
    assert edge_cli(run) == 1
    assert "--tls-ca, --tls-cert and --tls-key: give all three" in capsys.readouterr().err
    assert hub_cli(["run", "--data", str(tmp_path / "h"), "--mqtt-tls-key", "x"]) == 1
    assert "give all three" in capsys.readouterr().err


def test_systemd_passes_identities_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory's files come side by side, each with the credential's name before its own."""
    identity = paired(house)
    place = tmp_path / "credentials"
    place.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(place))
    assert Identity.credentials("main", tmp_path) is None
    assert Folder.credentials() is None
    for path in [*house.board.glob("main.*"), *house.hub.iterdir()]:
        (place / f"identity_{path.name}").write_bytes(path.read_bytes())
    found = Identity.credentials("main", tmp_path)
    assert found is not None
    assert found.until() == identity.until()
    folder = Folder.credentials()
    assert folder is not None
    assert folder.rooms() == house.folder.rooms()


def test_the_board_is_asked_what_devices_cannot_tell(house: House, tmp_path: Path) -> None:
    identity = paired(house)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        deaf.close()
        found = {a.what: a for a in board.answers(tmp_path, "127.0.0.1", port, identity)}
    assert found["disk"].verdict == "pass"
    assert found["certificate"].verdict == "pass"
    assert found["broker"].verdict == "fail"
    assert f"127.0.0.1:{port}" in found["broker"].reason
    assert board.certificate(None).verdict == "unconfirmed"
    missing = Identity.in_folder("nobody", tmp_path)
    assert board.certificate(missing).verdict == "fail"


@pytest.mark.parametrize(
    ("said", "verdict"), [("yes", "pass"), ("no", "fail"), ("", "unconfirmed")]
)
@pytest.mark.parametrize("ask", [board.clock, check.clock])
def test_a_clock_is_right_when_systemd_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ask: Any, said: str, verdict: str
) -> None:
    program = tmp_path / "timedatectl"
    program.write_text(f"#!/bin/sh\necho {said}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert ask().verdict == verdict


@pytest.mark.parametrize("module", [board, check])
def test_a_clock_of_which_nobody_speaks_is_unconfirmed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: Any
) -> None:
    program = tmp_path / "timedatectl"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(module, "ASK_S", 0.1)
    assert module.clock().verdict == "unconfirmed"
