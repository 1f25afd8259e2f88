"""A Shure/DIS central unit as ``SeatUnits``: its discussion units are seats of our room.

Theory. The floor is ours: the central unit is put into *manual* mode, in which it opens
nothing but what it is told to. It answers nothing to an order that changes nothing; a round,
which names every unit and all that is on, says what an order did.

Owns the mode, the words for orders and the way of each line to its seat. Must not keep the
wire or the rhythm (``core.bought_system``), nor decide whose finger it was.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping

from drivers.core.bought_seat import BoughtSeat, Make, Order, What
from drivers.core.bought_system import BoughtSystem
from drivers.core.capability import HealthState, KeyPress
from drivers.core.errors import LinkDown
from drivers.core.reading import Clock
from drivers.core.transport import Connect
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
    orders={"microphone", "request"},
    retry_s=1.0,
    limits="no lamps or vote keys from here; stays open when the controller dies",
    not_opening="does not open: the central unit opens 8 microphones at most, and none in error",
    silent="the central unit does not tell its state",
)

WORDS: Mapping[str, tuple[What, bool]] = {
    "mic_on": ("microphone", True),
    "mic_off": ("microphone", False),
    "mic_request_on": ("request", True),
    "mic_request_off": ("request", False),
}
COMMANDS = {Order(*order): word for word, order in WORDS.items()}


class DisSystem(BoughtSystem[Message]):
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
        """See ``BoughtSystem``."""
        super().__init__(config, MAKE, DisDecoder, places, on_key, connect=connect, now_s=now_s)
        self._counters["errors"] = 0
        self._mode: str | None = None
        self._error: str | None = None
        self._in_round = False
        self._units: set[int] = set()
        """Places whose unit the round at hand has told of."""

    # What is asked and ordered

    async def _prepare(self) -> None:
        for setting in SETTINGS:
            self._session.send_now(encode(setting), setting.command)

    async def _ask_round(self) -> None:
        """The whole state; only what is in it is on."""

        def is_done(message: Message) -> bool | None:
            return True if message.command == "mic_status_done" else None

        ask = encode(Message("mic_status"))
        self._units.clear()
        self._in_round = True
        try:
            await self._session.request(ask, is_done, self._pace.answer_s, "state of all seats")
        finally:
            self._in_round = False
        now_s = self._now_s()
        for place, seat in self._by_place.items():
            if place not in self._units:
                self._news |= seat.is_there(False, now_s, NO_UNIT)
            elif seat.present.value:
                for what, named in self._named.items():
                    self._news |= seat.told(what, place in named, now_s)
        self._round_ended(now_s)

    def _order(self, now_s: float) -> None:
        for seat in self._seats.values():
            order = seat.due(now_s)
            if order is not None:
                self._say(COMMANDS[order], seat)

    def _say(self, word: str, seat: BoughtSeat) -> None:
        self._counters["orders"] += 1
        with contextlib.suppress(LinkDown):  # the session reopens, a round finds the difference
            self._session.send_now(encode(Message(word, (("seat", seat.place),))), word)

    def _let_go(self) -> None:
        for seat in self._seats.values():
            if seat.is_open:
                self._say("mic_off", seat)
            if seat.is_waiting:
                self._say("mic_request_off", seat)

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
        self._units.add(place)
        seat = self._by_place.get(place)
        if seat is not None and seat.is_there(active, now_s):
            self._news = True
            if active and not self._in_round:
                self._poll_now.set()  # whether its microphone is open is not said by itself
            self._wake.set()

    def _lose(self, reason: str) -> None:
        super()._lose(reason)
        self._mode = None

    def _judge(self) -> tuple[HealthState, str | None]:
        if self._mode not in (None, MODE):
            reason = f"in mode {self._mode} it decides about the floor itself; it must be {MODE}"
            return HealthState.FAULT, reason
        missing = [s.number for s in self._seats.values() if s.present.value is False]
        reasons = [f"no unit at seats {', '.join(map(str, sorted(missing)))}"] if missing else []
        reasons += [f"it said: {self._error}"] if self._error else []
        return HealthState.OK, "; ".join(reasons) or None
