"""Prepared meetings: kept, changed, copied, begun and ended, over restarts.

Owns ``hub.prepared`` on a real store. What a meeting does once it runs: ``test_hub_sessions``.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from edge.rules.reasons import Reason
from hub import prepared as prepared_module
from hub.meeting_form import MeetingForm
from hub.papers import PaperError
from hub.prepared import FILE
from hub.store import prepared as rows
from hub.store.prepared import NotSoError
from tests.meeting_house import PDF, PNG, House, house

TEXT = {"vi": "Thông qua báo cáo", "en": "Adopt the report"}


def form(**more: Any) -> MeetingForm:
    """A small whole meeting."""
    given = {
        "title": "Họp tháng 11",
        "when": "2026-11-30T08:00",
        "agenda": [
            {"id": "mo-dau", "title": {"vi": "Khai mạc", "en": "Opening"}},
            {"id": "bao-cao", "title": {"vi": "Báo cáo", "en": "Report"}, "minutes": 20},
        ],
        "seats": [{"seat": "main/1", "name": "An"}, {"seat": "main/2", "name": "Bình"}],
        "ballots": [{"id": "thong-qua", "text": TEXT, "rule": "ubnd", "item": "bao-cao"}],
    }
    return MeetingForm.model_validate(given | more)


async def test_a_meeting_is_kept_changed_and_deleted(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        assert await hub.prepared.create("m1", form(), "t") == 1
        assert await hub.prepared.edit("m1", form(title="Họp tháng 12"), 1, "t") == 2
        with pytest.raises(NotSoError) as raised:
            await hub.prepared.edit("m1", form(), 1, "t")
        assert raised.value.reason is Reason.MEETING_CHANGED
        with pytest.raises(NotSoError) as raised:
            await hub.prepared.create("m1", form(), "t")
        assert raised.value.reason is Reason.MEETING_EXISTS
        (listed,) = hub.prepared.part()
        assert (listed["title"], listed["state"], listed["rev"]) == ("Họp tháng 12", "draft", 2)
        assert (listed["items"], listed["seats"], listed["ballots"]) == (2, 2, 1)
    async with house(tmp_path) as hub:
        assert [each["title"] for each in hub.prepared.part()] == ["Họp tháng 12"]
        assert await hub.give("delete_meeting", meeting="m1") is None
        assert await hub.give("delete_meeting", meeting="m1") == "meeting_unknown"
        assert hub.prepared.part() == []


async def test_what_was_begun_is_in_force_after_a_restart_and_so_is_its_item(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        await hub.prepared.create("m2", form(title="Khác", ballots=[]), "t")
        assert await hub.give("start_meeting", meeting="m1") is None
        assert await hub.give("start_meeting", meeting="m2") == "meeting_running"
        assert await hub.give("delete_meeting", meeting="m1") == "meeting_running"
        assert await hub.give("next_item", after="mo-dau") is None
    async with house(tmp_path, form(title="Tệp", ballots=[])) as hub:
        meeting = hub.desk.meeting
        assert (meeting.title, meeting.session, meeting.item) == (
            "Họp tháng 11", "running", "bao-cao",
        )  # fmt: skip
        states = {each["id"]: each["state"] for each in hub.prepared.part()}
        assert states == {"m1": "running", "m2": "draft", FILE: "draft"}
        assert await hub.give("end_meeting", meeting="m1") is None
    async with house(tmp_path, form(title="Tệp", ballots=[])) as hub:
        assert (hub.desk.meeting.title, hub.desk.meeting.session) == ("Họp tháng 11", "ended")
        with pytest.raises(NotSoError) as raised:
            await hub.prepared.edit("m1", form(), 1, "t")
        assert raised.value.reason is Reason.MEETING_OVER
        assert await hub.give("start_meeting", meeting="m1") is None
        assert hub.desk.meeting.session == "running"


async def test_the_file_is_the_meeting_until_another_begins(tmp_path: Path) -> None:
    async with house(tmp_path, form(title="Tệp")) as hub:
        assert (hub.desk.meeting.title, hub.desk.meeting.session) == ("Tệp", None)
        (listed,) = hub.prepared.part()
        assert (listed["id"], listed["state"], listed["from_file"]) == (FILE, "running", True)
        await hub.prepared.edit(FILE, form(title="Sửa trên trang"), 1, "t")
        assert hub.desk.meeting.title == "Sửa trên trang"
    async with house(tmp_path, form(title="Tệp")) as hub:
        assert hub.desk.meeting.title == "Sửa trên trang"
    async with house(tmp_path, form(title="Tệp mới")) as hub:
        assert hub.desk.meeting.title == "Tệp mới"
    async with house(tmp_path) as hub:
        assert hub.desk.meeting.title == "Cuộc họp"


async def test_a_copy_is_a_draft_with_votes_of_its_own(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        paper = await hub.paper("m1", "bao-cao")
        assert await hub.give("copy_meeting", meeting="m1", into="m2", title="Bản sao") is None
        assert await hub.give("copy_meeting", meeting="m1", into="m2") == "meeting_exists"
        assert await hub.give("copy_meeting", meeting="m9", into="m3") == "meeting_unknown"
        one, other = await hub.prepared.whole("m1"), await hub.prepared.whole("m2")
        assert one is not None
        assert other is not None
        assert (other["title"], other["when"], other["state"]) == ("Bản sao", "", "draft")
        assert one["form"]["ballots"][0]["id"] != other["form"]["ballots"][0]["id"]
        assert other["form"]["ballots"][0]["item"] == "bao-cao"
        assert [each["title"] for each in other["papers"]] == ["Báo cáo"]
        assert await hub.give("remove_paper", paper=paper) is None
        kept = await hub.prepared.paper(other["papers"][0]["id"])
        assert kept is not None
        assert hub.prepared.folder.path(kept.sha256) is not None


async def test_a_change_of_what_runs_is_in_force_at_once_and_keeps_the_mode(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        await hub.give("start_meeting", meeting="m1")
        await hub.prepared.edit("m1", form(title="Đổi tên"), 1, "t")
        assert hub.desk.meeting.title == "Đổi tên"
        paper = await hub.paper("m1", "bao-cao", readers=("chair",))
        (told,) = hub.desk.meeting.agenda[1].papers
        assert (told.id, told.readers) == (paper, ("chair",))
        edit = {"paper": paper, "title": "Mới", "item": "mo-dau", "readers": []}
        assert await hub.give("edit_paper", **edit) is None
        assert [p.title for p in hub.desk.meeting.agenda[0].papers] == ["Mới"]
        await hub.prepared.edit("m1", form(mode="request"), 2, "t")
        assert hub.desk.meeting.floor.mode == "request"


async def test_a_crash_between_writing_and_telling_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        await hub.give("start_meeting", meeting="m1")

        async def power_cut(*_: Any) -> None:
            raise ConnectionError

        monkeypatch.setattr(prepared_module.Prepared, "_say_again", power_cut)
        with pytest.raises(ConnectionError):
            await hub.prepared.edit("m1", form(title="Đã ghi"), 1, "t")
        assert hub.desk.meeting.title == "Họp tháng 11"
        monkeypatch.undo()
    async with house(tmp_path) as hub:
        assert (hub.desk.meeting.title, hub.desk.meeting.session) == ("Đã ghi", "running")


async def test_what_was_begun_is_done_although_nobody_waits_for_it(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        await hub.give("start_meeting", meeting="m1")
        paper = await hub.paper("m1", "bao-cao")
        asked = asyncio.ensure_future(hub.give("remove_paper", paper=paper))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await hub.give("next_item")
        async with asyncio.timeout(10):
            while hub.desk.meeting.agenda[1].papers or list(hub.papers.iterdir()):
                await asyncio.sleep(0)


async def test_a_hub_that_ends_while_a_paper_is_written_keeps_its_file(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        loop, gate, work = asyncio.get_running_loop(), threading.Event(), hub.store.work
        written = asyncio.Event()

        async def watched(act: Any) -> Any:
            def slowly(database: Any) -> Any:
                answer = act(database)
                loop.call_soon_threadsafe(written.set)
                gate.wait()
                return answer

            is_writing = getattr(act, "func", None) is rows.put_paper
            return await work(slowly if is_writing else act)

        hub.store.work = watched  # type: ignore[method-assign]
        sending = asyncio.create_task(hub.paper("m1", "bao-cao"))
        await written.wait()
        sending.cancel()
        await asyncio.wait({sending})
        gate.set()
    async with house(tmp_path) as hub:
        (kept,) = await hub.prepared._papers("m1")
        assert hub.prepared.folder.path(kept.sha256) is not None


async def test_papers_go_with_their_item_and_so_do_their_files(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        await hub.paper("m1", "bao-cao")
        await hub.paper("m1", "mo-dau", PNG, "Sơ đồ")
        assert len(list(hub.papers.iterdir())) == 2
        await hub.prepared.edit("m1", form(agenda=form().agenda[:1], ballots=[]), 1, "t")
        whole = await hub.prepared.whole("m1")
        assert whole is not None
        assert [each["title"] for each in whole["papers"]] == ["Sơ đồ"]
        assert len(list(hub.papers.iterdir())) == 1


async def test_what_broke_off_or_lost_its_paper_is_gone_after_a_start(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        await hub.paper("m1", "bao-cao")
        (kept,) = hub.papers.iterdir()
        (hub.papers / "coming-abc").write_bytes(b"half")
        (hub.papers / ("0" * 64)).write_bytes(b"orphan")
        (hub.papers / "a note of the administrator").write_bytes(b"stays")
    async with house(tmp_path) as hub:
        left = {path.name for path in hub.papers.iterdir()}
        assert left == {kept.name, "a note of the administrator"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.FILE_EMPTY),
        (b"<!doctype html><script>alert(1)</script>", Reason.PAPER_TYPE),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', Reason.PAPER_TYPE),
        (b"   %PDF-1.4", Reason.PAPER_TYPE),
        (b"GIF89a" + PDF, Reason.PAPER_TYPE),
        (b"PK\x03\x04" + PDF, Reason.PAPER_TYPE),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", Reason.PAPER_TYPE),
        (b"x" * 5000, Reason.PAPER_TYPE),
        (PDF + bytes(100_000), Reason.FILE_TOO_LARGE),
    ],
)
@pytest.mark.parametrize("is_said", [True, False])
async def test_a_wrong_or_huge_file_is_refused_and_leaves_nothing(
    tmp_path: Path, data: bytes, reason: Reason, is_said: bool
) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        with pytest.raises(PaperError) as raised:
            await hub.paper("m1", "bao-cao", data, said=len(data) if is_said else None)
        assert raised.value.reason is reason
        assert not hub.papers.exists() or list(hub.papers.iterdir()) == []


async def test_a_paper_that_broke_off_or_has_no_place_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        with pytest.raises(PaperError) as broken:
            await hub.paper("m1", "bao-cao", said=len(PDF) + 1)
        assert broken.value.reason is Reason.FILE_BROKEN_OFF
        for place in (("m1", "none"), ("m9", "bao-cao")):
            with pytest.raises(NotSoError):
                await hub.paper(*place)
        await hub.give("start_meeting", meeting="m1")
        await hub.give("end_meeting", meeting="m1")
        with pytest.raises(NotSoError) as over:
            await hub.paper("m1", "bao-cao")
        assert over.value.reason is Reason.MEETING_OVER


async def test_whoever_worked_on_a_meeting_is_in_the_records(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "thu-ky")
        await hub.give("copy_meeting", meeting="m1", into="m2")
        await hub.give("start_meeting", meeting="m2")
    again = House(tmp_path)
    found = [type(stored.event).__name__ for stored in again.store.history()]
    again.store.close()
    assert found.count("MeetingPrepared") == 2
    assert "MeetingSet" in found


async def test_the_list_has_what_is_not_over_and_the_newest_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "OVER_LISTED", 2)
    async with house(tmp_path) as hub:
        for number in range(5):
            ident = f"m{number}"
            await hub.prepared.create(ident, MeetingForm(title=ident), "t")
            if number != 1:
                assert await hub.prepared.start(ident, "t") is None
                assert await hub.prepared.end(ident, "t") is None
        await hub.prepared.create("m5", MeetingForm(title="m5"), "t")
        listed = [each["id"] for each in hub.prepared.part()]
        assert listed == ["m5", "m1", "m4", "m3"]
        whole = await hub.prepared.whole("m0")
        assert whole is not None
        assert (whole["title"], whole["state"]) == ("m0", "ended")
        await hub.prepared.copy("m0", "m6", None, "t")
        assert await hub.give("delete_meeting", meeting="m0") == "meeting_over"
    async with house(tmp_path) as hub:
        assert [each["id"] for each in hub.prepared.part()] == ["m6", *listed]
