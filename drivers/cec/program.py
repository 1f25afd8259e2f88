"""Running cec-ctl: one run at a time, never longer than it may take.

Owns the process. Must not know what its words mean.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from drivers.core.errors import LinkDown, NoReply

MOST_BYTES = 65_536
"""More than this is no answer of that program."""

Run = Callable[[tuple[str, ...], float], Awaitable[tuple[str, str]]]
"""Arguments and seconds -> what it printed on stdout and stderr."""


class Program:
    """The program at ``path``; the CEC bus has one voice, so has this."""

    def __init__(self, path: str) -> None:
        """Nothing is started before ``run``."""
        self._path = path
        self._turn = asyncio.Lock()

    async def run(self, arguments: tuple[str, ...], limit_s: float) -> tuple[str, str]:
        """Run it to its end.

        Raises:
            LinkDown: there is no such program, or it cannot be started.
            NoReply: it did not end in time, and was ended.
        """
        async with self._turn:
            try:
                process = await asyncio.create_subprocess_exec(
                    self._path,
                    *arguments,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                )
            except FileNotFoundError as error:
                raise LinkDown(
                    f"the program {self._path} is not there: apt install v4l-utils"
                ) from error
            except OSError as error:
                raise LinkDown(f"cannot run {self._path}: {error.strerror}") from error
            try:
                async with asyncio.timeout(limit_s):
                    out, err = await process.communicate()
            except TimeoutError as error:
                raise NoReply(f"{self._path} did not end within {limit_s:g} s") from error
            finally:
                await _ended(process)
        return _text(out), _text(err)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Whatever happens, no process is left behind."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _text(data: bytes) -> str:
    return data[:MOST_BYTES].decode("utf-8", "replace")
