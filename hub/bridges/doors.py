"""The doors that a hub was started with, as parts of it.

Owns which of them run, and the alarms that say what is wrong with them. Must not contain any.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from edge.contract.messages import Text
from hub.alerts import Alerts
from hub.api.bridge_routes import BridgeRoutes
from hub.archive import Archive
from hub.bridges.home_assistant import HomeAssistant
from hub.bridges.intake import Intake
from hub.bridges.poller import Poller, Trouble
from hub.bridges.settings import BridgeSettings
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
        archive: Archive,
    ) -> None:
        """Nothing is opened."""
        read = Reader(store.path).events
        intake = Intake(prepared, store, meeting)
        self.routes = BridgeRoutes(intake, read, meeting, archive.journal)
        """Addresses of the hub itself; they are always there."""
        self._alerts = alerts
        self._parts: dict[str, Callable[[], Awaitable[None]]] = {"home assistant": home.run}
        self._webhook: Webhook | None = None
        if settings.poll is not None:
            poller = Poller(settings.poll, intake.take, self._trouble("ecabinet"))
            self._parts["ecabinet"] = poller.run
        if settings.webhook is not None:
            self._webhook = Webhook(
                settings.webhook,
                store,
                read,
                archive.journal,
                self._trouble("webhook"),
            )
            self._parts["webhook"] = self._webhook.run

    def parts(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What is to be kept running, by name."""
        return self._parts

    def committed(self) -> None:
        """There is something new in the record."""
        if self._webhook is not None:
            self._webhook.nudge()

    def _trouble(self, ident: str) -> Trouble:
        def told(line: str) -> None:
            self._alerts.set(ident, _TEXTS[ident] if line else None, line)

        return told
