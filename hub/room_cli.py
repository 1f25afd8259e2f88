"""``phonghop-hub room``: the site's authority, and which rooms belong to it.

Owns the command line. Must not sign or decide: ``hub.identity`` does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge.contract.pairing import PAIRING_PORT
from edge.contract.topics import ROOM_ID
from hub.identity import broker as brokers
from hub.identity import folder as places
from hub.identity import pairing
from hub.identity.authority import Authority, IdentityError, key_pem, new_key, pem
from hub.identity.folder import SECRET, Folder

MINUTES = 10

BROKER = "127.0.0.1:8883"

RESTART = "Then: systemctl restart mosquitto phonghop-hub (rooms are back in seconds, nothing lost)"


Address = tuple[str, int]


def add_parser(names: Any, address: Callable[[str], Address]) -> argparse.ArgumentParser:
    """Add ``room`` and its commands; what comes back takes the common options."""
    room: argparse.ArgumentParser = names.add_parser(
        "room", help="the site's authority, and which rooms belong to it"
    )
    room.add_argument(
        "--identity", type=Path, default=places.DEFAULT, metavar="DIR", help="keys and register"
    )
    room.add_argument(
        "--mosquitto",
        type=Path,
        default=places.BROKER_DEFAULT,
        metavar="DIR",
        help="where the broker reads its certificates",
    )
    commands = room.add_subparsers(dest="room_command", required=True, metavar="COMMAND")
    init = commands.add_parser(
        "init", help="found the authority; again: new certificates for hub and broker"
    )
    init.add_argument("--site", default="phonghop", help="name of the site")
    init.add_argument(
        "--broker",
        action="append",
        required=True,
        metavar="NAME",
        help="name or address by which rooms reach the broker (may be given more than once)",
    )
    init.add_argument(
        "--page",
        action="append",
        metavar="NAME",
        help="the same for browsers: makes page.crt and page.key for run --tls-cert, --tls-key",
    )
    init.set_defaults(run=_command(_init))
    pair = commands.add_parser("pair", help="open the window for one room")
    pair.add_argument("room")
    pair.add_argument("--listen", default="0.0.0.0", metavar="ADDRESS")  # noqa: S104  # the room is elsewhere
    pair.add_argument("--port", type=int, default=PAIRING_PORT, metavar="N")
    pair.add_argument("--minutes", type=float, default=MINUTES, metavar="N")
    _add_broker(pair, address)
    pair.set_defaults(run=_command(_pair))
    listing = commands.add_parser("list", help="rooms and their keys")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=_command(_list))
    revoke = commands.add_parser(
        "revoke", help="a room's key is not good any more, and whoever is connected with it is cut"
    )
    revoke.add_argument("room")
    _add_broker(revoke, address)
    revoke.set_defaults(run=_command(_revoke))
    return room


def _add_broker(command: argparse.ArgumentParser, address: Callable[[str], Address]) -> None:
    """Where a revoked key must be refused from now on."""
    command.add_argument(
        "--mqtt",
        type=address,
        default=address(BROKER),
        metavar="HOST:PORT",
        help=f"the running broker ({BROKER})",
    )
    command.add_argument(
        "--reread",
        default=brokers.REREAD,
        metavar="COMMAND",
        help=f"what makes it read its files anew ({brokers.REREAD})",
    )


def _command(
    work: Callable[[argparse.Namespace], int],
) -> Callable[[argparse.Namespace], int]:
    def run(chosen: argparse.Namespace) -> int:
        try:
            return work(chosen)
        except (IdentityError, brokers.BrokerError, OSError) as error:
            sys.stderr.write(f"phonghop-hub room: {error}\n")
            return 1

    return run


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _init(chosen: argparse.Namespace) -> int:
    folder, now = Folder(chosen.identity), datetime.now(UTC)
    if folder.file("ca.key").exists():
        authority = folder.authority()
    else:
        authority = Authority.make(chosen.site, now)
        folder.write("ca.key", key_pem(authority.key), SECRET)
        folder.write("ca.crt", pem(authority.certificate))
    hub, broker = new_key(), new_key()
    folder.write("hub.key", key_pem(hub), SECRET)
    folder.write("hub.crt", pem(authority.for_hub(hub.public_key(), now)))
    certificate = authority.for_broker(broker.public_key(), chosen.broker, now)
    folder.write("broker.key", key_pem(broker), SECRET)
    folder.write("broker.crt", pem(certificate))
    if chosen.page:
        page = new_key()
        folder.write("page.key", key_pem(page), SECRET)
        folder.write("page.crt", pem(authority.for_page(page.public_key(), chosen.page, now)))
    folder.write_rooms(folder.rooms())
    folder.give_to_broker(chosen.mosquitto)
    _tell(
        f"authority in {chosen.identity}: back it up, and keep ca.key to yourself\n"
        f"broker's certificate in {chosen.mosquitto}, good for {', '.join(chosen.broker)}\n"
        f"{RESTART}"
    )
    return 0


def _pair(chosen: argparse.Namespace) -> int:
    if ROOM_ID.match(chosen.room) is None:
        raise IdentityError(f"{chosen.room!r} cannot be a room: [a-z0-9-], at most 32, not hub")
    folder = Folder(chosen.identity)
    before = [known for known in folder.rooms() if known.room == chosen.room and not known.revoked]
    try:
        paired = asyncio.run(_window(chosen))
    except TimeoutError:
        raise IdentityError(f"no room came within {chosen.minutes:g} minutes") from None
    folder.give_to_broker(chosen.mosquitto)
    _tell(f"room {paired.room} is paired, key {paired.key[:16]}…; hub and broker know it already")
    if any(known.key != paired.key for known in before):
        _cut(chosen, folder, "the room's key before")
    return 0


def _cut(chosen: argparse.Namespace, folder: Folder, what: str) -> None:
    broker = brokers.Broker(chosen.mqtt[0], chosen.mqtt[1], chosen.reread)
    brokers.take_list(folder, chosen.mosquitto, [chosen.room], broker)
    _tell(f"{what} is refused by the broker at {broker}, and who had come in with it is cut")


async def _window(chosen: argparse.Namespace) -> places.Paired:
    def listening(port: int) -> None:
        _tell(
            f"window open for room {chosen.room}, {chosen.minutes:g} minutes, port {port}; there:\n"
            f"  phonghop-edge pair --room {chosen.room} --hub ADDRESS-OF-THIS-MACHINE:{port}"
        )

    window = pairing.Window(Folder(chosen.identity), chosen.room, _agree)
    async with asyncio.timeout(chosen.minutes * 60):
        return await window.serve(chosen.listen, chosen.port, listening)


async def _agree(peer: str, code: str) -> bool:
    """Ask the person. Where nobody is, nothing is signed."""
    _tell(
        f"a room at {peer} asks. Mã / code:  {code}\n"
        "Mã trên màn hình của phòng có giống hệt không? Is it the same on the room's screen? [y/N]"
    )
    answer = await asyncio.to_thread(sys.stdin.readline)
    return answer.strip().lower() in ("y", "yes", "c", "có")


def _list(chosen: argparse.Namespace) -> int:
    rooms = Folder(chosen.identity).rooms()
    if chosen.json:
        entries = [
            {"room": r.room, "key": r.key, "since": r.since, "revoked": r.revoked or None}
            for r in rooms
        ]
        _tell(json.dumps(entries))
        return 0
    for r in rooms:
        state = f"revoked {r.revoked}" if r.revoked else "good"
        _tell(f"{r.room:32} {r.key[:16]}  paired {r.since}  {state}")
    return 0


def _revoke(chosen: argparse.Namespace) -> int:
    folder = Folder(chosen.identity)
    known = [room for room in folder.rooms() if room.room == chosen.room]
    if known and all(room.revoked for room in known):
        _tell(f"room {chosen.room}: revoked before; the broker is asked again")
    else:
        gone = pairing.revoke(folder, chosen.room)
        _tell(f"room {chosen.room}: {len(gone)} key revoked")
    _cut(chosen, folder, f"room {chosen.room}")
    return 0
