"""Signing in at a seat: a long press of any vote key while attendance is asked.

Theory. The event sets a level (*present*), so pressing twice does nothing more. The lamp asks
slowly, is steady once the room has recorded it, and goes out when the hub shows the seat as
present.

Owns the holding of keys and the event. Must not judge votes, nor decide who is expected:
``down/attendance`` says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from edge.contract import messages
from edge.contract.topics import seat_name
from edge.rules import seat_votes
from edge.rules.lamps import Lamp
from edge.rules.seat_votes import Paper
from edge.runtime.outbox import Outbox, OutboxFull

log = logging.getLogger(__name__)


class SigningIn:
    """Attendance at the seats of one room."""

    def __init__(self, room: str, outbox: Outbox, say_no: Callable[[int], None]) -> None:
        """``say_no`` shows at a seat that it was not recorded, or refused by the hub."""
        self._room = room
        self._outbox = outbox
        self._say_no = say_no
        self._told = messages.Attendance(gen=0, rev=0)
        self._down_s: dict[int, float] = {}
        """Since when the only vote key that is down at a seat has been down."""
        self._signed: dict[int, int | None] = {}
        """Seats that signed in here: the number of the event, None once the hub has it."""

    def deliver(self, message: messages.Attendance) -> None:
        """Who is present, and whether the others are asked; older messages are ignored."""
        if (message.gen, message.rev) >= (self._told.gen, self._told.rev):
            self._told = message
            self._signed = {seat: seq for seat, seq in self._signed.items() if seq is not None}

    def is_asked(self, seat: int, paper: Paper | None) -> bool:
        """A vote key of this seat signs in now, and does nothing else."""
        return seat_votes.may_sign_in(paper, self._told.asked, self._is_present(seat))

    def lamp(self, seat: int) -> Lamp:
        """What the sign-in lamp of the seat shows."""
        present = self._is_present(seat)
        return seat_votes.sign_in_lamp(self._told.asked, present, seat in self._signed)

    def _is_present(self, seat: int) -> bool | None:
        known = self._told.seats.get(str(seat))
        return known.present if known is not None else None

    def hold(self, seat: int, keys_down: int, at_s: float) -> None:
        """A vote key of the seat went down or came up, and so many are down now."""
        self._down_s.pop(seat, None)
        if keys_down == 1:
            self._down_s[seat] = at_s

    def time(self, now_s: float, paper: Paper | None) -> None:
        """Keys may have been held long enough by now."""
        for seat in [s for s, since_s in self._down_s.items() if _is_long(since_s, now_s)]:
            since_s = self._down_s.pop(seat)
            if seat not in self._signed and self.is_asked(seat, paper):
                self._sign_in(seat, since_s)

    def _sign_in(self, seat: int, at_s: float) -> None:
        body = messages.SignIn(seat=seat_name(self._room, seat), present=True)
        try:
            seq, done = self._outbox.append("sign_in", body.model_dump(), at_s)
        except OutboxFull as error:
            self._not_recorded(seat, error)
        else:
            done.add_done_callback(partial(self._written, seat, seq))

    def _written(self, seat: int, seq: int, done: asyncio.Future[None]) -> None:
        if (error := done.exception()) is None:
            self._signed[seat] = seq
        else:
            self._not_recorded(seat, error)

    def _not_recorded(self, seat: int, error: BaseException) -> None:
        log.error("%s is not signed in: %s", seat_name(self._room, seat), error)
        self._say_no(seat)

    def settled(self, receipt: messages.Receipt) -> None:
        """The hub has answered these events."""
        refused = {refusal.seq for refusal in receipt.refused}
        for seat, seq in list(self._signed.items()):
            if seq in refused:
                del self._signed[seat]
                self._say_no(seat)
            elif seq is not None and (seq <= receipt.upto or seq in receipt.extra):
                self._signed[seat] = None


def _is_long(since_s: float, now_s: float) -> bool:
    return now_s - since_s >= seat_votes.LONG_PRESS_S
