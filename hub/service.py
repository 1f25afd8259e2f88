"""The hub: store, meeting, link, pages and API, wired together.

Owns the wiring and the order of starting and ending. Must not contain rules: a decision
belongs to ``hub.meeting``, a message's way to ``hub.hearing``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from edge.contract import messages, topics
from edge.contract.wire import encode
from hub import notify
from hub.access import rights
from hub.alerts import Alerts
from hub.api import http, models, views
from hub.api.ballot_records import BallotRecords
from hub.api.event_records import EventRecords
from hub.api.gate import signed_in
from hub.api.meeting_addresses import MeetingAddresses
from hub.api.pages import Pages, hub_part
from hub.api.recent import Recent
from hub.archive import Archive
from hub.ballot_teller import BallotTeller
from hub.board import Board
from hub.bridges.doors import Doors
from hub.bridges.home_assistant import HomeAssistant
from hub.broker_tls import granting
from hub.clock import HubClock
from hub.desk import Committed, Desk, Item
from hub.floor_teller import FloorTeller
from hub.hearing import Hearing
from hub.link import Link
from hub.meeting import commands, events, vote_events
from hub.meeting.wording import is_shown
from hub.meeting_orders import MeetingOrders
from hub.orders import Orders
from hub.papers import PaperFolder
from hub.plan_teller import PlanTeller
from hub.prepared import Prepared
from hub.reception import Reception
from hub.replay import replayed
from hub.settings import Ready, Settings, version
from hub.snapshots import Snapshots
from hub.store.reader import Reader
from hub.store.store import Store, StoreError
from hub.supervise import Supervisor
from hub.turnstile import Turnstile
from hub.watch import Watch

TIME_EVERY_S = 10.0
"""How often rooms and pages are told the hub's time."""

SILENT_AFTER_S = 8.0
"""A known room that has not been heard this long after the link came up is lost. Rooms come
back within about five seconds of a broker's return (their pause is random up to that)."""

_BALLOTS_SHOWN = (vote_events.BallotMoved, vote_events.MotionPlanned, events.MeetingSet)


