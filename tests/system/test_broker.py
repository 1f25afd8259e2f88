"""The shipped Mosquitto configuration at work: who may enter, and what a room may say and hear."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from tests.broker import mosquitto_program
from tests.certificates import DAY, NOW, Authority
from tests.locked_broker import LockedBroker

pytestmark = pytest.mark.broker

PASSWORD = "known to these tests alone"  # noqa: S105  # not a secret
MAIN, OTHER, HUB, REVOKED, EXPIRED, WILD = 11, 12, 13, 14, 15, 16


class Site:
    """A broker, its authority, and somebody else's authority with the same name."""

    def __init__(self, folder: Path, program: str) -> None:
        self.broker = LockedBroker(program, folder)
        self.authority = Authority(self.broker.identity)
        self.authority.revoke(REVOKED)
        self.broker.take(self.authority.issue("broker", 10))
        self.stranger = Authority(folder / "stranger")
        self.main = self.authority.issue("main", MAIN)
        self.other = self.authority.issue("satellite-1", OTHER)
        self.hub = self.authority.issue("hub", HUB)
        self.door = self.broker.open_door(
            homeassistant=PASSWORD, nodered=PASSWORD, ecabinet=PASSWORD
        )

    def client(self, identity: str | None, name: str = "any", **more: object) -> aiomqtt.Client:
        """Somebody who shows this certificate."""
        context = self.authority.context(identity)
        return aiomqtt.Client(
            "127.0.0.1",
            self.broker.port,
            identifier=name,
            tls_context=context,
            timeout=5.0,
            **more,  # type: ignore[arg-type]
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    program = mosquitto_program()
    if program is None:
        pytest.skip("mosquitto is not installed")
    found = Site(tmp_path_factory.mktemp("locked"), program)
    found.broker.start()
    yield found
    found.broker.kill()


@asynccontextmanager
async def hearing(
    site: Site, identity: str, topic: str
) -> AsyncIterator[tuple[asyncio.Queue[str], aiomqtt.Client]]:
    """What this client hears, as ``topic payload``, and the client: an identity has one session."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            heard.put_nowait(f"{message.topic} {bytes(message.payload).decode()}")  # type: ignore[arg-type]

    async with site.client(identity) as client:
        await client.subscribe(topic, qos=1)
        task = asyncio.create_task(listen(client))
        try:
            yield heard, client
        finally:
            task.cancel()
            await asyncio.wait({task})


async def until(heard: asyncio.Queue[str], last: str) -> list[str]:
    """Everything up to ``last``: what is not in it was never delivered."""
    found: list[str] = []
    async with asyncio.timeout(15):
        while not found or found[-1] != last:
            found.append(await heard.get())
    return found


async def test_a_room_says_what_is_its_own_and_nothing_else(site: Site) -> None:
    """Denials are silent for the sender, so the hub's side is what counts."""
    forged = (
        "phonghop/v1/satellite-1/up/event",
        "phonghop/v1/satellite-1/up/status",
        "phonghop/v1/satellite-1/down/floor",
        "phonghop/v1/main/down/floor",
        "phonghop/v1/hub/status",
        "phonghop/v1/hub/up/status",
        "phonghop/v1/main",
        "$SYS/anything",
    )
    async with hearing(site, site.hub, "phonghop/#") as (heard, _), site.client(site.main) as room:
        for topic in forged:
            await room.publish(topic, "forged", qos=1)
        await room.publish("phonghop/v1/main/up/event", "true", qos=1)
        assert await until(heard, "phonghop/v1/main/up/event true") == [
            "phonghop/v1/main/up/event true"
        ]


async def test_a_room_hears_what_is_its_own_and_nothing_else(site: Site) -> None:
    async with (
        hearing(site, site.main, "#") as (main, _),
        hearing(site, site.other, "phonghop/v1/+/down/#") as (other, room),
        site.client(site.hub) as hub,
    ):
        await room.publish("phonghop/v1/satellite-1/up/event", "another room's", qos=1)
        await hub.publish("phonghop/v1/satellite-1/down/floor", "for satellite-1", qos=1)
        await hub.publish("phonghop/v1/main/down/floor", "for main", qos=1)
        await hub.publish("phonghop/v1/hub/status", "for all", qos=1)
        assert await until(main, "phonghop/v1/hub/status for all") == [
            "phonghop/v1/main/down/floor for main",
            "phonghop/v1/hub/status for all",
        ]
        last = "phonghop/v1/satellite-1/down/floor for satellite-1"
        assert await until(other, last) == [last]


async def test_nobody_takes_another_rooms_session(site: Site) -> None:
    """A client id is a claim; the certificate's name is what counts."""
    async with site.client(site.other, "phonghop-satellite-1") as victim:
        await victim.subscribe("phonghop/v1/satellite-1/down/#", qos=1)
        for name in ("phonghop-satellite-1", "satellite-1"):
            async with site.client(site.main, name) as thief:
                await thief.publish("phonghop/v1/main/up/event", "here", qos=1)
        async with site.client(site.hub) as hub:
            await hub.publish("phonghop/v1/satellite-1/down/floor", "still there", qos=1)
        async with asyncio.timeout(15):
            message = await anext(aiter(victim.messages))
        assert message.payload == b"still there"


CONNECT = bytes.fromhex("100d00044d5154540402003c000178")
CONNACK = bytes.fromhex("20020000")


def welcome(site: Site, identity: str | None) -> bool:
    """Whether the broker lets this certificate in. By hand: a client library would try again."""
    context = site.authority.context(identity)
    address = ("127.0.0.1", site.broker.port)
    try:
        with (
            socket.create_connection(address, 20) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as room,
        ):
            room.sendall(CONNECT)
            return room.recv(4) == CONNACK
    except OSError:  # TLS 1.3 tells a client after its own part of the greeting
        return False


async def test_an_identity_that_is_forged_expired_revoked_or_missing_stays_outside(
    site: Site,
) -> None:
    forged = site.stranger.issue("main", MAIN)
    async with hearing(site, site.hub, "phonghop/#") as (heard, _):
        for identity in (
            None,
            forged,
            site.authority.issue("main", EXPIRED, until=NOW - DAY),
            site.authority.issue("main", REVOKED),
        ):
            assert not await asyncio.to_thread(welcome, site, identity), identity
        assert await asyncio.to_thread(welcome, site, site.main)
        async with site.client(site.main) as room:
            await room.publish("phonghop/v1/main/up/event", "true", qos=1)
        assert await until(heard, "phonghop/v1/main/up/event true") == [
            "phonghop/v1/main/up/event true"
        ]


async def test_a_name_with_a_wildcard_opens_nothing(site: Site) -> None:
    """Our authority signs none; should another one do it, the patterns still hold."""
    wild = site.authority.issue("+", WILD)
    async with hearing(site, site.hub, "phonghop/#") as (heard, _):
        with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(20), site.client(wild) as client:
                await client.publish("phonghop/v1/main/up/event", "forged", qos=1)
        async with site.client(site.main) as room:
            await room.publish("phonghop/v1/main/up/event", "true", qos=1)
        assert await until(heard, "phonghop/v1/main/up/event true") == [
            "phonghop/v1/main/up/event true"
        ]


def test_older_tls_is_refused_and_plain_mqtt_too(site: Site) -> None:
    context = site.authority.context(site.main)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", site.broker.port), 10) as plain,
        pytest.raises((ssl.SSLError, OSError)),
    ):
        context.wrap_socket(plain, server_hostname="127.0.0.1")
    with socket.create_connection(("127.0.0.1", site.broker.port), 10) as plain:
        plain.sendall(bytes.fromhex("101000044d5154540402003c000474657374"))
        with contextlib.suppress(ConnectionResetError):
            assert plain.recv(100)[:1] != b"\x20"  # no CONNACK


