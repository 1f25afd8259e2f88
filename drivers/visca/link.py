"""One VISCA wire: who answers what, repeats, sockets, and Sony's sequence numbers.

Owns the exchange of packets with one camera over a ``Session``. Must not know degrees or why a
command is sent. Cameras answer in order, so an acknowledgement belongs to the oldest command
that waits for one; behind Sony's header it carries the number of its command instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any, cast

from drivers.core.codec import Decoder
from drivers.core.errors import NoReply, Refused
from drivers.core.reading import Clock
from drivers.core.session import Session
from drivers.core.transport import Connect
from drivers.visca import codec, ip
from drivers.visca.codec import BROADCAST, Command, Inquiry
from drivers.visca.config import Flavour
from drivers.visca.replies import (
    BUFFER_FULL,
    NO_SOCKET,
    NOT_EXECUTABLE,
    Ack,
    AddressSetReturn,
    Answer,
    Completion,
    Failure,
    IfClearReturn,
    NetworkChange,
    read_answer,
)
from drivers.visca.verdicts import (
    Heard,
    Said,
    Sent,
    Wants,
    ends_cancel,
    ends_command,
    is_verdict,
    opened,
    out_of_sequence,
)

log = logging.getLogger(__name__)

TRIES = 3
"""How often an idempotent packet is sent before the camera counts as silent."""

SOCKETS = (1, 2)
"""A camera carries out two commands at a time; a third finds its buffer full."""

CANCEL_PAUSE_S = 0.2
"""So long lies between a command and its cancel, and between a cancel and what follows (Sony)."""

BUFFER_FULL_PAUSES_S = (0.2, 0.3, 0.5, 0.8)
"""Waits before a packet is sent again into a full buffer."""

NOT_EXECUTABLE_PAUSE_S = 0.24
"""EVI-H100 and BRC-H900 may refuse for so long after a preset has completed (Sony)."""

SUPERSEDED = "superseded"
"""``Refused.code`` of an order that a newer order or a stop has replaced."""


def _still_wanted() -> bool:
    return True


class Link:
    """Speaks with one camera. All requests take turns; ``send_now`` does not."""

    def __init__(
        self,
        device: str,
        connect: Connect,
        *,
        flavour: Flavour,
        address: int,
        reply_timeout_s: float,
        fixed_sequence: bool = False,
        on_up: Callable[[], Coroutine[object, object, None]],
        on_event: Callable[[str, Said], None],
        now_s: Clock = time.monotonic,
    ) -> None:
        """``on_event`` gets what no request waits for: name of the packet (or empty), message."""
        self.device = device
        self.flavour = flavour
        self.counters: Counter[str] = Counter()
        self.sockets: dict[int, deque[str]] = {}
        self.session: Session[Heard] = Session(
            device, connect, self._decoder, on_up=on_up, on_message=self._on_message, now_s=now_s
        )
        self._address = address
        self._timeout_s = reply_timeout_s
        self._fixed_sequence = fixed_sequence
        self._on_event = on_event
        self._now_s = now_s
        self._sequence = 0
        self._sent: deque[Sent] = deque()
        self._line = asyncio.Lock()
        self._accepted_at_s = self._cancelled_at_s = float("-inf")

    def _decoder(self) -> Decoder[Heard]:
        # Each gives a part of what can be heard; nobody puts anything into its lists.
        decoder = ip.Decoder() if self.flavour == "sony-ip" else codec.Decoder()
        return cast("Decoder[Heard]", decoder)

    def forget(self) -> None:
        """A new connection: nothing that was sent will be answered any more."""
        self._sent.clear()
        self.sockets.clear()

    # Requests -----------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def greeting(self) -> AsyncIterator[None]:
        """Hold the line: within, only ``reset``, ``set_address`` and ``first_question``."""
        async with self._line:
            yield

    async def reset(self) -> None:
        """Set the camera's sequence counter to 0 (Sony's header only; the line is held).

        Raises:
            LinkDown, NoReply
        """
        self._sequence = 0
        await self._ask(ip.CONTROL, ip.RESET, "reset", lambda said: said == _RESET_ACK, 0)
        self._sequence = 0

    async def set_address(self) -> int:
        """Let the chain count itself and clear its buffers (serial only; the line is held).

        Returns the number of cameras.

        Raises:
            LinkDown, NoReply
        """
        first = Command("address_set", BROADCAST, {"next_address": 1})
        said = await self._ask(
            ip.COMMAND,
            codec.encode(first),
            "address_set",
            lambda said: isinstance(said, AddressSetReturn),
        )
        clear = codec.encode(Command("if_clear", BROADCAST))
        await self._ask(ip.COMMAND, clear, "if_clear", lambda said: isinstance(said, IfClearReturn))
        self.sockets.clear()
        return said.next_address - 1 if isinstance(said, AddressSetReturn) else 0

    async def first_question(self, name: str) -> dict[str, Any]:
        """An inquiry while the line is held. See ``inquire``."""
        packet = codec.encode(Inquiry(name, self._address))

        def fits(said: Said) -> bool:
            if isinstance(said, Answer):
                return read_answer(name, said.data) is not None
            return is_verdict(said)

        said = await self._reliably(ip.INQUIRY, packet, name, fits)
        if not isinstance(said, Answer):
            raise self._refusal(name, said)
        return read_answer(name, said.data) or {}

    async def inquire(self, name: str) -> dict[str, Any]:
        """Ask; the fields of the answer as ``replies.read_answer`` gives them.

        Raises:
            LinkDown, NoReply
            Refused: the camera does not know or not allow the question now.
        """
        async with self._line:
            return await self.first_question(name)

    async def command(
        self,
        name: str,
        values: Mapping[str, Any],
        *,
        wanted: Callable[[], bool] = _still_wanted,
        takes_over: bool = False,
    ) -> None:
        """Send a command until the camera has accepted it.

        ``wanted`` is asked before every sending: an order that was replaced or stopped is never
        repeated. ``takes_over``: commands that fill both sockets are cancelled to make room, each
        in the camera's own time.

        Raises:
            LinkDown, NoReply
            Refused: by the camera, or ``SUPERSEDED``.
        """
        command = Command(name, self._address, values)
        packet = codec.encode(command)
        pauses = iter(BUFFER_FULL_PAUSES_S)
        asked_again = False
        while True:
            if takes_over:
                await self._make_room(wanted)
            async with self._line:
                said = await self._reliably(
                    ip.COMMAND, packet, name, ends_command, wanted, repeat=command.idempotent
                )
            if not is_verdict(said) or out_of_sequence(said):
                self._accepted_at_s = self._now_s()
                return  # accepted now, or proved to have been accepted before
            code = said.code if isinstance(said, Failure) else 0
            pause_s = next(pauses, None) if code == BUFFER_FULL else None
            if code == BUFFER_FULL and pause_s is not None:
                self.counters["buffer_full"] += 1
                if takes_over:
                    self.cancel_sockets(SOCKETS)  # whatever they hold, it was not noticed
            elif code == NOT_EXECUTABLE and not asked_again:
                asked_again, pause_s = True, NOT_EXECUTABLE_PAUSE_S
            else:
                raise self._refusal(name, said)
            await asyncio.sleep(pause_s or 0)

    def send_now(self, name: str, values: Mapping[str, Any]) -> None:
        """Put a command on the wire past every queue; its verdict goes to ``on_event``.

        Raises:
            LinkDown: the wire is down.
        """
        wants = ends_cancel if name == "cancel" else ends_command
        packet = codec.encode(Command(name, self._address, values))
        sequence = self._next_sequence()
        self.session.send_now(self._wrapped(ip.COMMAND, packet, sequence), name)
        self._remember(Sent(name, wants, sequence, self._now_s()))

    def cancel_sockets(self, at_least: tuple[int, ...] = ()) -> None:
        """Cancel whatever the camera still executes, as far as it is known, and ``at_least``.

        Raises:
            LinkDown: the wire is down.
        """
        for socket in sorted({*self._busy(), *at_least}):
            self._cancelled_at_s = self._now_s()
            self.send_now("cancel", {"socket": socket})

    def _busy(self) -> set[int]:
        return {socket for socket, names in self.sockets.items() if names}

    async def _make_room(self, wanted: Callable[[], bool]) -> None:
        """Never send into a buffer that is full: what fills it is cancelled first.

        Raises:
            LinkDown: the wire is down.
        """
        await self._not_before(self._cancelled_at_s + CANCEL_PAUSE_S)
        if len(self._busy()) < len(SOCKETS):
            return
        await self._not_before(self._accepted_at_s + CANCEL_PAUSE_S)
        if len(self._busy()) >= len(SOCKETS) and wanted():
            self.cancel_sockets()
            await self._not_before(self._cancelled_at_s + CANCEL_PAUSE_S)

    async def _not_before(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - self._now_s()))

    # One exchange -------------------------------------------------------------------------

    async def _reliably(
        self,
        kind: int,
        packet: bytes,
        name: str,
        wants: Wants,
        wanted: Callable[[], bool] = _still_wanted,
        *,
        repeat: bool = True,
    ) -> Said:
        """Send, and again after silence, as Sony's table of lost packets tells.

        A repeat keeps its number: when the camera then reports a wrong sequence it has heard
        the first one. So a command is done, and an inquiry is asked under a new number. A
        wrong sequence at the first sending means that the counters differ.
        """
        sequence = self._next_sequence()
        silent = resent = 0
        while True:
            if not wanted():
                raise Refused(
                    "replaced by a newer order",
                    code=SUPERSEDED,
                    device=self.device,
                    command=name,
                )
            try:
                said = await self._ask(kind, packet, name, wants, sequence)
            except NoReply:
                self.counters["timeouts"] += 1
                silent += 1
                # Behind Sony's header a repeat under the same number cannot act twice.
                if silent == TRIES or not (repeat or sequence is not None):
                    raise
                continue
            if not out_of_sequence(said) or (kind == ip.COMMAND and silent):
                return said
            resent += 1
            if resent == TRIES:
                raise self._refusal(name, said)
            if not silent and not self._fixed_sequence:
                await self.reset()
            sequence = self._next_sequence()

    async def _ask(
        self, kind: int, packet: bytes, name: str, wants: Wants, sequence: int | None = None
    ) -> Said:
        sent = Sent(name, wants, sequence, self._now_s())

        def mine(heard: Heard) -> Said | None:
            said, number = opened(heard)
            if self._owner(said, number) is not sent:
                return None
            self._sent.remove(sent)  # what follows in the same chunk answers somebody else
            self._note_sockets(sent.name, said)
            return said

        self._remember(sent)
        try:
            data = self._wrapped(kind, packet, sequence)
            return await self.session.request(data, mine, self._timeout_s, name)
        finally:
            if sent in self._sent:
                self._sent.remove(sent)

    def _wrapped(self, kind: int, packet: bytes, sequence: int | None) -> bytes:
        if self.flavour != "sony-ip":
            return packet
        return ip.encode(ip.IpPacket(kind, sequence or 0, packet))

    def _next_sequence(self) -> int | None:
        if self.flavour != "sony-ip":
            return None
        if self._fixed_sequence:
            return 1
        self._sequence = 0 if self._sequence == ip.SEQUENCE_MOST else self._sequence + 1
        return self._sequence

    # What comes in ------------------------------------------------------------------------

    def _remember(self, sent: Sent) -> None:
        """Note a packet; those that were never answered stop waiting for an answer."""
        limit_s = self._now_s() - 2 * self._timeout_s
        while self._sent and self._sent[0].at_s < limit_s:
            self._sent.popleft()
        self._sent.append(sent)

    def _owner(self, said: Said, number: int | None) -> Sent | None:
        """The packet that ``said`` answers: by number, else the oldest that it fits."""
        if self.flavour == "serial" and getattr(said, "address", self._address) != self._address:
            return None
        for sent in self._sent:
            counted = number is None or self._fixed_sequence or sent.name == "reset"
            if (counted or sent.sequence == number) and sent.wants(said):
                return sent
        return None

    def _on_message(self, heard: Heard) -> None:
        """What no request was waiting for: replies to ``send_now``, completions, surprises."""
        said, number = opened(heard)
        sent = self._owner(said, number)
        if sent is not None:
            self._sent.remove(sent)
        elif isinstance(said, Ack | Answer) or is_verdict(said):
            self.counters["unexpected"] += 1
        self._note_sockets(sent.name if sent is not None else "", said)
        if isinstance(said, NetworkChange) and self.flavour != "serial":
            return  # some cameras say so on TCP, where it means nothing
        self._on_event(sent.name if sent is not None else "", said)

    def _note_sockets(self, name: str, said: Said) -> None:
        """Sockets are queues: some cameras accept a command into an occupied one."""
        if isinstance(said, Ack) and said.socket:
            self.sockets.setdefault(said.socket, deque(maxlen=4)).append(name)
        freed = isinstance(said, Completion) or ends_cancel(said)
        names = self.sockets.get(getattr(said, "socket", 0)) if freed else None
        if names and isinstance(said, Failure) and said.code == NO_SOCKET:
            names.clear()  # its completion was lost
        elif names:
            names.popleft()

    def _refusal(self, name: str, said: Said) -> Refused:
        self.counters["errors"] += 1
        text = said.error if isinstance(said, Failure | ip.ControlReply) else "no answer fits"
        code = f"{said.code:02X}" if isinstance(said, Failure) else text
        return Refused(f"the camera says {text}", code=code, device=self.device, command=name)


_RESET_ACK = ip.ControlReply("reset_ack")
