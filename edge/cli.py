"""``phonghop-edge``: what a technician can do at a room's controller.

Owns the command line. Each command lives in its own module and is imported when it is used,
so that ``wire decode`` does not wait for drivers it does not need.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shlex
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge.runtime import notify

if TYPE_CHECKING:
    from edge.check import Finding
    from edge.runtime.identity import Identity
    from firmware_config.schema import RoomConfig

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def default_data_dir() -> Path:
    """Where the outbox lives: systemd's state directory, else one below the home."""
    state = os.environ.get("STATE_DIRECTORY") or os.environ.get("PHONGHOP_DATA_DIR")
    if state:
        return Path(state.split(":")[0])
    return Path.home() / ".local" / "share" / "phonghop"


def run_until_stopped(work: Coroutine[Any, Any, None]) -> int:
    """Run until SIGTERM or Ctrl-C, then let everything end in order."""

    async def main() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(main())
    return 0


def _run(args: argparse.Namespace) -> int:
    from edge.composition import Room
    from edge.runtime.in_use import owning
    from edge.runtime.outbox import OutboxError
    from firmware_config.loader import RoomFileError, load_room

    async def ask_twin(**request: Any) -> dict[str, Any]:
        from edge.twin.client import TwinClient

        async with TwinClient(config.room.id) as twin:
            return await twin.ask(**request)

    async def start() -> None:
        await Room(config, args.data, args.broker, identity, ask_twin).run()

    try:
        config = load_room(args.room)
        identity = _identity(args, config.room.id)
        with owning(args.data, config.room.id):
            return run_until_stopped(start())
    except (RoomFileError, OutboxError, ValueError) as error:
        sys.stderr.write(f"phonghop-edge run: {error}\n")
        return 1


def _identity(args: argparse.Namespace, room: str) -> Identity | None:
    """Who the room is towards the broker: as given, else as systemd passes it on, else nobody.

    Raises:
        ValueError: only a part was given.
    """
    from edge.runtime.identity import Identity

    files = (args.tls_ca, args.tls_cert, args.tls_key)
    if not any(files):
        return Identity.credentials(room, args.data)
    if not all(files):
        raise ValueError("--tls-ca, --tls-cert and --tls-key: give all three")
    return Identity(room, *files, args.data / f"{room}.crt")


def _pair(args: argparse.Namespace) -> int:
    from drivers.core.address import host_port
    from edge.pairing import run_pair

    try:
        host, port = host_port(args.hub)
    except ValueError as error:
        sys.stderr.write(f"phonghop-edge pair: --hub {error}\n")
        return 2
    return run_pair(args.room, host, port, args.identity)


def _check(args: argparse.Namespace) -> int:
    from edge.check import run_check

    word_s = args.word_seconds if args.microphones else None
    board = partial(_board, args) if args.board else None
    return run_check(args.room, args.seconds, word_s=word_s, board=board, as_json=args.json)


def _board(args: argparse.Namespace, config: RoomConfig) -> list[Finding]:
    from drivers.core.address import host_port
    from edge.board import answers
    from edge.check import Finding
    from edge.runtime.identity import Identity

    host, port = host_port(args.broker or config.room.broker)
    identity = _identity(args, config.room.id) or Identity.installed(config.room.id)
    asked = answers(args.data, host, port, identity)
    return [Finding(answer.what, answer.verdict, answer.reason) for answer in asked]


def _aim(args: argparse.Namespace) -> int:
    try:
        from edge.aim import run_file
    except ImportError as error:
        sys.stderr.write(f"phonghop-edge aim: {error.name} is missing: install phonghop[vision]\n")
        return 1
    if args.room is not None:
        from edge.aim_guide import run_guide

        return run_guide(args.room, args.camera, args.data, as_json=args.json)
    if args.file is None:
        sys.stderr.write("phonghop-edge aim: name a FILE, or --room and --camera\n")
        return 2
    return run_file(args.file, as_json=args.json)


def _listen(args: argparse.Namespace) -> int:
    try:
        from edge.listen import run
        from edge.listen_live import run_live
    except ImportError as error:
        sys.stderr.write(
            f"phonghop-edge listen: {error.name} is missing: install phonghop[audio]\n"
        )
        return 1
    if args.wav is not None:
        return run(args.wav, as_json=args.json)
    return run_live(
        args.room, args.device, args.channels, args.rate, args.seconds, as_json=args.json
    )


def _faces(args: argparse.Namespace) -> int:
    try:
        from edge.faces import install_model, run
    except ImportError as error:
        sys.stderr.write(
            f"phonghop-edge faces: {error.name} is missing: install phonghop[vision]\n"
        )
        return 1
    if args.install_model is not None:
        return install_model(args.install_model, args.data)
    if not args.images:
        sys.stderr.write("phonghop-edge faces: name a picture, or --install-model\n")
        return 2
    return run(args.images, args.model, args.data, as_json=args.json)


def _kiosk(args: argparse.Namespace) -> int:
    from edge.kiosk import run_kiosk

    return run_kiosk(args.url, shlex.split(args.browser) if args.browser else None)


