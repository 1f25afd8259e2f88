"""Where pins come from: this board, or a twin.

Owns the lazy import of gpiozero, so that a room without a console needs no GPIO library, and
the one clear line when there are no pins. Must not know which pin is which key. The factory
is always passed on, never set as gpiozero's global one.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from typing import Any, Protocol

from drivers.core.errors import LinkDown

LGPIO_CHIP_HINT = "is this a Raspberry Pi, and is the user in group gpio?"


class PinSource(Protocol):
    """A supply of pins that may end and be opened again."""

    errors: tuple[type[Exception], ...]
    """What using the pins may raise when they are gone; known after ``open``."""

    async def open(self) -> Any:
        """A gpiozero pin factory.

        Raises:
            LinkDown: there are no pins; says why.
        """
        ...

    async def begin(self, inputs: frozenset[int]) -> None:
        """Return when each of ``inputs`` has a level worth reading; call after claiming them.

        Raises:
            LinkDown: they get none.
        """
        ...

    async def lost(self) -> None:
        """Wait until the pins are gone, then raise LinkDown; with real pins wait for ever."""
        ...

    async def close(self) -> None:
        """Give everything back. May be called twice."""
        ...


class GpioPins:
    """The pins of this board, through gpiozero on lgpio."""

    errors: tuple[type[Exception], ...] = (OSError,)

    def __init__(self) -> None:
        """Nothing is opened yet."""
        self._factory: Any = None

    async def open(self) -> Any:
        """See ``PinSource.open``."""
        try:
            # lgpio makes a pipe in the working directory when it is imported, and a hardened
            # service may not write there. The pipe stays open after its name is gone.
            with (
                tempfile.TemporaryDirectory(prefix="phonghop-gpio-") as scratch,
                contextlib.chdir(scratch),
            ):
                import lgpio
                from gpiozero.exc import GPIOZeroError
                from gpiozero.pins.lgpio import LGPIOFactory
        except ImportError as error:
            raise LinkDown(
                f"no GPIO library ({error.name} is not installed): install phonghop[edge]"
            ) from error
        self.errors = (OSError, GPIOZeroError, lgpio.error)
        try:
            self._factory = LGPIOFactory()
        except self.errors as error:
            raise LinkDown(f"no GPIO chip ({error}): {LGPIO_CHIP_HINT}") from error
        return self._factory

    async def begin(self, inputs: frozenset[int]) -> None:
        """See ``PinSource.begin``; a real pin always has a level."""

    async def lost(self) -> None:
        """See ``PinSource.lost``."""
        await asyncio.get_running_loop().create_future()

    async def close(self) -> None:
        """See ``PinSource.close``."""
        factory, self._factory = self._factory, None
        if factory is not None:
            factory.close()