async def test_a_hub_that_is_away_gets_every_message_that_waits(site: Site) -> None:
    """Beyond Mosquitto's own default of 1,000, which it drops and acknowledges as success."""
    many = 1500
    session = {"clean_session": False}
    async with site.client(site.hub, **session) as hub:
        await hub.subscribe("phonghop/v1/+/up/event", qos=1)
    async with site.client(site.main) as room:
        for start in range(0, many, 50):
            numbers = range(start, start + 50)
            await asyncio.gather(
                *(room.publish("phonghop/v1/main/up/event", str(n), qos=1) for n in numbers)
            )
    got = set()
    async with asyncio.timeout(40), site.client(site.hub, **session) as hub:
        async for message in hub.messages:
            got.add(int(message.payload))  # type: ignore[arg-type]
            if len(got) == many:
                break
    assert got == set(range(many))


def test_too_long_a_message_ends_its_sender_alone(site: Site) -> None:
    topic = b"phonghop/v1/main/up/event"
    body = len(topic).to_bytes(2) + topic + b"x" * 20_000
    length = bytes((len(body) & 127 | 128, len(body) >> 7 & 127 | 128, len(body) >> 14))
    context = site.authority.context(site.main)
    address = ("127.0.0.1", site.broker.port)
    with (
        socket.create_connection(address, 20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as room,
    ):
        room.sendall(CONNECT)
        assert room.recv(4) == CONNACK
        with contextlib.suppress(OSError):
            room.sendall(b"\x30" + length + body)
            assert room.recv(10) == b""
    assert site.broker.running


MAY_READ = {
    "homeassistant": {"homeassistant/phonghop-main/state", "phonghop/v1/hub/status"},
    "nodered": {"phonghop/v1/main/up/status", "phonghop/v1/hub/status"},
    "ecabinet": {"phonghop/v1/hub/fact", "phonghop/v1/hub/status"},
}


@pytest.mark.parametrize("name", MAY_READ)
async def test_another_system_reads_what_its_account_may_and_writes_nothing(
    site: Site, name: str
) -> None:
    """What is retained comes with the subscription, so nothing is waited for that may not come."""
    own = f"phonghop/v1/{name}/down/time"  # a room of that name would hear it: sent last
    topics = {*set().union(*MAY_READ.values()), "phonghop/v1/main/up/event"}
    async with site.client(site.hub) as hub, site.client(site.main) as room:
        for topic in topics:
            sender = room if topic.startswith("phonghop/v1/main") else hub
            await sender.publish(topic, "true", qos=1, retain=True)
    account = {"username": name, "password": PASSWORD}
    async with aiomqtt.Client("127.0.0.1", site.door, identifier=name, **account) as other:
        for topic in ("homeassistant/phonghop-main/state", "phonghop/v1/main/up/status"):
            await other.publish(topic, "forged", qos=1, retain=True)
        for topic in ("phonghop/#", "homeassistant/#"):
            await other.subscribe(topic, qos=1)
        heard = {}
        async with site.client(site.hub) as hub, asyncio.timeout(15):
            await hub.publish(own, "last", qos=1)
            async for message in other.messages:
                if str(message.topic) == own:
                    break
                heard[str(message.topic)] = message.payload
    assert heard == dict.fromkeys(MAY_READ[name], b"true")


@pytest.mark.parametrize("account", [{}, {"username": "homeassistant", "password": "guess"}])
async def test_nobody_comes_in_by_the_door_of_other_systems_without_the_password(
    site: Site, account: dict[str, str]
) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with aiomqtt.Client("127.0.0.1", site.door, identifier="x", timeout=5.0, **account):
            pass


async def test_from_another_machine_the_password_goes_encrypted(tmp_path: Path) -> None:
    """With the lines that ``doors.conf`` has for it; no certificate of one's own is asked for."""
    program = mosquitto_program()
    if program is None:
        pytest.skip("mosquitto is not installed")
    broker = LockedBroker(program, tmp_path)
    authority = Authority(broker.identity)
    broker.take(authority.issue("broker", 10))
    account = {"username": "homeassistant", "password": PASSWORD}
    door = broker.open_door(tls=True, homeassistant=PASSWORD)
    broker.start()
    try:
        tls = authority.context(None)
        async with aiomqtt.Client(
            "127.0.0.1", door, identifier="x", tls_context=tls, timeout=15.0, **account
        ):
            pass
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", door, identifier="x", timeout=5.0, **account):
                pass
    finally:
        broker.kill()


def test_mosquitto_has_nothing_to_complain_of(site: Site) -> None:
    """But that a pattern for all is the same for all, which is what it is for."""
    known = "ACL pattern 'phonghop/v1/hub/status' does not contain"
    lines = [line for line in site.broker.log.splitlines() if known not in line]
    assert [line for line in lines if "Warning" in line or "deprecated" in line] == []
