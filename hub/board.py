"""What rooms last reported of themselves and their devices.

Theory. Reports are proofs with an age, not records: they live in memory, are replaced by the
next one, and come back by themselves after a restart because rooms keep them retained. A
report counts only for the boot that the room's status names; inside one boot a lower ``rev``
is older. Retained messages arrive in any order, so until the status has been heard on this
connection any boot is let in and sorted out when the status comes.

Owns the latest report of everything. Must not decide; must not be stored.
Times are milliseconds on the meeting's clock.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Literal

from edge.contract import messages
from hub.history import History
from hub.meeting import events
from hub.previews import Previews
from hub.screens import Screens

COMMANDS_KEPT = 50

LEVELS_EVERY_MS = 200
"""Pages get levels five times a second: a bar that moves oftener is not read any better."""


@dataclass(slots=True)
class RoomBoard:
    """The latest of one room."""

    met: bool = False
    """Its status has been heard since the hub's link is up."""
    status: messages.Status | None = None
    states: dict[str, messages.State] = field(default_factory=dict)
    seen_ms: dict[str, int] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)
    """dBFS by seat number, as last told; may be lost on the way."""
    levels_ms: int = -LEVELS_EVERY_MS
    alerts: dict[str, tuple[messages.Alert, int]] = field(default_factory=dict)
    """By id, with the time since when it holds."""
    apart_s: float | None = None
    """How far its wall clock is ahead of ours, as its last fresh status said."""
    floor_heard_s: float = 0.0
    """When its own floor arrived, in seconds: the ages in it are of that moment."""

    def floor(self) -> messages.FloorState | None:
        """The room's own floor, if it is of the present boot."""
        found = self.states.get("floor")
        return found if isinstance(found, messages.FloorState) else None

    def online(self) -> bool:
        """The room itself said so on this connection."""
        return self.met and self.status is not None and self.status.state == "online"


@dataclass(frozen=True, slots=True)
class Order:
    """A command to a device and how far it is."""

    id: str
    name: str
    room: str
    device: str
    action: str
    deadline_ms: int
    """Without a result by then it counts as expired."""
    status: Literal["sent", "done", "rejected", "expired", "failed"] = "sent"
    reason: messages.Text | None = None
    quiet: bool = False
    """Not for the records."""

    def ended(self, at_s: float) -> events.OrderEnded:
        """That it has ended, as the records have it."""
        assert self.status != "sent"  # noqa: S101  # whoever asks has just ended it
        return events.OrderEnded(
            at_s, self.room, self.device, self.action, self.id, self.status, self.reason
        )


class Board:
    """All rooms and the latest commands."""

    def __init__(self) -> None:
        """Nothing has been heard."""
        self.rooms: dict[str, RoomBoard] = {}
        self.orders: OrderedDict[str, Order] = OrderedDict()
        self.previews = Previews()
        self.screens = Screens()
        self.history = History()

    def room(self, ident: str) -> RoomBoard:
        """The room's place on the board, made when it is first heard of."""
        return self.rooms.setdefault(ident, RoomBoard())

    def link_lost(self) -> None:
        """From here on nothing is known to be of the present boot."""
        for room in self.rooms.values():
            room.met = False
            room.states.pop("floor", None)  # its ages are of another connection
            room.alerts.clear()  # those that still hold come again: they are retained

    def hear_status(self, ident: str, status: messages.Status) -> None:
        """A new status; reports of any other boot are of the past."""
        room = self.room(ident)
        known = room.status if room.online() else None
        if known is not None and status.state == "offline" and known.boot != status.boot:
            return  # the will of an earlier start
        room.met = True
        room.status = status
        room.states = {k: s for k, s in room.states.items() if s.boot == status.boot}
        room.alerts = {k: a for k, a in room.alerts.items() if a[0].boot == status.boot}

    def hear_state(self, ident: str, part: str, state: messages.State, now_ms: int) -> bool:
        """Take a report; False when it is an older one."""
        room = self.room(ident)
        if room.met and room.status is not None and state.boot != room.status.boot:
            return False
        known = room.states.get(part)
        if known is not None and known.boot == state.boot and state.rev < known.rev:
            return False
        room.states[part] = state
        room.seen_ms[part] = now_ms
        return True

    def hear_levels(self, ident: str, levels: dict[str, float], now_ms: int) -> bool:
        """Take the levels of the seats; False when the last ones are too fresh to be replaced."""
        room = self.room(ident)
        if levels and now_ms - room.levels_ms < LEVELS_EVERY_MS:
            return False
        room.levels, room.levels_ms = levels, now_ms
        return True

    def hear_alert(
        self, ident: str, alert_id: str, alert: messages.Alert | None, now_ms: int
    ) -> tuple[messages.Alert | None, messages.Alert | None]:
        """Take an alert, None clears it; what stood there before, and what stands now."""
        room = self.room(ident)
        before = room.alerts.pop(alert_id, None)
        if alert is None:
            return (before[0] if before else None), None
        if room.met and room.status is not None and alert.boot != room.status.boot:
            return None, None
        room.alerts[alert_id] = (alert, now_ms - alert.for_ms)
        return (before[0] if before else None), alert

    def add_order(self, order: Order) -> None:
        """Remember a command that goes out now."""
        self.orders[order.id] = order
        while len(self.orders) > COMMANDS_KEPT:
            self.orders.popitem(last=False)

    def end_order(
        self,
        ident: str,
        status: Literal["done", "rejected", "expired", "failed"],
        reason: messages.Text | None,
    ) -> Order | None:
        """The command has ended; None when it is unknown or had ended before."""
        order = self.orders.get(ident)
        if order is None or order.status not in ("sent", "expired") or order.status == status:
            return None
        self.orders[ident] = replace(order, status=status, reason=reason)
        return self.orders[ident]

    def overdue(self, now_ms: int) -> list[Order]:
        """Commands that should have been answered by now."""
        return [o for o in self.orders.values() if o.status == "sent" and o.deadline_ms <= now_ms]
