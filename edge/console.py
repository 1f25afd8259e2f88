"""The chair's console in the room: keys in, orders out, lamps from what is confirmed.

Theory. What a press means is decided by ``edge.rules``; this carries it out. Things for the
floor go the way of every press, so priority, next, all off, recess and mute act in a room
that leads itself too. Orders for a ballot are events of the outbox that name the ballot; only
the hub can take them, so without it they are refused here instead of waiting. A *no* from
wherever it comes is shown at the key that was pressed.

Owns the way from a key to those who act, and which key waits for which answer. Must not know
what a key means, nor decide.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from drivers.core.capability import HealthState, KeyPress, Lamp
from drivers.core.reading import Clock
from edge.contract import messages
from edge.rules import console_keys
from edge.rules.console_keys import Panel
from edge.rules.console_lamps import LINK, lamps
from edge.rules.console_meanings import KEYS, Intend, Order, Refused, ShowWide
from edge.rules.console_situation import ShownBallot, Situation, situation_of
from edge.runtime.outbox import Outbox, OutboxError, OutboxFull

if TYPE_CHECKING:
    from edge.controller import Controller
    from firmware_config.schema import ConsoleSection

log = logging.getLogger(__name__)

UNANSWERED_MOST = 64
"""Presses whose answer is waited for; a hand is slower than the hub."""


class ChairConsole:
    """The console of one room. ``key``, ``time`` and ``lamps`` from the event loop."""

    def __init__(self, controller: Controller, outbox: Outbox, now_s: Clock) -> None:
        """Acts through ``controller``; a room without a console needs nothing of this."""
        self._controller = controller
        self._outbox = outbox
        self._now_s = now_s
        self._panel = Panel()
        self._sent: deque[tuple[int, str]] = deque(maxlen=UNANSWERED_MOST)
        self._recording: set[asyncio.Task[None]] = set()

    # --- what happens --------------------------------------------------------------------------

    def key(self, press: KeyPress) -> None:
        """A key went down or came up."""
        if press.released:
            outcome = console_keys.release(self._panel, press.key, press.at_s)
        else:
            outcome = console_keys.press(self._panel, press.key, self._situation(), press.at_s)
        self._take(outcome, press.at_s)

    def time(self, now_s: float) -> bool:
        """Holds, questions and the second layer have run on; True: lamps may have changed."""
        keys, before = self._controller.devices.console, self._panel
        if keys is not None and keys.health(now_s).state is HealthState.FAULT and before.down:
            log.warning("the console cannot be heard: its keys count as let go")
            self._take(console_keys.forget(before), now_s)
        self._take(console_keys.pass_time(self._panel, now_s), now_s)
        return self._panel is not before

    def refused(self, numbers: Collection[int]) -> None:
        """The hub, or the disk, said no to the events with these numbers."""
        for seq, key in self._sent:
            if seq in numbers:
                self._refuse(key)

    # --- what is shown -------------------------------------------------------------------------

    def lamps(self) -> Mapping[str, Lamp]:
        """Every lamp, by the name of its key."""
        keys = self._controller.devices.console
        names = () if keys is None else keys.names
        return lamps(self._panel, self._situation(), names, self._now_s())

    def _situation(self) -> Situation:
        controller = self._controller
        paper = controller.voting.ballot
        shown = None if paper is None else ShownBallot(*paper.key, paper.stage)
        wide = controller.shots.is_wide
        return situation_of(controller.room, shown, self._now_s(), wide=wide)

    # --- what is done --------------------------------------------------------------------------

    def _take(self, outcome: console_keys.Outcome, at_s: float) -> None:
        self._panel, done = outcome
        for key, act in done:
            match act:
                case Intend(intent, seat):
                    asked = self._controller.presses.ask(key, intent, seat, at_s)
                    self._await_answer(key, asked.seq, refused=asked.refused)
                case Order():
                    self._order(key, act, at_s)
                case ShowWide():
                    self._controller.shots.by_hand_wide("the console")
                case Refused(reason):
                    log.info("the console's key %s is refused: %s", key, reason)

    def _order(self, key: str, order: Order, at_s: float) -> None:
        """An event for the hub, which alone leads ballots."""
        body = messages.BallotOrder(
            order=order.step, ballot=order.ballot, generation=order.generation, key=key
        )
        try:
            seq, recorded = self._outbox.append("ballot", body.model_dump(), at_s)
        except OutboxFull as error:
            self._not_recorded(key, error)
            return
        self._await_answer(key, seq, refused=False)
        task = asyncio.create_task(self._wait(key, recorded), name="recording an order")
        self._recording.add(task)
        task.add_done_callback(self._recording.discard)

    async def _wait(self, key: str, recorded: asyncio.Future[None]) -> None:
        try:
            await recorded
        except OutboxError as error:
            self._not_recorded(key, error)
            self._controller.changed()

    def _not_recorded(self, key: str, error: Exception) -> None:
        log.error("an order of the console's key %s is not recorded: %s", key, error)
        self._refuse(key)

    def _await_answer(self, key: str, seq: int | None, *, refused: bool) -> None:
        if refused:
            self._refuse(key)
        elif seq is not None:
            self._sent.append((seq, key))

    def _refuse(self, key: str) -> None:
        self._panel = console_keys.refuse(self._panel, key, self._now_s())


def check_names(console: ConsoleSection) -> None:
    """A key that is named after no function would be dead, and nobody would know why.

    Raises:
        ValueError: one is; the text names it and those there are.
    """
    for table, names, known in (
        ("keys", console.keys, sorted(KEYS)),
        ("lamps", console.lamps, [LINK]),
    ):
        for name in names:
            if name not in known:
                raise ValueError(
                    f"console.{table}.{name}: there is no such function; it must be one of "
                    f"{', '.join(known)}"
                )
