"""Pins of a twin: gpiozero's mock pins, driven from outside through a unix socket.

Owns the socket's lines: ``{"pin": 17, "level": 0}`` from the twin for every input (all of
them at once after connecting), the same from here for every output. The twin is the server,
as the hardware would be. Must not know which pin is which key.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from drivers.core.address import twin_path
from drivers.core.errors import LinkDown

LINE_LIMIT_BYTES = 1024
FIRST_LEVELS_S = 2.0
"""A twin answers within milliseconds; one that does not is not alive."""

UNREAD_LIMIT_BYTES = 65536
"""A twin that reads nothing may hold back this much before it counts as gone."""


class TwinPins:
    """The pins that the twin ``<room>/console`` offers (``PinSource``)."""

    errors: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, target: str) -> None:
        """``target`` is looked up anew at each opening, so a twin may come and go."""
        self._target = target
        self._factory: Any = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._inputs: frozenset[int] = frozenset()

    async def open(self) -> Any:
        """See ``PinSource.open``."""
        try:
            from gpiozero.exc import GPIOZeroError
            from gpiozero.pins.mock import MockFactory
        except ImportError as error:
            raise LinkDown("gpiozero is not installed: install phonghop[edge]") from error
        self.errors = (OSError, GPIOZeroError)
        path = twin_path(self._target)
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(
                path, limit=LINE_LIMIT_BYTES
            )
        except OSError as error:
            raise LinkDown(f"no twin offers {self._target}: {path} ({error.strerror})") from error
        self._factory = MockFactory(pin_class=_reporting_pin(self._report))
        return self._factory

    async def begin(self, inputs: frozenset[int]) -> None:
        """See ``PinSource.begin``."""
        self._inputs = inputs
        missing = set(inputs)
        try:
            async with asyncio.timeout(FIRST_LEVELS_S):
                while missing:
                    missing.discard(await self._drive_next())
        except TimeoutError as error:
            raise LinkDown(f"the twin says nothing of pin {min(missing)}") from error

    async def lost(self) -> None:
        """See ``PinSource.lost``; drives the inputs meanwhile."""
        while True:
            await self._drive_next()

    async def _drive_next(self) -> int:
        """Apply the twin's next line and give its pin."""
        if self._reader is None:
            raise LinkDown("closed")
        try:
            line = await self._reader.readline()
        except (OSError, ValueError) as error:
            raise LinkDown(f"the twin is gone: {error}") from error
        if not line:
            raise LinkDown("the twin is gone")
        try:
            told = json.loads(line)
            number, level = int(told["pin"]), bool(told["level"])
        except (ValueError, TypeError, KeyError) as error:
            raise LinkDown(f"the twin sent {line[:80]!r}, no pin and level") from error
        if number in self._inputs:
            pin = self._factory.pin(number)
            (pin.drive_high if level else pin.drive_low)()
        return number

    def _report(self, number: int, level: bool) -> None:
        """Tell the twin of an output; a twin that reads nothing is hung up on."""
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        writer.write(json.dumps({"pin": number, "level": int(level)}).encode() + b"\n")
        if writer.transport.get_write_buffer_size() > UNREAD_LIMIT_BYTES:
            writer.transport.abort()

    async def close(self) -> None:
        """See ``PinSource.close``; what was written still goes out."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(0.2):
                    await writer.wait_closed()
            writer.transport.abort()
        factory, self._factory = self._factory, None
        if factory is not None:
            factory.close()


def _reporting_pin(report: Callable[[int, bool], None]) -> type[Any]:
    """A mock pin that tells ``report`` when it is an output and its level changes."""
    from gpiozero.pins.mock import MockPin

    class ReportingPin(MockPin):  # type: ignore[misc]  # gpiozero carries no types
        def _set_state(self, value: float) -> None:
            super()._set_state(value)
            report(self._number, bool(value))

    return ReportingPin
