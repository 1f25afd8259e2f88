"""Practising: faults of simulated devices, switched from afar.

Theory. A twin knows which of its devices can fail and how; the room asks it, tells the hub, and
passes on what a technician wants. A real room has no twin to ask, so every drill is refused.

Owns the asking. Must not know the twin: it is given somebody who answers, by the command line.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from edge.commands import CommandRefused
from edge.contract import messages
from edge.contract.wire import BadMessage
from edge.rules.reasons import Reason

if TYPE_CHECKING:
    from edge.controller import Controller

log = logging.getLogger(__name__)

ASK_EVERY_S = 10.0
"""A fault may be switched at the twin itself, too."""

AskTwin = Callable[..., Awaitable[dict[str, Any]]]
"""Sends one request to the room's twin; raises ValueError, one line, when it says no."""


class Drills:
    """The drills of one room."""

    def __init__(self, controller: Controller, ask: AskTwin | None) -> None:
        """``ask`` is None in a real room."""
        self._controller = controller
        self._ask = ask
        self._told: tuple[object, object] | None = None

    async def run(self) -> None:
        """Tell the hub what can be practised, until cancelled."""
        while self._ask is not None:
            await self._look()
            await asyncio.sleep(ASK_EVERY_S)
        await asyncio.Event().wait()

    async def switch(self, device: str, fault: str, on: bool) -> None:
        """Let a device fail, or work again.

        Raises:
            CommandRefused: this is no twin, or the device cannot fail so.
        """
        if self._ask is None:
            raise CommandRefused(Reason.NO_TWIN)
        try:
            await self._ask(do="fault", device=device, fault=fault if on else None)
        except ValueError as error:
            raise CommandRefused(Reason.FAULT_UNKNOWN, str(error)[:300]) from error
        await self._look()

    async def _look(self) -> None:
        if self._ask is None:
            return
        try:
            shown = (await self._ask(do="show"))["show"]
            found = shown["faults_known"], shown["faults"]
        except (ValueError, KeyError) as error:
            log.info("drills: %s", error)
            found = {}, {}
        if found != self._told:
            self._told = found
            self._tell(*found)

    def _tell(self, known: dict[str, list[str]], standing: dict[str, str]) -> None:
        tell = self._controller.publisher.tell
        try:
            tell("drills", messages.DrillsState, known=known, standing=standing)
        except BadMessage:  # a room with very many seats: its devices alone
            devices = {name: faults for name, faults in known.items() if name[:5] != "seat-"}
            tell("drills", messages.DrillsState, known=devices, standing=standing)
