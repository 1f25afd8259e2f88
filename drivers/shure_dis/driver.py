"""A Shure/DIS central unit as ``SeatUnits``: its discussion units are seats of our room.

Theory. The floor is ours: the central unit is put into *manual* mode, in which it opens
nothing but what it is told to. It answers nothing to an order that changes nothing, so the
whole state is asked for again and again, and that alone proves that it is alive.

Owns the connection, the rounds of questions and the way of each line to its seat. Must not
decide whose finger it was (``core.bought_seat``).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping

from drivers.core.address import parse_port
from drivers.core.bought_seat import BoughtSeat, Make, Order, What
from drivers.core.capability import Health, HealthState, KeyPress, SeatOutputs, SeatState
from drivers.core.errors import LinkDown, NoReply
from drivers.core.reading import Clock
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to
from drivers.shure_dis.codec import DisDecoder, Message, encode
from drivers.shure_dis.config import ShureDisConfig

log = logging.getLogger(__name__)

MODE = "manual"
"""Delegates ask, nobody opens but by order. In every other mode the central unit decides."""

SETTINGS = (
    Message("mic_mode", (("mode", MODE),)),
    Message("mic_interrupt", (("mode", "off"),)),
    Message("max_total_speakers", (("value", 8),)),
    Message("max_speakers", (("value", 8),)),
)
"""What makes it obey: no mode, priority or limit of its own stands between it and our floor."""

NO_UNIT = "the central unit has no unit here"

MAKE = Make(
    orders=("microphone", "request"),
    retry_s=1.0,
    limits="no lamps or vote keys from here; stays open when the controller dies",
    not_opening="does not open: the central unit opens 8 microphones at most, and none in error",
)

TICK_S = 0.05
STALE_POLLS = 3
HANG_UP_POLLS = 3
"""A TCP peer that lost its power says nothing: after so many silent rounds connect anew."""

FAREWELL_S = 0.3

WORDS: Mapping[str, tuple[What, bool]] = {
    "mic_on": ("microphone", True),
    "mic_off": ("microphone", False),
    "mic_request_on": ("request", True),
    "mic_request_off": ("request", False),
}
COMMANDS = {Order(*order): word for word, order in WORDS.items()}


class DisSystem:
    """All units of one central unit (``SeatUnits`` and ``Device``)."""

    def __init__(
        self,
        config: ShureDisConfig,
        places: Mapping[int, int],
        on_key: Callable[[KeyPress], None],
        *,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``places`` gives for each seat of the room its number at the central unit.

        ``on_key`` hears every press; ``connect`` replaces the port in tests.
        """
        self.id = config.id
        self.on_change: Callable[[], None] = lambda: None
        self.turns = 0
        self._config = config
        self._on_key = on_key
        self._now_s = now_s
        self._seats = {number: BoughtSeat(number, place, MAKE) for number, place in places.items()}
        self._by_place = {seat.place: seat for seat in self._seats.values()}
        self._session: Session[Message] = Session(
            config.id,
            connect or connect_to(parse_port(config.port), 9600),
            DisDecoder,
            on_up=self._greet,
            on_message=self._learn,
            now_s=now_s,
        )
        self._stale_s = STALE_POLLS * config.poll_s + config.answer_s
        self._mode: str | None = None
        self._error: str | None = None
        self._proof_at_s: float | None = None
        self._silent_rounds = 0
        self._in_round = False
        self._listed: dict[What, set[int]] = {"microphone": set(), "request": set()}
        self._named: set[int] = set()
        self._was_up = False
        self._news = False
        self._poll_now, self._wake = asyncio.Event(), asyncio.Event()
        self._counters = {"orders": 0, "presses": 0, "errors": 0, "silent": 0, "rounds": 0}

    async def run(self) -> None:
        """Keep the connection and the seats until cancelled; then close what is open."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._session.run(), name=f"{self.id} session")
            tasks.create_task(self._poll_forever(), name=f"{self.id} poll")
            try:
                await self._keep_forever()
            except asyncio.CancelledError:
                await self._farewell()
                raise

    # What is asked and ordered

    async def _greet(self) -> None:
        self._lose("connected anew")
        for setting in SETTINGS:
            self._session.send_now(encode(setting), setting.command)
        self._poll_now.set()

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
                if self._silent_rounds % HANG_UP_POLLS == 0:
                    await self._session.hang_up()
            except LinkDown:
                self._silent_rounds = 0
            finally:
                self._in_round = False

    async def _ask_round(self) -> None:
        """The whole state; only what is in it is on."""
        for listed in self._listed.values():
            listed.clear()
        self._named.clear()
        self._in_round = True

        def is_done(message: Message) -> bool | None:
            return True if message.command == "mic_status_done" else None

        ask = encode(Message("mic_status"))
        await self._session.request(ask, is_done, self._config.answer_s, "state of all seats")
        now_s = self._now_s()
        self._proof_at_s = now_s
        self._counters["rounds"] += 1
        for place, seat in self._by_place.items():
            if place not in self._named:
                self._news |= seat.is_there(False, now_s, NO_UNIT)
            elif seat.present.value:
                for what, listed in self._listed.items():
                    self._news |= seat.told(what, place in listed, now_s)
        self._wake.set()

    async def _keep_forever(self) -> None:
        while True:
            self.turns += 1
            self._keep()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            self._wake.clear()

    def _keep(self) -> None:
        """Tell presses, give the orders that are due, say that there is news."""
        now_s = self._now_s()
        if not self._session.is_up:
            if self._was_up:
                self._lose(f"link down: {self._session.down_reason or 'hung up'}")
            self._was_up = False
        else:
            self._was_up = True
            self._tell_presses(now_s)
            self._order(now_s)
        if self._news:
            self._news = False
            self.on_change()

    def _lose(self, reason: str) -> None:
        self._mode, self._news = None, True
        for seat in self._seats.values():
            seat.lost(reason)

    def _tell_presses(self, now_s: float) -> None:
        """A unit tells no release: a press is short, and stays so."""
        found = [(seat.press(now_s), seat.number) for seat in self._seats.values()]
        for at_s, number in sorted((at_s, number) for at_s, number in found if at_s is not None):
            self._counters["presses"] += 1
            self._on_key(KeyPress(str(number), "mic", at_s))
            self._on_key(KeyPress(str(number), "mic", at_s, released=True))

    def _order(self, now_s: float) -> None:
        for seat in self._seats.values():
            order = seat.due(now_s)
            if order is not None:
                self._say(COMMANDS[order], seat)

    def _say(self, word: str, seat: BoughtSeat) -> None:
        self._counters["orders"] += 1
        with contextlib.suppress(LinkDown):  # the session reopens, a round finds the difference
            self._session.send_now(encode(Message(word, (("seat", seat.place),))), word)

    async def _farewell(self) -> None:
        """Leave nothing open and nobody waiting for a floor that does not answer."""
        for seat in self._seats.values():
            seat.want(SeatOutputs())
            if seat.is_open:
                self._say("mic_off", seat)
            if seat.is_waiting:
                self._say("mic_request_off", seat)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                while self._session.is_up and any(s.is_open for s in self._seats.values()):
                    await asyncio.sleep(0.01)

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """See ``SeatUnits.set_outputs``: the microphone and the request, more it cannot.

        Raises:
            ValueError: no unit of this system serves ``seat``.
        """
        if self._seat(seat).want(outputs):
            self._wake.set()

    # What it says

    def _learn(self, message: Message) -> None:
        now_s = self._now_s()
        match message.command:
            case "mic_mode":
                self._mode = str(message["mode"])
                if self._mode != MODE:  # somebody chose it at the central unit
                    with contextlib.suppress(LinkDown):
                        self._session.send_now(encode(SETTINGS[0]), "mic_mode")
            case "seat_state":
                self._name(int(message["seat"]), message["state"] == "active", now_s)
            case "command_error":
                self._counters["errors"] += 1
                self._error = str(dict(message.arguments).get("error", "no reason told"))
                log.warning("%s: the central unit says %r", self.id, self._error)
            case word if word in WORDS:
                what, on = WORDS[word]
                self._tell(int(message["seat"]), what, on, now_s)

    def _name(self, place: int, active: bool, now_s: float) -> None:
        self._named.add(place)
        seat = self._by_place.get(place)
        if seat is not None and seat.is_there(active, now_s):
            self._news = True
            if active and not self._in_round:
                self._poll_now.set()  # whether its microphone is open is not said by itself
            self._wake.set()

    def _tell(self, place: int, what: What, on: bool, now_s: float) -> None:
        if on:
            self._listed[what].add(place)
        else:
            self._listed[what].discard(place)
        seat = self._by_place.get(place)
        if seat is not None and seat.present.value and seat.told(what, on, now_s):
            self._news = True
            self._wake.set()

    # What is known

    def _seat(self, number: int) -> BoughtSeat:
        try:
            return self._seats[number]
        except KeyError:
            raise ValueError(f"system {self.id!r} serves no seat {number}") from None

    def seat_state(self, seat: int, now_s: float) -> SeatState:
        """See ``SeatUnits.seat_state``; the lamps are the central unit's own and unknown."""
        return self._seat(seat).state(now_s, self._stale_s)

    def seat_health(self, seat: int, now_s: float) -> Health:
        """See ``SeatUnits.seat_health``."""
        return self._seat(seat).health(now_s, self._stale_s)

    def health(self, now_s: float) -> Health:
        """See ``Device.health``. Proof is a whole state that came when asked for."""
        counters = self._counters | {"dropped_bytes": self._session.decoder.dropped_bytes}
        proof_at_s = self._proof_at_s
        if not self._session.is_up:
            untried = self._session.down_reason == "not opened yet"
            state = HealthState.UNCONFIRMED if untried else HealthState.FAULT
            return Health(state, f"link down: {self._session.down_reason}", proof_at_s, counters)
        if proof_at_s is None or now_s - proof_at_s > self._stale_s:
            state = HealthState.FAULT if self._silent_rounds else HealthState.UNCONFIRMED
            return Health(state, "the central unit does not tell its state", proof_at_s, counters)
        if self._mode not in (None, MODE):
            reason = f"in mode {self._mode} it decides about the floor itself; it must be {MODE}"
            return Health(HealthState.FAULT, reason, proof_at_s, counters)
        missing = [s.number for s in self._seats.values() if s.present.value is False]
        reasons = [f"no unit at seats {', '.join(map(str, sorted(missing)))}"] if missing else []
        reasons += [f"it said: {self._error}"] if self._error else []
        return Health(HealthState.OK, "; ".join(reasons) or None, proof_at_s, counters)
