"""A central unit of the Televic family on its control panel socket, as ``SeatUnits``.

Theory. The panel's one order for a microphone turns it over. So it is given only when the
microphone is known to be wrong, and never again before the state was told anew: by a frame of
its own, or by a whole round. A round has no end mark: it is over when nothing more comes, and
because a frame may be lost, a microphone counts as closed, and a request as ended, when two
rounds did not name it.

Owns the line, the rounds, the acknowledgements and the way of each frame to its seat. Must not
decide whose finger it was (``core.bought_seat``).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping

from drivers.core.address import parse_port
from drivers.core.bought_seat import BoughtSeat, Make, Order, What
from drivers.core.capability import Health, HealthState, KeyPress, SeatOutputs, SeatState
from drivers.core.errors import LinkDown, NoReply
from drivers.core.reading import Clock
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to
from drivers.televic.codec import Ack, Frame, Message, TelevicDecoder, encode, meaning
from drivers.televic.config import TelevicConfig

WITH_REQUEST = Frame("1U01")
"""The mode in which a key asks, and opens nothing."""
RESYNC = Frame("1V")

ORDERS: tuple[What, ...] = ("microphone",)

MAKE = Make(
    orders=ORDERS,
    retry_s=2.0,
    limits="no lamps, vote keys or presence from here; stays open when the controller dies",
    not_opening="does not open: no unit with this number, or more are open than it allows",
    tells_presence=False,
)

TICK_S = 0.05
QUIET_S = 0.7
"""So long after the last frame a round is over; longer than the unit waits before it repeats one
that was not acknowledged, or a round would end before that."""
ROUND_LIMIT_S = 5.0
MISSED_ROUNDS = 2
STALE_POLLS = 3
HANG_UP_POLLS = 3
FAREWELL_S = 0.3


class TelevicSystem:
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
        """``places`` gives for each seat of the room its microphone's number.

        ``on_key`` hears every press; ``connect`` replaces the port in tests.
        """
        self.id = config.id
        self.on_change: Callable[[], None] = lambda: None
        self.turns = 0
        self._config = config
        self._on_key = on_key
        self._now_s = now_s
        self._seats = {n: BoughtSeat(n, place, MAKE) for n, place in places.items()}
        self._by_place = {seat.place: seat for seat in self._seats.values()}
        port = parse_port(config.port)
        self._may_hang = port.kind == "tcp"
        self._session: Session[Message] = Session(
            config.id,
            connect or connect_to(port, config.baud),
            TelevicDecoder,
            on_up=self._greet,
            on_message=self._learn,
            now_s=now_s,
        )
        self._stale_s = STALE_POLLS * (config.poll_s + QUIET_S) + config.answer_s
        self._proof_at_s: float | None = None
        self._heard_at_s = 0.0
        self._silent_rounds = 0
        self._named: dict[What, set[int]] = {"microphone": set(), "request": set()}
        self._missed: dict[tuple[What, int], int] = {}
        self._turned: dict[int, float] = {}
        """Seats that were turned over, and when, until something was told of them."""
        self._was_up = self._news = False
        self._poll_now, self._wake = asyncio.Event(), asyncio.Event()
        self._order_now = asyncio.Event()
        self._counters = {"orders": 0, "presses": 0, "silent": 0, "rounds": 0}

    async def run(self) -> None:
        """Keep the line and the seats until cancelled; then close what is open."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._session.run(), name=f"{self.id} session")
            tasks.create_task(self._poll_forever(), name=f"{self.id} poll")
            tasks.create_task(self._order_forever(), name=f"{self.id} orders")
            try:
                await self._keep_forever()
            except asyncio.CancelledError:
                await self._farewell()
                raise

    # What is asked and ordered

    async def _greet(self) -> None:
        self._lose("connected anew")
        with contextlib.suppress(NoReply):  # the next round says whether it answers at all
            await self._say(WITH_REQUEST, "mode with request")
        self._poll_now.set()

    async def _say(self, frame: Frame, command: str) -> None:
        """One frame, acknowledged.

        Raises:
            LinkDown, NoReply
        """

        def is_ack(message: Message) -> bool | None:
            return True if isinstance(message, Ack) else None

        await self._session.request(encode(frame), is_ack, self._config.answer_s, command)

    async def _poll_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._config.poll_s):
                    await self._poll_now.wait()
            self._poll_now.clear()
            if not self._session.is_up:
                continue
            try:
                await self._ask_round()
                self._silent_rounds = 0
            except NoReply:
                self._counters["silent"] += 1
                self._silent_rounds += 1
                if self._may_hang and self._silent_rounds % HANG_UP_POLLS == 0:
                    await self._session.hang_up()
            except LinkDown:
                self._silent_rounds = 0

    async def _ask_round(self) -> None:
        for named in self._named.values():
            named.clear()
        opened, began_s = self._session.opened_count, self._now_s()
        await self._say(RESYNC, "state of all seats")
        self._heard_at_s = self._now_s()
        while (rest_s := self._heard_at_s + QUIET_S - self._now_s()) > 0:
            if self._now_s() - began_s > ROUND_LIMIT_S:
                break
            await asyncio.sleep(rest_s)
        if not self._session.is_up or self._session.opened_count != opened:
            return
        self._proof_at_s = now_s = self._now_s()
        self._counters["rounds"] += 1
        for seat in self._seats.values():
            self._news |= seat.is_there(True, now_s)
            for what, named in self._named.items():
                self._conclude(seat, what, seat.place in named, now_s)
            if self._turned.get(seat.number, now_s) < began_s:
                del self._turned[seat.number]
        self._wake.set()

    def _conclude(self, seat: BoughtSeat, what: What, named: bool, now_s: float) -> None:
        """What a round says of a seat; to be closed it must be left out twice."""
        known = seat.is_open if what == "microphone" else seat.is_waiting
        missed = 0 if named else self._missed.get((what, seat.place), 0) + 1
        self._missed[what, seat.place] = missed
        if named or not known or missed >= MISSED_ROUNDS:
            self._news |= seat.told(what, named, now_s)

    async def _order_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._order_now.wait()
            self._order_now.clear()
            for seat in self._seats.values():
                if self._session.is_up and seat.number not in self._turned:
                    order = seat.due(self._now_s())
                    if order is not None:
                        await self._turn_over(seat, order)

    async def _turn_over(self, seat: BoughtSeat, order: Order) -> None:
        self._counters["orders"] += 1
        self._turned[seat.number] = self._now_s()
        command = f"microphone {seat.place} {'on' if order.on else 'off'}"
        try:
            await self._say(Frame(f"1T{seat.place:04}"), command)
        except NoReply:
            self._poll_now.set()  # whether it was heard, a round tells
        except LinkDown:
            return

    async def _keep_forever(self) -> None:
        while True:
            self.turns += 1
            self._keep()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            self._wake.clear()

    def _keep(self) -> None:
        """Tell presses, and that there is news."""
        if self._session.is_up:
            self._was_up = True
            self._tell_presses(self._now_s())
        elif self._was_up:
            self._was_up = False
            self._lose(f"link down: {self._session.down_reason or 'hung up'}")
        if self._news:
            self._news = False
            self.on_change()

    def _lose(self, reason: str) -> None:
        self._news = True
        self._missed.clear()
        self._turned.clear()
        for seat in self._seats.values():
            seat.lost(reason)

    def _tell_presses(self, now_s: float) -> None:
        found = [(seat.press(now_s), seat.number) for seat in self._seats.values()]
        for at_s, number in sorted((at_s, number) for at_s, number in found if at_s is not None):
            self._counters["presses"] += 1
            self._on_key(KeyPress(str(number), "mic", at_s))
            self._on_key(KeyPress(str(number), "mic", at_s, released=True))

    async def _farewell(self) -> None:
        """Leave nothing open: each open microphone is turned over once."""
        for seat in self._seats.values():
            seat.want(SeatOutputs())
            if seat.is_open and seat.number not in self._turned:
                with contextlib.suppress(LinkDown):
                    self._session.send_now(encode(Frame(f"1T{seat.place:04}")))
                self._turned[seat.number] = self._now_s()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                while self._session.is_up and any(s.is_open for s in self._seats.values()):
                    await asyncio.sleep(0.01)

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """See ``SeatUnits.set_outputs``: the microphone alone, more it cannot.

        Raises:
            ValueError: no unit of this system serves ``seat``.
        """
        if self._seat(seat).want(outputs):
            self._order_now.set()

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

    def _tell(self, place: int, what: What, on: bool, now_s: float) -> None:
        if on:
            self._named[what].add(place)
        else:
            self._named[what].discard(place)
        seat = self._by_place.get(place)
        if seat is not None and seat.present.value and seat.told(what, on, now_s):
            if what == "microphone":
                self._turned.pop(seat.number, None)
            self._news = True
            self._wake.set()

    # What is known

    def _seat(self, number: int) -> BoughtSeat:
        try:
            return self._seats[number]
        except KeyError:
            raise ValueError(f"system {self.id!r} serves no seat {number}") from None

    def seat_state(self, seat: int, now_s: float) -> SeatState:
        """See ``SeatUnits.seat_state``; presence and lamps are not told and unknown."""
        return self._seat(seat).state(now_s, self._stale_s)

    def seat_health(self, seat: int, now_s: float) -> Health:
        """See ``SeatUnits.seat_health``."""
        return self._seat(seat).health(now_s, self._stale_s)

    def health(self, now_s: float) -> Health:
        """See ``Device.health``. Proof is a round that was acknowledged and came to its end."""
        counters = self._counters | {"dropped_bytes": self._session.decoder.dropped_bytes}
        proof_at_s = self._proof_at_s
        if not self._session.is_up:
            untried = self._session.down_reason == "not opened yet"
            state = HealthState.UNCONFIRMED if untried else HealthState.FAULT
            return Health(state, f"link down: {self._session.down_reason}", proof_at_s, counters)
        if proof_at_s is None or now_s - proof_at_s > self._stale_s:
            state = HealthState.FAULT if self._silent_rounds else HealthState.UNCONFIRMED
            reason = "the central unit acknowledges nothing; check socket, cable and speed"
            return Health(state, reason, proof_at_s, counters)
        return Health(HealthState.OK, None, proof_at_s, counters)
