"""A running hub, as those see it who watch it: its figures collected and served.

Owns where each figure comes from. Must not change anything in the hub.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from hub.figures import FiguresServer, HubFigures, RoomFigures
from hub.identity.authority import IdentityError, ends
from hub.settings import Settings, version
from hub.store.store import FILE
from hub.update import why_not

if TYPE_CHECKING:
    from hub.board import RoomBoard
    from hub.service import Hub


class Watch:
    """One part of the hub; serves nothing where no address was given."""

    def __init__(self, hub: Hub, settings: Settings) -> None:
        """``hub`` is looked at, nothing else."""
        self._hub = hub
        self._settings = settings

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            OSError: the address cannot be used.
        """
        if self._settings.figures is None:
            await asyncio.Event().wait()
            return
        server = FiguresServer(self.collect, self.health)
        try:
            await server.start(*self._settings.figures)
            await asyncio.Event().wait()
        finally:
            await server.stop()

    def health(self) -> dict[str, Any]:
        """Whether the hub does its work, the version, and why it should not be restarted now."""
        trouble = self._hub.desk.storage_trouble
        busy = why_not(self._hub.desk.meeting)
        return {
            "ok": trouble is None and self._hub.link.connected,
            "version": version(),
            "broker": "connected" if self._hub.link.connected else "lost",
            "broker_trouble": self._hub.link.last_error,
            "storage": "ok" if trouble is None else str(trouble),
            "busy": None if busy is None else str(busy),
        }

    def collect(self) -> HubFigures:
        """The figures of this moment."""
        hub = self._hub
        return HubFigures(
            version=version(),
            broker_connected=hub.link.connected,
            storage_ok=hub.desk.storage_trouble is None,
            rooms={ident: _room(room) for ident, room in hub.board.rooms.items()},
            listeners=hub.pages.listeners,
            refused_messages=hub.link.gatekeeper.total_refused,
            dropped_messages=hub.link.dropped,
            restarts=dict(hub.supervisor.restarts),
            heard=dict(hub.hearing.counts),
            records_bytes=self._records_bytes(),
            certificates_until_s=self._certificates(),
        )

    def _records_bytes(self) -> int:
        places = (self._settings.data / f"{FILE}{ending}" for ending in ("", "-wal"))
        return sum(place.stat().st_size for place in places if place.exists())

    def _certificates(self) -> dict[str, float]:
        """Those that can be read; that one cannot, the link says louder."""
        tls = self._settings.broker_tls
        found: dict[str, float] = {}
        for name, path in ({} if tls is None else tls.certificates).items():
            try:
                found[name] = ends(path.read_bytes()).timestamp()
            except (OSError, IdentityError):
                continue
        return found


def _room(room: RoomBoard) -> RoomFigures:
    status = room.status
    return RoomFigures(
        online=room.online(),
        version="" if status is None else status.version,
        outbox=0 if status is None else status.outbox,
        outbox_oldest_s=0 if status is None else (status.outbox_oldest_ms or 0) / 1000,
        alerts=Counter(alert.severity for alert, _ in room.alerts.values()),
    )
