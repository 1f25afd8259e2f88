"""What rooms are told of ballots and attendance: messages of the contract, made from the meeting.

Theory. Made for all rooms at once, because the list of voters is one and may be long. ``rev``
and times that run are left out here: whoever sends compares first, and adds them then.

Owns the translation from state to messages. Pure; must not know who is connected.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from edge.contract import messages
from edge.contract.base import Text
from edge.contract.topics import split_seat
from edge.rules.ballot_result import announcement, outcome
from edge.rules.ballot_state import Ballot, Stage
from edge.rules.ballot_votes import barred
from edge.rules.reasons import Sentence
from hub.meeting.ballots import BUSY
from hub.meeting.state import BallotKey, Meeting

TEXT_CHARACTERS = 400


def ballot_facts(meeting: Meeting) -> tuple[object, ...]:
    """What the messages of ``ballots`` depend on: they are the same as long as this is."""
    ballot = _shown(meeting)
    rooms = len(meeting.rooms), meeting.rooms_sitting
    if ballot is None:
        return rooms
    return (
        *rooms,
        ballot.plan.key,
        ballot.stage,
        ballot.attending,
        ballot.recused,
        ballot.called,
        _entered(ballot),
    )


def ballots(meeting: Meeting, gen: int) -> dict[str, messages.Ballot]:
    """The ballot that concerns each room now, without ``rev`` and ``remaining_ms``."""
    ballot = _shown(meeting)
    rooms = dict.fromkeys((*meeting.rooms, *(ballot.plan.rooms if ballot else ())))
    if ballot is None:
        return {room: messages.Ballot(gen=gen, rev=0) for room in rooms}
    seats: dict[str, dict[str, messages.BallotSeat]] = {room: {} for room in rooms}
    entered: dict[str, dict[str, list[str]]] = {room: {} for room in rooms}
    from_no_room = _entered(ballot)
    for person, voter in ballot.plan.voters.items():
        if voter.seat is not None:
            reason = barred(ballot, person)
            number = str(split_seat(voter.seat)[1])
            seats[voter.room][number] = messages.BallotSeat(
                person=person, refused=reason.value if reason is not None else None
            )
            if person in from_no_room:
                entered[voter.room][number] = list(from_no_room[person])
    plan = ballot.plan
    options = [
        messages.BallotOption(id=option.id, label=_text(option.label)) for option in plan.options
    ]
    result = None
    if ballot.stage is Stage.ANNOUNCED:
        result = _text(announcement(ballot, outcome(ballot)))
    beside = {room for room in rooms if room not in plan.rooms and not meeting.sits_in(room)}
    return {room: messages.Ballot(gen=gen, rev=0) for room in beside} | {
        room: messages.Ballot(
            gen=gen,
            rev=0,
            ballot=plan.id,
            generation=plan.generation,
            stage=ballot.stage.value,
            kind=plan.kind,
            press=plan.press,
            text=_text(plan.text),
            options=options,
            picks_min=plan.picks_min,
            picks_max=plan.picks_max,
            seats=seats[room],
            entered=entered[room],
            called=plan.voters[ballot.called[-1]].seat if ballot.called else None,
            result=result,
        )
        for room in rooms
        if room not in beside
    }


def _entered(ballot: Ballot) -> dict[str, tuple[str, ...]]:
    """What stands for people whose vote came from no room: their seats show it too."""
    return {
        person: held.choices
        for person in ballot.entered
        if (held := ballot.vote_of(person)) is not None and not ballot.is_secret
    }


def remaining_ms(meeting: Meeting, now_s: float) -> int | None:
    """Of the timed vote that rooms are told of; None when it has no end of its own."""
    ballot = _shown(meeting)
    return None if ballot is None else left_ms(ballot, now_s)


def left_ms(ballot: Ballot, now_s: float) -> int | None:
    """How much of a timed vote is left, running or paused."""
    if ballot.deadline_s is not None:
        return max(0, round((ballot.deadline_s - now_s) * 1000))
    return None if ballot.remaining_s is None else round(ballot.remaining_s * 1000)


def attendance_facts(meeting: Meeting, room: str) -> tuple[object, ...]:
    """What a room's message of ``attendances`` depends on."""
    sits = meeting.sits_in(room)
    return meeting.attendance, meeting.roster, meeting.names, meeting.room(room).plan, sits


def attendances(meeting: Meeting, rooms: Sequence[str], gen: int) -> dict[str, messages.Attendance]:
    """Who is signed in at the seats of these rooms, without ``rev``."""
    there = meeting.attendance.is_there
    return {
        room: messages.Attendance(
            gen=gen,
            rev=0,
            asked=meeting.attendance.asked and meeting.sits_in(room),
            seats={
                str(split_seat(member.seat)[1]): messages.SeatAttendance(
                    present=there(member.sitter), person=member.sitter
                )
                for member in found
            },
        )
        for room, found in meeting.members_in(rooms).items()
    }


def key_message(key: BallotKey, value: bytes, gen: int, boot: str) -> messages.BallotKey:
    """The key of a secret ballot's boxes, for one start of one room."""
    return messages.BallotKey(
        gen=gen,
        for_boot=boot,
        ballot=key[0],
        generation=key[1],
        key=base64.b64encode(value).decode(),
    )


def keys_of(meeting: Meeting, room: str) -> Iterator[tuple[BallotKey, bytes]]:
    """Keys that the room needs now: of secret ballots that it takes part in."""
    for key, value in meeting.keys.items():
        ballot = meeting.ballots[key].ballot
        if ballot.stage in BUSY and room in ballot.plan.rooms:
            yield key, value


def _shown(meeting: Meeting) -> Ballot | None:
    journal = meeting.ballots.get(meeting.shown) if meeting.shown is not None else None
    return None if journal is None else journal.ballot


def _text(sentence: Sentence) -> Text:
    return Text(vi=sentence.vi[:TEXT_CHARACTERS], en=sentence.en[:TEXT_CHARACTERS])
