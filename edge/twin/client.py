"""The other end of a twin's control socket.

Owns one connection to a running twin. Must not start one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

from edge.twin.control import UNREAD_LIMIT_BYTES, TwinError, socket_path

ANSWER_TIMEOUT_S = 5.0
"""A twin answers within a millisecond or hangs."""


class TwinClient:
    """Talks to the twin of one room: ``async with TwinClient("main") as twin: ...``.

    Every method raises TwinError, one clear line, when the twin is away or refuses.
    """

    def __init__(self, room: str) -> None:
        """Nothing is opened before ``async with``."""
        self._room = room
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> TwinClient:
        """Connect."""
        path = socket_path(self._room)
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(
                path, limit=UNREAD_LIMIT_BYTES
            )
        except OSError as error:
            raise TwinError(
                f"no twin of room {self._room!r} runs (nothing listens on {path}); "
                f"start it with: phonghop-edge twin run --room {self._room}"
            ) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):  # the twin may be gone already
                await self._writer.wait_closed()

    async def ask(self, **request: Any) -> dict[str, Any]:
        """Send one request as it stands in ``edge.twin.control``; the answer without ``ok``."""
        if self._writer is None:
            raise TwinError(f"not connected to the twin of {self._room!r}")
        async with self._one_at_a_time:  # answers come in the order of requests
            self._writer.write(json.dumps(request).encode() + b"\n")
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    answer = await self._line()
            except TimeoutError as error:
                raise TwinError(f"the twin of {self._room!r} does not answer") from error
        if not answer.pop("ok"):
            raise TwinError(answer["error"])
        return answer

    async def _line(self) -> dict[str, Any]:
        if self._reader is None:
            raise TwinError(f"not connected to the twin of {self._room!r}")
        try:
            line = await self._reader.readline()
        except ConnectionError:
            line = b""
        if not line:
            raise TwinError(f"the twin of {self._room!r} has ended")
        message: dict[str, Any] = json.loads(line)
        return message

    async def press(self, who: str, key: str, hold_ms: int = 120) -> int:
        """Press a key of seat ``"12"`` or of the ``"console"``; when it went down, in ns."""
        answer = await self.ask(do="press", who=who, key=key, hold_ms=hold_ms)
        return int(answer["pressed_ns"])

    async def fault(self, device: str, fault: str | None) -> None:
        """Switch a fault of a device on, or with None off."""
        await self.ask(do="fault", device=device, fault=fault)

    async def contact(self, name: str, active: bool) -> None:
        """Close or open a contact of the console."""
        await self.ask(do="contact", name=name, active=active)

    async def voice(self, who: str, what: str) -> None:
        """Tell the person at seat ``"12"`` what to do (``auto``, ``talks``, ``silent``).

        Or spoil its microphone: ``well``, ``dead``, ``stuck``, ``clips``, ``hums``, ``howls``.
        """
        await self.ask(do="voice", who=who, what=what)

    async def show(self) -> dict[str, Any]:
        """What the simulated hardware itself sees."""
        show: dict[str, Any] = (await self.ask(do="show"))["show"]
        return show

    async def watch(self, what: str = "all") -> AsyncIterator[dict[str, Any]]:
        """Every change from now on; this connection then serves nothing else.

        The watching has begun when the first item is asked for and ``watching`` came back as
        that first item: press only after it.
        """
        yield await self.ask(do="watch", what=what)
        while True:
            yield await self._line()
