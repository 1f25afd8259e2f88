"""A meeting as an eCabinet application hands it over: one document, as JSON or as one table.

Theory. Both are judged by the same model. A list that is left out says nothing and changes
nothing; an empty one says that there is none. The table has one row per thing; its first column
says what the row is about.

Owns the document's form and reading it. Must not know what is stored here already.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.contract.base import RoomId
from edge.contract.messages import Role, SeatName
from hub import sheet
from hub.api.ballot_bodies import MotionBody
from hub.meeting_form import (
    BALLOTS_MOST,
    ITEMS_MOST,
    SEATS_MOST,
    AgendaEntry,
    MeetingForm,
    Person,
    Problem,
    problems_of,
)
from hub.roster_sheet import role_of

FORMAT = "phonghop-meeting"
MOST_BYTES = sheet.MOST_BYTES

MEETING_ID = r"^[a-z0-9-]{1,32}$"


class BridgeError(ValueError):
    """What came from the other side cannot be used; ``str()`` is one clear line."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeetingHead(_Closed):
    """What meeting it is."""

    id: Annotated[str, Field(pattern=MEETING_ID)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    when: str = Field(default="", description="local date and time, such as 2026-11-30T08:00")
    rooms: Annotated[list[RoomId], Field(max_length=100)] = Field(
        default_factory=list, description="a proposal: once it is here, rooms are chosen here"
    )


class PersonEntry(_Closed):
    """Somebody who is invited. The id is what makes one voter of two lists."""

    person: Person
    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: Role | None = None
    weight: int = Field(default=1, ge=1, le=1_000_000)
    proxy: Person | None = None
    seat: SeatName | None = Field(
        default=None, description="a proposal: who sits where is decided here"
    )


class MeetingDocument(_Closed):
    """The whole document."""

    format: Literal["phonghop-meeting"]
    version: Literal[1]
    meeting: MeetingHead
    agenda: Annotated[list[AgendaEntry], Field(max_length=ITEMS_MOST)] | None = None
    people: Annotated[list[PersonEntry], Field(max_length=SEATS_MOST)] | None = None
    ballots: Annotated[list[MotionBody], Field(max_length=BALLOTS_MOST)] | None = None


def read(data: bytes, name: str) -> MeetingDocument:
    """The document in a file of either kind; ``name`` is for messages.

    Raises:
        BridgeError: too large, of neither kind, or something in it does not fit.
    """
    if len(data) > MOST_BYTES:
        raise BridgeError(f"{name}: larger than {MOST_BYTES // 1024**2} MiB")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        try:
            return judged(json.loads(data.decode("utf-8-sig")), name)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise BridgeError(f"{name}: not JSON: {error}") from error
    try:
        return judged(_of_rows(sheet.rows_of(data)), name)
    except sheet.SheetError as error:
        raise BridgeError(f"{name}: {error.en}") from error
    except _RowError as error:
        raise BridgeError(f"{name}: {error}") from error


def judged(found: object, name: str) -> MeetingDocument:
    """``found`` as a document.

    Raises:
        BridgeError: the first thing that does not fit.
    """
    try:
        document = MeetingDocument.model_validate(found)
        MeetingForm.model_validate({"when": document.meeting.when})
    except ValidationError as error:
        raise BridgeError(f"{name}: {problems_of(error)[0]}") from error
    twice = _twice(document)
    if twice is not None:
        raise BridgeError(f"{name}: {twice}")
    return document


def _twice(document: MeetingDocument) -> Problem | None:
    for key, names in (
        ("people.person", [each.person for each in document.people or ()]),
        ("agenda.id", [each.id for each in document.agenda or ()]),
        ("ballots.id", [each.id for each in document.ballots or ()]),
    ):
        seen: set[str] = set()
        for each in names:
            if each in seen:
                return Problem(key, f"{each} stands there twice")
            seen.add(each)
    return None


# --- the table -------------------------------------------------------------------------------

_Put = Callable[[dict[str, str]], dict[str, Any]]


class _RowError(ValueError):
    """One row is wrong."""


def _text(cells: dict[str, str]) -> dict[str, str]:
    vi = cells.get("title", "")
    return {"vi": vi, "en": cells.get("title_en") or vi}


def _some(cells: dict[str, str], *names: str) -> dict[str, Any]:
    """Those cells that say something."""
    return {name: cells[name] for name in names if cells.get(name)}


def _whole(cells: dict[str, str], name: str) -> dict[str, Any]:
    told = cells.get(name, "")
    return {name: int(told) if told.isascii() and told.isdigit() else told} if told else {}


def _person(cells: dict[str, str]) -> dict[str, Any]:
    found = {"person": cells.get("id", ""), "name": cells.get("title", "")}
    told = cells.get("role", "")
    role = role_of(told)
    more = {"role": role or told} if told else {}
    return found | more | _whole(cells, "weight") | _some(cells, "proxy", "seat")


def _item(cells: dict[str, str]) -> dict[str, Any]:
    found = {"id": cells.get("id", ""), "title": _text(cells)}
    return found | _some(cells, "presenter") | _whole(cells, "minutes")


def _ballot(cells: dict[str, str]) -> dict[str, Any]:
    found = {"id": cells.get("id", ""), "text": _text(cells)}
    return found | _some(cells, "kind", "rule", "item")


def _head(cells: dict[str, str]) -> dict[str, Any]:
    found = {"id": cells.get("id", ""), "title": cells.get("title", "")}
    rooms = cells.get("rooms", "").replace(",", " ").split()
    return found | _some(cells, "when") | ({"rooms": rooms} if rooms else {})


_TABLES: dict[str, tuple[str, _Put]] = {
    "item": ("agenda", _item),
    "person": ("people", _person),
    "ballot": ("ballots", _ballot),
}

COLUMNS = (
    "row", "id", "title", "title_en", "when", "rooms", "presenter", "minutes",
    "role", "weight", "proxy", "seat", "kind", "rule", "item",
)  # fmt: skip
"""Of the table; ``row`` is meeting, item, person or ballot. A person's name stands in ``title``."""


def _of_rows(rows: list[sheet.Row]) -> dict[str, Any]:
    head = [cell.casefold() for cell in rows[0].cells]
    unknown = [cell for cell in head if cell and cell not in COLUMNS]
    if unknown:
        raise _RowError(f"row {rows[0].number}: no such column: {unknown[0]!r}")
    if "row" not in head or len(set(filter(None, head))) != len([c for c in head if c]):
        raise _RowError("the first row must hold headings, each once, 'row' among them")
    found: dict[str, Any] = {"format": FORMAT, "version": 1}
    for row in rows[1:]:
        cells = dict(zip(head, row.cells, strict=False))
        if sheet.FORMULA in cells.values():
            raise _RowError(f"row {row.number}: has a formula: paste it as a value")
        what = cells.get("row", "").casefold()
        if what == "meeting" and "meeting" not in found:
            found["meeting"] = _head(cells)
        elif what in _TABLES:
            part, made = _TABLES[what]
            found.setdefault(part, []).append(made(cells))
        else:
            why = "a second meeting" if what == "meeting" else f"{what!r} in column 'row'"
            raise _RowError(f"row {row.number}: {why}: one meeting, then item, person, ballot")
    return found
