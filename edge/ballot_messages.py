"""Messages about ballots as the rules know them.

Owns the translation. Must not judge: a seat that a newer hub refuses for a reason unknown here
is refused all the same.
"""

from __future__ import annotations

from edge.contract import messages
from edge.rules.ballot_state import Stage
from edge.rules.reasons import Reason
from edge.rules.seat_votes import Paper, Right


def paper_of(message: messages.Ballot) -> Paper | None:
    """The ballot of a message; None when it says that there is none."""
    if message.ballot is None:
        return None
    return Paper(
        ballot=message.ballot,
        generation=message.generation,
        stage=Stage(message.stage),
        kind=message.kind,
        press=message.press,
        options=tuple(option.id for option in message.options),
        picks_max=message.picks_max,
        seats={
            int(number): Right(seat.person, _reason(seat.refused), _entered(message, number))
            for number, seat in message.seats.items()
            if number.isdigit()
        },
    )


def _entered(message: messages.Ballot, number: str) -> tuple[str, ...] | None:
    choices = message.entered.get(number)
    return tuple(choices) if choices and message.kind != "secret" else None


def _reason(code: str | None) -> Reason | None:
    if code is None:
        return None
    return Reason(code) if code in set(Reason) else Reason.NOT_ENTITLED
