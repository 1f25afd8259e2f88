"""Tables that people send, CSV or XLSX, as rows of plain text.

Theory. A file from outside may be anything: its kind is told by its content, everything in it is
bounded before it is read (bytes, what it unpacks to, rows, columns, cells), and nothing in it is
carried out: a cell with a formula is said to be one, and its value is not looked at. Excel in
Vietnam writes CSV with commas or semicolons, with or without a mark at the beginning.

Owns reading and writing tables. Must not know what stands in them.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from openpyxl import Workbook, load_workbook

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_BYTES = 4 * 1024 * 1024
UNPACKED_MOST_BYTES = 32 * 1024 * 1024
"""Of all parts of a workbook together; two thousand rows need half a megabyte."""

PARTS_MOST = 500
ROWS_MOST = 3000
ROWS_SEEN = 20 * ROWS_MOST
"""Empty rows below are passed over, up to here: sheets are often formatted far down."""

COLUMNS_MOST = 60
CELL_MOST = 500
"""Characters; whatever reads the cell has a bound of its own, this is for what nobody reads."""

FORMULA = "\x00formula"
"""Stands for a cell that has one: no text can be equal to it."""

MARK = codecs.BOM_UTF8
"""By it a spreadsheet knows UTF-8."""

_SAFE_BEGINNING = "'"
_READ_AS_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")


class SheetError(Exception):
    """The file is no table that can be read; ``vi`` and ``en`` say why."""

    def __init__(self, vi: str, en: str) -> None:
        """One sentence in each language."""
        super().__init__(en)
        self.vi = vi
        self.en = en


class Row(NamedTuple):
    """One row with something in it; ``number`` as the person sees it, from 1."""

    number: int
    cells: tuple[str, ...]


def rows_of(data: bytes) -> list[Row]:
    """The rows of a file that have any text.

    Raises:
        SheetError: what is wrong with the file.
    """
    if len(data) > MOST_BYTES:
        most = MOST_BYTES // 1024**2
        raise SheetError(f"Tệp quá lớn, tối đa {most} MiB", f"The file is larger than {most} MiB")
    if data.startswith(b"PK\x03\x04"):
        found = _workbook(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError(
            "Tệp Excel kiểu cũ (.xls) hoặc có mật khẩu: lưu lại thành .xlsx, không đặt mật khẩu",
            "An old Excel file (.xls) or one with a password: save it as .xlsx without one",
        )
    else:
        found = _csv(_decoded(data))
    rows = [Row(number, cells) for number, cells in found if any(cells)]
    if not rows:
        raise SheetError("Tệp không có dòng nào", "There is no row in the file")
    return rows


def _decoded(data: bytes) -> str:
    """Text with or without a mark at its beginning."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetError(
            "Tệp không phải UTF-8: trong Excel chọn Lưu thành, CSV UTF-8",
            "The file is not UTF-8: in Excel choose Save as, CSV UTF-8",
        ) from error
    if "\x00" in text:
        raise SheetError("Tệp không phải CSV hay XLSX", "The file is neither CSV nor XLSX")
    return text


def _csv(text: str) -> list[tuple[int, tuple[str, ...]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: list[tuple[int, tuple[str, ...]]] = []
    try:
        for row in reader:
            if len(found) >= ROWS_MOST:
                raise _too_long()
            found.append((len(found) + 1, _cells(row)))
    except csv.Error as error:
        raise SheetError(
            f"Không đọc được CSV ở dòng {reader.line_num}",
            f"The CSV cannot be read at line {reader.line_num}: {error}",
        ) from error
    return found


def _workbook(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MOST or sum(p.file_size for p in parts) > UNPACKED_MOST_BYTES:
                raise _bomb()
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            return _first_sheet(book)
        finally:
            book.close()
    except SheetError:
        raise
    except Exception as error:  # a broken workbook may fail anywhere in the library
        raise SheetError(
            "Không đọc được tệp XLSX, mở bằng Excel rồi lưu lại",
            "The XLSX file cannot be read: open it in Excel and save it again",
        ) from error


def _first_sheet(book: Any) -> list[tuple[int, tuple[str, ...]]]:
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    found = []
    for number, row in enumerate(sheet.iter_rows(max_col=COLUMNS_MOST), start=1):
        if number > ROWS_MOST:
            if number > ROWS_SEEN or any(cell.value is not None for cell in row):
                raise _too_long()
            continue
        found.append((number, _cells([_text(cell) for cell in row])))
    return found


def _text(cell: Any) -> str:
    if cell.data_type == "f":
        return FORMULA
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _cells(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell if cell == FORMULA else tidy(cell) for cell in row[:COLUMNS_MOST])


def tidy(text: str) -> str:
    """Without marks that are not seen, one space between words, letters with marks as one."""
    plain = unicodedata.normalize("NFC", text[: CELL_MOST * 2])
    seen = "".join(
        " " if character.isspace() else character
        for character in plain
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
    words = " ".join(seen.split())
    if words[:1] == _SAFE_BEGINNING and words[1:2] in _READ_AS_FORMULA:
        words = words[1:]
    return words[:CELL_MOST]


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV that Excel opens as it is, and does not calculate with."""
    return MARK + csv_lines(rows)


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """The same without the mark of its beginning: more rows of one."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_safe(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def xlsx_of(rows: Iterable[Sequence[str]], title: str) -> bytes:
    """The same as a workbook; every cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([_safe(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(cell: str) -> str:
    return _SAFE_BEGINNING + cell if cell.startswith(_READ_AS_FORMULA) else cell


def _too_long() -> SheetError:
    return SheetError(
        f"Tệp có quá nhiều dòng, tối đa {ROWS_MOST}", f"The file has more than {ROWS_MOST} rows"
    )


def _bomb() -> SheetError:
    return SheetError(
        "Tệp XLSX giải nén ra quá lớn", "The XLSX file unpacks to more than may be read"
    )
