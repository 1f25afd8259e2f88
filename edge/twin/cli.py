"""``phonghop-edge twin``: run a simulated room, and put hands on it from outside.

Owns the command line's words and its exit codes (0 only when it did what it says; else one
line on stderr and 1). Must not know any device.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from edge.contract import topics
from edge.twin.client import TwinClient
from edge.twin.control import HOLD_LIMIT_MS, TwinError
from edge.twin.table import show_table

if TYPE_CHECKING:
    from edge.twin.twin import Twin

Subparsers = Any
"""What ``ArgumentParser.add_subparsers`` returns; argparse gives it no public name."""


Tell = Callable[[str], None]
"""Says a word to systemd, or to nobody."""


def add_parser(subparsers: Subparsers, tell: Tell, period_s: float | None) -> None:
    """Add ``twin`` and its commands; each sets ``run``: parsed arguments -> exit code.

    ``tell`` hears that the twin is ready, and every ``period_s`` that it lives.
    """
    parser = subparsers.add_parser(
        "twin", help="a simulated room", description="A room of simulated devices on real bytes."
    )
    commands = parser.add_subparsers(dest="twin_command", required=True, metavar="COMMAND")

    run = _command(commands, "run", "start the twin of a room and serve until ended", _run)
    run.set_defaults(tell=tell, period_s=period_s)
    run.add_argument(
        "--room", required=True, metavar="NAME_OR_FILE", help="room name or room file (.toml)"
    )
    run.add_argument(
        "--mounted-off",
        action="append",
        default=[],
        type=_camera_deg,
        metavar="CAMERA=DEG",
        help="this camera is turned away from what the room file says",
    )

    press = _command(commands, "press", "press a key", _talk(_press))
    _room(press)
    press.add_argument("who", metavar="SEAT|console", help="number of the seat, or console")
    press.add_argument("key", help="mic, yes, abstain, no; or a key of the console")
    held = press.add_mutually_exclusive_group()
    held.add_argument(
        "--hold", type=int, default=120, metavar="MS", help=f"1 to {HOLD_LIMIT_MS}, default 120"
    )
    held.add_argument(
        "--hold-s",
        dest="hold",
        type=_as_ms,
        default=argparse.SUPPRESS,
        metavar="S",
        help="the same in seconds, such as 1.5",
    )

    fault = _command(commands, "fault", "switch a fault on, or clear it", _talk(_fault))
    _room(fault)
    fault.add_argument("device", help="id of a bus, camera or display; console; seat-NUMBER")
    fault.add_argument("fault", metavar="FAULT|clear", help="such as silent, noisy, unplugged")

    contact = _command(commands, "contact", "close or open a contact", _talk(_contact))
    _room(contact)
    contact.add_argument("name", help="such as fire_alarm")
    contact.add_argument("state", choices=("on", "off"), help="on = alarm, off = at rest")

    voice = _command(commands, "voice", "let somebody talk, or spoil a microphone", _talk(_voice))
    _room(voice)
    voice.add_argument("who", metavar="SEAT", help="number of the seat")
    voice.add_argument(
        "what", help="auto, talks, silent; well, dead, stuck, clips, hums, howls (the microphone)"
    )

    show = _command(commands, "show", "what the simulated hardware sees", _talk(_show))
    _room(show)


def _as_ms(text: str) -> int:
    """Seconds as people write them, in milliseconds.

    Raises:
        ValueError: not a number of seconds.
    """
    seconds_s = float(text)
    if not math.isfinite(seconds_s):
        raise ValueError(f"{text!r} is no number of seconds")
    return round(seconds_s * 1000)


def _camera_deg(text: str) -> tuple[str, float]:
    camera, _, deg = text.partition("=")
    return camera, float(deg)


def _command(
    commands: Subparsers, name: str, text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _room(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("room", help="id of the room whose twin runs, such as main")


def _run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; both are a clean end."""
    # Here and not above: the other commands of phonghop-edge need no simulated device in memory.
    from edge.twin.twin import Twin
    from firmware_config.loader import RoomFileError, load_room

    try:
        twin = Twin(load_room(arguments.room), dict(arguments.mounted_off))
        asyncio.run(_serve(twin, arguments.json, arguments.tell, arguments.period_s))
    except (RoomFileError, TwinError) as error:
        return _complain(error)
    return 0


async def _serve(twin: Twin, as_json: bool, tell: Tell, period_s: float | None) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)

    def ready() -> None:
        _print({"ready": True, "room": twin.room} if as_json else f"twin ready: {twin.summary()}")
        tell("READY=1")

    running = asyncio.create_task(twin.run(ready), name=f"twin {twin.room}")
    ending = asyncio.create_task(ended.wait(), name="end of the twin")
    while not (running.done() or ending.done()):
        await asyncio.wait({running, ending}, timeout=period_s, return_when=asyncio.FIRST_COMPLETED)
        tell("WATCHDOG=1")
    tell("STOPPING=1")
    ending.cancel()
    if not running.done():
        running.cancel()
    await asyncio.wait({running, ending})
    if not running.cancelled():
        running.result()


Talk = Callable[[TwinClient, argparse.Namespace], Awaitable[tuple[dict[str, Any], str]]]
"""One conversation with a twin: its outcome as JSON, and as text for people."""


def _talk(talk: Talk) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        async def conversation() -> tuple[dict[str, Any], str]:
            if topics.ROOM_ID.match(arguments.room) is None:
                raise TwinError(f"{arguments.room!r} is not the id of a room, such as main")
            async with TwinClient(arguments.room) as twin:
                return await talk(twin, arguments)

        try:
            outcome, text = asyncio.run(conversation())
        except TwinError as error:
            return _complain(error)
        _print(outcome if arguments.json else text)
        return 0

    return run


async def _press(twin: TwinClient, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    who, key = arguments.who, arguments.key
    pressed_ns = await twin.press(who, key, arguments.hold)
    outcome = {"who": who, "key": key, "hold_ms": arguments.hold, "pressed_ns": pressed_ns}
    return outcome, f"{arguments.room}: {who} {key} pressed, held {arguments.hold} ms"


async def _fault(twin: TwinClient, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    fault = None if arguments.fault == "clear" else arguments.fault
    await twin.fault(arguments.device, fault)
    outcome = {"device": arguments.device, "fault": fault}
    return outcome, f"{arguments.room}: {arguments.device} {fault or 'has no fault now'}"


async def _contact(twin: TwinClient, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    active = arguments.state == "on"
    await twin.contact(arguments.name, active)
    return {"name": arguments.name, "active": active}, (
        f"{arguments.room}: contact {arguments.name} is {arguments.state}"
    )


async def _voice(twin: TwinClient, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    await twin.voice(arguments.who, arguments.what)
    outcome = {"who": arguments.who, "what": arguments.what}
    return outcome, f"{arguments.room}: seat {arguments.who} {arguments.what}"


async def _show(twin: TwinClient, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    show = await twin.show()
    return show, show_table(show)


def _print(what: dict[str, Any] | str) -> None:
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _complain(error: Exception) -> int:
    logging.getLogger(__name__).debug("refused", exc_info=error)
    sys.stderr.write(f"phonghop-edge: {error}\n")
    return 1
