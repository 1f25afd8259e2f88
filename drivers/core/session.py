"""One wire with one device on it: reopens by itself, asks one thing at a time.

Owns reconnecting, the order of requests and the discarding of late replies. Must not know
what the messages mean. Stop commands overtake everything through ``send_now``.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

from drivers.core.capability import NOT_OPENED
from drivers.core.codec import Decoder
from drivers.core.errors import DeviceError, LinkDown, NoReply
from drivers.core.reading import Clock
from drivers.core.transport import Connect, Transport, close_quietly

log = logging.getLogger(__name__)

M = TypeVar("M")
A = TypeVar("A")

RETRY_FIRST_S = 0.2
RETRY_MOST_S = 5.0
"""A technician who plugs a cable back should not have to wait longer than this."""


def retry_delay_s(attempt: int) -> float:
    """Full jitter: anywhere up to a ceiling that doubles, so rooms do not march in step."""
    ceiling_s = min(RETRY_MOST_S, RETRY_FIRST_S * 2.0 ** min(attempt, 10))
    return random.uniform(RETRY_FIRST_S / 2, ceiling_s)  # not a secret


class Session(Generic[M]):
    """Keeps one wire open and speaks with one device over it.

    ``run`` lives until cancelled. While the wire is down every request raises LinkDown at
    once. ``on_up`` greets the device after each opening (its requests go first);
    ``on_message`` sees what nobody asked for.
    """

    def __init__(
        self,
        device: str,
        connect: Connect,
        decoder: Callable[[], Decoder[M]],
        *,
        on_up: Callable[[], Coroutine[object, object, None]] | None = None,
        on_message: Callable[[M], None] | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``device`` is the id shown in errors; ``decoder`` makes a fresh one per connection."""
        self.device = device
        self.decoder = decoder()
        self.down_reason: str | None = NOT_OPENED
        self.opened_count = 0
        self.last_heard_s: float | None = None
        self._connect = connect
        self._new_decoder = decoder
        self._on_up = on_up
        self._on_message = on_message
        self._now_s = now_s
        self._transport: Transport | None = None
        self._turn = asyncio.Lock()
        self._waiting: tuple[Callable[[M], object | None], asyncio.Future[object]] | None = None
        self._ready = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """The wire is open (which does not say that the device answers)."""
        return self._transport is not None

    async def run(self) -> None:
        """Open, greet, read, and open again, until cancelled."""
        attempt = 0
        while True:
            heard_s = self.last_heard_s
            try:
                await self._live_once()
            except DeviceError as error:
                if str(error) != self.down_reason:
                    log.warning("%s", error)  # once per kind of trouble, not once per try
                self.down_reason = str(error)
            attempt = 0 if self.last_heard_s != heard_s else attempt + 1
            await asyncio.sleep(retry_delay_s(attempt))

    async def _live_once(self) -> None:
        transport = await self._connect()
        self.decoder = self._new_decoder()
        self._transport, self.down_reason = transport, None
        self.opened_count += 1
        reading = asyncio.create_task(self._read(transport), name=f"{self.device} reader")
        try:
            if self._on_up is not None:
                greeting = asyncio.create_task(self._on_up(), name=f"{self.device} greeting")
                try:
                    await asyncio.wait({reading, greeting}, return_when=asyncio.FIRST_COMPLETED)
                    if greeting.done():
                        greeting.result()
                finally:
                    await _cancelled(greeting)
            self._ready.set()
            await reading
        finally:
            self._ready.clear()
            self._transport = None
            self._fail_waiting(LinkDown("the link went down", device=self.device))
            await _cancelled(reading)
            await close_quietly(transport)

    async def _read(self, transport: Transport) -> None:
        while True:
            data = await transport.read()
            for message in self.decoder.feed(data):
                self.last_heard_s = self._now_s()
                self._take(message)

    def _take(self, message: M) -> None:
        if self._waiting is not None:
            wanted, future = self._waiting
            answer = wanted(message) if not future.done() else None
            if answer is not None:
                future.set_result(answer)
                return
        if self._on_message is not None:
            self._on_message(message)

    def _fail_waiting(self, error: DeviceError) -> None:
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(error)

    async def request(
        self,
        data: bytes,
        wanted: Callable[[M], A | None],
        timeout_s: float,
        command: str = "",
    ) -> A:
        """Send ``data`` when it is our turn and wait for the message that ``wanted`` accepts.

        A message that comes after the time-out goes to ``on_message``: it can never answer
        a later question.

        Raises:
            LinkDown: the wire is down or went down while waiting.
            NoReply: nothing fitting came within ``timeout_s``.
        """
        async with self._turn:
            transport = self._open_transport(command)
            future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
            self._waiting = (wanted, future)
            try:
                transport.write(data)
                async with asyncio.timeout(timeout_s):
                    return await future  # type: ignore[return-value]  # what wanted() returned
            except TimeoutError as error:
                raise NoReply(
                    f"no answer within {timeout_s:g} s", device=self.device, command=command
                ) from error
            finally:
                self._waiting = None

    def send_now(self, data: bytes, command: str = "") -> None:
        """Put ``data`` on the wire at once, past every queue; its reply goes to ``on_message``.

        Raises:
            LinkDown: the wire is down.
        """
        self._open_transport(command).write(data)

    def _open_transport(self, command: str) -> Transport:
        if self._transport is None:
            raise LinkDown(
                self.down_reason or "the link is down", device=self.device, command=command
            )
        return self._transport

    async def hang_up(self) -> None:
        """Give up the open wire; ``run`` opens a new one. For a TCP peer that died in silence."""
        await close_quietly(self._transport)

    async def wait_ready(self) -> None:
        """Return when the wire is open and the greeting is done."""
        await self._ready.wait()


async def _cancelled(task: asyncio.Task[None]) -> None:
    """Cancel ``task`` and wait for its end; its own error has been seen or does not matter."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
