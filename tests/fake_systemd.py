"""The other end of ``NOTIFY_SOCKET``: what systemd would hear from a service.

Owns the socket and the environment of the service. Waits for words, never for time: that
nothing is said is proved by a word that comes later.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

PATIENCE_S = 30.0


class Systemd:
    """Hears datagrams in order."""

    def __init__(self, folder: Path, watchdog_us: int = 0) -> None:
        self.path = folder / "notify"
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.bind(str(self.path))
        self.env = {"NOTIFY_SOCKET": str(self.path)}
        if watchdog_us:
            self.env["WATCHDOG_USEC"] = str(watchdog_us)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Watch this very process."""
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)

    def heard(self) -> list[str]:
        """Everything said so far and not yet asked for."""
        found: list[str] = []
        self._channel.setblocking(False)
        while True:
            try:
                found.append(self._channel.recv(4096).decode())
            except BlockingIOError:
                return found

    def until(self, word: str) -> list[str]:
        """Wait for a datagram with ``word``; everything up to it."""
        self._channel.settimeout(PATIENCE_S)
        found: list[str] = []
        while not found or word not in found[-1]:
            try:
                found.append(self._channel.recv(4096).decode())
            except TimeoutError:
                raise AssertionError(f"never heard {word!r}, but {found}") from None
        return found

    async def soon(self, word: str) -> list[str]:
        """The same while this process's own loop goes on."""
        found: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while not any(word in said for said in found):
                await asyncio.sleep(0.001)
                found += self.heard()
        return found

    def close(self) -> None:
        """Hear nothing more."""
        self._channel.close()
