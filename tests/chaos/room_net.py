"""A network of its own for one room: its cable can be pulled.

Theory. Twin and controller of the room live in a network namespace with one cable (a veth pair)
to the rest of the site. While its end is down nothing passes and nobody is told: no reset, no
refusal, as with a dead switch. Both kernels retry, and wait longer each time, as they do in life.

Owns the namespace and its cable. Needs root, and ``ip``, ``unshare`` and ``nsenter``.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

from tests.guards import OWN_CABLES

PATIENCE_S = 10.0

PROGRAMS = ("ip", "unshare", "nsenter")
TESTNET = "198.18"
"""Set aside for tests of networks (RFC 2544): nobody's own addresses are touched."""


class NoNetwork(Exception):
    """No network namespace can be made here; says why."""


class RoomNet:
    """One namespace and its cable; ``close`` it."""

    def __init__(self) -> None:
        """Everything is connected.

        Raises:
            NoNetwork: it cannot be made on this machine.
        """
        if os.geteuid() != 0:
            raise NoNetwork("only root can make network namespaces")
        missing = [program for program in PROGRAMS if shutil.which(program) is None]
        if missing:
            raise NoNetwork(f"{', '.join(missing)} not installed (apt-get install iproute2)")
        number = random.SystemRandom().randrange(1 << 14)
        subnet = f"{TESTNET}.{number >> 6}"
        self.host = f"{subnet}.{4 * (number & 63) + 1}"
        """Our end of the cable, seen from the room."""
        OWN_CABLES.add(self.host)
        self._cable = f"chaos{os.getpid() % 10**5}x{number:x}"[:15]
        # It holds the namespace, and ends with us however we end.
        self._holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        try:
            self._connect(f"{subnet}.{4 * (number & 63) + 2}")
        except NoNetwork:
            self.close()
            raise

    @property
    def prefix(self) -> list[str]:
        """Before the command of whoever lives in the room; the process stays the same one."""
        return ["nsenter", f"--net={self._namespace}", "--"]

    @property
    def _namespace(self) -> Path:
        return Path(f"/proc/{self._holder.pid}/ns/net")

    def _connect(self, far: str) -> None:
        own, until_s = os.readlink("/proc/self/ns/net"), time.monotonic() + PATIENCE_S
        while self._namespace_name() in (own, ""):
            if self._holder.poll() is not None or time.monotonic() > until_s:
                raise NoNetwork("this machine makes no network namespaces")
            time.sleep(0.01)
        cable = self._cable
        _run("ip", "link", "add", cable, "type", "veth", "peer", "name", "room0",
             "netns", str(self._holder.pid))  # fmt: skip
        _run("ip", "address", "add", f"{self.host}/30", "dev", cable)
        _run("ip", "link", "set", cable, "up")
        _run(*self.prefix, "ip", "link", "set", "lo", "up")
        _run(*self.prefix, "ip", "address", "add", f"{far}/30", "dev", "room0")
        _run(*self.prefix, "ip", "link", "set", "room0", "up")

    def _namespace_name(self) -> str:
        try:
            return os.readlink(self._namespace)
        except OSError:  # it is only being born
            return ""

    def pull(self) -> None:
        """The cable is out."""
        _run("ip", "link", "set", self._cable, "down")

    def plug(self) -> None:
        """And in again."""
        _run("ip", "link", "set", self._cable, "up")

    def close(self) -> None:
        """Everybody in it must have ended."""
        OWN_CABLES.discard(self.host)
        assert self._holder.stdin is not None
        self._holder.stdin.close()
        self._holder.wait(PATIENCE_S)
        # The kernel takes it away with the namespace, some time later.
        subprocess.run(["ip", "link", "delete", self._cable], capture_output=True)


def _run(*command: str) -> None:
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0:
        raise NoNetwork(f"{' '.join(command)}: {made.stderr.strip()[:200]}")
