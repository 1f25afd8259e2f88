"""What the hub does for technicians: screens watched over, alarms seen, what stays of both."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from edge.contract import messages
from edge.contract.messages import Text
from edge.rules.reasons import Reason
from hub.access.rights import Role, Who
from hub.alerts import Alerts
from hub.api import care_bodies as bodies
from hub.board import Board
from hub.care_orders import care_order
from hub.clock import HubClock
from hub.desk import Desk
from hub.link import Link
from hub.meeting import commands, events
from hub.meeting.care import CareOrder
from hub.orders import Orders
from hub.screens import DEAD_AFTER_MS, Screens
from tests.hub_live import Live

BROKEN = Text(vi="Camera hỏng", en="Camera broken")


class Watched:
    """Screens of a meeting, and the alarms they raise."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.screens = Screens()
        self.standing: dict[str, tuple[Text, str]] = {}
        self.touched: list[tuple[str, ...]] = []

    def at(self, now_ms: int) -> list[str]:
        """Alarms at a time."""
        self.screens.watch(self.live.meeting, now_ms, self._alarm, self._touch)
        return sorted(self.standing)

    def _alarm(self, ident: str, text: Text | None, evidence: str) -> None:
        self.standing.pop(ident, None)
        if text is not None:
            self.standing[ident] = text, evidence

    def _touch(self, *path: str) -> None:
        self.touched.append(path)


def ordered(live: Live, body: Any, board: Board | None = None) -> CareOrder | Reason | None:
    """What becomes of a body."""
    alerts = Alerts("g1", lambda: 5, lambda: None)
    alerts.set("storage", BROKEN)
    return care_order(body, live.meeting, board or Board(), alerts, "technician", live.now_s)


def expecting(*rooms: str) -> Live:
    live = Live()
    for room in ("main", "satellite-1"):
        live.room(room)
    for room in rooms:
        found = ordered(live, bodies.ExpectScreen(room=room, on=True))
        assert isinstance(found, CareOrder)
        live.give(found)
    return live


def test_a_screen_that_falls_silent_is_named_and_one_that_comes_back_is_not() -> None:
    watched = Watched(expecting("main"))
    assert watched.screens.beat("main", "floor", 1_000)
    assert not watched.screens.beat("main", "floor", 11_000)
    assert watched.screens.beat("main", "ballot", 21_000)
    assert watched.at(21_000 + DEAD_AFTER_MS - 1) == []
    assert watched.at(21_000 + DEAD_AFTER_MS) == ["screen-main"]
    text, evidence = watched.standing["screen-main"]
    assert "Phòng" in text.vi
    assert "last: ballot" in evidence
    assert watched.touched == [("rooms", "main", "screen")]
    assert watched.screens.part("main", expected=True) == {
        "alive": False, "showing": "ballot", "since_ms": 21_000,
    }  # fmt: skip
    assert watched.screens.beat("main", "ballot", 90_000)
    assert watched.at(90_001) == []


def test_a_screen_that_never_came_back_after_a_power_cut_is_named() -> None:
    live = expecting("main")
    live.meeting = live.replayed()
    watched = Watched(live)
    assert watched.at(100) == []
    assert watched.at(100 + DEAD_AFTER_MS) == ["screen-main"]


def test_a_screen_that_is_taken_away_is_no_alarm() -> None:
    live = expecting("main")
    watched = Watched(live)
    watched.at(0)
    assert watched.at(DEAD_AFTER_MS) == ["screen-main"]
    found = ordered(live, bodies.ExpectScreen(room="main", on=False))
    assert isinstance(found, CareOrder)
    live.give(found)
    assert watched.at(DEAD_AFTER_MS + 1) == []
    assert watched.screens.part("main", expected=False) is None


def test_the_same_order_twice_is_recorded_once() -> None:
    live = expecting("main")
    found = ordered(live, bodies.DisplayAlive(room="main", showing="floor"))
    assert isinstance(found, CareOrder)
    assert live.give(found).events == ()
    unknown = bodies.DisplayAlive(room="nowhere", showing="floor")
    assert ordered(live, unknown) is Reason.ROOM_UNKNOWN


def test_an_alarm_is_acknowledged_for_as_long_as_it_stands() -> None:
    live, board = expecting(), Board()
    alert = messages.Alert(boot="b1", severity="fault", text=BROKEN)
    board.hear_alert("main", "cam-1", alert, 100)
    body = bodies.AcknowledgeAlarm(room="main", alert="cam-1")
    found = ordered(live, body, board)
    assert isinstance(found, CareOrder)
    live.give(found)
    seen = live.replayed().care.seen_by("main", "cam-1", "b1")
    assert seen is not None
    assert (seen.by, seen.text) == ("technician", BROKEN)
    assert live.meeting.care.seen_by("main", "cam-1", "b2") is None
    cleared = events.AlertCleared(live.now_s, "main", "cam-1", BROKEN)
    live.give(commands.Note(cleared))
    assert live.meeting.care.seen_by("main", "cam-1", "b1") is None
    assert ordered(live, bodies.AcknowledgeAlarm(room="main", alert="cam-2"), board) is (
        Reason.ALARM_OVER
    )


def test_alarms_of_the_hub_are_acknowledged_too() -> None:
    live = expecting()
    found = ordered(live, bodies.AcknowledgeAlarm(alert="storage"))
    assert isinstance(found, CareOrder)
    live.give(found)
    alerts = Alerts("g1", lambda: 5, lambda: None)
    alerts.set("storage", BROKEN, "disk full", "fault")
    seen = alerts.part(live.meeting.care)["storage"]["seen"]
    assert seen == {"by": "technician", "at_ms": int(live.now_s * 1000) - 1000}
    other_start = Alerts("g2", lambda: 5, lambda: None)
    other_start.set("storage", BROKEN)
    assert other_start.part(live.meeting.care)["storage"]["seen"] is None


async def test_a_paired_screen_speaks_for_its_own_room_alone_and_needs_no_broker() -> None:
    live, touched = expecting(), list[tuple[str, ...]]()

    class Records:
        """A desk that records."""

        meeting = live.meeting

        async def ask(self, given: commands.Input) -> None:
            """Let it happen."""
            live.give(given)

        def note(self, event: object) -> None:
            """For the records: not looked at here."""

    orders = Orders(
        cast(Desk, Records()),
        Board(),
        cast(Link, SimpleNamespace(connected=False)),
        HubClock(None),
        1,
        lambda *path: touched.append(path),
        Alerts("g1", lambda: 5, lambda: None),
    )
    screen = Who("main", Role.DISPLAY)
    for room, reason in (("satellite-1", Reason.NOT_YOUR_ROLE), ("main", None)):
        body = bodies.DisplayAlive(room=room, showing="floor")
        assert (await orders.carry_out("display_alive", body, screen))[1] is reason
    assert live.meeting.care.screens == {"main"}
    assert touched == [("rooms", "main", "screen")]
