"""How long a sign-in holds: while it is used, and never longer than a day's work.

Theory. *Idle* ends what nobody uses any more; a page whose stream is open is in use. *Absolute*
ends even what is used. Times are on the meeting's clock, which never jumps; a session that seems to
begin in the future belongs to another clock and holds no more.

Owns these limits. Pure; must not know where sessions are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.access.rights import Role

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Limit:
    """Of one role."""

    idle_s: float
    absolute_s: float


_AT_A_DESK = Limit(idle_s=2 * HOUR_S, absolute_s=14 * HOUR_S)

LIMITS = {
    Role.TECHNICIAN: _AT_A_DESK,
    Role.CHAIR: _AT_A_DESK,
    Role.SECRETARY: _AT_A_DESK,
    # A personal device sleeps through the noon break; the code itself ends with the meeting.
    Role.DELEGATE: Limit(idle_s=12 * HOUR_S, absolute_s=3 * DAY_S),
    # Nobody stands at a wall screen to pair it again after the holidays.
    Role.DISPLAY: Limit(idle_s=90 * DAY_S, absolute_s=3 * 365 * DAY_S),
}

CODE_HOLDS_S = 3 * DAY_S
"""A seat's code, unless it is revoked or the meeting is another one before."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in, as the book has it."""

    key: bytes
    """Digest of the token in the cookie."""
    name: str
    role: Role
    seat: str | None
    account: str
    begun_s: float
    seen_s: float


def is_over(session: Session, now_s: float) -> bool:
    """It holds no more."""
    limit = LIMITS[session.role]
    is_foreign = session.begun_s > now_s + 1.0
    return (
        is_foreign
        or now_s - session.begun_s > limit.absolute_s
        or now_s - max(session.seen_s, session.begun_s) > limit.idle_s
    )
