"""A switch that must be held: without renewal in time, it lets go.

Owns one timer. Must not know what it stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

DRIVE_HOLDS_S = 0.5
"""A camera that is driven by speed and forgotten ends at the wall: whoever follows renews."""


class DeadMan:
    """Calls ``let_go`` once when it was not held again for ``DRIVE_HOLDS_S``."""

    def __init__(self, let_go: Callable[[], None]) -> None:
        """Not held."""
        self._let_go = let_go
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_held(self) -> bool:
        """Somebody holds it."""
        return self._timer is not None

    def hold(self) -> None:
        """Hold it, or renew."""
        self.release()
        self._timer = asyncio.get_running_loop().call_later(DRIVE_HOLDS_S, self._expired)

    def release(self) -> None:
        """Let it go in order: nothing is called."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expired(self) -> None:
        self._timer = None
        self._let_go()
