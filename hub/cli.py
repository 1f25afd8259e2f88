"""``phonghop-hub``: run the hub, show the demo, ask how a hub is, say who may sign in.

Owns the command line's words and its exit codes: 0 only when it did what it says, 1 with one
line on stderr when it could not, 2 when it was asked wrongly.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import sys
from pathlib import Path

from hub import (
    asking,
    backup,
    bridge_cli,
    broker_tls,
    check,
    notify,
    reaching,
    retention,
    room_cli,
    roster,
    tally,
    update,
    user_cli,
)
from hub.access.book import BookError
from hub.bridges import settings as bridge_settings
from hub.identity.authority import IdentityError
from hub.papers import MOST_BYTES
from hub.service import Hub
from hub.settings import Ready, Settings, version
from hub.store.store import StoreError

MIB = 1024 * 1024
PAPER_MIB_MOST = 1024

MQTT = "127.0.0.1:1883"
HTTP = "127.0.0.1:8080"

SWITCH_S = 0.0002
"""How long a thread that computes may keep one waiting that is back from the disk. The writer of
the store comes back after each row, and with Python's 5 ms a hundred rows wait half a second
behind a busy event loop (measured: 414 µs per row, with this 42)."""

GARBAGE = (10_000, 10, 100)
"""How seldom Python looks for garbage in circles, youngest first. The oldest is the whole meeting:
with 25,000 seats each look at it stops everything for some 200 ms, and there is none in it."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    chosen = parser().parse_args(arguments)
    level = getattr(logging, chosen.log_level.upper())
    notify.log_to_stderr(level, "%(levelname)s %(name)s: %(message)s")
    code: int = chosen.run(chosen)
    return code


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    found = argparse.ArgumentParser(
        prog="phonghop-hub", description="The coordinator of one site's meeting."
    )
    found.add_argument("--version", action="version", version=version())
    names = found.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = names.add_parser("run", help="run the hub until ended")
    run.add_argument(
        "--mqtt", type=address, default=address(MQTT), metavar="HOST:PORT", help=f"broker ({MQTT})"
    )
    run.add_argument(
        "--http",
        type=address,
        default=address(HTTP),
        metavar="HOST:PORT",
        help=f"where the pages are served ({HTTP}; port 0 takes a free one); other machines reach "
        "it with HTTPS only",
    )
    reaching.add_options(run)
    run.add_argument(
        "--data", type=Path, default=reaching.data_folder(), metavar="DIR", help="records"
    )
    broker_tls.add_options(run)
    run.add_argument(
        "--figures",
        type=address,
        metavar="HOST:PORT",
        help="serve /metrics (Prometheus) and /health there; no names of people, no sign-in",
    )
    run.add_argument("--meeting", type=Path, metavar="FILE", help="title, limits, names (.toml)")
    run.add_argument(
        "--paper-mib",
        type=size_mib,
        default=MOST_BYTES // MIB,
        metavar="N",
        help=f"largest paper of a meeting, 1 to {PAPER_MIB_MOST} MiB ({MOST_BYTES // MIB})",
    )
    run.add_argument(
        "--bridge", type=Path, metavar="FILE", help="eCabinet and webhook (docs/bridges.md)"
    )
    run.add_argument(
        "--home-assistant", action="store_true", help="rooms are seen by a Home Assistant"
    )
    run.set_defaults(run=_run)

    demo = names.add_parser(
        "demo", help="broker, hub, and two simulated rooms with their controllers, in one go"
    )
    demo.add_argument("--http-port", type=port, default=8080, metavar="N", help="page (8080)")
    demo.add_argument("--mqtt-port", type=port, default=18830, metavar="N", help="broker (18830)")
    demo.add_argument("--data", type=Path, metavar="DIR", help="records (a temporary directory)")
    demo.add_argument(
        "--script", choices=("one-press", "ballot", "debate"), help="run a story, report, and end"
    )
    demo.add_argument(
        "--minutes", type=float, metavar="N", help="length of the debate (1.5; in full: 5)"
    )
    demo.add_argument("--json", action="store_true", help="report as JSON")
    demo.set_defaults(run=_demo)

    status = names.add_parser("status", help="ask a running hub how it is")
    status.add_argument("--http", type=address, default=address(HTTP), metavar="HOST:PORT")
    status.add_argument(
        "--ca", type=Path, metavar="FILE", help="it speaks HTTPS, by this authority"
    )
    status.add_argument("--json", action="store_true", help="print JSON")
    status.set_defaults(run=_status)
    others = [
        tally.add_parser(names),
        user_cli.add_parser(names),
        room_cli.add_parser(names, address),
        check.add_parser(names, reaching.data_folder(), address, MQTT),
    ]
    others += backup.add_parsers(names, reaching.data_folder())
    others += bridge_cli.add_parsers(names, address, HTTP)
    others.append(update.add_parser(names, reaching.data_folder(), address))
    others.append(retention.add_parser(names, reaching.data_folder()))
    for command in (run, demo, status, *others):
        command.add_argument(
            "--log-level",
            choices=("debug", "info", "warning", "error"),
            default="info" if command is run else "warning",
        )
    return found


