"""A meeting begins, its items are called, it ends: what follows.

Theory. Whatever describes a meeting, a file or what the secretary prepared, reaches the hub as
``Configure``. With ``session`` it also begins: then nothing of the meeting before is left, neither
who had signed in nor who waited. One meeting runs at a time, and none begins or ends while a
ballot has the rooms' keys. Saying again what is so already changes nothing.

Owns these decisions. Must not know how a meeting is prepared.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules.floor import (
    AllOff,
    ClearQueue,
    Floor,
    SetDebate,
    SetRecess,
    SetRules,
    step,
)
from edge.rules.reasons import Reason
from hub.meeting import ballots, causes, events, session_events
from hub.meeting.agenda import place_of
from hub.meeting.evolve import apply, is_another
from hub.meeting.inputs import NOTHING, CallItem, Configure, Decision, EndMeeting
from hub.meeting.state import Meeting

_LAST_THINGS = (SetRecess(False), SetDebate(False), AllOff(), ClearQueue())
"""What leaves an empty floor to the next meeting."""


def configure(meeting: Meeting, given: Configure, now_s: float) -> Decision:
    """Another description of the meeting that is in force, or another meeting."""
    is_same = given.prepared == meeting.prepared
    is_news = given.source != meeting.source
    session = given.session
    if session is None and is_same and not (is_news and meeting.session == "ended"):
        session = meeting.session
    if not is_news and session == meeting.session:
        return NOTHING  # a restart keeps the mode that was chosen since
    if not is_same:
        refused = _why_not_now(meeting, given)
        if refused is not None:
            return Decision(refused=refused)
    told = events.MeetingSet(
        now_s,
        given.source,
        given.title,
        given.mode,
        given.max_open,
        given.queue_max,
        dict(given.names),
        dict(given.roles),
        given.settings,
        given.roster,
        given.gate,
        given.motions,
        given.agenda,
        given.rooms,
        given.prepared,
        session,
        given.by,
    )
    changed = apply(meeting, told)
    before = changed.floor
    # Who waits may have another place by the new settings, and a free place may be taken.
    after, _ = step(before, _rules_of(before), now_s)
    cause = "set_rules"
    if is_another(meeting, told):
        after, cause = _emptied(after, now_s), causes.BEGINS
    if after is before:
        return Decision((told,))
    return Decision((told, events.floor_changed(before, after, cause, given.by or "hub", now_s)))


def end(meeting: Meeting, given: EndMeeting, now_s: float) -> Decision:
    """The meeting is over: nobody speaks or waits any more."""
    if given.prepared != meeting.prepared or meeting.session == "ended":
        return Decision(refused=Reason.MEETING_NOT_RUNNING)
    if ballots.busy(meeting) is not None:
        return Decision(refused=Reason.VOTE_RUNNING)
    ended = session_events.MeetingEnded(now_s, given.prepared, meeting.title, given.by)
    floor = _emptied(meeting.floor, now_s)
    changed = events.floor_changed(meeting.floor, floor, causes.ENDS, given.by, now_s)
    return Decision((ended, changed))


def call_item(meeting: Meeting, given: CallItem, now_s: float) -> Decision:
    """Another item is at hand."""
    if meeting.session == "ended":
        return Decision(refused=Reason.MEETING_NOT_RUNNING)
    if given.after is not None and given.after != meeting.item:
        return Decision(refused=Reason.OUTDATED)
    item = given.item
    if item is None:
        here = place_of(meeting, meeting.item)
        place = 0 if here is None else here + 1
        if place >= len(meeting.agenda):
            return Decision(refused=Reason.AGENDA_OVER)
        item = meeting.agenda[place].id
    elif place_of(meeting, item) is None:
        return Decision(refused=Reason.ITEM_UNKNOWN)
    if item == meeting.item:
        return NOTHING
    return Decision((session_events.ItemCalled(now_s, item, given.by),))


def _why_not_now(meeting: Meeting, given: Configure) -> Reason | None:
    if meeting.session == "running":
        return Reason.MEETING_RUNNING
    is_used = any(meeting.has_begun(motion.id) for motion in given.motions)
    if given.session is not None and is_used:
        return Reason.VOTE_ID_USED
    return None if ballots.busy(meeting) is None else Reason.VOTE_RUNNING


def _rules_of(floor: Floor) -> SetRules:
    return SetRules(floor.mode, floor.max_open, floor.queue_max, floor.settings)


def _emptied(floor: Floor, now_s: float) -> Floor:
    for event in _LAST_THINGS:
        floor, _ = step(floor, event, now_s)
    return replace(floor, totals_s={})
