"""The roster as a table: who sits where, in the words of people's own sheets.

Theory. Headings stand in the first row, in Vietnamese or English, in any order; columns that are
not known are left alone and named. Everything that is wrong is found at once, with row and
column, and as long as anything is wrong there is no roster.

Owns headings, words for roles, and what is wrong with a row. Must not read files (``sheet``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import ValidationError

from edge.contract.messages import Role
from hub.meeting_form import SEATS_MOST, SeatEntry
from hub.sheet import FORMULA, Row

WEIGHT_MOST = 1_000_000
NAME_MOST, PERSON_MOST = 120, 64
PROBLEMS_MOST = 200
"""More are not listed: then something is wrong with the table as a whole."""

Rooms = Mapping[str, tuple[str, ...]]
"""Rooms and what they are called."""


class RowProblem(NamedTuple):
    """What is wrong, and where: ``row`` as the sheet numbers it, 0: the whole table."""

    row: int
    column: str
    vi: str
    en: str


Place = tuple[int, str]
"""A row, and what must be there once."""


@dataclass(slots=True)
class Read:
    """What a table says."""

    seats: list[SeatEntry] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    """Headings of columns that mean nothing here."""


HEADINGS: dict[str, tuple[str, ...]] = {
    "room": ("Phòng", "phòng họp", "mã phòng", "điểm cầu", "room", "room id"),
    "seat": ("Ghế", "số ghế", "ghế số", "vị trí", "chỗ ngồi", "seat", "seat number", "place"),
    "name": ("Họ và tên", "họ tên", "tên", "đại biểu", "name", "full name"),
    "role": ("Vai trò", "tư cách", "role"),
    "person": ("Mã đại biểu", "mã người", "mã", "id", "person", "person id"),
    "weight": ("Số phiếu", "trọng số", "weight", "votes"),
    "proxy": ("Ủy quyền cho", "ủy quyền", "người được ủy quyền", "proxy"),
}
"""Columns, and what they may be called; the first is what a template says."""

ROLES: dict[Role, tuple[str, ...]] = {
    "chair": ("Chủ trì", "chủ tọa", "chair", "chairman", "chairperson"),
    "vice_chair": ("Phó chủ trì", "phó chủ tọa", "vice-chair", "vice chair"),
    "delegate": ("Đại biểu", "thành viên", "ủy viên", "delegate", "member"),
    "guest": ("Khách mời", "khách", "guest"),
    "observer": ("Dự thính", "quan sát viên", "observer"),
}

TEMPLATE = (
    ("main", "1", "Nguyễn Thị Minh Châu", "Chủ trì", "", "1", ""),
    ("main", "2", "Trần Quốc Bảo", "Phó chủ trì", "", "1", ""),
    ("main", "3", "Lê Thị Thu Hà", "Đại biểu", "", "1", ""),
)


def _plain(word: str) -> str:
    """Small letters without marks, so that no way of writing a heading matters."""
    apart = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


_COLUMNS = {_plain(word): column for column, words in HEADINGS.items() for word in words}
_ROLES: dict[str, Role] = {
    _plain(word): role for role, words in ROLES.items() for word in (role, *words)
}


def role_of(told: str) -> Role | None:
    """The role that is called so, in either language."""
    return _ROLES.get(_plain(told))


def read(rows: Sequence[Row], rooms: Rooms) -> Read:
    """The roster that the table says; seats only when nothing is wrong."""
    found = Read()
    columns = _columns(rows[0], found)
    if found.problems:
        return found
    places: list[Place] = []
    people: list[Place] = []
    for row in rows[1:]:
        cells = {c: row.cells[i] if i < len(row.cells) else "" for c, i in columns.items()}
        if any(cells.values()):
            seat, entry = _entry(row.number, cells, rooms, found.problems)
            person = cells.get("person") or seat
            places += [] if seat is None else [(row.number, seat)]
            people += [] if person is None else [(row.number, person)]
            found.seats += [] if entry is None else [entry]
    found.problems += _twice("seat", places)
    found.problems += [p for p in _twice("person", people) if p.vi not in _said(found)]
    if not found.seats and not found.problems:
        found.problems.append(_whole("Bảng không có đại biểu nào", "There is nobody in the table"))
    if len(found.seats) > SEATS_MOST:
        found.problems.append(
            _whole(f"Nhiều hơn {SEATS_MOST} ghế", f"There are more than {SEATS_MOST} seats")
        )
    found.problems.sort(key=lambda problem: problem.row)
    del found.problems[PROBLEMS_MOST:]
    if found.problems:
        found.seats.clear()
    return found


def _columns(head: Row, found: Read) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, heading in enumerate(head.cells):
        column = _COLUMNS.get(_plain(heading))
        if column is None:
            if heading and heading != FORMULA:
                found.left_alone.append(heading)
        elif column in columns:
            found.problems.append(
                RowProblem(
                    head.number,
                    heading,
                    "Cột này có hai lần",
                    f"This column stands there twice (as {HEADINGS[column][-1]})",
                )
            )
        else:
            columns[column] = index
    if "seat" not in columns:
        found.problems.append(
            _whole(
                "Thiếu cột Ghế. Dòng đầu phải là tên cột, xem tệp mẫu",
                "There is no column Seat. The first row must hold headings, see the template",
            )
        )
    return columns


def _entry(
    number: int, cells: Mapping[str, str], rooms: Rooms, problems: list[RowProblem]
) -> tuple[str | None, SeatEntry | None]:
    """The seat, when it can be told, and the whole entry, when nothing is wrong with the row."""
    before = len(problems)

    def wrong(column: str, vi: str, en: str) -> None:
        problems.append(RowProblem(number, HEADINGS[column][0], vi, en))

    for column, cell in cells.items():
        if cell == FORMULA:
            wrong(
                column,
                "Ô này là công thức: dán thành giá trị",
                "This cell is a formula: paste it as a value",
            )
    if len(problems) > before:
        return None, None
    seat = _seat(cells, rooms, wrong)
    known = seat if len(problems) == before else None
    role = _role(cells.get("role", ""), wrong)
    weight = _weight(cells.get("weight", ""), wrong)
    for column, most in (("name", NAME_MOST), ("person", PERSON_MOST), ("proxy", PERSON_MOST)):
        if len(cells.get(column, "")) > most:
            wrong(column, f"Dài quá {most} ký tự", f"Longer than {most} characters")
    if len(problems) > before:
        return known, None
    try:
        return known, SeatEntry(
            seat=seat,
            name=cells.get("name", ""),
            role=role,
            person=cells.get("person") or None,
            weight=weight,
            proxy=cells.get("proxy") or None,
        )
    except ValidationError as error:  # what the form knows and this table does not
        first = error.errors(include_url=False)[0]
        column = str(first["loc"][0])
        wrong(column if column in HEADINGS else "seat", "Không hợp lệ", str(first["msg"]))
        return known, None


Wrong = Callable[[str, str, str], None]


def _seat(cells: Mapping[str, str], rooms: Rooms, wrong: Wrong) -> str:
    """``main/12`` from one cell, or from a room and a number."""
    told, room = cells["seat"], cells.get("room", "")
    if "/" in told:
        named, _, number = told.partition("/")
        if room and _room(room, rooms) != _room(named, rooms):
            wrong("room", f"Khác với phòng ở ô ghế ({told})", f"Not the room of the seat {told}")
        room = named
    else:
        number = told
    if not told:
        wrong("seat", "Thiếu số ghế", "The seat is missing")
    elif not re.fullmatch(r"0*[1-9][0-9]{0,2}", number.strip()):
        wrong("seat", f"{told}: số ghế từ 1 đến 999", f"{told}: must be a number from 1 to 999")
    ident = _room(room, rooms)
    if not room:
        if len(rooms) == 1:
            ident = next(iter(rooms))
        else:
            wrong("room", "Thiếu phòng", "The room is missing")
    elif ident is None:
        vi, en = (", ".join(_called(each, rooms, n) for each in sorted(rooms)) for n in (0, -1))
        wrong(
            "room",
            f"{room}: không có phòng này, có: {vi}",
            f"{room}: there is no such room, there are: {en}",
        )
    return f"{ident}/{number.strip().lstrip('0')}"


def _room(told: str, rooms: Rooms) -> str | None:
    """The room by its id or what it is called; an id that is not known yet may be right."""
    plain = _plain(told)
    for ident, titles in rooms.items():
        if told == ident or plain in (_plain(ident), *map(_plain, titles)):
            return ident
    return told if not rooms and re.fullmatch(r"[a-z0-9-]{1,32}", told) else None


def _called(room: str, rooms: Rooms, language: int) -> str:
    """``Phòng họp chính (main)``."""
    titles = rooms[room]
    return f"{titles[language]} ({room})" if titles else room


def _role(told: str, wrong: Wrong) -> Role | None:
    if not told:
        return None
    role = role_of(told)
    if role is None:
        vi, en = (", ".join(words[n] for words in ROLES.values()) for n in (0, -1))
        wrong(
            "role",
            f"{told}: không có vai trò này, có: {vi}",
            f"{told}: there is no such role, there are: {en}",
        )
    return role


def _weight(told: str, wrong: Wrong) -> int:
    if not told:
        return 1
    if not re.fullmatch(r"[0-9]{1,7}", told) or not 1 <= int(told) <= WEIGHT_MOST:
        wrong(
            "weight",
            f"{told}: phải là số nguyên từ 1 đến {WEIGHT_MOST}",
            f"{told}: must be a whole number from 1 to {WEIGHT_MOST}",
        )
        return 1
    return int(told)


def _twice(column: str, names: Iterable[Place]) -> Iterable[RowProblem]:
    first: dict[str, int] = {}
    for number, name in names:
        row = first.setdefault(name, number)
        if row != number:
            yield RowProblem(
                number,
                HEADINGS[column][0],
                f"{name} đã có ở dòng {row}",
                f"{name} stands in row {row} already",
            )


def _said(found: Read) -> set[str]:
    return {problem.vi for problem in found.problems}


def _whole(vi: str, en: str) -> RowProblem:
    return RowProblem(0, "", vi, en)


def table(seats: Iterable[SeatEntry]) -> list[tuple[str, ...]]:
    """The roster as rows, headings first: what ``read`` reads again."""
    return [
        _headings(),
        *(
            (
                *entry.seat.split("/"),
                entry.name,
                ROLES[entry.role][0] if entry.role is not None else "",
                entry.person or "",
                str(entry.weight),
                entry.proxy or "",
            )
            for entry in seats
        ),
    ]


def template() -> list[tuple[str, ...]]:
    """An example to write over."""
    return [_headings(), *TEMPLATE]


def _headings() -> tuple[str, ...]:
    return tuple(words[0] for words in HEADINGS.values())
