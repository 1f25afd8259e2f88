"""A real Mosquitto for one test: started, killed and brought back at will.

Owns the broker's process, its port and its files. Must not know our topics or messages.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.ports import free_port

START_S = 10.0
"""A broker starts in some 20 ms; a loaded machine may take a hundred times that."""

ASK_AGAIN_S = 0.01

SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
allow_zero_length_clientid false
set_tcp_nodelay true
max_inflight_messages 100
max_queued_messages 20000
max_queued_bytes 67108864
max_packet_size 17408
persistent_client_expiration 14d
persistence true
persistence_location {folder}/
autosave_interval 60
log_dest file {folder}/mosquitto.log
log_type all
"""
"""What a room's broker runs with, but for who may enter: here whoever is on this machine.

The packet limit is our bound of 16 KiB for a payload, and room for the topic.
"""


def mosquitto_program() -> str | None:
    """Where the program is; Debian puts it where ordinary users do not look."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin")


class Mosquitto:
    """One broker on ``127.0.0.1:port``; the port stays the same over restarts."""

    host = "127.0.0.1"

    def __init__(self, program: str, folder: Path) -> None:
        """Write the configuration; nothing runs before ``start()``."""
        self.port = free_port()
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        settings = SETTINGS.format(port=self.port, folder=folder)
        if os.geteuid() == 0:
            settings += "user root\n"  # else it gives up root, and with it the folder of this test
        (folder / "mosquitto.conf").write_text(settings, encoding="utf-8")

    def be_quiet(self) -> None:
        """Log errors only, from the next start on: a line per packet costs more than the packet."""
        path = self._folder / "mosquitto.conf"
        path.write_text(path.read_text(encoding="utf-8").replace("log_type all", "log_type error"))

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None, "the broker does not run"
        return self._process.pid

    @property
    def address(self) -> str:
        """``host:port``, as a room file writes it."""
        return f"{self.host}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """Everything the broker has logged."""
        path = self._folder / "mosquitto.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start and return when it accepts connections.

        Raises:
            RuntimeError: it ended or did not listen within ``START_S``; carries its log.
        """
        config = str(self._folder / "mosquitto.conf")
        self._process = subprocess.Popen(
            [self._program, "-c", config],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_S
        while self.running and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port)):
                return
            time.sleep(ASK_AGAIN_S)
        self.kill()
        raise RuntimeError(f"mosquitto does not listen on {self.address}:\n{self.log}")

    def stop(self) -> None:
        """End it as an operator does: it says goodbye and saves its store."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_S)
            self._process = None

    def kill(self) -> None:
        """End it as a power cut does: no goodbye, nothing saved."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_S)
            self._process = None

    @property
    def persistence(self) -> Path:
        """What it remembers over a restart; there when it has been saved."""
        return self._folder / "mosquitto.db"

    def save(self) -> None:
        """Let it write down what it remembers, now.

        Raises:
            RuntimeError: it did not within ``START_S``.
        """
        before = _written_ns(self.persistence)
        self.send(signal.SIGUSR1)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if _written_ns(self.persistence) != before:
                return
            time.sleep(ASK_AGAIN_S)
        raise RuntimeError(f"mosquitto does not save its store:\n{self.log[-500:]}")

    def send(self, number: signal.Signals) -> None:
        """A signal to the process, if there is one."""
        if self._process is not None:
            self._process.send_signal(number)

    def restart(self) -> None:
        """Power cut and return on the same port."""
        self.kill()
        self.start()


def _written_ns(path: Path) -> int | None:
    """When; None: it is not there. The broker puts a finished file in its place."""
    return path.stat().st_mtime_ns if path.exists() else None
