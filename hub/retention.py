"""``phonghop-hub retention``: what is kept of people, and its end when meetings are over.

Theory. The record of a meeting is the sum of its events, so no event may go; who is in them may.
In events that are older than asked, whoever gave an order gets a pseudonym; in those of meetings
that ended before then, everybody does. One name has one pseudonym throughout a run, and nobody can
compute it backwards: its key is thrown away. Forms and papers of those meetings are deleted.

The journal of a ballot is a chain over everything in it, names of voters included. It is left as it
is, byte for byte, and so proves what it proved before (docs/decisions/0069). All of it is one
transaction, which is committed only after every chain and the whole replay have been tried on it.

Owns this deletion. Must not run beside a hub.
"""

from __future__ import annotations

import argparse
import hmac
import json
import re
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from edge.rules.ballot_journal import JournalError, verify
from hub.access.rights import Role
from hub.backup import BackupError, nobody_uses
from hub.bridges import notes
from hub.meeting import events
from hub.meeting.evolve import apply, is_another
from hub.meeting.session_events import MeetingEnded
from hub.meeting.state import Meeting
from hub.papers import PaperFolder
from hub.prepared import FILE as FROM_FILE
from hub.snapshots import forget
from hub.store import prepared as rows
from hub.store.reader import uri_of
from hub.store.schema import MIGRATIONS
from hub.store.store import FILE

DAY_S = 86400.0
COPIES = ("before-restore-*", "*.backup")
"""What a restore and an upgrade put aside."""

KEEP_DAYS = 365
"""Unless the site says otherwise: minutes are signed and objections are over long before."""

PAPERS = "papers"

Json = dict[str, Any]

PSEUDONYM = re.compile(r"an-danh-[0-9a-f]{12}")
_SEAT = re.compile(r"[a-z0-9-]{1,32}/\d{1,4}")
_NOBODY = frozenset({"", "hub", "screen", *(str(role) for role in Role)})
"""What stands where a name may stand, and is none; so does a seat."""


class RetentionError(Exception):
    """Nothing was changed; one line that says why."""


@dataclass(slots=True)
class Found:
    """What is there, or what was done."""

    keep_days: int
    events: int = 0
    events_with_people: int = 0
    """Older than asked, and somebody is in them."""
    meetings_over: list[str] = field(default_factory=list)
    """Prepared meetings that ended before then, with form and papers."""
    papers: int = 0
    dead_letters: int = 0
    ballots: int = 0
    ballots_unchanged: int = 0
    """Journals that hold, with the same last hash as before."""
    damaged: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    """Older copies of the records in the same folder, which nobody changes."""
    done: bool = False
    last: Json | None = None
    """The deletion before this one."""


class Pseudonyms:
    """The same for the same name, as long as this object lives."""

    def __init__(self) -> None:
        """A key that nobody else ever has."""
        self._key = secrets.token_bytes(32)
        self.given = 0

    def of(self, name: Any) -> Any:
        """Instead of ``name``; itself when it names nobody."""
        if not isinstance(name, str) or name in _NOBODY:
            return name
        if PSEUDONYM.fullmatch(name) or _SEAT.fullmatch(name):
            return name
        self.given += 1
        return f"an-danh-{hmac.digest(self._key, name.encode(), 'sha256').hex()[:12]}"


def without_names(what: str, body: Json, of: Callable[[Any], Any], *, is_over: bool) -> Json:
    """An event without the people in it: who gave the order, and with ``is_over`` everybody.

    Until a meeting is over, who sits where and who is there is what the meeting is made of.
    """
    told = dict(body)
    if "by" in told:
        told["by"] = of(told["by"])
    if what == "audited":
        told["detail"] = {
            key: of(value) if key in ("by", "person", "name") else value
            for key, value in told["detail"].items()
        }
    if not is_over:
        return told
    if what == "meeting_set":
        told["names"] = {seat: of(name) for seat, name in told["names"].items()}
        told["roster"] = [
            member | {key: of(member.get(key)) for key in ("person", "name", "proxy")}
            for member in told.get("roster", ())
        ]
        told["motions"] = [_motion(motion, of) for motion in told.get("motions", ())]
        told["agenda"] = [
            item | {"presenter": of(item.get("presenter", ""))} for item in told.get("agenda", ())
        ]
    elif what == "motion_planned":
        told["motion"] = _motion(told["motion"], of)
    elif what == "signed_in":
        told["people"] = [of(person) for person in told["people"]]
    elif what == "ballot_moved":
        told["person"] = of(told.get("person", ""))
    return told


