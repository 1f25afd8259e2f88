"""A thousand rooms vote at once, through a real Mosquitto into one hub.

Owns the order of a storm and its figures: as rooms see it (the last receipt), as a page sees it
(all votes shown, the result), and beside what SQLite alone commits in the same run.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import psutil

from edge.contract import messages
from tests.bench import alone
from tests.bench.crowd import Crowd, CrowdRoom, Json
from tests.bench.page import Page
from tests.bench.stats import Spread, spread
from tests.rig import Site

MEETING = """\
title = "Storm"
mode = "request"
{ballots}
"""


def meeting_file(folder: Path, ballots: list[str]) -> Path:
    """The ballots to come. Without a list of people everybody with a seat in a room votes."""
    path = folder / "storm.toml"
    path.write_text(
        MEETING.format(
            ballots="\n".join(
                f'[[ballots]]\nid = "{b}"\ntext = {{ vi = "{b}", en = "{b}" }}\n' for b in ballots
            ),
        ),
        encoding="utf-8",
    )
    return path


def vote_in(ballot: str) -> Any:
    """The vote of one seat."""

    def body(room: str, number: int) -> tuple[messages.EventKind, Json]:
        seat = f"{room}/{number}"
        vote = messages.Vote(
            ballot=ballot,
            generation=1,
            seat=seat,
            person=seat,
            choices=["abstain" if number % 10 == 0 else "no" if number % 3 == 0 else "yes"],
            revision=1,
        )
        return "vote", vote.model_dump()

    return body


class Storm:
    """One site with its crowd."""

    def __init__(self, site: Site, crowd: Crowd[CrowdRoom], page: Page) -> None:
        self.figures: dict[str, Any] = {}
        self.rows: dict[str, Spread | None] = {}
        self._site = site
        self._crowd = crowd
        self._page = page

    async def ballot(self, ballot: str, spread_s: float, seed: int) -> None:
        """One ballot from its opening to its result."""
        crowd, page = self._crowd, self._page
        named = {"ballot": ballot, "generation": 1}
        total = len(crowd.rooms) * crowd.seats
        began_s = time.monotonic()
        await page.order("ready_ballot", **named)
        await page.order("open_ballot", **named, anyway=True)
        opened_s = await crowd.until(
            lambda room: room.ballot.get("ballot") == ballot and room.ballot["stage"] == "open",
            "the ballot is open",
        )
        before = self._processor_s()
        first_s = await crowd.press_all(vote_in(ballot), spread_s, seed)
        after = self._processor_s()
        last_s = max(max(room.recorded_s.values()) for room in crowd.rooms.values())
        end_s = max(max(room.receipted_s.values()) for room in crowd.rooms.values())
        shown_ns = await page.until(int(first_s * 1e9), lambda b: b["voted"] == total, ballot)
        rooms = list(crowd.rooms.values())
        self.rows[f"{ballot}: press -> receipt in the room"] = spread(_waits_ms(rooms))
        self.figures |= {
            f"{ballot}: messages of events": sum(room.sent_messages for room in rooms),
            f"{ballot}: events sent again": sum(room.repeated for room in rooms),
        }
        closing_s = time.monotonic()
        await page.order("close_ballot", **named)
        await crowd.until(lambda room: room.ballot["stage"] != "open", "the ballot is closing")
        for room in crowd.rooms.values():
            room.record(*room.write("drained", {**named, "box": None}))
            room.send_due()
        counted_ns = await page.until(
            int(closing_s * 1e9), lambda b: b["counts"] is not None, ballot, 60.0
        )
        await crowd.until(lambda room: not room.waiting, "receipts of the closing")
        refused = {code for room in rooms for code in room.refused.values()}
        assert not refused, f"votes were refused: {refused}"
        self.figures |= {
            f"{ballot}: votes": total,
            f"{ballot}: open in every room, s": round(opened_s - began_s, 2),
            f"{ballot}: presses spread over, s": round(last_s - first_s, 2),
            f"{ballot}: durable, votes/s": round(total / (end_s - first_s)),
            f"{ballot}: first press -> all durable and receipted, s": round(end_s - first_s, 2),
            f"{ballot}: first press -> all shown, s": round(shown_ns / 1e9 - first_s, 2),
            f"{ballot}: last press -> all shown, s": round(shown_ns / 1e9 - last_s, 2),
            f"{ballot}: closing ordered -> result shown, s": round(counted_ns / 1e9 - closing_s, 2),
        }
        for name, used_s in after.items():
            figure = f"{ballot}: processor per vote, {name}, µs"
            self.figures[figure] = round(1e6 * (used_s - before[name]) / total, 1)
        self._beside_sqlite(ballot, total / (end_s - first_s))
        for room in rooms:
            room.forget()

    def _processor_s(self) -> dict[str, float]:
        """Processor time used so far."""
        found = {
            "hub": self._site.processes["hub"].pid,
            "broker": self._site.broker.pid,
            "crowd": None,
        }
        times = {name: psutil.Process(pid).cpu_times() for name, pid in found.items()}
        return {name: used.user + used.system for name, used in times.items()}

    def _beside_sqlite(self, ballot: str, hub_votes_per_s: float) -> None:
        folder = self._site.folder / "hub"
        rows = alone.written(folder / "hub.sqlite3", ballot)
        count = len(rows.lines)
        self.figures[f"{ballot}: votes per commit, mean"] = round(count / len(rows.batches), 1)
        for name, batches in (
            ("in the same batches", rows.batches),
            ("in batches of 25", alone.even(count, 25)),
            ("in batches of 100", alone.even(count, 100)),
            ("in batches of 500", alone.even(count, 500)),
        ):
            speed = alone.votes_per_s(rows, batches, folder)
            self.figures[f"{ballot}: SQLite alone {name}, votes/s"] = round(speed)
            self.figures[f"{ballot}: of SQLite alone {name}"] = round(hub_votes_per_s / speed, 3)


def _waits_ms(rooms: list[CrowdRoom]) -> list[float]:
    return [
        1e3 * (receipted_s - room.recorded_s[seq])
        for room in rooms
        for seq, receipted_s in room.receipted_s.items()
    ]


async def storm(
    site: Site, rooms: int, seats: int, spreads_s: list[float], seed: int
) -> tuple[dict[str, Any], dict[str, Spread | None]]:
    """Figures and spreads; one ballot for each of ``spreads_s``."""
    ballots = {
        f"storm-{n}-{f'over-{s * 1e3:.0f}-ms' if s else 'at-once'}": s
        for n, s in enumerate(spreads_s, 1)
    }
    crowd = Crowd(rooms, seats, CrowdRoom)
    file = meeting_file(site.folder, list(ballots))
    site.broker.be_quiet()
    site.broker.start()
    site.start_hub("--log-level", "warning", "--meeting", str(file))
    page = Page(site.http_port)
    following = asyncio.create_task(page.follow(), name="page")
    try:
        await crowd.connect(site.mqtt_port)
        await crowd.until_hub()
        began_s = time.monotonic()
        await crowd.arrive()
        found = Storm(site, crowd, page)
        found.figures["rooms"] = rooms
        found.figures["all rooms led by the hub, s"] = round(time.monotonic() - began_s, 2)
        for number, (ballot, spread_s) in enumerate(ballots.items()):
            await found.ballot(ballot, spread_s, seed + number)
        return found.figures, found.rows
    finally:
        following.cancel()
        await asyncio.wait({following})
        crowd.close()
