"""What people ask for at keys: recorded, then decided here or asked of the hub.

Owns the way of a press into the outbox and into the room's view of the floor. Must not know
what a key means, nor decide: ``edge.rules`` does.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from drivers.core.reading import Clock
from edge.contract import messages
from edge.rules import following
from edge.rules.following import Intent, Pending
from edge.runtime.outbox import Outbox, OutboxError, OutboxFull

if TYPE_CHECKING:
    from edge.controller import Controller

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """What became of a press at once; the hub's answer comes later, by ``seq``."""

    seq: int | None
    """Its number in the outbox; None: it is not recorded."""
    refused: bool


class Presses:
    """The presses of one room. ``ask`` from the event loop."""

    def __init__(self, controller: Controller, outbox: Outbox, now_s: Clock) -> None:
        """``controller.room`` is what a press changes."""
        self._controller = controller
        self._outbox = outbox
        self._now_s = now_s
        self._recording: set[asyncio.Task[None]] = set()

    def ask(self, key: str, intent: Intent, seat: str | None, at_s: float) -> Asked:
        """Somebody wants this since ``at_s``; ``seat`` as the intent needs it.

        A room that leads itself decides now, recorded or not. Otherwise the press waits for
        the hub, and one that cannot be recorded is refused at its seat.
        """
        leads = "room" if self._controller.room.authority == "room" else "hub"
        body = messages.Press(
            key=key, intent=intent, seat=seat, leads=leads, report=self._controller.room.report
        )
        seq: int | None = None
        try:
            seq, recorded = self._outbox.append("press", body.model_dump(), at_s)
        except OutboxFull as error:
            self._not_recorded(body, error)
        else:
            if leads == "hub":
                press = Pending(seat, intent, at_s, seq)
                self._controller.room = following.await_hub(self._controller.room, press)
            task = asyncio.create_task(self._wait(recorded, body, seq), name="recording")
            self._recording.add(task)
            task.add_done_callback(self._recording.discard)
        if leads == "room":
            return Asked(seq, refused=not self._controller.decide_here(intent, seat, at_s))
        return Asked(seq, refused=seq is None)

    async def _wait(self, recorded: asyncio.Future[None], body: messages.Press, seq: int) -> None:
        try:
            await recorded
        except OutboxError as error:
            room = self._controller.room
            pending = tuple(p for p in room.pending if p.seq != seq)
            self._controller.room = replace(room, pending=pending)
            self._not_recorded(body, error)
            self._controller.console.refused((seq,))
            self._controller.changed()

    def _not_recorded(self, body: messages.Press, error: Exception) -> None:
        """A press the hub will never hear of is refused, visibly; a led room goes on without."""
        log.error("%s of %s not recorded: %s", body.intent, body.seat or "the room", error)
        if body.leads == "hub" and body.seat is not None:
            room = self._controller.room
            self._controller.room = following.refuse(room, body.seat, self._now_s())
