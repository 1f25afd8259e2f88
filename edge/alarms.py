"""Which faults the hub is told of, and when they are over.

Owns the rule that a fault must last ``RAISE_AFTER_S`` before anybody is alarmed and that an
alarm clears by itself. Pure: health in, alerts out; publishes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.core.capability import Health, HealthState
from edge.contract import messages

RAISE_AFTER_S = 1.0
"""A reply lost now and then is no alarm; a second without a sign of life is one."""

FIRE = "fire-alarm"
"""The alert while the room's fire contact is closed. It waits for nothing."""


def fire_alert(boot: str) -> messages.Alert:
    """What is told while the contact is closed."""
    return messages.Alert(
        boot=boot,
        severity="fault",
        text=messages.Text(
            vi="Có tín hiệu báo cháy: mọi micro đã tắt",
            en="Fire alarm active: every microphone is off",
        ),
        evidence="the fire contact of this room is closed, or its wire is cut",
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alarm may be about; ``title`` is how people call it.

    ``said`` is the alarm's text where *not working* would say too little; the room then goes on
    with less, so it is a warning.
    """

    id: str
    title: messages.Text
    device: str | None = None
    seat: str | None = None
    said: messages.Text | None = None


@dataclass
class Alarms:
    """Remembers since when each subject is bad, and what has been published."""

    boot: str
    _bad_since_s: dict[str, float] = field(default_factory=dict)
    _raised: dict[str, str] = field(default_factory=dict)

    def update(
        self, health: Mapping[str, tuple[Subject, Health]], now_s: float
    ) -> dict[str, messages.Alert | None]:
        """Alerts to publish now; None clears one."""
        news: dict[str, messages.Alert | None] = {}
        for ident, (subject, found) in health.items():
            if found.state is not HealthState.FAULT:
                self._bad_since_s.pop(ident, None)
                # What is merely unconfirmed again has not proved that it works.
                if found.state is HealthState.OK and self._raised.pop(ident, None) is not None:
                    news[ident] = None
                continue
            since_s = self._bad_since_s.setdefault(ident, now_s)
            reason = found.reason or "no reason known"
            if now_s - since_s >= RAISE_AFTER_S and self._raised.get(ident) != reason:
                self._raised[ident] = reason
                news[ident] = messages.Alert(
                    boot=self.boot,
                    severity="warning" if subject.seat or subject.said else "fault",
                    device=subject.device,
                    seat=subject.seat,
                    text=subject.said
                    or messages.Text(
                        vi=f"{subject.title.vi}: không phản hồi đúng",
                        en=f"{subject.title.en}: not working",
                    ),
                    evidence=reason[:400],
                    for_ms=int((now_s - since_s) * 1000),
                )
        return news

    @property
    def raised(self) -> frozenset[str]:
        """Ids of the alerts that stand now."""
        return frozenset(self._raised)
