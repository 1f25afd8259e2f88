"""What each kind of message from a room leads to.

Owns the way of a message: onto the board, to the desk, or both. Must not decide anything.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from edge.contract import messages
from hub.board import Board
from hub.check_record import check_ended
from hub.clock import HubClock
from hub.desk import Item
from hub.link import Heard
from hub.meeting import commands, events
from hub.meeting.care import CareOrder
from hub.meeting.state import Meeting
from hub.store.change import DeadLetter
from hub.store.inbox import Key

STATUS_KEYS = ("online", "since_ms", "boot", "version", "clock", "outbox")
"""What of a room's part comes from its status."""

Touch = Callable[..., None]
"""Tells the pages which part is new: ``touch("rooms", "main", "seats")``."""


class Hearing:
    """Takes the link's messages."""

    def __init__(
        self,
        board: Board,
        clock: HubClock,
        put: Callable[[Item], Awaitable[None]],
        touch: Touch,
        on_online: Callable[[str], None],
        contact: Callable[[], int],
        meeting: Callable[[], Meeting],
        on_identity: Callable[[str, str], None] = lambda room, request: None,
    ) -> None:
        """``on_online`` is told of each room whose status says online.

        ``on_identity`` is told of each that asks for a certificate.
        ``contact`` is the number of the hub's present connection to the broker.
        """
        self.counts: dict[str, int] = {}
        """Messages by kind."""
        self._board = board
        self._clock = clock
        self._put = put
        self._touch = touch
        self._on_online = on_online
        self._contact = contact
        self._on_identity = on_identity
        self._meeting = meeting

    async def hear(self, heard: Heard) -> None:
        """Take one message; waits while the desk has its hands full."""
        room, kind, message = heard.topic.room, heard.topic.kind, heard.message
        self.counts[kind] = self.counts.get(kind, 0) + 1
        match message:
            case messages.Status():
                await self._status(room, message, heard.retained)
            case messages.Describe():
                await self._put(Item(commands.DescribeHeard(room, message)))
                await self._floor(room)
            case messages.State():
                await self._state(room, heard.topic.item or "", message)
            case messages.Event():
                await self._event(room, heard, message)
            case messages.Events():
                for event in message.events:
                    await self._event(room, heard, event)
            case messages.IdentityRequest():
                self._on_identity(room, message.request)
            case messages.Result():
                await self._result(message)
            case messages.Preview():
                self._preview(room, heard.topic.item or "", message)
            case messages.Tele() if heard.topic.item == "levels":
                if self._board.hear_levels(room, message.figures, self._clock.now_ms()):
                    self._touch("rooms", room, "levels")
            case messages.Tele() if heard.topic.item == "link":
                asked_ms = message.figures.get("hub_ms", -1.0)
                self._board.history.answered(room, asked_ms, self._clock.now_s())
            case messages.Tele() if heard.topic.item == "room":
                self._board.history.add(room, message.figures, self._clock.now_s())
            case messages.Alert() | None if kind == "alert":
                await self._alert(room, heard.topic.item or "", message, heard.retained)
            case None if kind in ("event", "events"):
                await self._unreadable(room, heard)
            case _:
                return  # telemetry of a newer room

    async def _status(self, room: str, status: messages.Status, retained: bool) -> None:
        self._board.hear_status(room, status)
        if status.state == "online" and not retained:
            self._board.room(room).apart_s = status.ts - time.time() if status.ts else None
            waits = {"outbox": float(status.outbox)}
            self._board.history.add(room, waits, self._clock.now_s())
        await self._put(Item(commands.StatusHeard(room, status)))
        if status.state == "online":
            self._on_online(room)
            await self._floor(room)
        for key in STATUS_KEYS:
            self._touch("rooms", room, key)

    async def _state(self, room: str, part: str, state: messages.State) -> None:
        if not self._board.hear_state(room, part, state, self._clock.now_ms()):
            return
        if part == "floor":
            self._board.room(room).floor_heard_s = self._clock.now_s()
            await self._floor(room)
            self._touch("rooms", room, "authority")
            return
        self._touch("rooms", room, part)
        if isinstance(state, messages.CheckState) and not state.running:
            meeting, now_s = self._meeting(), self._clock.now_s()
            ended = check_ended(room, state, meeting, self._board, now_s)
            await self._put(Item(CareOrder(ended)))
        if part == "devices":
            self._touch("rooms", room, "restarts")
        if part == "displays":
            self._touch("rooms", room, "scene")

    async def _floor(self, room: str) -> None:
        """Let the desk look at the room's floor.

        Status, description and floor may come in any order; with the last one it counts.
        """
        board = self._board.room(room)
        state = board.floor()
        if board.online() and state is not None:
            heard = commands.FloorHeard(room, state, board.floor_heard_s, self._contact())
            await self._put(Item(heard))

    async def _event(self, room: str, heard: Heard, event: messages.Event) -> None:
        key = Key(room, event.epoch, event.seq)
        if event.source != room:  # a room speaks for itself only
            await self._put(Item(None, dead=_dead(heard, f"source {event.source!r}")))
            return
        met = self._board.room(room).online()
        given = commands.EventHeard(room, event, self._clock.now_s(), met)
        await self._put(Item(given, key))

    async def _unreadable(self, room: str, heard: Heard) -> None:
        """Put it aside; if it says which event it is, the room need not send it for ever."""
        key = _key_of(room, heard.raw)
        given = None if key is None else commands.UnreadableHeard(room, key.epoch, key.seq)
        await self._put(Item(given, key, _dead(heard, heard.why)))

    async def _result(self, result: messages.Result) -> None:
        order = self._board.end_order(result.re, result.status, result.reason)
        if order is None:
            return
        self._touch("commands", order.id)
        if not order.quiet:
            await self._put(Item(commands.Note(order.ended(self._clock.now_s()))))

    def _preview(self, room: str, camera: str, preview: messages.Preview) -> None:
        if self._board.previews.hear(room, camera, preview, self._clock.now_ms()):
            self._touch("rooms", room, "previews")

    async def _alert(
        self, room: str, ident: str, alert: messages.Alert | None, retained: bool
    ) -> None:
        before, now = self._board.hear_alert(room, ident, alert, self._clock.now_ms())
        self._touch("rooms", room, "alerts")
        at_s = self._clock.now_s()
        if before is None and now is not None and not retained:
            raised = events.AlertRaised(at_s, room, ident, now.text, now.seat)
            await self._put(Item(commands.Note(raised)))
        if before is not None and now is None:
            cleared = events.AlertCleared(at_s, room, ident, before.text, before.seat)
            await self._put(Item(commands.Note(cleared)))


def _dead(heard: Heard, why: str) -> DeadLetter:
    return DeadLetter(str(heard.topic), why, heard.raw)


def _key_of(room: str, raw: bytes) -> Key | None:
    """Epoch and number of an event that cannot be read otherwise.

    Not of another version of the contract: a newer hub will understand it.
    """
    try:
        found: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("v") != 1 or found.get("source") != room:
        return None
    epoch, seq = found.get("epoch"), found.get("seq")
    if isinstance(epoch, str) and len(epoch) <= 64 and type(seq) is int and 0 < seq < 2**53:
        return Key(room, epoch, seq)
    return None
