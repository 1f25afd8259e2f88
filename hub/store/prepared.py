"""Meetings that people prepare, and their papers, in the hub's database.

Theory. Each function is the whole of one transaction's work (``Store.work``). A meeting has a
revision that grows with each change, so whoever saves what somebody else has changed is refused.
A paper belongs to an item; with the item it goes.

Owns these two tables. Must not judge a form, nor touch files.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass

from edge.rules.reasons import Reason
from hub.meeting.agenda import Paper
from hub.meeting_form import MeetingForm


class NotSoError(Exception):
    """What was asked does not fit what is stored; nothing was written."""

    def __init__(self, reason: Reason) -> None:
        """``reason`` is for whoever asked."""
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kept:
    """One meeting as it is stored."""

    id: str
    rev: int
    form: MeetingForm
    origin: str
    changed_ts: float


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """One paper as it is stored: what is told of it, where it belongs, and its file."""

    paper: Paper
    prepared: str
    item: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list says of a meeting. A form may have a thousand seats, and none of them is here."""

    id: str
    rev: int
    title: str
    when: str
    rooms: tuple[str, ...]
    from_file: bool
    items: int
    seats: int
    ballots: int
    papers: int
    papers_stamp: str
    """Another one when the papers are others."""
    changed_ts: float


def summaries(database: sqlite3.Connection, ident: str | None = None) -> list[Summary]:
    """Of every meeting, or of one; forms are not read."""
    rows = database.execute(
        "SELECT id, rev, json_extract(form, '$.title'), json_extract(form, '$.when'), "
        "json_extract(form, '$.rooms'), origin, json_array_length(form, '$.agenda'), "
        "json_array_length(form, '$.seats'), json_array_length(form, '$.ballots'), changed_ts "
        "FROM prepared WHERE ? IN (id, '') ORDER BY id",
        (ident or "",),
    ).fetchall()
    papers: dict[str, list[KeptPaper]] = {}
    for each in papers_of(database, ident):
        papers.setdefault(each.prepared, []).append(each)
    found = []
    for name, rev, title, when, rooms, origin, items, seats, ballots, ts in rows:
        of_it = papers.get(name, [])
        stamp = hashlib.sha256(repr(of_it).encode()).hexdigest()[:8]
        places = tuple(json.loads(rooms))
        counts = (items, seats, ballots, len(of_it))
        found.append(Summary(name, rev, title, when, places, origin != "", *counts, stamp, ts))
    return found


def one(database: sqlite3.Connection, ident: str) -> Kept | None:
    """One meeting, whole; None when there is none."""
    row = database.execute(
        "SELECT rev, form, origin, changed_ts FROM prepared WHERE id = ?", (ident,)
    ).fetchone()
    if row is None:
        return None
    rev, form, origin, ts = row
    return Kept(ident, rev, MeetingForm.model_validate_json(form), origin, ts)


def everything(database: sqlite3.Connection) -> tuple[list[Kept], list[KeptPaper]]:
    """All meetings and all papers, papers in the order in which they came."""
    idents = [ident for (ident,) in database.execute("SELECT id FROM prepared ORDER BY id")]
    meetings = [kept for ident in idents if (kept := one(database, ident)) is not None]
    return meetings, papers_of(database)


def put(
    database: sqlite3.Connection,
    ident: str,
    form: MeetingForm,
    rev: int | None,
    origin: str | None = None,
) -> int:
    """Write a meeting over its revision ``rev``, a new one with None; its revision now.

    Raises:
        NotSoError: it is there already, or is not, or has another revision.
    """
    found = database.execute("SELECT rev, origin FROM prepared WHERE id = ?", (ident,)).fetchone()
    if rev is None and found is not None:
        raise NotSoError(Reason.MEETING_EXISTS)
    if rev is not None and found is None:
        raise NotSoError(Reason.MEETING_UNKNOWN)
    if found is not None and found[0] != rev:
        raise NotSoError(Reason.MEETING_CHANGED)
    kept_origin = origin if origin is not None else found[1] if found is not None else ""
    row = (ident, (rev or 0) + 1, form.model_dump_json(), kept_origin, time.time())
    database.execute("INSERT OR REPLACE INTO prepared VALUES (?, ?, ?, ?, ?)", row)
    items = [item.id for item in form.agenda]
    for each in papers_of(database, ident):
        if each.item not in items:
            database.execute("DELETE FROM papers WHERE id = ?", (each.paper.id,))
    return (rev or 0) + 1


def copy_papers(
    database: sqlite3.Connection, source: str, into: str, fresh: Iterable[tuple[str, str]]
) -> None:
    """Give the papers of ``source`` to ``into`` too; ``fresh``: old id and new one of each."""
    for old, new in fresh:
        database.execute(
            "INSERT INTO papers SELECT ?, place, ?, item, title, type, bytes, sha256, readers "
            "FROM papers WHERE id = ? AND prepared = ?",
            (new, into, old, source),
        )


def delete(database: sqlite3.Connection, ident: str) -> None:
    """Forget a meeting and its papers.

    Raises:
        NotSoError: there is none.
    """
    if database.execute("DELETE FROM prepared WHERE id = ?", (ident,)).rowcount != 1:
        raise NotSoError(Reason.MEETING_UNKNOWN)
    database.execute("DELETE FROM papers WHERE prepared = ?", (ident,))


def put_paper(database: sqlite3.Connection, kept: KeptPaper) -> None:
    """Write a paper, new or changed; a new one comes last."""
    paper = kept.paper
    found = database.execute("SELECT place FROM papers WHERE id = ?", (paper.id,)).fetchone()
    if found is None:
        found = database.execute("SELECT COALESCE(MAX(place), 0) + 1 FROM papers").fetchone()
    row = (paper.id, found[0], kept.prepared, kept.item, paper.title, paper.type, paper.bytes)
    database.execute(
        "INSERT OR REPLACE INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, kept.sha256, json.dumps(paper.readers)),
    )


def delete_paper(database: sqlite3.Connection, ident: str) -> None:
    """Forget a paper; its file is the caller's."""
    database.execute("DELETE FROM papers WHERE id = ?", (ident,))


def paper(database: sqlite3.Connection, ident: str) -> KeptPaper | None:
    """A paper of whichever meeting; None when there is none."""
    found = _read_papers(database, "id = ?", (ident,))
    return found[0] if found else None


def papers_of(database: sqlite3.Connection, prepared: str | None = None) -> list[KeptPaper]:
    """Those of one meeting, or all."""
    return _read_papers(database, "? IN (prepared, '')", (prepared or "",))


def files(database: sqlite3.Connection) -> set[str]:
    """The files that papers name."""
    return {sha256 for (sha256,) in database.execute("SELECT DISTINCT sha256 FROM papers")}


def _read_papers(
    database: sqlite3.Connection, where: str, values: tuple[str, ...]
) -> list[KeptPaper]:
    rows = database.execute(
        "SELECT id, title, type, bytes, readers, prepared, item, sha256 FROM papers "  # noqa: S608  # one of two conditions above
        f"WHERE {where} ORDER BY place, id",
        values,
    )
    return [
        KeptPaper(
            Paper(ident, title, kind, size, tuple(json.loads(readers))), prepared, item, sha256
        )
        for ident, title, kind, size, readers, prepared, item, sha256 in rows
    ]
