"""Commands from the hub: which may be carried out, and remembering how they ended.

Theory. A command carries an id, a time to live on the hub's clock, the hub's generation and a
number per device. The same id gets the same answer and no second action; an older number, an
older generation or an expired command is refused with its reason. Expiry needs no
synchronised clocks: the smallest difference seen between our clock and the hub's times is the
best estimate of their offset. Without one, only commands that make things safer pass.

Owns that judgement. Must not touch devices. Times are milliseconds unless they say ``_s``.
"""

from __future__ import annotations

from collections import OrderedDict, deque

from edge.contract import messages
from edge.rules.reasons import SENTENCES, Reason, Sentence

REMEMBERED = 1000
"""Results kept for repeated ids, as the contract promises."""

OFFSET_SAMPLES = 12
"""Two minutes of the hub's times: old ones go, because clocks drift apart."""


class HubClock:
    """The offset between the hub's monotonic clock and ours, from messages that took time."""

    def __init__(self) -> None:
        """Unknown until the hub told its time."""
        self._gen = -1
        self._offsets_ms: deque[int] = deque(maxlen=OFFSET_SAMPLES)

    def hear(self, gen: int, hub_ms: int, now_ms: int) -> None:
        """The hub said its time; a new generation is a new clock."""
        if gen != self._gen:
            self._gen = gen
            self._offsets_ms.clear()
        self._offsets_ms.append(now_ms - hub_ms)

    def hub_ms(self, now_ms: int) -> int | None:
        """The hub's time now: the quickest message erred least."""
        return now_ms - min(self._offsets_ms) if self._offsets_ms else None


class CommandRefused(Exception):
    """The command cannot be done; carries the reason for the person who gave it."""

    def __init__(self, reason: Reason, detail: str | Sentence = "") -> None:
        """``detail`` follows the sentence in brackets."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def result(
    command: messages.Command,
    status: str,
    reason: Reason | None = None,
    detail: str | Sentence = "",
) -> messages.Result:
    """How ``command`` ended, with the sentence for people."""
    text = None
    if reason is not None:
        more = Sentence(detail, detail) if isinstance(detail, str) else detail
        vi, en = (
            f"{said} ({tail})" if tail else said
            for said, tail in zip(SENTENCES[reason], more, strict=True)
        )
        text = messages.Text(vi=vi[:400], en=en[:400])
    return messages.Result(re=command.id, status=status, reason=text)


def makes_safer(command: messages.Command) -> bool:
    """Switching something off can come late without harm."""
    return command.args.get("on") is False


class CommandGate:
    """Judges each command once."""

    def __init__(self, clock: HubClock) -> None:
        """``clock`` is fed by whoever hears the hub's time."""
        self._clock = clock
        self._gen = 0
        self._numbers: dict[str, int] = {}
        self._done: OrderedDict[str, messages.Result | None] = OrderedDict()

    def judge(
        self, device: str, command: messages.Command, now_ms: int
    ) -> messages.Result | bool | None:
        """True to carry it out; a Result to answer at once; None while the first runs."""
        if command.id in self._done:
            return self._done[command.id]
        refusal = self._refusal(device, command, now_ms)
        self._remember(command.id, refusal)
        return True if refusal is None else refusal

    def _refusal(
        self, device: str, command: messages.Command, now_ms: int
    ) -> messages.Result | None:
        if command.gen < self._gen:
            return result(command, "rejected", Reason.OUTDATED, f"generation {command.gen}")
        if command.gen > self._gen:
            self._gen = command.gen
            self._numbers.clear()
        if command.n <= self._numbers.get(device, -1):
            return result(command, "rejected", Reason.OUTDATED, f"number {command.n}")
        self._numbers[device] = command.n
        hub_ms = self._clock.hub_ms(now_ms)
        late_ms = None if hub_ms is None else hub_ms - command.sent_ms - command.ttl_ms
        if (late_ms is None or late_ms > 0) and not makes_safer(command):
            detail = "hub clock unknown" if late_ms is None else f"{late_ms / 1000:.1f} s"
            return result(command, "expired", Reason.EXPIRED, detail)
        return None

    def _remember(self, ident: str, outcome: messages.Result | None) -> None:
        self._done[ident] = outcome
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)

    def finished(self, outcome: messages.Result) -> None:
        """Keep the outcome for a repeated id."""
        self._remember(outcome.re, outcome)
