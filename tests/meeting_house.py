"""A hub's store, desk and prepared meetings in one folder, to be ended and started again.

Owns the wiring that the hub has too. Must not judge anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hub.api.meeting_bodies import MEETING_COMMANDS
from hub.clock import HubClock
from hub.desk import Desk
from hub.meeting.commands import TimePassed
from hub.meeting_form import MeetingForm
from hub.meeting_orders import MeetingOrders
from hub.papers import PaperFolder
from hub.prepared import Prepared
from hub.replay import replayed
from hub.store.store import Store

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


class House:
    """One start of the hub's inner half."""

    def __init__(self, folder: Path, most_bytes: int = 100_000) -> None:
        """Opens the store and replays."""
        self.store = Store(folder)
        clock = HubClock(self.store.last)
        self.news = 0
        self.desk = Desk(
            replayed(self.store, lambda *_: None), self.store, clock, lambda _: None, lambda _: None
        )
        self.papers = folder / "papers"
        self.prepared = Prepared(
            self.store, self.desk, clock, PaperFolder(self.papers, most_bytes), self._told
        )
        self.orders = MeetingOrders(self.prepared, self.desk)

    def _told(self) -> None:
        self.news += 1

    async def give(self, name: str, **body: Any) -> str | None:
        """A command; the code of its refusal."""
        given = MEETING_COMMANDS[name].model_validate(body)
        doing = self.orders.doing(given, "t")
        assert doing is not None
        reason = await doing
        return None if reason is None else reason.value

    async def paper(
        self, meeting: str, item: str, data: bytes = PDF, title: str = "Báo cáo", **more: Any
    ) -> str:
        """Send a paper in two pieces; its id."""
        said = more.get("said", len(data))

        async def pieces() -> AsyncIterator[bytes]:
            yield data[: len(data) // 2]
            yield data[len(data) // 2 :]

        readers = more.get("readers", ())
        place = (meeting, item)
        paper = await self.prepared.add_paper(place, title, readers, (pieces(), said), "t")
        return paper.id


@asynccontextmanager
async def house(folder: Path, file: MeetingForm | None = None, **more: Any) -> AsyncIterator[House]:
    """A start; what waits is decided before it is handed out."""
    found = House(folder, **more)
    await found.prepared.begin(file)
    running = asyncio.create_task(found.desk.run())
    try:
        await found.desk.ask(TimePassed())
        yield found
    finally:
        running.cancel()
        await asyncio.wait({running})
        found.store.close()
