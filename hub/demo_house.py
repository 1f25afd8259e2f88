"""The processes of the demo: broker, hub, and per room a twin and its controller.

Owns starting them together, watching them, and ending all of them. Must not know what they
say to each other. Each has its log in a file; a child does not outlive the demo, not even
when the demo itself is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from hub.access import codes
from hub.access.book import Book
from hub.access.rights import SCOPES
from hub.demo_papers import furnish
from hub.roster import demo_file, load

HOST = "127.0.0.1"
ROOMS = ("main", "satellite-1")

END_PATIENCE_S = 5.0
"""A child that has not ended by itself within this is killed."""

LAST_LINES = 12

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal a process gets when its parent dies."""

_libc = ctypes.CDLL(None, use_errno=True)


class DemoError(Exception):
    """The demo cannot go on; ``str()`` says why, and what to do."""


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port(wanted: int, option: str) -> int:
    """``wanted`` if nobody has it, any free port for 0.

    Raises:
        DemoError: somebody listens there already.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise DemoError(
                f"cổng {wanted} đang được dùng / port {wanted} is taken ({error.strerror}): "
                f"{option} N"
            ) from error
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Child:
    """One process of the demo."""

    name: str
    command: list[str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    expected: bool = False
    """Its end is no accident."""

    def last_lines(self) -> str:
        """What it said last."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-LAST_LINES:])


@dataclass(slots=True)
class House:
    """All processes of one demo. ``folder`` holds records and logs."""

    folder: Path
    mqtt_port: int
    http_port: int
    run_dir: Path | None
    """Where the twins' sockets are; None leaves it to the twins."""
    token: str = field(default_factory=codes.new_bearer)
    """With it the demo's own observers come into its hub; people choose a role."""
    children: dict[str, Child] = field(default_factory=dict)
    _watching: set[asyncio.Task[None]] = field(default_factory=set)
    _accident: asyncio.Future[str] | None = None

    def __post_init__(self) -> None:
        """Write down the commands; nothing runs before ``start``."""
        broker = f"{HOST}:{self.mqtt_port}"
        self._add("broker", "-m", "hub.demo_broker", "--port", str(self.mqtt_port))
        self._add(
            "hub",
            *("-m", "hub.cli", "run", "--mqtt", broker, "--http", f"{HOST}:{self.http_port}"),
            *("--data", str(self.folder / "hub"), "--meeting", str(demo_file())),
            *("--log-level", "warning", "--simulation"),
        )
        for room in ROOMS:
            self._add(f"twin-{room}", "-m", "edge.cli", "twin", "run", "--room", room)
            self._add(
                f"edge-{room}",
                *("-m", "edge.cli", "run", "--room", room, "--broker", broker),
                *("--data", str(self.folder / f"edge-{room}")),
            )

    def _add(self, name: str, *arguments: str) -> None:
        log = self.folder / "logs" / f"{name}.log"
        self.children[name] = Child(name, [sys.executable, *arguments], log)

    @property
    def page(self) -> str:
        """Address of the technician's page."""
        return f"http://{HOST}:{self.http_port}/"

    def session(self) -> aiohttp.ClientSession:
        """For whoever observes the hub and gives it commands."""
        return aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.token}"})

    async def start(self) -> None:
        """Start everything at once."""
        book = Book(self.folder / "hub")
        book.put_token("demo", codes.digest(self.token), SCOPES)
        book.close()
        self._accident = asyncio.get_running_loop().create_future()
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        form = load(demo_file())
        if form is not None:
            await furnish(self.folder / "hub", form)
        await asyncio.gather(*(self.start_child(name) for name in self.children))

    async def start_child(self, name: str) -> None:
        """Start one, again if it has ended."""
        child = self.children[name]
        child.expected = False
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        if self.run_dir is not None:
            environment["PHONGHOP_RUN_DIR"] = str(self.run_dir)
        with child.log.open("ab") as log:
            child.process = await asyncio.create_subprocess_exec(
                *child.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,  # Ctrl-C is for the demo: it ends them in order
                preexec_fn=_die_with_parent,
            )
        task = asyncio.create_task(self._watch(child, child.process), name=f"demo {name}")
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _watch(self, child: Child, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        if not child.expected and self._accident is not None and not self._accident.done():
            self._accident.set_result(
                f"{child.name} đã dừng / has ended (exit {code}):\n{child.last_lines()}"
            )

    async def accident(self) -> None:
        """Wait until a child ends that should not.

        Raises:
            DemoError: with its last lines.
        """
        assert self._accident is not None  # noqa: S101  # start() comes first
        raise DemoError(await asyncio.shield(self._accident))

    async def kill(self, name: str) -> None:
        """End a child as a power cut would."""
        child = self.children[name]
        child.expected = True
        if child.process is not None:
            with contextlib.suppress(ProcessLookupError):
                child.process.kill()
            await child.process.wait()

    async def end(self) -> None:
        """End everything: controllers first, so that they say goodbye; the broker last."""
        for child in self.children.values():
            child.expected = True
        order = ("edge-", "hub", "twin-", "broker")
        for prefix in order:
            found = [c for name, c in self.children.items() if name.startswith(prefix)]
            await asyncio.gather(*(_end(child) for child in found))
        await asyncio.gather(*self._watching)


async def _end(child: Child) -> None:
    process = child.process
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_PATIENCE_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
