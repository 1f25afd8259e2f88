"""A central unit of a bought conference system as ``SeatUnits``: what all makes have in common.

Theory. The whole state is asked for again and again, and that alone proves that the central
unit is alive. Presses are told and orders given from one place, so that both go by the same
state. A TCP peer that lost its power says nothing: after ``HANG_UP_POLLS`` silent rounds the
wire is opened anew.

Owns the wire, the rhythm of the rounds, the seats by number and the judgement of health. Must
not know a frame, nor decide whose finger it was (``core.bought_seat``).
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Generic, Protocol, TypeVar

from drivers.core.address import parse_port
from drivers.core.bought_seat import BoughtSeat, Make, What
from drivers.core.capability import (
    Health,
    HealthState,
    KeyPress,
    SeatOutputs,
    SeatState,
    down_state,
)
from drivers.core.codec import Decoder
from drivers.core.errors import LinkDown, NoReply
from drivers.core.reading import Clock
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to

M = TypeVar("M")

TICK_S = 0.05
STALE_POLLS = 3
HANG_UP_POLLS = 3
FAREWELL_S = 0.3


class Pace(Protocol):
    """What the settings of every make say."""

    @property
    def id(self) -> str: ...  # noqa: D102  # as in the room file
    @property
    def port(self) -> str: ...  # noqa: D102
    @property
    def poll_s(self) -> float: ...  # noqa: D102
    @property
    def answer_s(self) -> float: ...  # noqa: D102


class BoughtSystem(ABC, Generic[M]):
    """All units of one central unit (``SeatUnits`` and ``Device``)."""

    def __init__(
        self,
        pace: Pace,
        make: Make,
        decoder: Callable[[], Decoder[M]],
        places: Mapping[int, int],
        on_key: Callable[[KeyPress], None],
        *,
        now_s: Clock,
        connect: Connect | None,
        baud: int = 9600,
        quiet_s: float = 0.0,
    ) -> None:
        """``places`` gives for each seat of the room its number at the central unit.

        ``on_key`` hears every press; ``connect`` replaces the port in tests; ``quiet_s`` is what
        a round takes beyond its answer.
        """
        self.id = pace.id
        self.on_change: Callable[[], None] = lambda: None
        self.turns = 0
        self._pace = pace
        self._make = make
        self._on_key = on_key
        self._now_s = now_s
        self._seats = {number: BoughtSeat(number, place, make) for number, place in places.items()}
        self._by_place = {seat.place: seat for seat in self._seats.values()}
        port = parse_port(pace.port)
        self._may_hang = port.kind == "tcp"
        self._session: Session[M] = Session(
            pace.id,
            connect or connect_to(port, baud),
            decoder,
            on_up=self._greet,
            on_message=self._learn,
            now_s=now_s,
        )
        self._stale_s = STALE_POLLS * (pace.poll_s + quiet_s) + pace.answer_s
        self._proof_at_s: float | None = None
        self._silent_rounds = 0
        self._named: dict[What, set[int]] = {"microphone": set(), "request": set()}
        """Places that the round at hand has named so far."""
        self._was_up = self._news = False
        self._poll_now, self._wake = asyncio.Event(), asyncio.Event()
        self._counters = {"orders": 0, "presses": 0, "silent": 0, "rounds": 0}

    # What a make knows and this module does not

    @abstractmethod
    async def _prepare(self) -> None:
        """The wire was opened: make it obey. Raises LinkDown."""

    @abstractmethod
    async def _ask_round(self) -> None:
        """Ask for the whole state and take it over. Raises LinkDown, NoReply."""

    @abstractmethod
    def _order(self, now_s: float) -> None:
        """Give the orders that are due."""

    @abstractmethod
    def _let_go(self) -> None:
        """Order everything off, once."""

    @abstractmethod
    def _learn(self, message: M) -> None:
        """It said something that was not asked for."""

    def _judge(self) -> tuple[HealthState, str | None]:
        """How it is while it answers."""
        return HealthState.OK, None

    # Life

    def _work(self) -> dict[str, Coroutine[Any, Any, None]]:
        return {"session": self._session.run(), "poll": self._poll_forever()}

    async def run(self) -> None:
        """Keep the wire and the seats until cancelled; then close what is open."""
        async with asyncio.TaskGroup() as tasks:
            for name, work in self._work().items():
                tasks.create_task(work, name=f"{self.id} {name}")
            try:
                await self._keep_forever()
            except asyncio.CancelledError:
                await self._farewell()
                raise

    async def _greet(self) -> None:
        self._lose("connected anew")
        await self._prepare()
        self._poll_now.set()

    async def _poll_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.poll_s):
                    await self._poll_now.wait()
            self._poll_now.clear()
            if not self._session.is_up:
                continue
            for named in self._named.values():
                named.clear()
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

    def _round_ended(self, now_s: float) -> None:
        self._proof_at_s = now_s
        self._counters["rounds"] += 1
        self._wake.set()

    async def _keep_forever(self) -> None:
        while True:
            self.turns += 1
            self._keep(self._now_s())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            self._wake.clear()

    def _keep(self, now_s: float) -> None:
        """Tell presses, give the orders that are due, say that there is news."""
        if self._session.is_up:
            self._was_up = True
            self._tell_presses(now_s)
            self._order(now_s)
        elif self._was_up:
            self._was_up = False
            self._lose(f"link down: {self._session.down_reason or 'hung up'}")
        if self._news:
            self._news = False
            self.on_change()

    def _lose(self, reason: str) -> None:
        """What was told counts no more."""
        self._news = True
        for seat in self._seats.values():
            seat.lost(reason)

    def _tell_presses(self, now_s: float) -> None:
        """A unit tells no release: a press is short, and stays so."""
        found = [(seat.press(now_s), seat.number) for seat in self._seats.values()]
        for at_s, number in sorted((at_s, number) for at_s, number in found if at_s is not None):
            self._counters["presses"] += 1
            self._on_key(KeyPress(str(number), "mic", at_s))
            self._on_key(KeyPress(str(number), "mic", at_s, released=True))

    async def _farewell(self) -> None:
        """Leave nothing open and nobody waiting for a floor that does not answer."""
        for seat in self._seats.values():
            seat.want(SeatOutputs())
        self._let_go()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                while self._session.is_up and any(s.is_open for s in self._seats.values()):
                    await asyncio.sleep(0.01)

    def _tell(self, place: int, what: What, on: bool, now_s: float) -> bool:
        """A line about the seat at ``place``; False when it is none of ours, or not new."""
        if on:
            self._named[what].add(place)
        else:
            self._named[what].discard(place)
        seat = self._by_place.get(place)
        if seat is None or not seat.present.value or not seat.told(what, on, now_s):
            return False
        self._news = True
        self._wake.set()
        return True

    # What others ask and know

    def _seat(self, number: int) -> BoughtSeat:
        try:
            return self._seats[number]
        except KeyError:
            raise ValueError(f"system {self.id!r} serves no seat {number}") from None

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """See ``SeatUnits.set_outputs``: what its ``Make`` lets be ordered, more it cannot.

        Raises:
            ValueError: no unit of this system serves ``seat``.
        """
        if self._seat(seat).want(outputs):
            self._wake.set()

    def seat_state(self, seat: int, now_s: float) -> SeatState:
        """See ``SeatUnits.seat_state``; the lamps are the central unit's own and unknown."""
        return self._seat(seat).state(now_s, self._stale_s)

    def seat_health(self, seat: int, now_s: float) -> Health:
        """See ``SeatUnits.seat_health``."""
        return self._seat(seat).health(now_s, self._stale_s)

    def health(self, now_s: float) -> Health:
        """See ``Device.health``. Proof is a whole state that came when asked for."""
        counters = self._counters | {"dropped_bytes": self._session.decoder.dropped_bytes}
        return Health(*self._state(now_s), self._proof_at_s, counters)

    def _state(self, now_s: float) -> tuple[HealthState, str | None]:
        if not self._session.is_up:
            reason = self._session.down_reason
            return down_state(reason), f"link down: {reason}"
        if self._proof_at_s is None or now_s - self._proof_at_s > self._stale_s:
            silent = self._silent_rounds > 0
            return HealthState.FAULT if silent else HealthState.UNCONFIRMED, self._make.silent
        return self._judge()