def _motion(motion: Json, of: Callable[[Any], Any]) -> Json:
    return motion | {"recused": sorted(of(person) for person in motion.get("recused", ()))}


def look(data: Path, keep_days: int, now_s: float) -> Found:
    """What a deletion would do; the hub may run.

    Raises:
        RetentionError: the records cannot be read.
    """
    with _opened(data, "ro") as database:
        found = _safely(data, lambda: _work(database, keep_days, now_s)[0])
    return _with_copies(found, data)


def delete(data: Path, keep_days: int, now_s: float) -> Found:
    """Do it, and prove it before it counts.

    Raises:
        RetentionError: the records do not hold, cannot be written, or a hub runs on them.
    """
    try:
        with nobody_uses(data), _opened(data, "rw") as database:
            found = _safely(data, lambda: _delete(database, keep_days, now_s))
            kept = {sha256 for (sha256,) in database.execute("SELECT sha256 FROM papers")}
            PaperFolder(data / PAPERS).keep_only(kept)
            return _with_copies(found, data)
    except BackupError as error:
        raise RetentionError(str(error)) from error


def _with_copies(found: Found, data: Path) -> Found:
    found.copies = sorted(str(path) for pattern in COPIES for path in data.glob(pattern))
    return found


def _opened(data: Path, mode: str) -> closing[sqlite3.Connection]:
    if not (data / FILE).exists():
        raise RetentionError(f"{data / FILE}: there are no records of a hub")
    uri = uri_of(data / FILE, mode)
    return closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0))


def _safely(data: Path, act: Callable[[], Found]) -> Found:
    try:
        return act()
    except (sqlite3.Error, ValueError) as error:
        raise RetentionError(f"{data / FILE}: {error}; nothing was changed") from error


def _delete(database: sqlite3.Connection, keep_days: int, now_s: float) -> Found:
    database.execute("PRAGMA secure_delete=ON")  # what is written over is not to be found again
    database.execute("BEGIN IMMEDIATE")
    try:
        heads = _heads(database)
        found, written = _work(database, keep_days, now_s)
        database.executemany("UPDATE events SET body = ? WHERE n = ?", written)
        for ident in found.meetings_over:
            rows.delete(database, ident)
        notes.forget(database, found.meetings_over)
        database.execute("DELETE FROM dead_letters WHERE ts < ?", (now_s - keep_days * DAY_S,))
        forget(database)  # it has the names of before
        _replayed(database)
        if _heads(database) != heads:
            raise ValueError("the record of a ballot would not be the same any more")
        found.done = True
        told = json.dumps(asdict(found) | {"ts": now_s, "last": None})
        database.execute("INSERT OR REPLACE INTO meta VALUES ('retention', ?)", (told,))
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")
    # No copy is left in free pages, nor in the log file beside the database.
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return found


def _work(
    database: sqlite3.Connection, keep_days: int, now_s: float
) -> tuple[Found, list[tuple[str, int]]]:
    """What there is to do: bodies of events by their number among it."""
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    if schema != len(MIGRATIONS):
        raise ValueError(
            f"schema {schema}, this version has {len(MIGRATIONS)}: start its hub on it once"
        )
    before_ts = now_s - keep_days * DAY_S
    found = Found(keep_days)
    over_upto, ended, meeting = _over(database, before_ts)
    names, written = Pseudonyms(), []
    for n, ts, what, text in database.execute("SELECT n, ts, what, body FROM events ORDER BY n"):
        found.events += 1
        if ts >= before_ts:
            continue
        given, body = names.given, json.loads(text)
        told = without_names(what, body, names.of, is_over=n <= over_upto)
        if names.given > given:
            event = events.from_json(what, json.dumps(told))
            written.append((events.to_json(event)[1], n))
    found.events_with_people = len(written)
    stored, papers = rows.everything(database)
    gone = (ended & meeting.ended) - {FROM_FILE}
    found.meetings_over = [kept.id for kept in stored if kept.id in gone]
    found.papers = sum(paper.prepared in gone for paper in papers)
    (found.dead_letters,) = database.execute(
        "SELECT COUNT(*) FROM dead_letters WHERE ts < ?", (before_ts,)
    ).fetchone()
    heads = _heads(database)
    found.ballots = len(heads)
    found.ballots_unchanged = sum(head != "" for head in heads.values())
    found.damaged = [f"{key[0]}, {key[1]}" for key, head in heads.items() if not head]
    last = database.execute("SELECT value FROM meta WHERE key = 'retention'").fetchone()
    found.last = None if last is None else json.loads(last[0])
    return found, written


