"""Rules of one cast vote: known already, allowed, recorded, late, or refused and why.

Owns the judgement of a vote and of a room's box of secret ones, and the place where a secret
choice is cut from its person at the latest (``_store``). Must not decide at which stage which
of these rules applies: that is the table in ``edge.rules.ballot``.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules.ballot_events import Cast, Late, Mark, Recorded, Slips, Vote
from edge.rules.ballot_state import Ballot, HeldVote, LateVote, Outcome, refuse, together
from edge.rules.reasons import Reason


def vote(ballot: Ballot, event: Vote, now_s: float) -> Outcome:
    """The ballot is open."""
    if _is_known(ballot, event):
        return ballot, (Recorded(event.person, event.id),)
    objection = _objection(ballot, event)
    if objection is not None:
        return refuse(ballot, event, objection)
    return _store(ballot, event, now_s), (Recorded(event.person, event.id),)


def vote_paused(ballot: Ballot, event: Vote, now_s: float) -> Outcome:
    """No press counts, but what a room recorded before the pause does."""
    if event.recorded or _is_known(ballot, event):
        return vote(ballot, event, now_s)
    return refuse(ballot, event, Reason.VOTE_PAUSED)


def vote_closing(ballot: Ballot, event: Vote, now_s: float) -> Outcome:
    """No press counts, but what a room recorded does until it has handed in everything."""
    voter = ballot.plan.voters.get(event.person)
    is_in_time = voter is None or voter.room not in ballot.drained
    if event.recorded and is_in_time:
        return vote(ballot, event, now_s)
    return vote_late(ballot, event, now_s)


def vote_late(ballot: Ballot, event: Vote, now_s: float) -> Outcome:
    """Nothing counts any more; what a room had recorded is kept apart."""
    if _is_known(ballot, event):
        return ballot, (Recorded(event.person, event.id),)
    if not event.recorded:
        return refuse(ballot, event, Reason.VOTE_CLOSED)
    objection = _objection(ballot, event)
    if objection is not None:
        return refuse(ballot, event, objection)
    answer = Late(event.person, event.id)
    if any((late.person, late.id) == (event.person, event.id) for late in ballot.late):
        return ballot, (answer,)
    if isinstance(event, Cast) and not ballot.is_secret:
        late = LateVote(event.person, event.id, event.choices, now_s)
    else:
        late = LateVote(event.person, event.id)
    return replace(ballot, late=(*ballot.late, late)), (answer,)


def does_box_fit(ballot: Ballot, slips: tuple[Slips, ...], room: str | None = None) -> bool:
    """A box holds possible choices, and no more slips than people voted.

    In its ``room``: a slip too many there must not fill the place of one that is missing elsewhere.
    None: it is the sum of all rooms' boxes, as the journal has it.
    """
    if not ballot.is_secret:
        return not slips
    if any(slip.count < 1 or _objection_to_choices(ballot, slip.choices) for slip in slips):
        return False
    marked, own = sum(map(len, ballot.votes.values())), sum(slip.count for slip in slips)
    fits_room = room is None or own <= len(ballot.votes.get(room, {}))
    return fits_room and own + sum(slip.count for slip in ballot.slips) <= marked


def _is_known(ballot: Ballot, event: Vote) -> bool:
    """This very cast, or a newer one of the same person, is in already."""
    held = ballot.vote_of(event.person)
    if held is None:
        return False
    if held.id == event.id:
        return True
    if ballot.plan.press == "first_press" or isinstance(event, Mark):
        return False
    return (event.revision, event.id) <= (held.revision, held.id)


def barred(ballot: Ballot, person: str, *, recorded: bool = False) -> Reason | None:
    """Why this person may not vote in this ballot, whatever they choose; None when they may.

    A ``recorded`` vote was judged by its room: signed in at any time of this vote is enough.
    """
    plan = ballot.plan
    if not ballot.is_member(person) or plan.voters[person].room in plan.uncounted_rooms:
        return Reason.NOT_ENTITLED
    holder = plan.holder(person)
    signed_in = holder in ballot.attending or (recorded and holder in ballot.seen)
    if plan.gate_voting_by_attendance and not signed_in:
        return Reason.NOT_CHECKED_IN
    if plan.kind == "roll_call" and person not in ballot.called:
        return Reason.NOT_CALLED
    return None


def _objection(ballot: Ballot, event: Vote) -> Reason | None:
    """Why this person may not cast this, None when they may."""
    plan, person = ballot.plan, event.person
    objection = barred(ballot, person, recorded=event.recorded)
    if objection is Reason.NOT_ENTITLED:
        return objection
    is_entered = plan.kind == "roll_call" and event.by is not None  # by the secretary, as called
    if event.by not in (None, plan.holder(person)) and not is_entered:
        return Reason.NOT_ENTITLED
    if objection is not None:
        return objection
    if isinstance(event, Cast):
        objection = _objection_to_choices(ballot, event.choices)
    elif not ballot.is_secret:
        objection = Reason.BAD_ARGUMENT
    if objection is None and plan.press == "first_press" and ballot.vote_of(person) is not None:
        return Reason.ALREADY_VOTED
    return objection


def _objection_to_choices(ballot: Ballot, choices: tuple[str, ...]) -> Reason | None:
    if not {option.id for option in ballot.plan.options} >= set(choices):
        return Reason.CHOICE_UNKNOWN
    is_fitting = ballot.plan.picks_min <= len(choices) <= ballot.plan.picks_max
    return None if is_fitting and len(set(choices)) == len(choices) else Reason.CHOICE_NUMBER


def _store(ballot: Ballot, event: Vote, now_s: float) -> Ballot:
    if ballot.is_secret:
        marked = ballot.with_vote(event.person, HeldVote(event.id))
        if isinstance(event, Mark):
            return marked
        return replace(marked, slips=together((*ballot.slips, Slips(event.choices, 1))))
    choices = tuple(sorted(event.choices)) if isinstance(event, Cast) else ()
    revision = event.revision if isinstance(event, Cast) else 1
    pressed_s = event.pressed_s if isinstance(event, Cast) else None
    held = HeldVote(event.id, choices, revision, event.by, now_s, pressed_s)
    return ballot.with_vote(event.person, held, entered=not event.recorded)
