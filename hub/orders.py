"""What people at pages ask for, carried out: on the floor, or by a room's device.

Owns the way of a command: judged, committed, sent, and followed until it has ended. Must not
know HTTP.
"""

from __future__ import annotations

import asyncio
import secrets

from edge.contract import messages, topics
from edge.contract.wire import encode
from edge.rules.floor import Ask, Give, PriorityHeld, room_of
from edge.rules.reasons import Reason
from hub.access.rights import Role, Who, is_quiet
from hub.alerts import Alerts
from hub.api import models
from hub.api.care_bodies import DisplayAlive
from hub.api.seat_bodies import CastVote
from hub.ballot_orders import ballot_order
from hub.board import Board, Order
from hub.care_orders import care_order
from hub.clock import HubClock
from hub.desk import Desk, Item
from hub.device_orders import DeviceOrder, device_order
from hub.floor_orders import floor_order
from hub.hearing import Touch
from hub.link import Link
from hub.meeting import commands, events
from hub.meeting.access_events import CommandGiven
from hub.meeting.care import CareOrder
from hub.meeting.commands import FloorOrder, SettingsOrder
from hub.meeting.wording import reason_text
from hub.meeting_orders import MeetingOrders
from hub.refusals import CARRIED_OUT, Refusals
from hub.seat_orders import page_vote, seat_order

TTL_MS = 5_000
"""A command that has not reached its room by then is not carried out any more."""

ANSWER_MS = {
    "aim": 25_000,
    "power": 240_000,
    "source": 120_000,
    "volume": 120_000,
    "check": 60_000,
}
"""How long a device may take to prove it: a slow camera across its range, a projector that has
to cool down before it starts again, an input that waits until it has."""

ANSWER_ELSE_MS = 10_000


