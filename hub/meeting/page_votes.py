"""What the hub makes of a vote that no room sent: from a seat's page, or entered in a roll call.

Theory. A seat's keys and its page are one voter, and the ballot's press rule decides between
them. A room counts the presses of its keys by itself (``revision``) and cannot know of a page. So
a vote taken here shares the number of the press that it follows and goes behind it by its id; the
next press of a key has a higher number and goes before both. A key that was pressed before the
page, and only comes now, is the older one whatever its number: times decide (``revision_of``).
A press of a page that waited for its connection while a key was pressed is refused visibly. Times
are those of the presses, not of their arrival: both may have been cut off for a while.

A secret vote is never taken here. Its slip would lie in the room's box, put there by the key, and
in one of ours, put there by the page, before either could know of the other; a box with more
slips than marks is not counted. And this file holds the key of its own box.

Owns these decisions. Must not know HTTP, and must not let a press count twice: the desk, which
keeps the answers, sees to that.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules.ballot_events import Cast
from edge.rules.ballot_journal import Journal, refuse
from edge.rules.ballot_plan import Plan
from edge.rules.ballot_state import HeldVote
from edge.rules.floor import room_of
from edge.rules.reasons import Reason
from hub.meeting import ballots, vote_events
from hub.meeting.inputs import NOTHING, BallotStep, Decision, HandVote, PageVote
from hub.meeting.state import BallotKey, Meeting

BEHIND = "~"
"""First character of ids made here: they sort behind the ids of rooms' events."""


def by_page(meeting: Meeting, given: PageVote, now_s: float) -> Decision:
    """Somebody voted on the page of a seat."""
    key = (given.ballot, given.generation)
    journal = meeting.ballots.get(key)
    if journal is None:
        reason = _why_unknown(meeting, key)
        room = room_of(given.seat)
        refused = vote_events.VoteRefused(now_s, *key, given.seat, room, reason.value)
        return Decision((refused,), reason)
    ballot = journal.ballot
    person = person_at(ballot.plan, given.seat)
    held = ballot.vote_of(person) if person is not None else None
    if held is not None and held.id.endswith(f"-{given.press}"):
        return NOTHING
    pressed_s = now_s - given.age_s
    cast = _cast(journal, held, person or given.seat, given.choices, given.press)
    cast = replace(cast, pressed_s=pressed_s)
    obstacle: Reason | None = None
    if person is None:
        obstacle = Reason.NOT_ENTITLED
    elif ballot.is_secret:
        obstacle = Reason.ONLY_AT_KEYS
    elif ballot.plan.press == "last_press" and _is_key_newer(held, pressed_s):
        obstacle = Reason.VOTE_OUTDATED
    if obstacle is not None:
        after, line = refuse(journal, cast, obstacle, now_s)
        return Decision(refused=obstacle, ballots=(BallotStep(after, line),))
    return ballots.stepped(journal, cast, now_s, given.seat)


def by_hand(meeting: Meeting, given: HandVote, now_s: float) -> Decision:
    """The secretary enters what somebody answered in a roll call."""
    key = (given.ballot, given.generation)
    journal = meeting.ballots.get(key)
    if journal is None:
        return Decision(refused=_why_unknown(meeting, key))
    ballot = journal.ballot
    if ballot.plan.kind != "roll_call":
        return Decision(refused=Reason.NOT_ROLL_CALL)
    if given.person not in ballot.plan.voters:
        return Decision(refused=Reason.NOT_ENTITLED)
    held = ballot.vote_of(given.person)
    cast = _cast(journal, held, given.person, given.choices, "hand", given.by)
    return ballots.stepped(journal, cast, now_s, given.by)


def person_at(plan: Plan, seat: str) -> str | None:
    """Whose vote the seat casts."""
    voters = plan.voters.items()
    return next((person for person, voter in voters if voter.seat == seat), None)


def source_of(held: HeldVote) -> str:
    """Where a standing vote came from: ``key``, ``hand``, or the press of a page."""
    if not held.id.startswith(BEHIND):
        return "key"
    return held.id.partition("-")[2]


def revision_of(journal: Journal, person: str, revision: int, pressed_s: float) -> int:
    """The number of a key's press, behind a page's vote if that was pressed later."""
    held = journal.ballot.vote_of(person)
    if held is None or person not in journal.ballot.entered:
        return revision
    return min(revision, held.revision) if _is_newer(held, pressed_s) else revision


def _is_key_newer(held: HeldVote | None, than_s: float) -> bool:
    """A key was pressed since; presses of pages come in the order in which they were made."""
    return held is not None and source_of(held) == "key" and _is_newer(held, than_s)


def _is_newer(held: HeldVote | None, than_s: float) -> bool:
    if held is None:
        return False
    pressed_s = held.at_s if held.pressed_s is None else held.pressed_s
    return pressed_s is not None and pressed_s > than_s


def _cast(
    journal: Journal,
    held: HeldVote | None,
    person: str,
    choices: tuple[str, ...],
    source: str,
    by: str | None = None,
) -> Cast:
    ballot, generation = journal.ballot.plan.key
    ident = f"{BEHIND}{journal.length:08d}-{source}"
    revision = held.revision if held is not None else 0
    return Cast(ballot, generation, person, choices, ident, revision, by)


def _why_unknown(meeting: Meeting, key: BallotKey) -> Reason:
    if key in meeting.damaged:
        return Reason.VOTE_DAMAGED
    ballot, generation = key
    is_planned = generation == 1 and ballot in meeting.motions
    return Reason.VOTE_NOT_OPEN if is_planned else Reason.VOTE_UNKNOWN