def _add_identity(command: argparse.ArgumentParser) -> None:
    """Who the room is towards the broker."""
    for name, what in (
        ("ca", "who vouches for the broker"),
        ("cert", "the room's certificate"),
        ("key", "its key"),
    ):
        command.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"{what} (PEM)")


def make_parser() -> argparse.ArgumentParser:
    """Every command with its help."""
    from edge import update, wire
    from edge.twin import cli as twin

    parser = argparse.ArgumentParser(
        prog="phonghop-edge",
        description="Controller of one meeting room: run it, check it, try it without hardware.",
    )
    parser.add_argument(
        "--log-level",
        default=os.environ.get("PHONGHOP_LOG_LEVEL", "WARNING"),
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
        help="how much to tell on stderr (default: %(default)s)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run the room until stopped")
    run.add_argument("--room", required=True, help="name of a shipped room, or a room file")
    run.add_argument("--broker", help="MQTT broker HOST:PORT instead of the room file's")
    run.add_argument(
        "--data", type=Path, default=default_data_dir(), help="directory of the outbox"
    )
    _add_identity(run)
    run.set_defaults(run=_run)

    pair = commands.add_parser("pair", help="make this room one of the site: key and certificate")
    pair.add_argument("--room", required=True, help="id of the room")
    pair.add_argument("--hub", required=True, metavar="HOST:PORT", help="where the window is open")
    pair.add_argument(
        "--identity",
        type=Path,
        default=Path("/etc/phonghop/identity"),
        metavar="DIR",
        help="where key and certificates are kept (%(default)s)",
    )
    pair.set_defaults(run=_pair)

    check = commands.add_parser("check", help="self-test: pass, fail or unconfirmed per device")
    check.add_argument("--room", required=True, help="name of a shipped room, or a room file")
    check.add_argument(
        "--seconds", type=float, default=5.0, help="how long a device may take to answer"
    )
    check.add_argument(
        "--microphones",
        action="store_true",
        help="open each microphone in turn: a spoken word or a tap proves it",
    )
    check.add_argument(
        "--word-seconds", type=float, default=8.0, help="how long a seat may take to be heard"
    )
    check.add_argument(
        "--board", action="store_true", help="the machine, too: disk, clock, certificate, broker"
    )
    check.add_argument("--broker", help="MQTT broker HOST:PORT instead of the room file's")
    check.add_argument(
        "--data", type=Path, default=default_data_dir(), help="directory of the outbox"
    )
    _add_identity(check)
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=_check)

    aim = commands.add_parser("aim", help="where a camera must look for every seat")
    aim.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="seats and sightings of one camera, JSON"
    )
    aim.add_argument("--room", help="aim a camera of this room by hand, seat after seat")
    aim.add_argument("--camera", metavar="ID", help="which camera of the room")
    aim.add_argument(
        "--data", type=Path, default=default_data_dir(), help="where the sightings are kept"
    )
    aim.add_argument("--json", action="store_true", help="print JSON")
    aim.set_defaults(run=_aim)

    listen = commands.add_parser(
        "listen", help="who talks: in a recording of all microphones, or live until Ctrl-C"
    )
    source = listen.add_mutually_exclusive_group(required=True)
    source.add_argument("--wav", type=Path, metavar="FILE", help="one channel per seat")
    source.add_argument(
        "--device", metavar="NAME", help="a sound device: its name, a part of it, or its number"
    )
    source.add_argument("--room", help="the sound of a shipped room, or of a room file")
    listen.add_argument(
        "--channels", type=int, metavar="N", help="of the device; channel n is seat n"
    )
    listen.add_argument(
        "--rate",
        type=int,
        default=48000,
        choices=(8000, 16000, 32000, 48000),
        metavar="HZ",
        help="of the device: 8000, 16000, 32000 or 48000 (default: %(default)s)",
    )
    listen.add_argument("--seconds", type=float, help="live: end after so long")
    listen.add_argument("--json", action="store_true", help="print JSON; live: one line each")
    listen.set_defaults(run=_listen)

    faces = commands.add_parser("faces", help="which faces the camera's detector sees in pictures")
    faces.add_argument("images", type=Path, nargs="*", metavar="IMAGE")
    faces.add_argument("--model", type=Path, help="model file instead of the installed one")
    faces.add_argument(
        "--install-model", metavar="FILE|URL", help="check the model file and keep a copy"
    )
    faces.add_argument(
        "--data", type=Path, default=default_data_dir(), help="where the copy is kept"
    )
    faces.add_argument("--json", action="store_true", help="print JSON")
    faces.set_defaults(run=_faces)

    kiosk = commands.add_parser("kiosk", help="a page full screen on this machine's display")
    kiosk.add_argument("--url", required=True, help="the page, http:// or https://")
    kiosk.add_argument("--browser", metavar="COMMAND", help="instead of cage and chromium")
    kiosk.set_defaults(run=_kiosk)

    update.add_parser(commands)
    wire.add_parser(commands)
    twin.add_parser(commands, notify.notify, notify.watchdog_period_s())
    return parser


def main(argv: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    args = make_parser().parse_args(argv)
    notify.log_to_stderr(args.log_level, LOG_FORMAT)
    code: int = args.run(args)
    return code


if __name__ == "__main__":
    sys.exit(main())
