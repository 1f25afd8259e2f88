"""Attendance, speeches and results of one meeting: JSON, a table for programs, a sheet for people.

Owns these three lists, their columns, and collecting them from the record. Must not write there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from edge.rules.ballot_journal import Journal
from hub.bridges.course import NAMES, Course, Fact, JournalOf, ballot_of
from hub.meeting.motion import Member
from hub.store.reader import Asked
from hub.store.store import Stored

Json = dict[str, Any]
What = Literal["attendance", "speeches", "results"]
WHATS: tuple[What, ...] = get_args(What)
KINDS = ("json", "csv", "xlsx")

PAGE = 500

COLUMNS: dict[What, tuple[str, ...]] = {
    "attendance": ("person", "seat", "name", "present", "came_ts", "left_ts"),
    "speeches": ("person", "seat", "name", "begun_ts", "ended_ts", "spoken_s"),
    "results": (
        "vote_id", "generation", "stage", "text_vi", "outcome", "members", "present", "option",
        "votes", "ts",
    ),
}  # fmt: skip

SHEETS: dict[What, tuple[str, dict[str, str]]] = {
    "attendance": (
        "Điểm danh",
        {
            "name": "Họ và tên", "seat": "Ghế", "person": "Mã đại biểu", "present": "Có mặt",
            "came_ts": "Điểm danh lúc", "left_ts": "Rời họp lúc",
        },
    ),
    "speeches": (
        "Phát biểu",
        {
            "name": "Họ và tên", "seat": "Ghế", "begun_ts": "Bắt đầu", "ended_ts": "Kết thúc",
            "spoken_s": "Số giây nói",
        },
    ),
    "results": (
        "Kết quả biểu quyết",
        {"text_vi": "Nội dung", "generation": "Lần", "ts": "Lúc", "said_vi": "Kết quả"},
    ),
}  # fmt: skip
"""For whoever prints and signs: the title, and which columns under which heading."""

Read = Callable[[Asked], Awaitable[list[Stored]]]


class Collected:
    """What the record says of one meeting."""

    def __init__(self, ident: str, journal: JournalOf) -> None:
        """Nothing has been read."""
        self._ident = ident
        self._journal = journal
        self._course = Course()
        self._facts: list[Fact] = []
        self._members: tuple[Member, ...] = ()
        self._gate = False
        self.found = False

    async def read(self, read: Read) -> None:
        """The whole record, page by page.

        Raises:
            StoreError: it cannot be read.
        """
        asked = Asked(whats=NAMES, limit=PAGE)
        while page := await read(asked):
            for stored in page:
                is_ours = self._course.meeting == self._ident
                key = ballot_of(stored) if is_ours else None
                self._step(stored, None if key is None else await self._journal(key))
            asked = Asked(after=page[-1].n, whats=NAMES, limit=PAGE)

    def _step(self, stored: Stored, journal: Journal | None) -> None:
        facts = self._course.step(stored, journal)
        self._facts += [fact for fact in facts if fact.meeting == self._ident]
        if self._course.meeting == self._ident:
            self.found = True
            self._members = self._course.roster
            self._gate = self._course.gate

    def rows(self, what: What, members: Sequence[Member] = ()) -> list[Json]:
        """One of the lists; ``members`` where the meeting has no roster of its own."""
        if what == "attendance":
            return self._attendance(self._members or members)
        kind = "speech" if what == "speeches" else "result"
        return [fact.data for fact in self._facts if fact.type == kind]

    def _attendance(self, members: Sequence[Member]) -> list[Json]:
        """Everybody in the list once, then who came without being in it."""
        rows: dict[str, Json] = {}
        for member in members:
            rows[member.sitter] = {
                "person": member.sitter,
                "seat": member.seat,
                "name": member.name if member.proxy is None else "",
                "present": not self._gate,
                "came_ts": None,
                "left_ts": None,
            }
        for fact in (each for each in self._facts if each.type == "attendance"):
            said = fact.data
            blank = {key: said[key] for key in ("person", "seat", "name")}
            row = rows.setdefault(said["person"], blank | {"came_ts": None, "left_ts": None})
            row["present"] = said["present"]
            if said["present"]:
                row["came_ts"] = row["came_ts"] or said["ts"]
            row["left_ts"] = None if said["present"] else said["ts"]
        return list(rows.values())


def table(what: What, rows: Sequence[Json]) -> list[list[str]]:
    """The list for a spreadsheet, headings first; times as people write them."""
    columns = COLUMNS[what]
    flat = rows if what != "results" else [line for row in rows for line in _by_option(row)]
    return [list(columns), *([_cell(name, row.get(name)) for name in columns] for row in flat)]


def sheet(what: What, rows: Sequence[Json]) -> tuple[str, list[list[str]]]:
    """The list as the secretary hands it over: its title, and its lines, headings first."""
    title, columns = SHEETS[what]
    told = rows if what != "results" else [_in_words(row) for row in rows]
    lines = [[_for_people(name, row.get(name)) for name in columns] for row in told]
    return title, [[*columns.values()], *lines]


def _in_words(row: Json) -> Json:
    annulled = "Kết quả biểu quyết bị hủy" if row["stage"] == "annulled" else ""
    said = row["announcement"]["vi"] if row.get("announcement") else annulled
    return row | {"text_vi": row["text"]["vi"], "said_vi": said}


def _for_people(name: str, value: object) -> str:
    match value:
        case bool():
            return "x" if value else ""
        case float() | int() if name.endswith("ts"):
            return datetime.fromtimestamp(value).astimezone().strftime("%d/%m/%Y %H:%M:%S")
        case float():
            return f"{value:.0f}"
    return "" if value is None else str(value)


def _by_option(row: Json) -> list[Json]:
    about = row | {"text_vi": row["text"]["vi"]}
    counts = row.get("counts")
    return (
        [about]
        if counts is None
        else [about | {"option": option, "votes": votes} for option, votes in counts.items()]
    )


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name.endswith("ts") and isinstance(value, float | int):
        return datetime.fromtimestamp(value).astimezone().isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
