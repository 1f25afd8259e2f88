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
from edge.rules.lamps import MUTING
from edge.runtime.outbox import Outbox, OutboxError, OutboxFull

if TYPE_CHECKING:
    from edge.controller import Controller

log = logging.getLogger(__name__)

CLOSING: frozenset[str] = MUTING | {"leave"}
"""What closes a microphone: nobody may stay on air because a disk is full."""


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
        the hub, and one that cannot be recorded is refused at its seat; if it closes a
        microphone, the room leads itself with it, and the hub hears of it by the room's report.
        """
        leads = "room" if self._controller.room.authority == "room" else "hub"
        body = messages.Press(
            key=key, intent=intent, seat=seat, leads=leads, report=self._controller.room.report
        )
        press = Pending(seat, intent, at_s, seq=0)
        try:
            seq, recorded = self._outbox.append("press", body.model_dump(), at_s)
        except OutboxFull as error:
            answer = Asked(None, self._not_recorded(press, leads, error))
        else:
            press, answer = replace(press, seq=seq), Asked(seq, refused=False)
            if leads == "hub":
                self._controller.room = following.await_hub(self._controller.room, press)
            task = asyncio.create_task(self._wait(recorded, press, leads), name="recording")
            self._recording.add(task)
            task.add_done_callback(self._recording.discard)
        if leads == "room":
            refused = not self._controller.decide_here(intent, seat, at_s)
            return answer._replace(refused=refused)
        return answer

    async def _wait(self, recorded: asyncio.Future[None], press: Pending, leads: str) -> None:
        try:
            await recorded
        except OutboxError as error:
            room = self._controller.room
            pending = tuple(p for p in room.pending if p.seq != press.seq)
            self._controller.room = replace(room, pending=pending)
            if self._not_recorded(press, leads, error):
                self._controller.console.refused((press.seq,))
            self._controller.changed()

    def _not_recorded(self, press: Pending, leads: str, error: Exception) -> bool:
        """A press the hub will never hear of closes all the same, or is refused, visibly.

        True when it is refused.
        """
        log.error("%s of %s not recorded: %s", press.intent, press.seat or "the room", error)
        room = self._controller.room
        if leads == "hub" and room.authority == "hub" and press.intent in CLOSING:
            self._controller.lead_with(press.intent, press.seat, press.at_s)
            return False
        if leads == "hub" and press.seat is not None:
            self._controller.room = following.refuse(room, press.seat, self._now_s())
        return True
