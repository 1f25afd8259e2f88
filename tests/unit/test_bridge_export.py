"""Lists of a meeting as a secretary prints them: words, not codes."""

from __future__ import annotations

import io
import time

from openpyxl import load_workbook

from hub import sheet
from hub.bridges import export

NOON = time.mktime((2026, 11, 30, 12, 0, 0, 0, 0, -1))


def test_attendance_is_names_marks_and_times() -> None:
    rows = [
        {
            "person": "a",
            "seat": "main/1",
            "name": "=An",
            "present": True,
            "came_ts": NOON,
            "left_ts": None,
        },
        {
            "person": "b",
            "seat": "main/2",
            "name": "Bình",
            "present": False,
            "came_ts": None,
            "left_ts": None,
        },
    ]
    title, lines = export.sheet("attendance", rows)
    book = load_workbook(io.BytesIO(sheet.xlsx_of(lines, title)))
    assert book.sheetnames == ["Điểm danh"]
    assert [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)] == [
        ["Họ và tên", "Ghế", "Mã đại biểu", "Có mặt", "Điểm danh lúc", "Rời họp lúc"],
        ["'=An", "main/1", "a", "x", "30/11/2026 12:00:00", ""],
        ["Bình", "main/2", "b", "", "", ""],
    ]


def test_a_result_is_the_sentence_that_was_read_out() -> None:
    text = {"vi": "Thông qua nghị quyết", "en": "Adopt"}
    said = {"vi": "Có mặt 24/25. Kết quả: ĐƯỢC THÔNG QUA.", "en": "Present 24/25."}
    announced = {
        "stage": "announced",
        "generation": 1,
        "text": text,
        "ts": NOON,
        "announcement": said,
    }
    annulled = {"stage": "annulled", "generation": 1, "text": text, "ts": NOON + 60}
    _, lines = export.sheet("results", [announced, annulled])
    assert [line[0] for line in lines[1:]] == ["Thông qua nghị quyết"] * 2
    assert [line[3] for line in lines[1:]] == [said["vi"], "Kết quả biểu quyết bị hủy"]


def test_a_speech_is_whole_seconds() -> None:
    row = {
        "person": "a",
        "seat": "main/1",
        "name": "An",
        "begun_ts": NOON,
        "ended_ts": None,
        "spoken_s": 61.6,
    }
    _, lines = export.sheet("speeches", [row])
    assert lines[1] == ["An", "main/1", "30/11/2026 12:00:00", "", "62"]
