"""The twin's control socket: one JSON object per line in, one answer per line out.

Owns the socket ``<run directory>/<room>/twin.sock``, its requests, and the rule that a room
has one twin at a time. Must not know any device: the twin does what is asked.

Requests (answers carry ``"ok": true``, or ``"ok": false`` and ``"error"``, one line)::

    {"do": "press", "who": "12", "key": "mic", "hold_ms": 120}    -> pressed_ns
    {"do": "fault", "device": "cam-left", "fault": "silent"}      null switches it off
    {"do": "contact", "name": "fire_alarm", "active": true}
    {"do": "voice", "who": "12", "what": "talks"}                 or how its microphone is
    {"do": "show"}                                                -> show
    {"do": "watch", "what": "all"}                                seats, cameras, all; or wires

After ``watch`` every change comes as a line ``{"watch": ..., "time_ns": ...}`` of its own.
Times are CLOCK_MONOTONIC in nanoseconds, which all processes of one machine share.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from drivers.core.address import run_dir

log = logging.getLogger(__name__)

SOCKET_NAME = "twin.sock"

LINE_LIMIT_BYTES = 16 * 1024
"""Longest request. The longest honest one is a tenth of a kilobyte."""

UNREAD_LIMIT_BYTES = 1 << 20
"""A watcher that leaves this much unread is dropped: the twin waits for nobody."""

SOCKET_PATH_LIMIT_BYTES = 107
"""What Linux allows for the path of a socket (``sun_path`` without its final zero)."""

HOLD_LIMIT_MS = 60_000


class TwinError(ValueError):
    """A request that makes no sense, or no twin to send it to; ``str()`` is one clear line."""


Send = Callable[[dict[str, Any]], None]


class Hands(Protocol):
    """What a hand, a technician or a fire alarm can do to a twin; each raises TwinError."""

    def press(self, who: str, key: str, hold_ms: int) -> int:
        """Push a key and let go ``hold_ms`` later; the time it went down, in ns."""
        ...

    def fault(self, device: str, fault: str | None) -> None:
        """Switch a fault on, or with None off."""
        ...

    def contact(self, name: str, active: bool) -> None:
        """Close or open a contact of the console."""
        ...

    def voice(self, who: str, what: str) -> None:
        """Tell a person to talk, or spoil its microphone."""
        ...

    def show(self) -> dict[str, Any]:
        """What the hardware itself sees."""
        ...

    def watch(self, what: str, send: Send) -> Callable[[], None]:
        """Tell ``send`` of each change from now on; the result ends that."""
        ...


def socket_path(room: str) -> Path:
    """Where the twin of ``room`` listens."""
    return run_dir() / room / SOCKET_NAME


@contextlib.contextmanager
def only_twin_of(room: str) -> Iterator[Path]:
    """Hold the room's directory for this process; the kernel lets go of it if we die.

    Raises:
        TwinError: another twin of this room runs, or the directory cannot be made.
    """
    folder = socket_path(room).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise TwinError(f"twin of {room}: cannot use {folder}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TwinError(
                f"twin of {room}: another one runs already on {folder}; stop it first"
            ) from error
        yield folder
    finally:
        os.close(held)


class ControlServer:
    """Serves the socket of one twin until cancelled."""

    def __init__(self, room: str, hands: Hands) -> None:
        """Nothing is opened before ``run``.

        Raises:
            TwinError: the run directory's path is too long for a socket.
        """
        self._path = socket_path(room)
        self._hands = hands
        self._clients: set[asyncio.Task[None]] = set()
        if len(os.fsencode(self._path)) > SOCKET_PATH_LIMIT_BYTES:
            raise TwinError(
                f"twin of {room}: {self._path} is longer than a socket's path may be "
                f"({SOCKET_PATH_LIMIT_BYTES} bytes)"
            )

    async def run(self, ready: Callable[[], None]) -> None:
        """Listen; call ``ready`` once that is so. A socket left by a dead twin is replaced."""
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, self._path, limit=LINE_LIMIT_BYTES)
        try:
            ready()
            await asyncio.Event().wait()
        finally:
            server.close()
            self._path.unlink(missing_ok=True)
            for client in self._clients:
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a callback of start_unix_server is a task
        task.set_name("twin control client")
        self._clients.add(task)
        client = _Client(self._hands, writer)
        try:
            while line := await reader.readline():
                client.send(client.answer(line))
                await writer.drain()
        except (ConnectionError, ValueError) as error:
            log.info("twin control: client dropped: %s", error)
        except asyncio.CancelledError:
            log.debug("twin control: client left by the closing twin")
        finally:
            client.close()
            self._clients.discard(task)


class _Client:
    """One connection: its answers and its watching."""

    def __init__(self, hands: Hands, writer: asyncio.StreamWriter) -> None:
        self._hands = hands
        self._writer = writer
        self._unwatch: Callable[[], None] | None = None

    def send(self, message: dict[str, Any]) -> None:
        if self._writer.is_closing():
            return
        self._writer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        if self._writer.transport.get_write_buffer_size() > UNREAD_LIMIT_BYTES:
            log.warning("twin control: a watcher reads nothing and is dropped")
            self._writer.transport.abort()

    def answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise TwinError("a request is one JSON object per line")
            return {"ok": True, **self._do(request)}
        except TwinError as error:
            return {"ok": False, "error": str(error)}
        except (ValueError, RecursionError) as error:
            return {"ok": False, "error": f"a request is one JSON object per line: {error}"}

    def _do(self, request: dict[str, Any]) -> dict[str, Any]:
        match request.get("do"):
            case "press":
                hold_ms = request.get("hold_ms", 120)
                if type(hold_ms) is not int or not 1 <= hold_ms <= HOLD_LIMIT_MS:
                    raise TwinError(
                        f"hold_ms must be a whole number from 1 to {HOLD_LIMIT_MS}, is {hold_ms!r}"
                    )
                pressed_ns = self._hands.press(
                    _text(request, "who"), _text(request, "key"), hold_ms
                )
                return {"pressed_ns": pressed_ns}
            case "fault":
                fault = request.get("fault")
                self._hands.fault(
                    _text(request, "device"), None if fault is None else _text(request, "fault")
                )
                return {}
            case "contact":
                active = request.get("active")
                if not isinstance(active, bool):
                    raise TwinError(f"active must be true or false, is {active!r}")
                self._hands.contact(_text(request, "name"), active)
                return {}
            case "voice":
                self._hands.voice(_text(request, "who"), _text(request, "what"))
                return {}
            case "show":
                return {"show": self._hands.show()}
            case "watch":
                what = _text(request, "what") if "what" in request else "all"
                unwatch = self._hands.watch(what, self.send)
                self.close_watch()
                self._unwatch = unwatch
                return {"watching": what}
            case other:
                raise TwinError(
                    f"unknown request {other!r}; known are press, fault, contact, voice, show, "
                    "watch"
                )

    def close_watch(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def close(self) -> None:
        self.close_watch()
        self._writer.close()


def _text(request: dict[str, Any], key: str) -> str:
    value = request.get(key)
    if type(value) is int and key == "who":
        return str(value)
    if not isinstance(value, str) or not 1 <= len(value) <= 64:
        raise TwinError(f"{key} must be a text of 1 to 64 characters, is {value!r}"[:200])
    return value
