"""Meetings that the secretary prepares, and the one that is in force: all that is done with them.

Theory. Forms and papers are rows of the store, changed one at a time. Which meeting is in force,
and whether it runs, is the event-sourced meeting's alone; a row becomes ``Configure`` when it
begins, and again when it is changed meanwhile. The row is written first: after a crash between the
two, the start sees that the row says something new, and says it again. The file that the hub was
started with is one of these meetings too (``FILE``), taken in anew when it says something new.

Forms and papers stay in the store until somebody asks. In memory is the list: every meeting that is
not over, and the newest that are.

Owns the order of these steps, and what pages are told of them. Must not know HTTP.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterable, Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Literal

from edge.rules.reasons import Reason
from hub.clock import HubClock
from hub.desk import Desk, Item
from hub.meeting.agenda import Paper, Session
from hub.meeting.commands import Configure, Note
from hub.meeting.inputs import EndMeeting
from hub.meeting.session_events import MeetingPrepared, Preparing
from hub.meeting_form import MeetingForm, configure
from hub.papers import PaperFolder
from hub.store import prepared as rows
from hub.store.prepared import Kept, KeptPaper, NotSoError, Summary
from hub.store.store import Store, StoreError

FILE = "file"
"""Id of the meeting whose form came from the hub's meeting file."""

PAPERS_MOST = 500
"""Of one meeting."""

OVER_LISTED = 100
"""Meetings that are over and stand in the list: a month of a busy house. Every page is told the
whole list, 300 bytes each. Older ones are there for whoever knows their id."""

Json = dict[str, Any]
State = Literal["draft", "running", "ended"]


