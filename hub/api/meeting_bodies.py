"""What may be asked of meetings, their agenda and papers: bodies of commands.

Owns their shapes. Must not know what a command leads to. Forms, rosters and files are too long for
a command: they have addresses of their own (``meeting_routes``, ``paper_routes``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hub.api.closed import ClosedBody

MeetingId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
PaperId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
ItemId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
MeetingTitle = Annotated[str, Field(min_length=1, max_length=200)]
PaperTitle = Annotated[str, Field(min_length=1, max_length=200)]
Reader = Literal["chair", "delegate", "guest", "observer", "technician"]


class CopyMeeting(ClosedBody):
    """The same meeting a second time, as a draft without a date."""

    meeting: MeetingId
    into: MeetingId = Field(description="id of the copy; nothing may have it yet")
    title: MeetingTitle | None = None


class OfMeeting(ClosedBody):
    """Root of what is asked of one meeting."""

    meeting: MeetingId


class DeleteMeeting(OfMeeting):
    """Delete a draft and its papers."""


class StartMeeting(OfMeeting):
    """The meeting begins: rooms show it. The one that ended last goes on."""


class EndMeeting(OfMeeting):
    """The meeting is over: nobody speaks or waits any more."""


class NextItem(ClosedBody):
    """The next item of the agenda is at hand."""

    after: ItemId | None = Field(
        default=None, description="the item at hand as you know it: a second press goes on once"
    )


class SetItem(ClosedBody):
    """This item of the agenda is at hand."""

    item: ItemId


class EditPaper(ClosedBody):
    """Another title, other readers or another item for a paper."""

    paper: PaperId
    title: PaperTitle
    item: ItemId
    readers: list[Reader] = Field(default_factory=list, description="empty: everybody")


class RemovePaper(ClosedBody):
    """Delete a paper."""

    paper: PaperId


MeetingBody = (
    CopyMeeting
    | DeleteMeeting
    | StartMeeting
    | EndMeeting
    | NextItem
    | SetItem
    | EditPaper
    | RemovePaper
)

MEETING_COMMANDS: dict[str, type[MeetingBody]] = {
    "copy_meeting": CopyMeeting,
    "delete_meeting": DeleteMeeting,
    "start_meeting": StartMeeting,
    "end_meeting": EndMeeting,
    "next_item": NextItem,
    "set_item": SetItem,
    "edit_paper": EditPaper,
    "remove_paper": RemovePaper,
}
"""Name in the address, and the body that belongs to it."""
