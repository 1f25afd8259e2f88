"""A central unit of the Televic family on its control panel socket, as ``SeatUnits``.

Theory. The panel's one order for a microphone turns it over. So it is given only when the
microphone is known to be wrong, and never again before the state was told anew: by a frame of
its own, or by a whole round. A round has no end mark: it is over when nothing more comes, and
because a frame may be lost, a microphone counts as closed, and a request as ended, when two
rounds did not name it.

Owns what a round means, the acknowledgements and the way of each frame to its seat. Must not
keep the wire or the rhythm (``core.bought_system``), nor decide whose finger it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from drivers.core.bought_seat import BoughtSeat, Make, Order, What
from drivers.core.bought_system import BoughtSystem
from drivers.core.capability import KeyPress
from drivers.core.errors import LinkDown, NoReply
from drivers.core.reading import Clock
from drivers.core.transport import Connect
from drivers.televic.codec import Ack, Frame, Message, TelevicDecoder, encode, meaning
from drivers.televic.config import TelevicConfig

WITH_REQUEST = Frame("1U01")
"""The mode in which a key asks, and opens nothing."""
RESYNC = Frame("1V")

MAKE = Make(
    orders={"microphone"},
    retry_s=2.0,
    limits="no lamps, vote keys or presence from here; stays open when the controller dies",
    not_opening="does not open: no unit with this number, or more are open than it allows",
    silent="the central unit acknowledges nothing; check socket, cable and speed",
    tells_presence=False,
)

QUIET_S = 0.7
"""So long after the last frame a round is over; longer than the unit waits before it repeats one
that was not acknowledged, or a round would end before that."""
ROUND_LIMIT_S = 5.0
MISSED_ROUNDS = 2


class TelevicSystem(BoughtSystem[Message]):
    """All units of one central unit (``SeatUnits`` and ``Device``)."""

    def __init__(
        self,
        config: TelevicConfig,
        places: Mapping[int, int],
        on_key: Callable[[KeyPress], None],
        *,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """See ``BoughtSystem``; a place is the number of a microphone."""
        super().__init__(
            config,
            MAKE,
            TelevicDecoder,
            places,
            on_key,
            connect=connect,
            now_s=now_s,
            baud=config.baud,
            quiet_s=QUIET_S,
        )
        self._heard_at_s = 0.0
        self._missed: dict[tuple[What, int], int] = {}
        self._turned: dict[int, float] = {}
        """Places that were turned over, and when, until something was told of them."""
        self._order_now = asyncio.Event()

    def _work(self) -> dict[str, Coroutine[Any, Any, None]]:
        return super()._work() | {"orders": self._order_forever()}

    # What is asked and ordered

    async def _prepare(self) -> None:
        with contextlib.suppress(NoReply):  # the next round says whether it answers at all
            await self._say(WITH_REQUEST, "mode with request")

    async def _say(self, frame: Frame, command: str) -> None:
        """One frame, acknowledged.

        Raises:
            LinkDown, NoReply
        """

        def is_ack(message: Message) -> bool | None:
            return True if isinstance(message, Ack) else None

        await self._session.request(encode(frame), is_ack, self._pace.answer_s, command)

    async def _ask_round(self) -> None:
        opened, began_s = self._session.opened_count, self._now_s()
        await self._say(RESYNC, "state of all seats")
        self._heard_at_s = self._now_s()
        while (rest_s := self._heard_at_s + QUIET_S - self._now_s()) > 0:
            if self._now_s() - began_s > ROUND_LIMIT_S:
                break
            await asyncio.sleep(rest_s)
        if not self._session.is_up or self._session.opened_count != opened:
            return
        now_s = self._now_s()
        for seat in self._seats.values():
            self._news |= seat.is_there(True, now_s)
            for what, named in self._named.items():
                self._conclude(seat, what, seat.place in named, now_s)
            if self._turned.get(seat.place, now_s) < began_s:
                del self._turned[seat.place]
        self._round_ended(now_s)

    def _conclude(self, seat: BoughtSeat, what: What, named: bool, now_s: float) -> None:
        """What a round says of a seat; to be closed it must be left out twice."""
        known = seat.is_open if what == "microphone" else seat.is_waiting
        missed = 0 if named else self._missed.get((what, seat.place), 0) + 1
        self._missed[what, seat.place] = missed
        if named or not known or missed >= MISSED_ROUNDS:
            self._news |= seat.told(what, named, now_s)

    def _order(self, now_s: float) -> None:
        """An order waits for its acknowledgement, which presses must not wait for."""
        self._order_now.set()

    async def _order_forever(self) -> None:
        while True:
            await self._order_now.wait()
            self._order_now.clear()
            for seat in self._seats.values():
                if self._session.is_up and seat.place not in self._turned:
                    order = seat.due(self._now_s())
                    if order is not None:
                        await self._turn_over(seat, order)

    async def _turn_over(self, seat: BoughtSeat, order: Order) -> None:
        self._counters["orders"] += 1
        self._turned[seat.place] = self._now_s()
        command = f"microphone {seat.place} {'on' if order.on else 'off'}"
        try:
            await self._say(Frame(f"1T{seat.place:04}"), command)
        except NoReply:
            self._poll_now.set()  # whether it was heard, a round tells
        except LinkDown:
            return

    def _let_go(self) -> None:
        """Each open microphone is turned over once."""
        for seat in self._seats.values():
            if seat.is_open and seat.place not in self._turned:
                with contextlib.suppress(LinkDown):
                    self._session.send_now(encode(Frame(f"1T{seat.place:04}")))
                self._turned[seat.place] = self._now_s()

    # What it says

    def _learn(self, message: Message) -> None:
        if not isinstance(message, Frame):
            return
        now_s = self._heard_at_s = self._now_s()
        with contextlib.suppress(LinkDown):
            self._session.send_now(encode(Ack()))
        said = meaning(message.data)
        match said.get("event"):
            case "all_off":
                for place in self._by_place:
                    self._tell(place, "microphone", False, now_s)
            case "mic_on":
                self._tell(said["mic"], "microphone", True, now_s)
                self._tell(said["mic"], "request", False, now_s)
            case "mic_off":
                self._tell(said["mic"], "microphone", False, now_s)
            case "request":
                self._tell(said["mic"], "request", True, now_s)

    def _tell(self, place: int, what: What, on: bool, now_s: float) -> bool:
        is_new = super()._tell(place, what, on, now_s)
        if is_new and what == "microphone":
            self._turned.pop(place, None)
        return is_new

    def _lose(self, reason: str) -> None:
        super()._lose(reason)
        self._missed.clear()
        self._turned.clear()
