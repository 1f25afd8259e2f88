"""What leaves the room as its picture: the director's camera on the switcher's output.

Theory. The director says what should be out, the switcher says what is. They differ for the
moment of a change; when it fails, the choice of pictures goes on all the same, it is tried
again, and people are told. Somebody who presses the switcher's own keys means it: that is left
alone for as long as a shot by hand. A switcher that was away has forgotten: it is told again.

Owns that one wish. Must not choose pictures, nor know how a switcher speaks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from drivers.core.capability import Health, HealthState, Switcher
from drivers.core.errors import DeviceError
from drivers.core.reading import Clock, Reading
from edge.runtime.unless import unless

log = logging.getLogger(__name__)

TRY_AGAIN_S = 1.0
"""Between two attempts, and between two looks at what is out."""

NO_SWITCHER = "this room has no switcher"


class Watched(Protocol):
    """The programme as a stream that people can open."""

    @property
    def address(self) -> str:
        """HOST:PORT."""
        ...

    @property
    def watching(self) -> int:
        """How many have it open."""
        ...


class Programme:
    """The picture that leaves the room. ``wanted``: a camera's id, ``room:ID``, or None."""

    def __init__(
        self,
        switcher: Switcher | None,
        hand_s: float,
        now_s: Clock,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """``hand_s``: how long a choice at the switcher itself is left alone."""
        self.wanted: str | None = None
        self._switcher = switcher
        self._hand_s = hand_s
        self._now_s = now_s
        self._changed = changed
        self._news = asyncio.Event()
        self._done: str | None = None
        """The last wish that the switcher confirmed."""
        self._differs_since_s: float | None = None
        self._trouble: str | None = None

    def show(self, source: str | None) -> None:
        """The director's picture on air, as often as anybody likes."""
        if source != self.wanted:
            self.wanted = source
            self._news.set()

    def out(self, now_s: float) -> Reading[str]:
        """What is really out, as the switcher last said."""
        if self._switcher is None:
            return Reading.unknown(NO_SWITCHER)
        return self._switcher.selected(now_s)

    def health(self, now_s: float) -> Health:
        """Fault while what is out is not what is wanted."""
        if self._switcher is None or self.wanted is None:
            return Health(HealthState.OK)
        out = self.out(now_s)
        if out.value == self.wanted:
            return Health(HealthState.OK, None, out.at_s)
        reason = self._trouble or f"{out.value or 'nothing known'} is out, not {self.wanted}"
        return Health(HealthState.FAULT, reason, out.at_s)

    async def run(self) -> None:
        """Make the wish true until cancelled."""
        if self._switcher is None:
            await asyncio.Event().wait()
            return
        while True:
            try:
                async with asyncio.timeout(TRY_AGAIN_S):
                    await self._news.wait()
            except TimeoutError:
                pass
            self._news.clear()
            if self._is_due(self._switcher, self._now_s()):
                await self._choose(self._switcher)

    def _is_due(self, switcher: Switcher, now_s: float) -> bool:
        out = switcher.selected(now_s)
        if self.wanted is None:
            return False
        if out.value is None:
            self._done = None  # away, or not heard: whatever it shows then, it is told again
        if self._done != self.wanted:
            return True
        if out.value == self.wanted:
            self._differs_since_s = None
            return False
        if self._differs_since_s is None:
            self._differs_since_s = now_s
        return now_s - self._differs_since_s >= self._hand_s

    async def _choose(self, switcher: Switcher) -> None:
        """One attempt, given up as soon as something else is wanted."""
        wanted = self.wanted or ""
        chosen = await unless(self._news, switcher.select(wanted), f"programme {wanted}")
        if chosen is None:
            return
        self._settle(wanted, chosen)
        self._changed()

    def _settle(self, wanted: str, choosing: asyncio.Task[None]) -> None:
        error = choosing.exception()
        if error is None:
            self._done, self._differs_since_s, self._trouble = wanted, None, None
        elif isinstance(error, DeviceError):
            if str(error) != self._trouble:
                log.warning("programme: %s", error)
            self._trouble = str(error)
        else:
            raise error