class Hub:
    """One hub: ``Hub(settings)`` opens the store, ``run`` serves until cancelled."""

    def __init__(self, settings: Settings) -> None:
        """Open the store and replay what happened.

        Raises:
            StoreError: the data directory or the database cannot be used.
            BookError: the accounts cannot be used.
        """
        self._settings = settings
        self._store = Store(settings.data)
        self._clock = HubClock(self._store.last)
        self._version = version()
        self._linked_at_s = 0.0
        self.board = Board()
        self.alerts = Alerts(
            str(self._store.gen), self._clock.now_ms, lambda: self.pages.touch("hub")
        )
        self.pages = Pages(
            lambda: self.desk.meeting,
            self.board,
            self._hub_part,
            lambda: self.link.connected,
            self._clock.now_s,
            lambda: self.prepared.part(),
        )
        self.snapshots, recent = Snapshots(), Recent()
        self.desk = Desk(
            replayed(self._store, recent.see, self.snapshots),
            self._store,
            self._clock,
            self._on_committed,
            self._on_storage,
        )
        self.pages.log.extend(recent.lines())
        self.prepared = Prepared(
            self._store,
            self.desk,
            self._clock,
            PaperFolder(settings.data / "papers", settings.paper_most_bytes),
            lambda: self.pages.touch("meetings"),
        )
        self.archive = Archive(lambda: self.desk.meeting, self._store.lines)
        self.doors = Doors(
            settings.bridges,
            self._store,
            self.prepared,
            lambda: self.desk.meeting,
            self.alerts,
            HomeAssistant(
                lambda: self.link,
                lambda: self.board,
                lambda: self.desk.meeting,
                self._store,
                self._version,
                wanted=settings.bridges.home_assistant,
            ),
            lambda: self.link,
            self.archive,
        )
        self.hearing = Hearing(
            self.board,
            self._clock,
            self.desk.put,
            self.pages.touch,
            self._on_room_online,
            lambda: self.link.contact,
            lambda: self.desk.meeting,
            granting(settings.broker_tls, lambda topic, data: self.link.send(topic, data)),
        )
        self.link = Link(
            settings.mqtt_host,
            settings.mqtt_port,
            self._store.gen,
            self.hearing.hear,
            self._on_link,
            None if settings.broker_tls is None else settings.broker_tls.context,
        )
        self.orders = Orders(
            self.desk,
            self.board,
            self.link,
            self._clock,
            self._store.gen,
            self.pages.touch,
            self.alerts,
            MeetingOrders(self.prepared, self.desk),
        )
        self.floors = FloorTeller(
            self.link, self._clock, self._store.gen, lambda: self.desk.meeting
        )
        self.plans = PlanTeller(self.link, self._store.gen)
        self.turnstile = Turnstile(settings.access.behind_proxy)
        self.reception = Reception(
            settings.access,
            settings.data,
            self._clock.now_s,
            lambda: self.desk.meeting,
            self.desk.note,
        )
        self.ballots = BallotTeller(
            self.link, self.board, self._clock, self._store.gen, self.alerts.set
        )
        self.supervisor = Supervisor(self._on_failure)

    # --- what happens ------------------------------------------------------------------------

    def _on_committed(self, done: Committed) -> None:
        """Tell rooms first (the floor, then the receipt), then the pages."""
        self.floors.committed(done)
        for room, receipt in self._store.inbox.receipts(done.heard):
            self.link.send(topics.down(room, "receipt"), encode(receipt), qos=0)
        self.ballots.committed(done)
        if done.stored:
            self.snapshots.see(done.stored[-1].n, done.after)
        self.plans.tell(done.after)
        self._show(done)
        self.doors.committed()

    def _show(self, done: Committed) -> None:
        for stored in filter(lambda each: is_shown(each.event), done.stored):
            self.pages.add_line(views.log_entry(stored, done.after))
        self._show_ballots(done)
        if done.before.rev != done.after.rev:
            self.pages.touch("floor")
        if views.meeting_facts(done.before) != views.meeting_facts(done.after):
            self.pages.touch("meeting")
            self.pages.touch("meetings")
        if done.before.assigned is not done.after.assigned:
            self.pages.touch_rooms()
        elif done.before.plan_rev != done.after.plan_rev:
            for ident, room in done.after.rooms.items():
                if done.before.room(ident).plan is not room.plan:
                    self.pages.touch("rooms", ident)
        if done.before.care is not done.after.care:
            self.pages.touch_care(stored.event for stored in done.stored)
        for stored in done.stored:
            if isinstance(stored.event, events.RoomOnline | events.RoomOffline):
                for key in ("online", "since_ms", "boot"):
                    self.pages.touch("rooms", stored.event.room, key)

    def _show_ballots(self, done: Committed) -> None:
        """The list, and every ballot; the pages themselves see to it that it is not too often."""
        before, after = done.before, done.after
        if before.attendance is not after.attendance or before.plan_rev != after.plan_rev:
            self.pages.touch("attendance")
        is_listed_anew = any(isinstance(s.event, _BALLOTS_SHOWN) for s in done.stored)
        if is_listed_anew or before.ballots is not after.ballots:
            self.pages.touch("ballots")

    def _on_link(self, connected: bool) -> None:
        """The broker is there: say everything anew. It is gone: nothing is sure any more."""
        self._linked_at_s = self._clock.now_s()
        if connected:
            self.floors.tell_again()
            self.plans.tell(self.desk.meeting, again=True)
            self.ballots.tell(self.desk.meeting, again=True)
            self._tell_time()
        else:
            self.board.link_lost()
        self.pages.touch("hub")
        self.pages.touch_rooms()

    def _on_room_online(self, ident: str) -> None:
        """The room may be new or may have a new clock: it needs the time for its commands."""
        self._send_time(ident)
        self.ballots.send_keys(self.desk.meeting, ident)

    def _on_storage(self, error: StoreError | None) -> None:
        text = messages.Text(
            vi="Không ghi được dữ liệu của máy chủ cuộc họp", en="The hub cannot write its records"
        )
        self.alerts.set("storage", None if error is None else text, str(error), "fault")

    def _on_failure(self, name: str, reason: str | None) -> None:
        text = messages.Text(
            vi="Một phần của máy chủ cuộc họp gặp lỗi và đã tự khởi động lại",
            en="A part of the hub failed and has restarted by itself",
        )
        evidence = f"{name}: {reason} ({self.supervisor.restarts[name]} ×)"
        self.alerts.set(f"part-{name}", None if reason is None else text, evidence)

    # --- what goes on all the time -----------------------------------------------------------

    async def _tell_time_forever(self) -> None:
        while True:
            await asyncio.sleep(TIME_EVERY_S)
            self._tell_time()
            self.ballots.send_keys(self.desk.meeting)
            self.pages.touch("hub")

    def _tell_time(self) -> None:
        for ident in self.desk.meeting.rooms:
            self._send_time(ident)

    def _send_time(self, ident: str) -> None:
        now = messages.HubTime(gen=self._store.gen, mono_ms=self._clock.now_ms())
        self.board.history.asked(ident, now.mono_ms, self._clock.now_s())
        self.link.send(topics.down(ident, "time"), encode(now), qos=0)

    async def _miss_silent_rooms(self) -> None:
        """Rooms that should be there and say nothing after the link came up are lost."""
        while True:
            await asyncio.sleep(1.0)
            self.ballots.watch(self.desk.meeting)
            self.board.screens.watch(
                self.desk.meeting, self._clock.now_ms(), self.alerts.set, self.pages.touch
            )
            if not self.link.connected or self._clock.now_s() - self._linked_at_s < SILENT_AFTER_S:
                continue
            for ident in self.desk.meeting.rooms:
                if not self.board.room(ident).met:
                    await self.desk.put(Item(commands.RoomSilent(ident)))

    def _hub_part(self) -> views.Json:
        return hub_part(
            self._store.gen,
            self._version,
            self.link.connected,
            self._clock.now_ms(),
            self.alerts.part(self.desk.meeting.care),
        )

    def _health(self) -> models.Health:
        trouble = self.desk.storage_trouble
        return models.Health(
            ok=trouble is None and self.link.connected,
            broker="connected" if self.link.connected else "lost",
            storage="ok" if trouble is None else str(trouble),
            rooms_online=sum(room.online() for room in self.board.rooms.values()),
            listeners=self.pages.listeners,
            refused_messages=self.link.gatekeeper.total_refused,
            restarts=dict(self.supervisor.restarts),
        )

    # --- life --------------------------------------------------------------------------------

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled; ``ready`` is told when people can come.

        Raises:
            OSError: the HTTP port cannot be bound, or the certificate not be used.
        """
        app = http.application(
            self.pages,
            self.orders.carry_out,
            self._health,
            self._version,
            BallotRecords(
                lambda: self.desk.meeting,
                self._store.lines,
                self.pages.ballots,
                lambda request: rights.leads(signed_in(request)),
            ),
            EventRecords(Reader(self._store.path).events, lambda: self.desk.meeting),
            self.reception.sign_in,
            self.orders.refusals,
            (MeetingAddresses(self.prepared, lambda: self.desk.meeting), self.doors.routes),
        )
        runner = self.turnstile.runner(app)
        try:
            await runner.setup()
            tls, settings = self.reception.tls(), self._settings
            await self.turnstile.listen(runner, settings.http_host, settings.http_port, tls)
            port = runner.addresses[0][1]
            await self.prepared.begin(settings.meeting)
            for name, work in self._parts().items():
                self.supervisor.add(name, work)
            self.ballots.begin(self.desk.meeting)
            scheme = "http" if tls is None else "https"
            ready(f"{scheme}://{settings.http_host}:{port}/", self.reception.door.set_up_code)
            await self.supervisor.run()
        finally:
            self.pages.close()
            await runner.cleanup()
            self.reception.close()
            self._store.close()

    def _parts(self) -> dict[str, Callable[[], Awaitable[None]]]:
        progress = {
            "desk": lambda: self.desk.turns,
            "link": lambda: self.link.turns,
        }
        return {
            "desk": self.desk.run,
            "link": self.link.run,
            "time": self._tell_time_forever,
            "silent rooms": self._miss_silent_rooms,
            "turnstile": self.turnstile.run,
            "sessions": self.reception.door.keep_forever,
            "overdue commands": self.orders.expire_forever,
            "refused commands": self.orders.refusals.look_forever,
            "figures": Watch(self, self._settings).run,
            "snapshots": lambda: self.snapshots.keep_forever(self._store),
            "past ballots": lambda: self.archive.prove_past(self.ballots.damaged),
            **self.doors.parts(),
            "watchdog": lambda: notify.keep_alive(progress),
        }
