"""Tells what happens in meetings to whoever reads the hub's topic at the broker.

Theory. A fact is told when the broker has acknowledged it; without a connection it waits. From
there on it is the broker's: a reader with a session of its own misses nothing, one without hears
what happens while it listens.

Owns publishing. Must not decide what a fact is (``course``), nor in which order (``telling``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from edge.contract import topics
from edge.contract.facts import Fact as FactMessage
from edge.contract.wire import BadMessage, encode
from hub.bridges.course import Fact
from hub.bridges.telling import Telling

log = logging.getLogger(__name__)

NOTE = "broadcast"

PAUSE_S = 1.0


class Link(Protocol):
    """The hub's."""

    async def send_surely(self, topic: str, data: bytes) -> bool:
        """Whether the broker has it."""


class Broadcast:
    """One part of the hub."""

    def __init__(
        self,
        telling: Telling,
        link: Callable[[], Link],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is told before ``run``."""
        self.nudge = telling.nudge
        self._telling = telling
        self._link = link
        self._pause = pause

    async def run(self) -> None:
        """Tell until cancelled.

        Raises:
            StoreError: the record cannot be read, or the place in it not be kept.
        """
        await self._telling.run(self._tell)

    async def _tell(self, fact: Fact) -> None:
        try:
            data = encode(FactMessage.model_validate(fact._asdict()))
        except BadMessage as error:
            log.error("%s %s is not told at the broker: %s", fact.type, fact.id, error)
            return
        while not await self._link().send_surely(topics.HUB_FACT, data):
            await self._pause(PAUSE_S)
