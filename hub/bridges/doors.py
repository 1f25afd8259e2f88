"""The doors that a hub was started with, as parts of it.

Owns which of them run, and the alarms that say what is wrong with them. Must not contain any.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from edge.contract.messages import Text
from hub.alerts import Alerts
from hub.api.bridge_routes import BridgeRoutes
from hub.archive import Archive
from hub.bridges import broadcast, webhook
from hub.bridges.broadcast import Broadcast, Link
from hub.bridges.home_assistant import HomeAssistant
from hub.bridges.intake import Intake
from hub.bridges.poller import Poller, Trouble
from hub.bridges.settings import BridgeSettings
from hub.bridges.telling import Telling
from hub.bridges.webhook import Webhook
from hub.meeting.state import Meeting
from hub.prepared import Prepared
from hub.store.reader import Reader
from hub.store.store import Store

_TEXTS = {
    "ecabinet": Text(
        vi="Không nhận được cuộc họp từ eCabinet", en="Meetings of eCabinet cannot be taken in"
    ),
    "webhook": Text(
        vi="Hệ thống nhận thông báo chưa nhận đủ",
        en="The receiver of the webhook has not taken everything",
    ),
}


class Doors:
    """Each has a part of its own; without settings nothing goes in or out."""

    def __init__(
        self,
        settings: BridgeSettings,
        store: Store,
        prepared: Prepared,
        meeting: Callable[[], Meeting],
        alerts: Alerts,
        home: HomeAssistant,
        link: Callable[[], Link],
        archive: Archive,
    ) -> None:
        """Nothing is opened."""
        read = Reader(store.path).events
        intake = Intake(prepared, store, meeting)
        self.routes = BridgeRoutes(intake, read, meeting, archive.journal)
        """Addresses of the hub itself; they are always there."""
        self._alerts = alerts
        self._parts: dict[str, Callable[[], Awaitable[None]]] = {"home assistant": home.run}
        self._nudges: list[Callable[[], None]] = []

        def telling(note: str) -> Telling:
            found = Telling(note, store, read, archive.journal)
            self._nudges.append(found.nudge)
            return found

        if settings.poll is not None:
            poller = Poller(settings.poll, intake.take, self._trouble("ecabinet"))
            self._parts["ecabinet"] = poller.run
        if settings.webhook is not None:
            trouble = self._trouble("webhook")
            self._parts["webhook"] = Webhook(settings.webhook, telling(webhook.NOTE), trouble).run
        if settings.facts:
            self._parts["broadcast"] = Broadcast(telling(broadcast.NOTE), link).run

    def parts(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What is to be kept running, by name."""
        return self._parts

    def committed(self) -> None:
        """There is something new in the record."""
        for nudge in self._nudges:
            nudge()

    def _trouble(self, ident: str) -> Trouble:
        def told(line: str) -> None:
            self._alerts.set(ident, _TEXTS[ident] if line else None, line)

        return told
