"""Votes at the keys of a room as a process; the test plays the hub and kills the room.

What is pressed is pressed at the simulated hardware, what lights up is seen there.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from edge.contract import messages
from edge.contract.wire import encode
from edge.rules import slip_sheet
from edge.runtime.sealed_box import Seal
from edge.twin.client import TwinClient
from tests.broker import mosquitto_program
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

UP, DOWN = "phonghop/v1/main/up", "phonghop/v1/main/down"
KEY = bytes(range(100, 132))
OPTIONS = ("zebra", "quagga", "okapi")
"""Words that stand nowhere else; they are on the keys yes, no and abstain."""


@dataclass
class Hub:
    """Says what a hub says, and answers nothing by itself."""

    client: aiomqtt.Client
    ear: Ear
    rev: int = 0
    words: dict[str, Any] = field(default_factory=dict)

    async def tell(self, stage: str) -> None:
        """A newer ``down/ballot``."""
        self.rev += 1
        message = messages.Ballot.model_validate(
            {
                **{"gen": 7, "rev": self.rev, "ballot": "b1", "stage": stage},
                "options": [{"id": o, "label": {"vi": o, "en": o}} for o in OPTIONS],
                "seats": {str(n): {"person": f"person-{n}"} for n in (1, 2, 3)},
                **self.words,
            }
        )
        await self.client.publish(f"{DOWN}/ballot", encode(message), qos=1, retain=True)

    async def give_key(self) -> None:
        """The key of the box, for the room as it runs now."""
        boot = self.ear.latest[f"{UP}/status"]["boot"]
        key = base64.b64encode(KEY).decode()
        message = messages.BallotKey(gen=7, for_boot=boot, ballot="b1", generation=1, key=key)
        await self.client.publish(f"{DOWN}/key", encode(message), qos=1)

    async def receipt(self, *seqs: int) -> None:
        """These are committed."""
        epoch = self.ear.latest[f"{UP}/status"]["epoch"]
        message = messages.Receipt(epoch=epoch, upto=0, extra=list(seqs))
        await self.client.publish(f"{DOWN}/receipt", encode(message), qos=1)

    async def event(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """The first events of a kind, by number, as soon as there are so many."""

        def heard(_: dict[str, Any]) -> list[dict[str, Any]] | None:
            found = {v["seq"]: v for t, v, _ in self.ear.heard if t == f"{UP}/event"}
            events = [found[seq] for seq in sorted(found) if found[seq]["kind"] == kind]
            return events if len(events) >= count else None

        found: list[dict[str, Any]] = await self.ear.until(heard, f"{count} events {kind}")
        return found


@asynccontextmanager
async def meeting(folder: Path, **words: Any) -> AsyncIterator[tuple[Site, Hub]]:
    """A room whose log says everything, and a hub."""
    site = Site(folder)
    site.broker.start()
    site.start_twin("main")
    site.start_edge("main", "DEBUG")
    try:
        async with (
            listening(site) as ear,
            aiomqtt.Client("127.0.0.1", site.mqtt_port, identifier="hub") as client,
        ):
            hub = Hub(client, ear, words=words)
            await ready(ear)
            yield site, hub
    finally:
        site.stop_all()


async def ready(ear: Ear) -> str:
    """The room runs, its units answer; its boot comes back."""
    await ear.until(
        lambda t: (
            t[f"{UP}/state/seats"]["boot"] == t[f"{UP}/status"]["boot"]
            and all(s["health"] == "ok" for s in t[f"{UP}/state/seats"]["seats"].values())
        ),
        "every unit answers",
    )
    boot: str = ear.latest[f"{UP}/status"]["boot"]
    return boot


async def shows(seat: int, yes: str, no: str, abstain: str) -> None:
    """The unit's own lamps."""
    wanted = (yes, no, abstain)
    await until_shown(
        "main",
        lambda s: tuple(s["seats"][str(seat)][key] for key in ("yes", "no", "abstain")) == wanted,
        f"seat {seat} shows {wanted}",
    )


async def press(seat: int, key: str) -> None:
    """A short press at the unit."""
    async with TwinClient("main") as twin:
        await twin.press(str(seat), key, 80)


async def kill_and_start(site: Site, ear: Ear) -> None:
    """SIGKILL; the room is there again with another boot."""
    before = ear.latest[f"{UP}/status"]["boot"]
    site.processes["edge-main"].kill()
    site.processes["edge-main"].start()
    await ear.until(
        lambda t: (t[f"{UP}/status"]["boot"] != before) and t[f"{UP}/status"]["state"] == "online",
        "another start",
    )
    await ready(ear)


async def test_a_recorded_vote_outlives_the_room(tmp_path: Path) -> None:
    """Killed between *recorded* and the receipt: the lamp comes back, the event goes out again."""
    async with meeting(tmp_path) as (site, hub):
        await hub.tell("open")
        await shows(1, "slow", "slow", "slow")
        await press(1, "no")
        await shows(1, "off", "fast", "off")
        await kill_and_start(site, hub.ear)
        await shows(1, "off", "fast", "off")
        (vote,) = await hub.event("vote")
        assert vote["body"]["choices"] == ["quagga"]
        await hub.receipt(vote["seq"])
        await shows(1, "off", "on", "off")
        await hub.tell("closing")
        (drained,) = await hub.event("drained")
        assert drained["seq"] > vote["seq"]
        await hub.tell("announced")
        await shows(1, "off", "off", "off")


async def test_a_secret_vote_leaves_no_trace_of_the_choice(tmp_path: Path) -> None:
    """Files, logs at DEBUG and all messages of a run with a kill; only the hub opens the box."""
    async with meeting(tmp_path, kind="secret", press="first_press") as (site, hub):
        await hub.tell("open")
        await hub.give_key()
        await shows(1, "slow", "slow", "slow")
        await press(1, "no")
        await shows(1, "fast", "fast", "fast")
        await kill_and_start(site, hub.ear)
        await shows(1, "fast", "fast", "fast")
        await shows(2, "off", "off", "off")
        await hub.give_key()
        for seat, key in ((2, "yes"), (3, "no")):
            await shows(seat, "slow", "slow", "slow")
            await press(seat, key)
            await shows(seat, "fast", "fast", "fast")
        marks = await hub.event("mark", 3)
        assert {(m["mono_ms"], m["ts"], m["age_ms"]) for m in marks} == {(0, 0, 0)}
        await hub.tell("closing")
        (drained,) = await hub.event("drained")
        box = base64.b64decode(drained["body"]["box"])
        sheet = Seal("main", ("b1", 1), KEY).open(box)
        slips = {s.choices[0]: s.count for s in slip_sheet.slips(sheet, OPTIONS)}
        assert slips == {"zebra": 1, "quagga": 2}
        await hub.receipt(*(event["seq"] for event in (*marks, drained)))
        await shows(1, "on", "on", "on")
        said = [json.dumps(v).encode() for t, v, _ in hub.ear.heard if "/up/" in t]
        found = await asyncio.to_thread(traces, tmp_path)
    words = [*(o.encode() for o in OPTIONS), KEY, KEY.hex().encode(), base64.b64encode(KEY)]
    assert found
    assert [w for w in words for place in (*said, *found) if w in place] == []


def traces(folder: Path) -> list[bytes]:
    """Every file of the room: its data directory and its log."""
    files = [*(folder / "edge").rglob("*"), folder / "edge-main.log"]
    return [path.read_bytes() for path in files if path.is_file()]