class Orders:
    """Carries out commands."""

    def __init__(
        self,
        desk: Desk,
        board: Board,
        link: Link,
        clock: HubClock,
        gen: int,
        touch: Touch,
        alerts: Alerts,
        meetings: MeetingOrders | None = None,
    ) -> None:
        """``touch`` tells the pages which command is new."""
        self._alerts = alerts
        self._meetings = meetings
        self._desk = desk
        self._board = board
        self._link = link
        self._clock = clock
        self._gen = gen
        self._touch = touch
        self._number = 0
        self.refusals = Refusals(desk.note, clock.now_s)

    async def carry_out(self, name: str, body: models.Body, who: Who) -> tuple[str, Reason | None]:
        """The command's id, and why it was refused (None: accepted). Both are recorded.

        Raises:
            StoreError: nothing can be recorded, so nothing was done.
        """
        if isinstance(body, CastVote):  # it counts here, whether rooms can be reached or not
            reason = await self._desk.ask(page_vote(body), (body.seat, body.press))
            self.refusals.counted(who, CARRIED_OUT if reason is None else 1.0)
            return body.press, reason
        ident = secrets.token_hex(8)
        if isinstance(body, DisplayAlive) and who.role is Role.DISPLAY and who.name != body.room:
            return ident, Reason.NOT_YOUR_ROLE  # a screen speaks for its own room
        reason = await self._done(ident, name, body, who.by)
        if is_quiet(name):
            return ident, reason
        if reason is not None:
            self.refusals.told(name, who, reason)
        else:
            self.refusals.counted(who, CARRIED_OUT)
            self._desk.note(CommandGiven(self._clock.now_s(), name, who.by, who.role.value))
        return ident, reason

    async def _done(self, ident: str, name: str, body: models.Body, by: str) -> Reason | None:
        about_meetings = None if self._meetings is None else self._meetings.doing(body, by)
        if about_meetings is not None:
            return await about_meetings
        now_s = self._clock.now_s()
        cared = care_order(body, self._desk.meeting, self._board, self._alerts, by, now_s)
        if cared is not None:  # of the hub itself: it needs no room
            return await self._care(cared, body)
        if not self._link.connected:
            return Reason.LINK_LOST
        wanted = floor_order(body, by) or seat_order(body, now_s, by)
        if isinstance(wanted, FloorOrder | SettingsOrder):
            return await self._on_floor(wanted)
        if wanted is not None:
            return await self._desk.ask(wanted)
        about_ballots = ballot_order(body, by)
        if about_ballots is not None:
            return await self._desk.ask(about_ballots)
        return await self._on_device(ident, name, body, by)

    async def _care(self, cared: CareOrder | Reason, body: models.Body) -> Reason | None:
        if isinstance(cared, Reason):
            return cared
        if isinstance(body, DisplayAlive):
            if self._board.screens.beat(body.room, body.showing, self._clock.now_ms()):
                self._touch("rooms", body.room, "screen")
            if body.room in self._desk.meeting.care.screens:
                return None  # every ten seconds: no work for the desk
        return await self._desk.ask(cared)

    async def _on_floor(self, wanted: FloorOrder | SettingsOrder) -> Reason | None:
        event = wanted.event if isinstance(wanted, FloorOrder) else None
        seat: str | None = getattr(event, "seat", None)
        if seat is not None and seat not in self._desk.meeting.floor.roles:
            room = room_of(seat)
            if room not in self._desk.meeting.rooms:
                return Reason.ROOM_UNKNOWN
            sits = self._desk.meeting.sits_in(room)
            return Reason.SEAT_UNKNOWN if sits else Reason.NOT_IN_MEETING
        opens = isinstance(event, Ask | Give | PriorityHeld)
        if opens and seat is not None and not self._board.room(room_of(seat)).online():
            return Reason.LINK_LOST  # no microphone would open, no key be heard let go
        return await self._desk.ask(wanted)

    async def _on_device(self, ident: str, name: str, body: models.Body, by: str) -> Reason | None:
        order = device_order(body)
        refusal = self._refusal(order)
        if refusal is not None:
            return refusal
        room, device, action = order.room, order.device, order.action
        answer_ms = ANSWER_MS.get(action, ANSWER_ELSE_MS)
        if not order.quiet:
            at_s = self._clock.now_s()
            ordered = events.Ordered(at_s, room, device, action, order.args, ident, by)
            await self._desk.ask(commands.Note(ordered))
        now_ms = self._clock.now_ms()
        self._board.add_order(
            Order(ident, name, room, device, action, now_ms + answer_ms, quiet=order.quiet)
        )
        self._touch("commands", ident)
        self._number += 1
        command = messages.Command(
            id=ident,
            action=action,
            args=order.args,
            ttl_ms=TTL_MS,
            sent_ms=now_ms,
            gen=self._gen,
            n=self._number,
            by=by,
        )
        self._link.send(topics.down(room, "command", device), encode(command))
        return None

    def _refusal(self, order: DeviceOrder) -> Reason | None:
        room, seat = order.room, order.args.get("seat")
        known = self._desk.meeting.rooms.get(room)
        if known is None:
            return Reason.ROOM_UNKNOWN
        if not self._board.room(room).online():
            return Reason.LINK_LOST
        if order.kind and not known.has_device(order.device, order.kind):
            return Reason.DEVICE_UNKNOWN
        if order.action == "drill" and not known.is_simulated:
            return Reason.NO_TWIN
        if order.action == "scene" and not known.has_scene(order.args["scene"]):
            return Reason.SCENE_UNKNOWN
        name = topics.seat_name(room, seat) if isinstance(seat, int) else seat
        if name is not None and not self._desk.meeting.has_seat(name):
            return Reason.SEAT_UNKNOWN
        return None

    async def expire_forever(self) -> None:
        """End the commands that nobody has answered in time."""
        reason = reason_text(Reason.EXPIRED)
        while True:
            await asyncio.sleep(0.5)
            for order in self._board.overdue(self._clock.now_ms()):
                ended = self._board.end_order(order.id, "expired", reason)
                self._touch("commands", order.id)
                if ended is not None and not ended.quiet:
                    await self._desk.put(Item(commands.Note(ended.ended(self._clock.now_s()))))
