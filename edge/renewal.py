"""The room's certificate is renewed while the old one is still good.

Owns when to ask. What is asked goes over the link the room has; the hub answers on
``down/identity``. Must not know the hub's rules.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from edge.contract import messages, topics
from edge.runtime.identity import Identity, IdentityError
from edge.runtime.link import Link

log = logging.getLogger(__name__)

LEFT = timedelta(days=122)
"""A third of a year: a room that is out of use over a summer comes back with a good one."""

ASK_EVERY_S = 3600.0


def now() -> datetime:
    """The wall clock. Where it is not set (1970) nothing is due, and nothing was lost by that."""
    return datetime.now(UTC)


class Renewal:
    """Asks while it is due; ``run`` lives until cancelled."""

    def __init__(self, identity: Identity, link: Link, wall: Callable[[], datetime] = now) -> None:
        """``link`` carries question and answer."""
        self._identity = identity
        self._link = link
        self._wall = wall

    async def run(self) -> None:
        """Look once an hour."""
        while True:
            self.ask_if_due()
            await asyncio.sleep(ASK_EVERY_S)

    def ask_if_due(self) -> None:
        """Ask the hub, if it can be reached."""
        if self._identity.until() - self._wall() < LEFT:
            question = messages.IdentityRequest(request=self._identity.request())
            self._link.publish_once(topics.up(self._identity.room, "identity"), question)

    def take(self, grant: messages.IdentityGrant) -> None:
        """The hub's answer: used from the next connection on."""
        try:
            if self._identity.take(grant.certificate):
                log.warning("certificate renewed until %s", self._identity.until())
        except IdentityError as error:
            log.error("a renewed certificate cannot be kept: %s", error)
