"""Whether the hub can be heard, and when the room must go on without it.

Theory. A hub that says nothing for long, says goodbye, or is out of reach is gone; after a
grace the room leads itself. Nothing of this ends before the hub leads again.

Owns the signs of life and the countdown. Must not know what is decided meanwhile. Times are
seconds on the room's monotonic clock.
"""

from __future__ import annotations

from edge.contract import messages
from edge.rules.following import Authority

GRACE_S = 1.0
"""A broker that restarts is back within this; a delegate at a dead key waits no longer."""

FIRST_GRACE_S = 4.0
"""After a start the hub has this long to answer before the room leads itself."""

HUB_SILENT_S = 25.0
"""The hub tells its time every 10 s; two missed and it counts as gone."""


class HubWatch:
    """One hub, as a room hears it."""

    def __init__(self, now_s: float) -> None:
        """Nothing heard yet."""
        self.gen = 0
        """The newest start of the hub; what an older one says is not obeyed."""
        self.contact = 0
        """The hub's connection that is heard over ours; 0: none."""
        self.is_online = False
        self._heard_s = now_s
        self._alone_at_s: float | None = now_s + FIRST_GRACE_S

    def status(self, message: messages.HubStatus, authority: Authority, now_s: float) -> None:
        """What the hub says of itself, or its will."""
        if message.gen < self.gen:
            return
        if message.state == "offline":
            self._gone(authority, now_s)
            return
        newer = message.gen > self.gen
        self.contact = message.contact if newer else max(self.contact, message.contact)
        self.heard(message.gen, authority, now_s)

    def heard(self, gen: int, authority: Authority, now_s: float) -> None:
        """A sign of life."""
        self.gen = max(self.gen, gen)
        self._heard_s = now_s
        self.is_online = True
        self.leads(authority)

    def leads(self, authority: Authority) -> None:
        """Who leads now: there is no countdown while a hub that is heard does."""
        if authority == "hub" and self.is_online:
            self._alone_at_s = None

    def link_changed(self, up: bool, authority: Authority, now_s: float) -> None:
        """Our own connection is new, or gone: the hub has not been heard over it yet."""
        self.contact = 0
        if not up:
            self._gone(authority, now_s)

    def must_lead(self, authority: Authority, now_s: float) -> bool:
        """The grace is over: true once."""
        if self.is_online and now_s - self._heard_s > HUB_SILENT_S:
            self._gone(authority, now_s)
        if self._alone_at_s is None or now_s < self._alone_at_s:
            return False
        self._alone_at_s = None
        return True

    def _gone(self, authority: Authority, now_s: float) -> None:
        self.is_online = False
        if self._alone_at_s is None and authority != "room":
            self._alone_at_s = now_s + GRACE_S
