"""When the next events may go to the hub: a receipt lets them go, or the end of patience.

Theory. What is recorded while the last message has no receipt gathers, and goes together. A hub
with little to do answers within some 5 ms, so nobody notices. When a thousand rooms vote in the
same second it answers later: then messages become fewer and longer, which are much cheaper to
take, and it keeps up. Sending again what it has but did not come to yet would only add to its
work, so that waits longer too. As patience follows the last answer, what the hub holds back on
purpose delays what comes after it by ``LEAST_S`` only.

Owns these moments. Must not know messages. Times are seconds on one monotonic clock.
"""

from __future__ import annotations

LEAST_S = 0.05
MOST_S = 5.0

RESEND_S = 5.0
"""An event without receipt goes out again after this, or later when answers take long."""

OF_LAST_ANSWER = 2.0
"""Patience is so many times what the last answer took."""


class Gathering:
    """One room's patience."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._sent_s: float | None = None
        self._unanswered_since_s: float | None = None
        self._patience_s = LEAST_S

    @property
    def resend_after_s(self) -> float:
        """How long an event waits for its receipt before it goes out again."""
        return max(RESEND_S, OF_LAST_ANSWER * self._patience_s)

    def sent(self, now_s: float) -> None:
        """Events went out."""
        self._sent_s = now_s
        if self._unanswered_since_s is None:
            self._unanswered_since_s = now_s

    def answered(self, now_s: float) -> None:
        """A receipt came."""
        if self._unanswered_since_s is not None:
            took_s = now_s - self._unanswered_since_s
            self._patience_s = min(MOST_S, max(LEAST_S, OF_LAST_ANSWER * took_s))
            self._sent_s = self._unanswered_since_s = None

    def may_send(self, now_s: float) -> bool:
        """The last message was answered, or has been waited for long enough."""
        if self._sent_s is not None and now_s >= self._sent_s + self._patience_s:
            self._patience_s = min(MOST_S, 2 * self._patience_s)
            self._sent_s = None
        return self._sent_s is None
