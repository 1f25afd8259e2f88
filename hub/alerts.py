"""Alarms of the hub itself: what it cannot do, and what is missing that no room can tell.

Owns which of them stand now; they live in memory, a new start raises them anew. Must not decide
what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.contract.messages import Text
from hub.meeting.care import Care

Json = dict[str, Any]


class Alerts:
    """By id."""

    def __init__(self, boot: str, now_ms: Callable[[], int], on_change: Callable[[], None]) -> None:
        """``boot`` is this start of the hub, for who acknowledges; ``on_change`` tells pages."""
        self.boot = boot
        self._now_ms = now_ms
        self._on_change = on_change
        self._standing: dict[str, Json] = {}

    def set(
        self, ident: str, text: Text | None, evidence: str = "", severity: str = "warning"
    ) -> None:
        """Raise an alarm, or (text None) clear it."""
        before = self._standing.get(ident)
        if text is None:
            if self._standing.pop(ident, None) is not None:
                self._on_change()
            return
        since_ms = before["since_ms"] if before else self._now_ms()
        now = {
            "severity": severity,
            "text": text.model_dump(),
            "evidence": evidence,
            "since_ms": since_ms,
        }
        if now != before:
            self._standing[ident] = now
            self._on_change()

    def text(self, ident: str) -> Text | None:
        """What the alarm says; None when it does not stand."""
        found = self._standing.get(ident)
        return None if found is None else Text.model_validate(found["text"])

    def part(self, care: Care) -> dict[str, Json]:
        """All that stand, and who has seen them."""
        return {
            ident: {**alert, "seen": seen_part(care, None, ident, self.boot)}
            for ident, alert in self._standing.items()
        }


def seen_part(care: Care, room: str | None, alert: str, boot: str) -> Json | None:
    """Who acknowledged an alarm, and when."""
    seen = care.seen_by(room, alert, boot)
    return None if seen is None else {"by": seen.by, "at_ms": int(seen.at_s * 1000)}
