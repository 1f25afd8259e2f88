"""A PJLink projector as ``Display``: its greeting, its questions, what its answers mean.

Theory. The projector speaks first, and wants the password proved with the first command of
each connection. One connection is kept, because projectors exist whose authentication locks
up under many. A wrong password is not tried again for a quarter of an hour, for the same
reason. While it warms up or cools down nothing is sent but questions.

Owns the greeting, what is asked and what the answers mean. Must not know lines or sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import ClassVar

from drivers.core.address import parse_port
from drivers.core.asked_display import WiredDisplay
from drivers.core.errors import LinkDown, NoReply, Refused
from drivers.core.reading import Clock, Reading
from drivers.core.seen import Power, Seen, Setting, known_name
from drivers.core.session import Session
from drivers.core.transport import Connect, Transport, connect_to
from drivers.pjlink import answers
from drivers.pjlink.codec import (
    Answer,
    AuthError,
    Command,
    Greeting,
    Message,
    PjlinkDecoder,
    encode,
    md5_proof,
)
from drivers.pjlink.config import PjlinkConfig

TRIES = 2
"""Questions and settings are idempotent here, so one lost line costs one repeat."""

WRONG_PASSWORD_S = 900.0
"""How long a projector that refused the password is left in peace."""

ERRORS = {
    "ERR1": "it does not know this command",
    "ERR2": "it has no such input or value",
    "ERR3": "not now: it is busy or in standby",
    "ERR4": "it reports a failure of its own",
}

POWERS: dict[str, Power] = {
    "standby": "off",
    "on": "on",
    "cooling": "cooling",
    "warming": "warming",
}

BROKEN = 2
"""In the error status: 1 is a warning, 2 an error."""

FAILURE = "works"
"""What is broken when it answers ERR4 to the question for its power: it says no more."""


class PjlinkDisplay(WiredDisplay[Message]):
    """One projector (``Display`` and ``Device`` of ``drivers.core.capability``)."""

    RECHECK_S: ClassVar[float] = 2.0
    """Asked any oftener some projectors stop answering."""

    def __init__(
        self,
        config: PjlinkConfig,
        *,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``connect`` replaces the port of ``config`` in tests."""
        self._config = config
        self._open = connect or connect_to(parse_port(config.port))
        self._names = {code: name for name, code in config.sources.items()}
        session: Session[Message] = Session(
            config.id,
            self._connect,
            PjlinkDecoder,
            on_up=self._greet,
            on_message=self._unasked,
            now_s=now_s,
        )
        super().__init__(config, now_s, session, may_hang=True)
        self._greeting: asyncio.Future[Greeting] | None = None
        self._proof = ""
        self._peace_until_s: float | None = None
        self._class = 1
        self._lamp_hours: int | None = None

    # The greeting

    async def _connect(self) -> Transport:
        if self._peace_until_s is not None and self._now_s() < self._peace_until_s:
            raise LinkDown(self._wrong_password(), device=self.id)
        self._greeting = asyncio.get_running_loop().create_future()
        return await self._open()

    async def _greet(self) -> None:
        """Wait for the projector's first word and prove the password."""
        greeting = self._greeting
        assert greeting is not None  # noqa: S101  # made by _connect, before every opening
        try:
            async with asyncio.timeout(self._config.answer_s):
                said = await greeting
        except TimeoutError as error:
            raise NoReply("no greeting; is PJLink switched on in its menu?", device=self.id) from (
                error
            )
        self._proof = self._prove(said)
        self._peace_until_s = None
        answer = await self._exchange("POWR", "?", "greeting")
        if isinstance(answer, AuthError):
            raise LinkDown(self._wrong_password(), device=self.id)
        self._poll_now.set()

    def _prove(self, greeting: Greeting) -> str:
        if greeting.auth == "none":
            return ""
        if greeting.auth != "md5":
            raise LinkDown("it wants SHA-256; set it to MD5 in its menu", device=self.id)
        if self._config.password is None:
            self._leave_in_peace()
            raise LinkDown(self._wrong_password(), device=self.id)
        return md5_proof(greeting.random, self._config.password.get_secret_value())

    def _leave_in_peace(self) -> None:
        self._peace_until_s = self._now_s() + WRONG_PASSWORD_S

    def _wrong_password(self) -> str:
        if self._config.password is None:
            return "it asks for a password; none is in the room file"
        return (
            "it refused the password; correct it and restart, or wait: it is tried again every "
            f"{WRONG_PASSWORD_S / 60:.0f} minutes"
        )

    def _unasked(self, message: Message) -> None:
        """The greeting; what else comes late proves nothing that the next question does not."""
        greeting = self._greeting
        if isinstance(message, Greeting) and greeting is not None and not greeting.done():
            greeting.set_result(message)

    # Asking

    async def _exchange(self, body: str, param: str, what: str) -> Answer | AuthError:
        """One line and its answer.

        Raises:
            LinkDown, NoReply
        """

        def answers_it(message: Message) -> Answer | AuthError | None:
            if isinstance(message, AuthError):
                self._leave_in_peace()  # at once: it hangs up with the same breath
                return message
            is_answer = isinstance(message, Answer) and message.body == body
            return message if is_answer else None  # type: ignore[return-value]  # an Answer

        klass = self._class if body == "INPT" else 1
        command = Command(klass, body, param, self._proof)
        self._proof = ""  # for the first command of a connection only
        self.counters["asked"] += 1
        return await self._session.request(encode(command), answers_it, self._config.answer_s, what)

    async def _say(self, body: str, param: str, what: str) -> str:
        """The parameter of the answer.

        Raises:
            LinkDown, NoReply
            Refused: it said no, with its error code.
        """
        for _ in range(TRIES):
            try:
                answer = await self._exchange(body, param, what)
                break
            except NoReply:
                self.counters["silent"] += 1
        else:
            raise NoReply(self._silence_hint(), device=self.id, command=what)
        if isinstance(answer, AuthError):
            self.counters["refused"] += 1
            raise Refused(self._wrong_password(), code="ERRA", device=self.id, command=what)
        if answer.error is not None:
            self.counters["refused"] += 1
            reason = f"{ERRORS.get(answer.error, 'it refused')} ({answer.error})"
            raise Refused(reason, code=answer.error, device=self.id, command=what)
        return answer.param

    async def _ask(self) -> Seen:
        try:
            told = answers.meaning("POWR", await self._say("POWR", "?", "power"))
        except Refused as refusal:
            if refusal.code == "ERR4":
                self._broken = (FAILURE,)
            raise
        if self._broken == (FAILURE,):
            self._broken = ()
        power = POWERS.get(told.get("value", ""))
        source: str | None = None
        if power == "on":
            with contextlib.suppress(Refused):
                code = await self._say("INPT", "?", "source")
                source = self._names.get(code, code)
        return Seen(power, source, None, self._now_s())

    async def _ask_sensors(self) -> None:
        """Errors, hours of the lamp, class and model; what it lacks it refuses."""
        with contextlib.suppress(Refused):
            told = answers.meaning("ERST", await self._say("ERST", "?", "errors"))
            self._broken = tuple(part for part in told if told[part] == BROKEN)
        with contextlib.suppress(Refused):
            told = answers.meaning("LAMP", await self._say("LAMP", "?", "lamp"))
            hours = [lamp["hours"] for lamp in told.get("lamps", ())]
            self._lamp_hours = max(hours, default=None)
        if self.model.value is None:
            with contextlib.suppress(Refused):
                told = answers.meaning("CLSS", await self._say("CLSS", "?", "class"))
                self._class = min(2, told.get("value", 1))
            with contextlib.suppress(Refused):
                maker = await self._say("INF1", "?", "maker")
                model = await self._say("INF2", "?", "model")
                self.model = Reading.known(f"{maker} {model}".strip(), self._now_s())

    # Setting

    async def set_volume(self, percent: int) -> None:
        """PJLink has no volume that could be set.

        Raises:
            Refused
        """
        raise Refused("PJLink cannot set a volume", device=self.id, command=f"volume {percent}")

    async def _apply(self, setting: Setting) -> None:
        if setting.kind == "power":
            await self._say("POWR", "1" if setting.value else "0", setting.what)
        else:
            code = self._config.sources[str(setting.value)]
            await self._say("INPT", code, setting.what)

    def _named(self, source: str) -> str:
        return known_name(self._config.sources, source, self.id)

    def _silence_hint(self) -> str:
        return "no answer; is PJLink switched on in its menu, and nobody else connected?"

    def _all_counters(self) -> dict[str, int]:
        hours = {} if self._lamp_hours is None else {"lamp_hours": self._lamp_hours}
        return super()._all_counters() | hours
