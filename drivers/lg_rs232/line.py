"""Asking one LG display one thing at a time.

Theory. A reply carries only the second letter of its command and says nothing of whether it
was set or asked: ``a 01 OK01x`` may acknowledge *power on* or report it. Some models
acknowledge power on seconds later, when they have started. So after a setting that nobody
acknowledged in time, the next reply with its letter is taken for that late acknowledgement,
never for a state.

Owns the rest between commands, repeating, and whose reply is whose. Must not know what the
answers mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from drivers.core.address import Port
from drivers.core.errors import NoReply, Refused
from drivers.core.reading import Clock
from drivers.core.session import Session
from drivers.lg_rs232.codec import Command, Message, Reply, encode
from drivers.lg_rs232.config import LgConfig

QUESTION_TRIES = 2
"""Questions are idempotent, so one lost frame costs one repeat. Settings are repeated, if at
all, by whoever knows that they have not shown."""

REFUSALS = {"01": "illegal code", "02": "not supported", "03": "wait"}


class LgLine:
    """The way to one display over a session that others keep open."""

    def __init__(
        self,
        config: LgConfig,
        port: Port,
        session: Session[Message],
        counters: dict[str, int],
        now_s: Clock,
    ) -> None:
        """``port`` only shapes the advice in errors; ``counters`` are counted up."""
        self._config = config
        self._port = port
        self._session = session
        self._counters = counters
        self._now_s = now_s
        self._turn = asyncio.Lock()
        self._rest_until_s = 0.0
        self._owed: set[str] = set()
        """Letters of settings whose acknowledgement may still come."""

    async def ask(self, letters: str, data: str, what: str) -> str:
        """Send a command and give the data of its reply; ``what`` names it in errors.

        Raises:
            LinkDown: the link is down or went down.
            NoReply: nothing came.
            Refused: the display said NG.
        """
        command = Command(letters, self._config.set_id, data)
        tries = QUESTION_TRIES if command.query else 1
        async with self._turn:
            for _ in range(tries):
                try:
                    reply = await self._once(command, what)
                    break
                except NoReply:
                    self._counters["silent"] += 1
            else:
                raise NoReply(self.silence_hint(), device=self._config.id, command=what)
        if not reply.ok:
            self._counters["refused"] += 1
            why = REFUSALS.get(reply.data, "no reason given")
            raise Refused(
                f"the display refused ({why})",
                code=reply.data,
                device=self._config.id,
                command=what,
            )
        return reply.data

    async def _once(self, command: Command, what: str) -> Reply:
        left_s = self._rest_until_s - self._now_s()
        if left_s > 0:
            await asyncio.sleep(left_s)
        letter = command.command[1]
        was_owed = letter in self._owed
        try:
            self._counters["asked"] += 1
            return await self._session.request(
                encode(command), self._answer_to(command), self._config.answer_s, what
            )
        except (NoReply, asyncio.CancelledError):
            if not command.query:
                self._owed.add(letter)
            elif was_owed:
                self._owed.discard(letter)  # it never came, or what came was ours after all
            raise
        finally:
            self._rest_until_s = self._now_s() + self._config.gap_ms / 1000

    def _answer_to(self, command: Command) -> Callable[[Message], Reply | None]:
        letter = command.command[1]

        def answer(message: Message) -> Reply | None:
            if not isinstance(message, Reply):
                return None
            if (message.command2, message.set_id) != (letter, command.set_id):
                return None
            if letter in self._owed:
                self._owed.discard(letter)
                return None
            return message

        return answer

    def late(self, message: Message) -> None:
        """A reply that nobody waited for: what was owed has come."""
        if isinstance(message, Reply) and message.set_id == self._config.set_id:
            self._owed.discard(message.command2)

    def new_connection(self) -> None:
        """What was owed on the old one will not come any more."""
        self._owed.clear()

    def silence_hint(self) -> str:
        """What to look at when a display says nothing."""
        looks = [f"is its set ID {self._config.set_id}"]
        if self._port.kind == "serial":
            looks.append(f"is its speed {self._config.baud} baud")
        noise = " but something else" if self._session.decoder.dropped_bytes else ""
        return f"no answer{noise}; look in the display's menu: {', '.join(looks)}?"
