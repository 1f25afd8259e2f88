"""That the running broker takes a new list of revoked keys, and lets go of whoever is on it.

Theory. Told to read its settings anew, Mosquitto judges every handshake from then on by the new
list, and nothing of the TLS before can be resumed. It does not look at connections that are open.
But a room's name is in use once only: a newcomer throws the older one out. So the authority lets
somebody in by the room's name, with a key that nobody keeps, who goes away at once.

That the list was taken is not believed but tried: it names a key of ours, too, which the broker
then must refuse.

Owns this conversation with the broker. Must not decide who is revoked.
"""

from __future__ import annotations

import asyncio
import shlex
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt

from hub.identity.authority import Authority, Request, fingerprint, key_pem, new_key, pem
from hub.identity.folder import SECRET, Folder, client_context, locked

REREAD = "systemctl kill --signal=HUP mosquitto"
"""How Mosquitto is told to read its files anew. Debian's ``systemctl reload`` does the same by way
of ``/bin/kill``, which a small system does not have."""

RESTART = "systemctl restart mosquitto"

TAKES_S = 20.0
"""A broker reads its list in milliseconds; a machine may be busy."""

ASK_S = 2.0
ASK_AGAIN_S = 0.1


class BrokerError(Exception):
    """The broker did not prove that it follows the list; one line, with the remedy."""


@dataclass(frozen=True, slots=True)
class Broker:
    """The running one."""

    host: str
    port: int
    reread: str = REREAD
    """The command that makes it read its files anew."""

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.host}:{self.port}"


def take_list(folder: Folder, place: Path, rooms: Iterable[str], broker: Broker) -> None:
    """Make the broker follow the register: nobody revoked comes in, and ``rooms`` are cut.

    ``place`` is where it reads its files.

    Raises:
        BrokerError: it did not prove it.
        IdentityError: files cannot be written.
    """
    authority = folder.authority()
    with tempfile.TemporaryDirectory(prefix="phonghop-revoke-") as passing:
        key, refused = _passing(authority, "revoked", Path(passing))
        with locked(folder.path):
            folder.write_revoked(also=(key,))
        folder.give_to_broker(place)
        _reread(broker)
        _until_refused(broker, refused)
        for room in rooms:
            _, context = _passing(authority, room, Path(passing))
            asyncio.run(_throw_out(broker, room, context))


def _passing(authority: Authority, name: str, folder: Path) -> tuple[str, ssl.SSLContext]:
    """An identity that ends with ``folder``: its key's name, and TLS by it."""
    key, there = new_key(), Folder(folder)
    request = Request(name, key.public_key())
    there.write("key", key_pem(key), SECRET)
    there.write("crt", pem(authority.for_room(name, request, datetime.now(UTC))))
    there.write("ca.crt", pem(authority.certificate))
    context = client_context(*(there.file(each) for each in ("ca.crt", "crt", "key")))
    return fingerprint(key.public_key()), context


def _reread(broker: Broker) -> None:
    try:
        done = subprocess.run(  # noqa: S603  # the administrator's own command
            shlex.split(broker.reread), capture_output=True, text=True, check=False
        )
    except (OSError, ValueError) as error:
        raise BrokerError(f"{broker.reread}: {error}; then: {RESTART}") from error
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["failed"])[0]
        raise BrokerError(f"{broker.reread}: {why}; then: {RESTART}")


def _until_refused(broker: Broker, context: ssl.SSLContext) -> None:
    """Come with a key that is on the list until the broker says no.

    In TLS 1.3 the client is done before the server has judged it: *no* comes afterwards.
    """
    until_s = time.monotonic() + TAKES_S
    while time.monotonic() < until_s:
        try:
            with (
                socket.create_connection((broker.host, broker.port), ASK_S) as plain,
                context.wrap_socket(plain, server_hostname=broker.host) as safe,
            ):
                if not safe.recv(1):
                    return
        except TimeoutError:
            continue  # let in: it has not read its list yet
        except ssl.SSLCertVerificationError as error:
            raise BrokerError(f"{broker} is not this site's broker: {error}") from error
        except (ssl.SSLError, ConnectionResetError):
            return
        except OSError as error:
            raise BrokerError(
                f"no broker answers at {broker} ({error}). If it does not run, it reads the list "
                "when it starts; if it runs elsewhere: --mqtt HOST:PORT"
            ) from error
        time.sleep(ASK_AGAIN_S)
    raise BrokerError(f"{broker} still lets a revoked key in: {RESTART}")


async def _throw_out(broker: Broker, room: str, context: ssl.SSLContext) -> None:
    """Take the room's name for a moment; its session goes, too."""
    try:
        async with aiomqtt.Client(
            broker.host, broker.port, identifier=room, tls_context=context, timeout=TAKES_S
        ):
            return
    except (aiomqtt.MqttError, OSError) as error:
        raise BrokerError(
            f"{broker} does not let the authority cut room {room} ({error}): {RESTART}"
        ) from error