class Prepared:
    """All prepared meetings. Its methods raise ``NotSoError`` with the reason of a refusal."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        clock: HubClock,
        folder: PaperFolder,
        changed: Callable[[], None],
    ) -> None:
        """``changed`` is called when there is news of the list."""
        self.folder = folder
        self._store = store
        self._desk = desk
        self._clock = clock
        self._changed = changed
        self._turn = asyncio.Lock()
        self._listed: dict[str, Summary] = {}

    # --- what is there -----------------------------------------------------------------------

    def part(self) -> list[Json]:
        """The list as pages show it: what runs, then what comes, then what is over."""
        order = ("running", "draft", "ended")
        found = [{**asdict(each), "state": self.state(each.id)} for each in self._newest_first()]
        return sorted(found, key=lambda each: order.index(each["state"]))

    def _newest_first(self) -> list[Summary]:
        return sorted(self._listed.values(), key=lambda e: (e.when, e.changed_ts), reverse=True)

    async def whole(self, ident: str) -> Json | None:
        """One meeting with its form and papers."""

        def act(database: sqlite3.Connection) -> tuple[Kept | None, list[Summary], list[KeptPaper]]:
            found = rows.one(database, ident), rows.summaries(database, ident)
            return *found, rows.papers_of(database, ident)

        kept, about, papers = await self._store.work(act)
        if kept is None:
            return None
        told = [{**_told(each.paper), "item": each.item} for each in papers]
        form = kept.form.model_dump(mode="json")
        return {**asdict(about[0]), "state": self.state(ident), "form": form, "papers": told}

    async def form(self, ident: str) -> MeetingForm | None:
        """What a meeting says."""
        kept = await self._one(ident)
        return None if kept is None else kept.form

    async def paper(self, ident: str) -> KeptPaper | None:
        """A paper of whichever meeting."""
        return await self._store.work(partial(rows.paper, ident=ident))

    def state(self, ident: str) -> State:
        """How far a meeting is."""
        meeting = self._desk.meeting
        if meeting.prepared == ident and meeting.session != "ended":
            return "running"
        return "ended" if ident in meeting.ended else "draft"

    # --- a start of the hub ------------------------------------------------------------------

    async def begin(self, file: MeetingForm | None) -> None:
        """Read what is stored, take in the file, and say what is in force. Before the desk runs."""
        found = await self._store.work(rows.summaries)
        self._listed = {each.id: each for each in found}
        self.folder.keep_only(await self._store.work(rows.files))
        is_news = file is not None and await self._take_in(file)
        self._shorten()
        self._changed()
        meeting = self._desk.meeting
        is_free = meeting.prepared in ("", FILE) or (meeting.session == "ended" and is_news)
        if file is not None and is_free and (meeting.session != "ended" or is_news):
            await self._desk.put(Item(await self._configure(await self._known(FILE))))
        elif file is None and meeting.prepared in ("", FILE) and meeting.session is None:
            await self._desk.put(Item(configure(MeetingForm())))
        elif meeting.session == "running" and (kept := await self._one(meeting.prepared)):
            await self._desk.put(Item(await self._configure(kept)))

    async def _take_in(self, file: MeetingForm) -> bool:
        """Keep the file's form, unless that has been done; whether it was new."""
        kept, digest = await self._one(FILE), file.digest()
        if kept is not None and kept.origin == digest:
            return False
        rev = None if kept is None else kept.rev
        await self._store.work(partial(rows.put, ident=FILE, form=file, rev=rev, origin=digest))
        await self._read(FILE)
        return True

    # --- what people do ----------------------------------------------------------------------

    async def create(self, ident: str, form: MeetingForm, by: str) -> int:
        """Keep a new meeting; its revision."""
        async with self._turn:
            rev = await self._store.work(partial(rows.put, ident=ident, form=form, rev=None))
            await self._done("created", ident, by)
            return rev

    async def edit(self, ident: str, form: MeetingForm, rev: int, by: str) -> int:
        """Keep a changed form over revision ``rev``; its revision now."""
        async with self._turn:
            before = await self._open(ident)
            rev = await self._store.work(partial(rows.put, ident=ident, form=form, rev=rev))
            await self._done("edited", ident, by)
            await self._say_again(ident, before.form)
            await self._forget_files()
            return rev

    async def copy(self, ident: str, into: str, title: str | None, by: str) -> None:
        """Keep the same meeting a second time: a draft, with votes of its own."""
        async with self._turn:
            kept = await self._known(ident)
            form = as_copy(kept.form, title)

            def act(database: sqlite3.Connection) -> None:
                rows.put(database, into, form, None)
                fresh = [(p.paper.id, new_id("p")) for p in rows.papers_of(database, ident)]
                rows.copy_papers(database, ident, into, fresh)

            await self._store.work(act)
            await self._done("copied", into, by, kept.form.title)

    async def delete(self, ident: str, by: str) -> None:
        """Forget a draft."""
        async with self._turn:
            title = (await self._known(ident)).form.title
            if self.state(ident) != "draft":
                is_over = self.state(ident) == "ended"
                raise NotSoError(Reason.MEETING_OVER if is_over else Reason.MEETING_RUNNING)
            await self._store.work(partial(rows.delete, ident=ident))
            await self._done("deleted", ident, by, title=title)
            await self._forget_files()

    async def start(self, ident: str, by: str) -> Reason | None:
        """The meeting begins; one that ended last goes on."""
        async with self._turn:
            kept, meeting = await self._known(ident), self._desk.meeting
            if self.state(ident) == "ended" and meeting.prepared != ident:
                raise NotSoError(Reason.MEETING_OVER)
            given = await self._configure(kept, "running", by)
            if meeting.prepared == ident:
                given = self._with_rules(given)
            return await self._desk.ask(given)

    async def end(self, ident: str, by: str) -> Reason | None:
        """The meeting is over."""
        async with self._turn:
            await self._known(ident)
            return await self._desk.ask(EndMeeting(ident, by))

    # --- papers ------------------------------------------------------------------------------

    async def _check_place(self, ident: str, item: str) -> None:
        """A paper may be put there."""
        kept = await self._open(ident)
        if item not in {each.id for each in kept.form.agenda}:
            raise NotSoError(Reason.ITEM_UNKNOWN)
        if len(await self._papers(ident)) >= PAPERS_MOST:
            raise NotSoError(Reason.TOO_MANY_PAPERS)

    async def add_paper(
        self,
        place: tuple[str, str],
        title: str,
        readers: tuple[str, ...],
        content: tuple[AsyncIterable[bytes], int | None],
        by: str,
    ) -> Paper:
        """Take a file as a paper of ``place``: meeting and item.

        Raises:
            NotSoError: there is no such place.
            PaperError: the file is not taken.
            OSError: the disk does not take it.
        """
        await self._check_place(*place)
        arrived = await self.folder.receive(*content)
        async with self._turn:
            try:
                await self._check_place(*place)
                if self.folder.path(arrived.sha256) is None:  # its twin has just been deleted
                    raise NotSoError(Reason.FILE_BROKEN_OFF)
                paper = Paper(new_id("p"), title, arrived.type, arrived.bytes, readers)
                kept = KeptPaper(paper, *place, arrived.sha256)
                await self._store.work(partial(rows.put_paper, kept=kept))
            except (NotSoError, StoreError):  # nothing was written; a hub that ends may have
                await self._forget(arrived.sha256)
                raise
            await self._done("paper_added", place[0], by, title)
            await self._say_again(place[0])
            return paper

    async def edit_paper(
        self, ident: str, title: str, readers: tuple[str, ...], item: str, by: str
    ) -> None:
        """Another title, other readers, another item."""
        async with self._turn:
            kept = await self._known_paper(ident)
            await self._check_place(kept.prepared, item)
            paper = replace(kept.paper, title=title, readers=readers)
            news = replace(kept, paper=paper, item=item)
            await self._store.work(partial(rows.put_paper, kept=news))
            await self._done("paper_edited", kept.prepared, by, title)
            await self._say_again(kept.prepared)

    async def remove_paper(self, ident: str, by: str) -> None:
        """The paper is gone, and its file when no other names it."""
        async with self._turn:
            kept = await self._known_paper(ident)
            await self._open(kept.prepared)
            await self._store.work(partial(rows.delete_paper, ident=ident))
            await self._done("paper_removed", kept.prepared, by, kept.paper.title)
            await self._say_again(kept.prepared)
            await self._forget(kept.sha256)

    # --- beneath -----------------------------------------------------------------------------

    async def _one(self, ident: str) -> Kept | None:
        return await self._store.work(partial(rows.one, ident=ident))

    async def _papers(self, ident: str) -> list[KeptPaper]:
        return await self._store.work(partial(rows.papers_of, prepared=ident))

    async def _known(self, ident: str) -> Kept:
        kept = await self._one(ident)
        if kept is None:
            raise NotSoError(Reason.MEETING_UNKNOWN)
        return kept

    async def _known_paper(self, ident: str) -> KeptPaper:
        kept = await self.paper(ident)
        if kept is None:
            raise NotSoError(Reason.PAPER_UNKNOWN)
        return kept

    async def _open(self, ident: str) -> Kept:
        """A meeting that may be changed."""
        kept = await self._known(ident)
        if self.state(ident) == "ended":
            raise NotSoError(Reason.MEETING_OVER)
        return kept

    async def _configure(
        self, kept: Kept, session: Session | None = None, by: str = ""
    ) -> Configure:
        papers: dict[str, list[Paper]] = {}
        for each in await self._papers(kept.id):
            papers.setdefault(each.item, []).append(each.paper)
        return configure(kept.form, kept.id, papers, session, by)

    async def _say_again(self, ident: str, before: MeetingForm | None = None) -> None:
        """Tell the meeting what has changed, if it is the one in force."""
        if self._desk.meeting.prepared != ident:
            return
        kept = await self._known(ident)
        given = await self._configure(kept)
        if before is None or _rules(before) == _rules(kept.form):
            given = self._with_rules(given)
        await self._desk.ask(given)

    def _with_rules(self, given: Configure) -> Configure:
        """With the floor's rules as the chair has set them since."""
        now = self._desk.meeting.floor
        return replace(
            given,
            mode=now.mode,
            max_open=now.max_open,
            queue_max=now.queue_max,
            settings=now.settings,
        )

    async def _done(
        self, what: Preparing, ident: str, by: str, detail: str = "", *, title: str = ""
    ) -> None:
        await self._read(ident)
        listed = self._listed.get(ident)
        called = listed.title if listed is not None else title
        self._shorten()
        at_s = self._clock.now_s()
        await self._desk.put(Item(Note(MeetingPrepared(at_s, what, ident, called, by, detail))))

    async def _read(self, ident: str) -> None:
        """One line of the list anew."""
        found = await self._store.work(partial(rows.summaries, ident=ident))
        self._listed.pop(ident, None)
        self._listed |= {each.id: each for each in found}
        self._changed()

    def _shorten(self) -> None:
        """Leave the oldest of those that are over to the store."""
        over = [each.id for each in self._newest_first() if self.state(each.id) == "ended"]
        for ident in over[OVER_LISTED:]:
            del self._listed[ident]

    async def _forget(self, sha256: str) -> None:
        """Delete the file unless a paper names it."""
        if sha256 not in await self._store.work(rows.files):
            self.folder.delete(sha256)

    async def _forget_files(self) -> None:
        """Delete the files of papers that went with their item or meeting."""
        for sha256 in self.folder.names() - await self._store.work(rows.files):
            self.folder.delete(sha256)


def new_id(kind: str) -> str:
    """A name that no other thing has."""
    return f"{kind}-{secrets.token_hex(8)}"


def _rules(form: MeetingForm) -> tuple[object, ...]:
    return form.mode, form.max_open, form.queue_max, form.settings


def as_copy(form: MeetingForm, title: str | None) -> MeetingForm:
    """The same once more, without a date; each vote with a name of its own, as its record needs."""
    ballots = [ballot.model_copy(update={"id": new_id("vote")}) for ballot in form.ballots]
    return form.model_copy(update={"title": title or form.title, "when": "", "ballots": ballots})


def _told(paper: Paper) -> Json:
    return {
        "id": paper.id,
        "title": paper.title,
        "type": paper.type,
        "bytes": paper.bytes,
        "readers": list(paper.readers),
    }