def address(text: str) -> tuple[str, int]:
    """``HOST:PORT`` as a pair; an IPv6 host stands in brackets.

    Raises:
        argparse.ArgumentTypeError: it is not written that way.
    """
    host, colon, number = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, port(number)


def port(text: str) -> int:
    """A TCP port, 0 to 65535.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 0 to 65535")
    return int(text)


def size_mib(text: str) -> int:
    """A size in MiB, 1 to ``PAPER_MIB_MOST``.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= PAPER_MIB_MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size, 1 to {PAPER_MIB_MOST} MiB")
    return int(text)


def complain(message: object) -> int:
    """One line for whoever called, and the exit code of a failure."""
    sys.stderr.write(f"phonghop-hub: {message}\n")
    return 1


def _run(chosen: argparse.Namespace) -> int:
    broker_host, broker_port = chosen.mqtt
    host, number = chosen.http
    try:
        access = reaching.access(chosen, host)
        meeting = roster.load(chosen.meeting)
        settings = Settings(
            broker_host,
            broker_port,
            host,
            number,
            chosen.data,
            meeting,
            access,
            broker_tls.chosen_tls(chosen),
            chosen.figures,
            chosen.paper_mib * MIB,
            bridge_settings.load(chosen.bridge, home_assistant=chosen.home_assistant),
        )
        asyncio.run(_serve(settings))
    except (
        roster.MeetingFileError,
        bridge_settings.BridgeFileError,
        reaching.NotReachedError,
        StoreError,
        BookError,
        IdentityError,
    ) as error:
        return complain(error)
    except OSError as error:
        return complain(f"--http {host}:{number}: {error.strerror or error}")
    return 0


async def _serve(settings: Settings) -> None:
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*GARBAGE)
    ended = asyncio.Event()

    def end() -> None:
        notify.notify("STOPPING=1")
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)

    def ready(page: str, set_up_code: str) -> None:
        sys.stdout.write(f"hub: {page}\n")
        if set_up_code:
            sys.stdout.write(
                f"hub: there is no account yet; set-up code {set_up_code} makes the first one "
                f"at {page}signin\n"
            )
        sys.stdout.flush()
        notify.notify("READY=1")

    await serve(settings, ended, ready)


async def serve(settings: Settings, ended: asyncio.Event, ready: Ready) -> None:
    """Run a hub until ``ended``; what it cannot start with is raised."""
    hub = Hub(settings)
    running = asyncio.create_task(hub.run(ready), name="hub")
    ending = asyncio.create_task(ended.wait(), name="hub end")
    await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _demo(chosen: argparse.Namespace) -> int:
    from hub import demo  # only the demo needs its parts installed

    return demo.main(
        demo.Choice(
            http_port=chosen.http_port,
            mqtt_port=chosen.mqtt_port,
            data=chosen.data,
            script=chosen.script,
            as_json=chosen.json,
            minutes=chosen.minutes,
        )
    )


def _status(chosen: argparse.Namespace) -> int:
    try:
        found = asking.asked(chosen.http, "/api/v1/health", chosen.ca)
    except asking.NoAnswerError as error:
        return complain(error)
    if chosen.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        for key, value in found.items():
            sys.stdout.write(f"{key:<17} {value}\n")
    return 0 if found.get("ok") else 1


if __name__ == "__main__":
    sys.exit(main())
