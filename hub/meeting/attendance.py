"""Who is there: signed in at a seat, by the secretary, or counted as there unless they left.

Theory. Where the meeting's file has a *gate*, only who signed in is there. Without one nobody
need sign in: everybody in the list is there until they are said to have left. Signing in is
level-set: doing it again changes nothing.

Owns what is known of attendance and what follows from a sign-in. Must not know ballots:
``ballots.followed`` tells them.
"""

from __future__ import annotations

from edge.contract import messages
from edge.rules.floor import room_of
from edge.rules.reasons import Reason
from hub.meeting import vote_events
from hub.meeting.inputs import NOTHING, AskAttendance, Decision, EventHeard, SignInOrder
from hub.meeting.state import Meeting


def sign_in(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """Somebody signed in or out at a seat.

    Raises:
        ValidationError: the body is none.
    """
    body = messages.SignIn.model_validate(given.event.body)
    if room_of(body.seat) != given.room:
        return Decision(refused=Reason.SEAT_UNKNOWN)  # a room speaks for its own seats only
    return _signed(meeting, (body.seat,), present=body.present, by="seat", now_s=now_s)


def by_page(meeting: Meeting, given: SignInOrder, now_s: float) -> Decision:
    """The secretary signs people in or out, by seat or a whole room."""
    seats = given.seats
    if given.room is not None:
        seats = tuple(m.seat for m in meeting.members() if room_of(m.seat) == given.room)
        if not seats:
            return Decision(refused=Reason.ROOM_UNKNOWN)
    elif not seats:
        seats = tuple(member.seat for member in meeting.members())
    return _signed(meeting, seats, present=given.present, by=given.by, now_s=now_s)


def ask(meeting: Meeting, given: AskAttendance, now_s: float) -> Decision:
    """Seats are asked to sign in, or no longer."""
    if meeting.attendance.asked == given.asked:
        return NOTHING
    return Decision((vote_events.AttendanceAsked(now_s, given.asked, given.by),))


def _signed(
    meeting: Meeting, seats: tuple[str, ...], *, present: bool, by: str, now_s: float
) -> Decision:
    sitters = {member.seat: member.sitter for member in meeting.members()}
    unknown = [seat for seat in seats if seat not in sitters]
    if unknown:
        return Decision(refused=Reason.SEAT_UNKNOWN)
    people = tuple(
        person
        for person in dict.fromkeys(sitters[seat] for seat in seats)
        if meeting.attendance.is_there(person) != present
    )
    if not people:
        return NOTHING
    seat = seats[0] if len(seats) == 1 else None
    room = room_of(seat) if seat is not None else None
    return Decision((vote_events.SignedIn(now_s, people, present, by, seat, room),))
