"""Rosters from CSV and XLSX: what is understood, what is wrong and where, what is hostile.

Owns ``hub.sheet`` and ``hub.roster_sheet``. Any roster, there and back: ``tests/property``.
"""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from hub import roster_sheet, sheet
from hub.roster_sheet import Read, RowProblem, read
from hub.sheet import SheetError, rows_of

ROOMS = {"main": ("Phòng họp chính", "Main room"), "satellite-1": ("Phòng vệ tinh 1",)}


def of(text: str, encoding: str = "utf-8") -> Read:
    """What a CSV says."""
    return read(rows_of(text.encode(encoding)), ROOMS)


def workbook(*rows: list[object]) -> bytes:
    """An XLSX with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_vietnamese_sheet_is_understood(encoding: str, delimiter: str) -> None:
    text = "Số ghế|Phòng|Họ tên|Vai trò|Trọng số|Uỷ quyền|Ghi chú\n" \
           "12|Phòng họp chính|Nguyễn Văn An|chủ tọa|2|binh|xe số 3\n" \
           "\n" \
           "03|satellite-1|Lê Thị Thu Hà||||\n"  # fmt: skip
    found = of(text.replace("|", delimiter), encoding)
    assert found.problems == []
    one, two = found.seats
    assert (one.seat, one.name, one.role, one.weight, one.proxy) == (
        "main/12", "Nguyễn Văn An", "chair", 2, "binh",
    )  # fmt: skip
    assert (two.seat, two.role, two.weight, two.person) == ("satellite-1/3", None, 1, None)
    assert found.left_alone == ["Ghi chú"]


def test_an_english_workbook_is_understood() -> None:
    data = workbook(["Seat", "Full name", "ROLE"], ["main/1", "An", "Vice-chair"], ["main/2"])
    found = read(rows_of(data), ROOMS)
    assert [(e.seat, e.name, e.role) for e in found.seats] == [
        ("main/1", "An", "vice_chair"), ("main/2", "", None),
    ]  # fmt: skip
    numbers = workbook(["room", "seat", "weight"], ["main", 7, 3.0])
    (entry,) = read(rows_of(numbers), ROOMS).seats
    assert (entry.seat, entry.weight) == ("main/7", 3)


def test_everything_that_is_wrong_is_told_at_once_with_row_and_column() -> None:
    found = of(
        "Phòng,Ghế,Họ và tên,Vai trò,Mã đại biểu,Số phiếu\n"
        "main,1,An,vua,an,1\n"
        "main,2,Bình,,binh,0\n"
        "nowhere,3,Chi,,chi,x\n"
        "main,1000,Dung,,dung,1\n"
        ",,Em,,em,1\n"
        "main,5,Giang,,g,1\n"
        "main,5,Hà,,g,1\n" + f"main,6,{'x' * 121},,h,1\n"
    )
    assert found.seats == []
    assert [(p.row, p.column) for p in found.problems] == [
        (2, "Vai trò"), (3, "Số phiếu"), (4, "Phòng"), (4, "Số phiếu"), (5, "Ghế"),
        (6, "Ghế"), (6, "Phòng"), (8, "Ghế"), (8, "Mã đại biểu"), (9, "Họ và tên"),
    ]  # fmt: skip
    texts = {problem.row: problem for problem in found.problems}
    assert "vua" in texts[2].vi
    assert "Chủ trì" in texts[2].vi
    assert "1000000" in texts[3].en
    assert "satellite-1" in texts[4].vi or "satellite-1" in found.problems[2].vi
    assert "dòng 7" in found.problems[7].vi


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Tên,Vai trò\nAn,\n", "Thiếu cột Ghế"),
        ("Ghế,Seat\n1,1\n", "hai lần"),
        ("Ghế\n", "không có đại biểu"),
    ],
)
def test_a_table_that_is_none_says_so(text: str, word: str) -> None:
    found = of(text)
    assert any(word in problem.vi for problem in found.problems)
    assert found.seats == []


def test_a_formula_is_not_carried_out_but_named() -> None:
    data = workbook(["Phòng", "Ghế", "Tên"], ["main", 1, '=HYPERLINK("http://x","An")'])
    (problem,) = read(rows_of(data), ROOMS).problems
    assert isinstance(problem, RowProblem)
    assert (problem.row, problem.column) == (2, "Họ và tên")
    assert "công thức" in problem.vi


def test_names_stay_text_whatever_they_say() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    found = of(f'Ghế,Tên\nmain/1,"{hostile.replace(chr(34), chr(34) * 2)}"\nmain/2,=1+1\n')
    assert [entry.name for entry in found.seats] == [hostile, "=1+1"]
    out = sheet.csv_of(roster_sheet.table(found.seats)).decode("utf-8-sig")
    assert "'=1+1" in out  # a sheet program shows it and does not calculate
    again = read(rows_of(out.encode()), ROOMS)
    assert again.seats == found.seats


def bomb() -> bytes:
    """A workbook of a few kilobytes that unpacks to 64 MiB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(64 * 1024 * 1024))
    return out.getvalue()


def laughs() -> bytes:
    """A workbook whose XML defines what grows without end."""
    good = io.BytesIO(workbook(["Ghế"], ["main/1"]))
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    out = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(out, "w") as archive:
        for item in source.infolist():
            data = source.read(item)
            if item.filename.endswith("sheet1.xml"):
                head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">{entities}]>'
                body = data.decode().partition("?>")[2] if b"?>" in data else data.decode()
                data = (head + body.replace("Ghế", "&a11;").replace("<v>", "<v>&a11;")).encode()
            archive.writestr(item, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no row"),
        (b"\n\n;;;\n", "no row"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
        (b"PK\x03\x04 and then nothing", "cannot be read"),
        (b"Gh\xe1\xba,\xff\xfe\n", "UTF-8"),
        (b"%PDF-1.4\n\x00\x01", "neither CSV nor XLSX"),
        (b"seat\n" + b"main/1\n" * 4000, "rows"),
        (b'seat\n"' + b"x" * 200_000, "cannot be read"),
        (bytes(5 * 1024 * 1024), "larger"),
        (bomb(), "unpacks"),
        (laughs(), "cannot be read"),
    ],
)
def test_what_is_no_table_or_means_harm_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(SheetError) as raised:
        rows_of(data)
    assert word in raised.value.en
    assert raised.value.vi


def test_a_workbook_that_lies_about_its_size_is_read_as_it_is() -> None:
    good = io.BytesIO(workbook(["Ghế"], ["main/1"]))
    out = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(out, "w") as archive:
        for item in source.infolist():
            data = source.read(item)
            if item.filename.endswith("sheet1.xml"):
                data = data.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
            archive.writestr(item, data)
    assert [entry.seat for entry in read(rows_of(out.getvalue()), ROOMS).seats] == ["main/1"]


def test_the_template_is_a_good_roster_in_both_forms() -> None:
    for data in (
        sheet.csv_of(roster_sheet.template()),
        sheet.xlsx_of(roster_sheet.template(), "Danh sách"),
    ):
        found = read(rows_of(data), ROOMS)
        assert found.problems == []
        assert [entry.role for entry in found.seats] == ["chair", "vice_chair", "delegate"]
    book = load_workbook(io.BytesIO(sheet.xlsx_of([["=1+1"]], "x")))
    assert book.worksheets[0]["A1"].data_type == "s"
