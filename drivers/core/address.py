"""Where a device is plugged in, as written in a room file.

Owns the notation of ports and the place where a twin announces its own. Must not open a
port. The notation:

``/dev/serial/by-id/usb-...``   a serial port
``tcp:192.0.2.10:5678``         a TCP server
``udp:192.0.2.10:52381``        a UDP peer
``twin:serial:main/bus-1``      the pseudo terminal that the twin of room *main* made
``twin:tcp:main/display-1``     a TCP port that the twin listens on (also ``twin:udp:``)
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from drivers.core.errors import LinkDown

Kind = Literal["serial", "tcp", "udp"]
KINDS: tuple[Kind, ...] = ("serial", "tcp", "udp")

RUN_DIR_VARIABLE = "PHONGHOP_RUN_DIR"


def run_dir() -> Path:
    """The directory where twins put their ports; ``PHONGHOP_RUN_DIR`` moves it."""
    chosen = os.environ.get(RUN_DIR_VARIABLE)
    return Path(chosen) if chosen else Path(tempfile.gettempdir()) / f"phonghop-{os.getuid()}"


@dataclass(frozen=True, slots=True)
class Port:
    """One parsed port. ``twin`` ports are looked up anew at each opening."""

    kind: Kind
    target: str
    twin: bool = False

    def __str__(self) -> str:
        """The notation it was parsed from."""
        if self.twin:
            return f"twin:{self.kind}:{self.target}"
        return self.target if self.kind == "serial" else f"{self.kind}:{self.target}"

    def resolve(self) -> str:
        """Path of the serial port, or ``host:port``.

        Raises:
            LinkDown: the twin that should offer the port does not run.
        """
        if not self.twin:
            return self.target
        announced = twin_path(self.target)
        if self.kind == "serial":
            if not announced.exists():
                raise LinkDown(f"no twin offers {self}: {announced} is missing")
            return str(announced)
        try:
            return announced.read_text().strip()
        except OSError as error:
            raise LinkDown(f"no twin offers {self}: {announced} is missing") from error


def twin_path(target: str) -> Path:
    """Where the twin announces ``<room>/<device>``: a link to a pty, or a file with host:port."""
    return run_dir() / target


def parse_port(text: str) -> Port:
    """Parse the notation of this module.

    Raises:
        ValueError: one line saying what is wrong with ``text``.
    """
    twin = text.startswith("twin:")
    rest = text.removeprefix("twin:")
    if not twin and rest.startswith("/"):
        return Port("serial", rest)
    kind, _, target = rest.partition(":")
    if kind not in KINDS or (kind == "serial" and not twin):
        raise ValueError(
            f"port {text!r} is neither a path nor tcp:HOST:PORT, udp:HOST:PORT or twin:KIND:NAME"
        )
    if twin:
        if not target or target.startswith("/") or ".." in target:
            raise ValueError(f"port {text!r}: a twin's port is twin:{kind}:ROOM/DEVICE")
    else:
        host_port(target)
    return Port(kind, target, twin)


def host_port(target: str) -> tuple[str, int]:
    """Split ``host:port``.

    Raises:
        ValueError: no host, or a port outside 1..65535.
    """
    host, _, port = target.rpartition(":")
    if not host or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise ValueError(f"{target!r} is not HOST:PORT with a port from 1 to 65535")
    return host, int(port)