def _over(database: sqlite3.Connection, before_ts: float) -> tuple[int, set[str], Meeting]:
    """Up to which event every meeting is over and old, which those are, and the meeting now.

    One that was taken up again after its end is not over.
    """
    meeting, upto, before, ended = Meeting(), 0, 0, set[str]()
    for n, ts, what, text in database.execute("SELECT n, ts, what, body FROM events ORDER BY n"):
        event = events.from_json(what, text)
        if isinstance(event, MeetingEnded) and ts < before_ts:
            before, upto = upto, n
            ended.add(event.prepared)
        elif isinstance(event, events.MeetingSet) and meeting.session == "ended":
            goes_on = event.session == "running" and not is_another(meeting, event)
            if goes_on and event.prepared in ended:
                upto = before
                ended.discard(event.prepared)
        meeting = apply(meeting, event)
    return upto, ended, meeting


def _replayed(database: sqlite3.Connection) -> None:
    """The meeting can still be made of its events.

    Raises:
        ValueError: it cannot.
    """
    meeting = Meeting()
    for what, text in database.execute("SELECT what, body FROM events ORDER BY n"):
        meeting = apply(meeting, events.from_json(what, text))


def _heads(database: sqlite3.Connection) -> dict[tuple[str, int], str]:
    """The last hash of every ballot's journal that holds; empty where one does not."""
    lines: dict[tuple[str, int], list[str]] = {}
    select = (
        "SELECT ballot, generation, line FROM ballots JOIN ballot_lines "
        "USING (ballot, generation) ORDER BY place, n"
    )
    for ballot, generation, line in database.execute(select):
        lines.setdefault((ballot, generation), []).append(line)
    return {key: _head(found) for key, found in lines.items()}


def _head(lines: list[str]) -> str:
    try:
        return verify(lines).journal.head
    except JournalError:
        return ""


# --- the command ---------------------------------------------------------------------------------


def add_parser(names: Any, data: Path) -> argparse.ArgumentParser:
    """Add the command; ``data`` is where records usually are."""
    found: argparse.ArgumentParser = names.add_parser(
        "retention", help="what is kept of people; deletes it for meetings that are over"
    )
    found.add_argument("--keep-days", type=int, default=KEEP_DAYS, metavar="N",
        help=f"leave what is younger ({KEEP_DAYS}; 0: every meeting that is over)")  # fmt: skip
    found.add_argument("--delete", action="store_true", help="do it; the hub must not run")
    found.add_argument("--data", type=Path, default=data, metavar="DIR", help="records")
    found.add_argument("--json", action="store_true", help="print JSON")
    found.set_defaults(run=_retention)
    return found


def _retention(chosen: argparse.Namespace) -> int:
    act = delete if chosen.delete else look
    try:
        if chosen.keep_days < 0:
            raise RetentionError(f"--keep-days {chosen.keep_days}: must be 0 or more")
        found = act(chosen.data, chosen.keep_days, time.time())
    except RetentionError as error:
        sys.stderr.write(f"phonghop-hub retention: {error}\n")
        return 1
    if chosen.json:
        sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_told(found)) + "\n")
    return 0


def _told(found: Found) -> list[str]:
    verb = "Đã xoá / deleted" if found.done else "Sẽ xoá / would be deleted (--delete)"
    lines = [
        f"{verb}: cũ hơn {found.keep_days} ngày / older than {found.keep_days} days",
        f"  tên trong {found.events_with_people} trên {found.events} sự kiện / names in events",
        f"  {len(found.meetings_over)} cuộc họp đã soạn, {found.papers} tài liệu / "
        "prepared meetings, papers",
        f"  {found.dead_letters} tin hỏng / unreadable messages",
        f"Giữ nguyên / unchanged: {found.ballots_unchanged} trên {found.ballots} biên bản biểu "
        "quyết còn khớp chuỗi băm / records of ballots whose chain holds, voters included",
    ]
    if found.damaged:
        lines.append(f"Không khớp từ trước / did not hold before: {'; '.join(found.damaged)}")
    if found.copies:
        lines.append(
            f"Bản sao cũ còn tên / older copies still name people: {', '.join(found.copies)}"
        )
    return lines
