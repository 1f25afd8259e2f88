"""What is sent to sign in and to make codes, and what comes back.

Owns these shapes. Must not know who is let in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from edge.contract.messages import RoomId, SeatName
from hub.access.book import ACCOUNT_NAME
from hub.access.rights import Role
from hub.api.closed import ClosedBody
from hub.api.models import ReasonText

Noted = Callable[[str, str, str, str], None]
"""Is told for the records: what happened, who it was, their role, and why not (a reason's code)."""

Typed = Annotated[str, Field(min_length=1, max_length=200)]


class SignInByName(ClosedBody):
    """Sign in with an account's name and password."""

    name: Typed
    password: Typed


class SignInBySeatCode(ClosedBody):
    """Sign in with the code that was printed for a seat."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


class SetUp(ClosedBody):
    """Make the first account, with the code that the hub printed at its start."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(pattern=ACCOUNT_NAME)]
    password: Typed


class ChooseRole(ClosedBody):
    """In a simulation: be whoever you like."""

    role: Literal["technician", "chair", "secretary", "delegate", "display"]
    seat: SeatName | None = None
    room: RoomId | None = Field(
        default=None, description="whose screen it is; the first room of the meeting without it"
    )


class SignOut(ClosedBody):
    """End this session, for every copy of its cookie."""


class MakeSeatCodes(ClosedBody):
    """New codes; older ones of these seats hold no more."""

    seats: Annotated[list[SeatName], Field(min_length=1, max_length=2000)]


class RevokeSeatCodes(ClosedBody):
    """These codes hold no more, or with null none does."""

    seats: Annotated[list[SeatName], Field(min_length=1, max_length=2000)] | None


class BeginPairing(ClosedBody):
    """A screen that nobody can type at asks for a code to show."""

    room: RoomId


class ClaimPairing(ClosedBody):
    """The screen asks whether somebody has confirmed it: 204 is not yet."""

    ticket: Annotated[str, Field(min_length=1, max_length=100)]


class ConfirmPairing(ClosedBody):
    """Let the screen in that shows this code."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


class RemoveDisplay(ClosedBody):
    """Let a screen in no more."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class PairingBegun(BaseModel):
    """What the screen shows, and what it keeps to itself."""

    code: str
    ticket: str


class Paired(BaseModel):
    """The room whose screen it is."""

    room: str


class Display(BaseModel):
    """A screen that is let in."""

    id: str
    room: str


class Displays(BaseModel):
    """Screens that are let in."""

    displays: list[Display]


class Me(BaseModel):
    """Who is signed in, and what they may do."""

    name: str
    role: Role
    seat: str | None
    commands: Annotated[
        list[str], Field(description="that may be given, some for the own seat only")
    ]
    csrf: Annotated[str, Field(description="goes into the header X-Phonghop-Session of every POST")]
    home: Annotated[str, Field(description="the page of the role")]
    pages: Annotated[list[str], Field(description="that may be opened")]


class WaysIn(BaseModel):
    """How one can sign in here."""

    set_up: Annotated[bool, Field(description="there is no account yet")]
    simulation: Annotated[bool, Field(description="roles can be chosen: nothing here is real")]
    seats: Annotated[dict[str, str], Field(description="in a simulation: who sits where")]


class NotLetIn(BaseModel):
    """Why somebody was not let in."""

    id: str
    status: Literal["rejected"] = "rejected"
    reason: ReasonText
    wait_s: Annotated[int, Field(description="so many seconds another try is in vain")]


class SeatCode(BaseModel):
    """What is printed for one seat."""

    seat: str
    name: str
    code: str
    link: Annotated[str, Field(description="opens the sign-in page with the code filled in")]
    qr: Annotated[str, Field(description="the link as a picture: a data: URI of an SVG")]


class SeatCodes(BaseModel):
    """Codes to be printed now: they are kept nowhere."""

    codes: list[SeatCode]


class SeatsWithCode(BaseModel):
    """Who sits where in the meeting that is in force, and which seats have a valid code for it."""

    meeting: str
    seats: dict[str, str]
    with_code: list[str]
