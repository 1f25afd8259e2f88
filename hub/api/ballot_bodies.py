"""What may be asked of ballots and attendance: bodies of commands.

Owns their shapes. Must not know what a command leads to. Each names the ballot and generation it
is meant for, so one that is sent twice, or too late, does nothing to another ballot.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from edge.contract.base import RoomId, SeatName, Text, Word
from edge.contract.voting import BallotKind, Generation, OptionId, PressRule
from edge.rules.ballot_labels import Option
from edge.rules.ballot_plan import CLOSING_GRACE_S, OnRoomLost
from edge.rules.reasons import Sentence
from hub.api.closed import ClosedBody
from hub.meeting.motion import Motion, options_of, rule_of

BallotId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
Why = Annotated[str, Field(min_length=1, max_length=400)]


class OptionBody(ClosedBody):
    """One thing that can be chosen."""

    id: OptionId
    label: Text


class MotionBody(ClosedBody):
    """An item to be voted on."""

    id: BallotId
    text: Text
    kind: BallotKind = "open"
    rule: str | dict[str, Any] | None = Field(
        default=None,
        description="name of a preset, or a rule as data (with preset: changes to it); null asks "
        "for an opinion",
    )
    label_set: Word = "law"
    options: list[OptionBody] = Field(default_factory=list, max_length=24)
    picks_min: int = Field(default=1, ge=1, le=24)
    picks_max: int = Field(default=1, ge=1, le=24)
    press: PressRule | None = Field(
        default=None, description="last_press, in a secret ballot first_press, unless it is given"
    )
    item: Word = Field(default="", description="item of the agenda")
    recused: list[Word] = Field(default_factory=list, description="persons who take no part")
    uncounted_rooms: list[RoomId] = Field(
        default_factory=list, description="rooms whose members are neither present nor vote"
    )
    proxy_vote: bool = Field(default=False, description="holders of proxies vote for others")
    show_interim: bool = Field(default=False, description="counts are shown before the end")
    duration_s: Annotated[float, Field(gt=0, le=86_400)] | None = None
    on_room_lost: OnRoomLost = "pause"
    may_open_without_quorum: bool = False
    closing_grace_s: float = Field(default=CLOSING_GRACE_S, ge=0, le=3600)
    is_training: bool = False

    def motion(self, *, by_file: bool = False) -> Motion:
        """The item.

        Raises:
            ValueError: key, value and bound of what does not go together.
        """
        return Motion(
            id=self.id,
            text=Sentence(self.text.vi, self.text.en),
            rule=rule_of(self.rule),
            kind=self.kind,
            label_set=self.label_set,
            options=options_of(
                self.label_set,
                (Option(each.id, Sentence(each.label.vi, each.label.en)) for each in self.options),
            ),
            picks_min=self.picks_min,
            picks_max=self.picks_max,
            press=self.press or ("first_press" if self.kind == "secret" else "last_press"),
            item=self.item,
            recused=frozenset(self.recused),
            uncounted_rooms=frozenset(self.uncounted_rooms),
            proxy_vote=self.proxy_vote,
            show_interim=self.show_interim,
            duration_s=self.duration_s,
            on_room_lost=self.on_room_lost,
            may_open_without_quorum=self.may_open_without_quorum,
            closing_grace_s=self.closing_grace_s,
            is_training=self.is_training,
            by_file=by_file,
        )

    @model_validator(mode="after")
    def _goes_together(self) -> MotionBody:
        self.motion()
        return self


class PrepareBallot(MotionBody):
    """Put an item on the list of votes, or change one that nobody has been asked yet."""


class OfBallot(ClosedBody):
    """Root of what is asked of one ballot."""

    ballot: BallotId
    generation: Generation = 1


class ReadyBallot(OfBallot):
    """Rooms are shown what is voted on; the list of voters is fixed."""


class OpenBallot(OfBallot):
    """Votes are accepted."""

    anyway: bool = Field(default=False, description="although the quorum is missing")


class PauseBallot(OfBallot):
    """Nothing is accepted for a while; what was cast stays."""


class ResumeBallot(OfBallot):
    """Go on after a pause."""


class CloseBallot(OfBallot):
    """No more votes; the rooms hand in what they have."""


class CountBallot(OfBallot):
    """Count now, without the rooms that were not heard."""


class AnnounceBallot(OfBallot):
    """Show and publish the result."""

    anyway: bool = Field(default=False, description="although not one vote arrived")


class AnnulBallot(OfBallot):
    """The counted result does not stand."""

    why: Why


class AbortBallot(OfBallot):
    """End the vote without a result."""

    why: Why


class WithdrawBallot(OfBallot):
    """Take the item back before the vote was opened."""

    why: Why


class AgainBallot(OfBallot):
    """Vote again after an aborted or annulled vote: its next generation, as a draft."""


class CallNext(OfBallot):
    """Roll call: the next name."""


class RollCallVote(OfBallot):
    """Roll call: enter what somebody who was called has answered."""

    person: Word
    choice: OptionId


class RecusePerson(OfBallot):
    """The person takes no part in this vote."""

    person: Word


class SignIn(ClosedBody):
    """Sign people in or out: seats, or a whole room, or everybody."""

    seat: SeatName | list[SeatName] | None = None
    room: RoomId | None = None
    everybody: Literal[True] | None = None
    present: bool = True

    @model_validator(mode="after")
    def _one_of_three(self) -> SignIn:
        given = [self.seat not in (None, []), self.room is not None, self.everybody is True]
        if sum(given) != 1:
            raise ValueError("give one of seat, room, everybody")
        return self


class AskAttendance(ClosedBody):
    """Ask people at their seats to sign in, or stop asking."""

    on: bool


BallotBody = (
    PrepareBallot
    | ReadyBallot
    | OpenBallot
    | PauseBallot
    | ResumeBallot
    | CloseBallot
    | CountBallot
    | AnnounceBallot
    | AnnulBallot
    | AbortBallot
    | WithdrawBallot
    | AgainBallot
    | CallNext
    | RollCallVote
    | RecusePerson
    | SignIn
    | AskAttendance
)

BALLOT_COMMANDS: dict[str, type[BallotBody]] = {
    "prepare_ballot": PrepareBallot,
    "ready_ballot": ReadyBallot,
    "open_ballot": OpenBallot,
    "pause_ballot": PauseBallot,
    "resume_ballot": ResumeBallot,
    "close_ballot": CloseBallot,
    "count_ballot": CountBallot,
    "announce_ballot": AnnounceBallot,
    "annul_ballot": AnnulBallot,
    "abort_ballot": AbortBallot,
    "withdraw_ballot": WithdrawBallot,
    "again_ballot": AgainBallot,
    "call_next": CallNext,
    "roll_call_vote": RollCallVote,
    "recuse": RecusePerson,
    "sign_in": SignIn,
    "ask_attendance": AskAttendance,
}
"""Name in the address, and the body that belongs to it."""
