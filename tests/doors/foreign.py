"""A program of somebody else: started in a folder of its own, ended with all that it started.

Owns its process and its log. Must not know what it is.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

PATIENCE_S = 120.0
"""For one fact. A first start of Home Assistant, which brings what it lacks, has longer."""

LOOK_EVERY_S = 0.25


class Foreign:
    """One program."""

    def __init__(self, command: list[str], folder: Path) -> None:
        """Nothing runs before ``start``."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._command = command
        self._log = folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, or start again; the log is appended to."""
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, env={**os.environ, "HOME": str(self.folder)},
            )  # fmt: skip

    def stop(self) -> None:
        """Ask it to end; after a while end it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def log(self) -> list[str]:
        """Its lines so far."""
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    async def until(
        self,
        what: str,
        look: Callable[[], Awaitable[object]],
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Look again and again until there is something; no connection is nothing.

        Raises:
            AssertionError: it ended, or time is over; carries the end of its log.
        """
        try:
            async with asyncio.timeout(patience_s):
                while not await self._there(look):
                    ended = self._process is None or self._process.poll() is not None
                    assert not ended, f"it ended: {self._tail()}"
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError as error:
            raise AssertionError(f"waited for: {what}; {self._tail()}") from error

    async def _there(self, look: Callable[[], Awaitable[object]]) -> bool:
        try:
            return bool(await look())
        except (aiohttp.ClientError, OSError):
            return False

    def _tail(self) -> str:
        return "its log ends:\n" + "\n".join(self.log()[-15:])
