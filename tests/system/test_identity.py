"""A site from nothing: an authority, a room paired by eye, hub and room on a real broker."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiomqtt
import pytest

from edge.contract import topics
from edge.runtime.identity import Identity
from hub.identity.folder import Folder, client_context
from tests.broker import mosquitto_program
from tests.locked_broker import LockedBroker

pytestmark = pytest.mark.broker

ROOM = "satellite-1"


class Site:
    """Folders as on real machines; commands as people type them."""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder = folder
        self.broker = LockedBroker(program, folder)
        self.board = folder / "board"
        self.authority = (
            "--identity",
            str(folder / "hub"),
            "--mosquitto",
            str(folder / "phonghop"),
        )

    def reread(self) -> tuple[str, ...]:
        """Where the running broker is, and how it is told to read its files anew."""
        hup = f"kill -HUP {self.broker.pid}"
        return ("--mqtt", f"127.0.0.1:{self.broker.port}", "--reread", hup)

    def run(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """One command, with what the person says."""
        command = [sys.executable, "-m", *words]
        return subprocess.run(
            command, input=said, capture_output=True, text=True, check=False, timeout=50
        )

    def pair(self) -> tuple[str, str]:
        """Both people say yes; the codes they saw."""
        words = ("hub.cli", "room", *self.authority, "pair", ROOM, *self.reread())
        listen = ("--listen", "127.0.0.1", "--port", "0")
        with subprocess.Popen(
            [sys.executable, "-m", *words, *listen],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as hub:
            assert hub.stdout is not None
            assert hub.stdin is not None
            hub.stdout.readline()
            port = hub.stdout.readline().rpartition(":")[2].strip()
            hub.stdin.write("y\n")
            hub.stdin.flush()
            place = ("--identity", str(self.board), "--hub", f"127.0.0.1:{port}")
            room = self.run("edge.cli", "pair", "--room", ROOM, *place, said="y\n")
            assert room.returncode == 0, room.stderr
            said = hub.stdout.read()
        assert hub.returncode == 0, said
        return said.partition("code:")[2].split("\n")[0], room.stdout.partition("code:")[2].split(
            "\n"
        )[0]

    def as_hub(self) -> aiomqtt.Client:
        """The hub's own identity, to look at what the broker lets through."""
        folder = Folder(self.folder / "hub")
        context = client_context(*(folder.file(n) for n in ("ca.crt", "hub.crt", "hub.key")))
        return aiomqtt.Client("127.0.0.1", self.broker.port, identifier="x", tls_context=context)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    program = mosquitto_program()
    if program is None:
        pytest.skip("mosquitto is not installed")
    found = Site(tmp_path_factory.mktemp("identity"), program)
    founded = found.run("hub.cli", "room", *found.authority, "init", "--broker", "127.0.0.1")
    assert founded.returncode == 0, founded.stderr
    found.broker.start()
    yield found
    found.broker.kill()


@contextmanager
def edge(site: Site) -> Iterator[None]:
    """The room's controller, without devices: its link is what counts."""
    files = (f"--tls-{n}={site.board}/{ROOM}.{e}" for n, e in TLS_FILES)
    words = ("run", "--room", ROOM, "--broker", f"127.0.0.1:{site.broker.port}", *files)
    env = {**os.environ, "PHONGHOP_RUN_DIR": str(site.folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "edge.cli", *words, "--data", str(site.folder / "data")],
        stderr=subprocess.DEVNULL,
        env=env,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


TLS_FILES = (("ca", "ca.crt"), ("cert", "crt"), ("key", "key"))


async def status(client: aiomqtt.Client, state: str) -> None:
    """Wait until the room's status says so."""
    async with asyncio.timeout(40):
        async for message in client.messages:
            if json.loads(bytes(message.payload))["state"] == state:  # type: ignore[arg-type]
                return


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_room_is_paired_renews_talks_and_is_cut_and_nothing_is_restarted(
    site: Site,
) -> None:
    with running_hub(site):  # started before the room was known
        hub_code, room_code = await asyncio.to_thread(site.pair)
        assert hub_code == room_code
        assert len(hub_code.strip()) == 9
        await renewed(site)
    broker = site.broker.pid
    known = Identity.in_folder(ROOM, site.board).context()
    session = visit(site, known)
    visit(site, known, session)
    with edge(site):
        async with site.as_hub() as hub:
            await hub.subscribe(topics.up(ROOM, "status"), qos=1)
            await status(hub, "online")
            words = (*site.authority, "revoke", ROOM, *site.reread())
            revoked = await asyncio.to_thread(site.run, "hub.cli", "room", *words)
            assert revoked.returncode == 0, revoked.stderr
            # The room is cut; the hub, connected all the time, hears the room's will.
            await status(hub, "offline")
    with pytest.raises((ssl.SSLError, OSError)):
        visit(site, Identity.in_folder(ROOM, site.board).context())
    with pytest.raises((ssl.SSLError, OSError)):
        visit(site, known, session)
    assert site.broker.pid == broker
    assert site.broker.running


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_who_is_paired_again_cuts_whoever_has_the_key_before(site: Site) -> None:
    await asyncio.to_thread(site.pair)
    before = Identity.in_folder(ROOM, site.board).context()
    async with aiomqtt.Client(
        "127.0.0.1", site.broker.port, identifier="x", tls_context=before
    ) as thief:
        await asyncio.to_thread(site.pair)
        with pytest.raises(aiomqtt.MqttError):
            await asyncio.wait_for(anext(thief.messages), 40)
    visit(site, Identity.in_folder(ROOM, site.board).context())
    with pytest.raises((ssl.SSLError, OSError)):
        visit(site, before)


CONNECT = bytes([16, 13, 0, 4, *b"MQTT", 4, 2, 0, 60, 0, 1, *b"x"])
GREETED = bytes([32, 2, 0, 0])


def visit(
    site: Site, context: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> ssl.SSLSession:
    """Come in by TLS and be greeted; the session, by which TLS comes in again without proof."""
    with (
        socket.create_connection(("127.0.0.1", site.broker.port), 20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as safe,
    ):
        safe.sendall(CONNECT)
        if safe.recv(4) != GREETED:
            raise ConnectionError("not greeted")
        assert safe.session_reused == (session is not None)
        assert safe.session is not None
        return safe.session


@contextmanager
def running_hub(site: Site) -> Iterator[None]:
    """The hub itself, with the site's authority."""
    command = [
        *(sys.executable, "-m", "hub.cli", "run", "--identity", str(site.folder / "hub")),
        *("--mqtt", f"127.0.0.1:{site.broker.port}", "--http", "127.0.0.1:0"),
        *("--data", str(site.folder / "records")),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


async def renewed(site: Site) -> None:
    """The room asks over its link, and the answer is its certificate."""
    identity = Identity.in_folder(ROOM, site.board)
    async with aiomqtt.Client(
        "127.0.0.1", site.broker.port, identifier="x", tls_context=identity.context()
    ) as room:
        await room.subscribe([(topics.down(ROOM, "identity"), 1), (topics.HUB_STATUS, 1)])
        async with asyncio.timeout(40):
            async for message in room.messages:
                found = json.loads(bytes(message.payload))  # type: ignore[arg-type]
                if found.get("state") == "online":
                    question = json.dumps({"v": 1, "request": identity.request()})
                    await room.publish(topics.up(ROOM, "identity"), question, qos=1)
                elif "certificate" in found:
                    break
    authority = (site.board / f"{ROOM}.ca.crt").read_text()
    assert identity.fits(found["certificate"], authority)
