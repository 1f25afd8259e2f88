"""A meeting begins, its items are called, it ends: decided, applied, replayed, told to rooms.

Owns the whole meeting's life as pure state. How one is prepared: ``test_hub_prepared``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from edge.contract.messages import Text
from edge.rules import ballot_events as act
from edge.rules import floor
from edge.rules.reasons import Reason
from hub import outgoing
from hub.api import views
from hub.api.ballot_view import BallotViews
from hub.meeting import commands, wording
from hub.meeting.agenda import AgendaItem, Paper
from hub.meeting.inputs import PlanMotion
from tests.hub_live import Live
from tests.hub_votes import Sitting, motion

AGENDA = tuple(
    AgendaItem(ident, Text(vi=f"Mục {ident}", en=f"Item {ident}"), "An", 10)
    for ident in ("mo-dau", "bao-cao", "ket-luan")
)

FIRST = commands.Configure(
    "s1", "Họp tháng", "open", 1, 9, {"main/1": "An"}, {"main/3": "chair"},
    agenda=AGENDA, prepared="m1", session="running", by="thu-ky",
)  # fmt: skip


def running() -> Live:
    """A meeting that was begun in a room that is there."""
    live = Live()
    live.give(commands.Configure("f", "Tệp", "open", 1, 9, {}, {}, prepared="file"))
    live.room()
    live.give(FIRST)
    return live


def test_a_meeting_that_begins_has_an_empty_floor_and_its_first_item() -> None:
    live = Live()
    live.room()
    live.press(1, "main/1")
    live.press(2, "main/2")
    live.give(commands.SignInOrder(("main/2",), None, False, "t"))
    assert (live.speaking, live.queue) == (["main/1"], ["main/2"])
    live.give(FIRST)
    meeting = live.meeting
    assert (live.speaking, live.queue) == ([], [])
    assert (meeting.title, meeting.session, meeting.item) == ("Họp tháng", "running", "mo-dau")
    assert meeting.attendance.left == frozenset()
    assert dict(meeting.floor.totals_s) == {}
    assert live.replayed() == meeting


def test_one_meeting_runs_at_a_time_and_the_same_again_changes_nothing() -> None:
    live = running()
    before = live.meeting
    other = replace(FIRST, source="s2", prepared="m2")
    assert live.give(other).refused is Reason.MEETING_RUNNING
    assert live.give(FIRST).events == ()
    assert live.meeting == before
    live.give(commands.EndMeeting("m1", "thu-ky"))
    assert live.give(other).refused is None
    assert (live.meeting.prepared, live.meeting.session) == ("m2", "running")
    assert live.meeting.ended == {"m1"}


def test_items_are_called_one_by_one_or_by_name_and_a_second_press_goes_on_once() -> None:
    live = running()
    assert live.give(commands.CallItem(None, "t", after="mo-dau")).refused is None
    assert live.give(commands.CallItem(None, "t", after="mo-dau")).refused is Reason.OUTDATED
    assert live.meeting.item == "bao-cao"
    live.give(commands.CallItem(None, "t"))
    assert live.give(commands.CallItem(None, "t")).refused is Reason.AGENDA_OVER
    assert live.give(commands.CallItem("none", "t")).refused is Reason.ITEM_UNKNOWN
    live.give(commands.CallItem("bao-cao", "t"))
    part = views.meeting_part(live.meeting)
    assert [item["state"] for item in part["agenda"]] == ["done", "present", "to_come"]
    assert part["item"] == "bao-cao"
    assert live.replayed() == live.meeting


def test_rooms_are_told_the_item_and_whether_a_meeting_sits_there() -> None:
    live = running()
    told = outgoing.meeting(live.meeting, "main", 1)
    assert told.session == "running"
    assert told.item is not None
    assert (told.item.number, told.item.of, told.item.title.vi) == (1, 3, "Mục mo-dau")
    elsewhere = replace(live.meeting, rooms_sitting=("satellite-1",))
    assert outgoing.meeting(elsewhere, "main", 1).session == "none"
    assert outgoing.meeting(elsewhere, "main", 1).item is None
    live.give(commands.EndMeeting("m1", "t"))
    ended = outgoing.meeting(live.meeting, "main", 1)
    assert (ended.session, ended.item) == ("ended", None)


def test_the_meeting_of_a_file_says_nothing_of_sessions() -> None:
    live = Live()
    live.room()
    live.give(commands.Configure("f", "Tệp", "open", 1, 9, {}, {}, agenda=AGENDA, prepared="file"))
    told = outgoing.meeting(live.meeting, "main", 1)
    assert told.session is None
    assert told.item is not None


def test_the_end_closes_microphones_and_what_was_ended_can_go_on() -> None:
    live = running()
    live.press(1, "main/1")
    live.give(commands.CallItem("bao-cao", "t"))
    assert live.give(commands.EndMeeting("m2", "t")).refused is Reason.MEETING_NOT_RUNNING
    live.give(commands.EndMeeting("m1", "t"))
    assert (live.speaking, live.meeting.session) == ([], "ended")
    assert live.give(commands.EndMeeting("m1", "t")).refused is Reason.MEETING_NOT_RUNNING
    assert live.give(commands.CallItem(None, "t")).refused is Reason.MEETING_NOT_RUNNING
    live.give(FIRST)
    assert (live.meeting.session, live.meeting.item) == ("running", "bao-cao")
    assert live.meeting.ended == frozenset()
    assert live.replayed() == live.meeting


def test_a_file_that_says_something_new_follows_a_meeting_that_ended() -> None:
    live = running()
    live.give(commands.EndMeeting("m1", "t"))
    live.give(commands.Configure("f2", "Tệp mới", "open", 1, 9, {}, {}, prepared="file"))
    assert (live.meeting.title, live.meeting.session) == ("Tệp mới", None)


def test_changes_of_a_running_meeting_keep_who_is_there_and_the_item() -> None:
    live = running()
    live.give(commands.CallItem("bao-cao", "t"))
    live.give(commands.SignInOrder(("main/1",), None, False, "t"))
    changed = replace(
        FIRST, source="s1b", title="Họp tháng 12", agenda=AGENDA[1:], session=None, by=""
    )
    live.give(changed)
    meeting = live.meeting
    assert (meeting.session, meeting.item, meeting.title) == ("running", "bao-cao", "Họp tháng 12")
    assert meeting.attendance.left == {"main/1"}
    live.give(replace(changed, source="s1c", agenda=AGENDA[2:]))
    assert live.meeting.item == "ket-luan"


def test_nothing_begins_or_ends_while_a_vote_has_the_keys() -> None:
    sitting = Sitting().opened()
    assert sitting.give(FIRST).refused is Reason.VOTE_RUNNING
    assert sitting.give(commands.EndMeeting("", "t")).refused is Reason.VOTE_RUNNING
    sitting.order(act.Abort("an", "noise"))
    assert sitting.give(FIRST).refused is None


def test_votes_of_the_meeting_before_are_not_this_ones() -> None:
    sitting = Sitting().opened()
    sitting.order(act.Abort("an", "noise"))
    again = replace(FIRST, motions=(motion(by_file=True),))
    assert sitting.give(again).refused is Reason.VOTE_ID_USED
    sitting.give(replace(FIRST, motions=(motion(id="b-9", by_file=True),)))
    listed = BallotViews().part(sitting.meeting, 1.0)
    assert [ballot["ballot"] for ballot in listed] == ["b-9"]
    assert sitting.meeting.shown is None
    assert ("b-1", 1) in sitting.meeting.ballots


def test_papers_and_votes_stand_under_their_item() -> None:
    live = Live()
    paper = Paper("p-1", "Báo cáo", "application/pdf", 1234, ("chair",))
    agenda = (replace(AGENDA[0], papers=(paper,)), *AGENDA[1:])
    motions = (motion(id="b1", item="bao-cao", by_file=True),)
    live.give(replace(FIRST, agenda=agenda, motions=motions))
    part = views.meeting_part(live.meeting)
    assert part["agenda"][0]["papers"] == [
        {
            "id": "p-1", "title": "Báo cáo", "type": "application/pdf", "bytes": 1234,
            "readers": ("chair",),
        }
    ]  # fmt: skip
    assert [item["ballot_ids"] for item in part["agenda"]] == [[], ["b1"], []]
    assert live.replayed() == live.meeting


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_happened_reads_as_something(lang: str) -> None:
    live = running()
    live.give(commands.CallItem("bao-cao", "t"))
    live.give(commands.EndMeeting("m1", "t"))
    texts = [getattr(wording.line(e, live.meeting).text, lang) for e in live.happened]
    assert any("bao-cao" in text for text in texts)
    assert all(texts)


def test_pages_are_told_of_the_meeting_when_it_is_another_one_not_at_each_press() -> None:
    live = running()
    facts = [views.meeting_facts(live.meeting)]
    live.press(1, "main/1")
    assert views.meeting_facts(live.meeting) == facts[0]
    for given in (
        commands.CallItem(None, "t"),
        PlanMotion(motion(id="b1", item="bao-cao"), "t"),
        commands.FloorOrder(floor.SetRules("request", 2, 9), "t"),
        commands.EndMeeting("m1", "t"),
    ):
        assert live.give(given).refused is None
        facts.append(views.meeting_facts(live.meeting))
    assert all(one != other for one, other in pairwise(facts))


def test_a_meeting_stays_the_same_however_it_is_called_until_it_ends() -> None:
    """What seats' codes hold by."""
    live = running()
    first = live.meeting.identity
    live.give(replace(FIRST, source="s1b", title="Họp tháng 12", session=None))
    assert (live.meeting.title, live.meeting.identity) == ("Họp tháng 12", first)
    live.give(commands.EndMeeting("m1", "t"))
    assert live.meeting.identity == ""
    live.give(replace(FIRST, source="s2", prepared="m2"))
    assert live.meeting.identity not in ("", first)
    live.give(commands.EndMeeting("m2", "t"))
    live.give(FIRST)
    assert live.meeting.identity == first  # it goes on


def test_a_file_read_anew_is_the_same_meeting_and_after_another_it_is_not() -> None:
    live = Live()
    file = commands.Configure("f", "Tệp", "open", 1, 9, {}, {}, prepared="file")
    live.give(file)
    first = live.meeting.identity
    live.give(replace(file, source="f2", title="Tệp mới"))
    assert live.meeting.identity == first != ""
    live.give(FIRST)
    live.give(commands.EndMeeting("m1", "t"))
    live.give(replace(file, source="f3"))
    assert live.meeting.identity not in ("", first)
    assert live.replayed() == live.meeting
