"""The readers of messages, files and sheets, and what each of them promises.

Owns these targets. Must not know how inputs are made.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edge.contract import messages, topics, wire
from firmware_config import loader
from hub import meeting_form, papers, roster, roster_sheet, sheet
from hub.bridges import document
from hub.meeting import commands
from tests.fuzz.campaign import Judge, Target, must, plain
from tests.hub_live import Live
from tests.meeting_house import PDF, PNG

GOLDEN = Path(__file__).parents[1] / "golden" / "contract"
ROOMS = {"main": ("Phòng họp chính", "Main room"), "satellite-1": ("Phòng vệ tinh 1",)}

FILE_BYTES = 64 * 1024
ONE_LINE_MOST = 2000


def targets() -> list[Target]:
    """All of them."""
    rooms = tuple(path.read_bytes() for path in sorted(loader.ROOMS_DIR.glob("*.toml")))
    meetings = (roster.demo_file().read_bytes(), b'title = "A"\n[[seats]]\nseat = "main/1"\n')
    page = (Path(__file__).parents[2] / "docs" / "bridges.md").read_text(encoding="utf-8")
    shown = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)[0] for kind in ("json", "csv"))
    documents = tuple(text.encode() for text in shown)
    rows = roster_sheet.template()
    sheets = (
        sheet.csv_of(rows),
        sheet.xlsx_of(rows, "x"),
        "Ghế;Họ và tên\n1;An\n2;Bình\n".encode("utf-16"),
    )
    heads = (PNG, PDF, b"RIFF\x00\x00\x00\x00WEBP", b"\xff\xd8\xff")
    return [
        Target("mqtt", said(), plain(_message), wire.MAX_PAYLOAD_BYTES + 200),
        Target("meeting", said("up"), plain(_hub)),
        Target("room-file", rooms, _room_files, FILE_BYTES),
        Target("meeting-file", meetings, plain(_meeting_file), FILE_BYTES),
        Target("document", documents, plain(_document), FILE_BYTES),
        Target("roster", sheets, plain(_roster), FILE_BYTES),
        Target("paper", heads, plain(_paper)),
    ]  # fmt: skip


def said(direction: str = "") -> tuple[bytes, ...]:
    """Topic and payload of every sample of the contract, as one input: a line, and the rest."""
    found = []
    for path in sorted(GOLDEN.glob(f"{direction}*.json")):
        sample = json.loads(path.read_text(encoding="utf-8"))
        found.append(f"{sample['topic']}\n{json.dumps(sample['payload'])}".encode())
    return tuple(found)


def _split(data: bytes) -> tuple[str, bytes]:
    name, _, payload = data.partition(b"\n")
    return name.decode(errors="replace"), payload


def _message(data: bytes) -> None:
    """Nothing but BadMessage; what is let in can be said again, and is the same then."""
    name, payload = _split(data)
    wire.each_event(payload)
    try:
        topic, message = wire.decode(name, payload)
    except wire.BadMessage as error:
        must(len(str(error)) < ONE_LINE_MOST, "a refusal as long as what it refuses")
        return
    try:
        again = wire.encode(message)
    except wire.BadMessage:
        return  # defaults are written out: it may have become longer than a message may be
    assert wire.decode(name, again) == (topic, message), "it is another message when said again"


def _hub(data: bytes) -> None:
    """A meeting hears whatever passes the gate, and can be read again from its own records."""
    name, payload = _split(data)
    heard: list[tuple[topics.Topic | None, messages.Message]] = []
    with suppress(wire.BadMessage):
        heard = [wire.decode(name, payload)]
    if not heard:
        room = topics.parse(name)
        events = [one.event for one in wire.each_event(payload) if one.event is not None]
        heard = [(room, event) for event in events if room is not None]
    if not heard:
        return
    live = Live()
    live.room()
    for topic, message in heard:
        if topic is not None:
            _give(live, topic.room, message)
    assert live.replayed().floor == live.meeting.floor, "the records say another floor"


def _give(live: Live, room: str, message: messages.Message) -> None:
    match message:
        case messages.Status():
            live.give(commands.StatusHeard(room, message))
        case messages.Describe():
            live.give(commands.DescribeHeard(room, message))
        case messages.FloorState():
            live.floor(room, message)
        case messages.Event():
            live.event(room, message)
        case messages.Events():
            for event in message.events:
                live.event(room, event)
        case _:
            pass


@contextmanager
def _room_files() -> Iterator[Judge]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "room.toml"

        def judge(data: bytes) -> None:
            path.write_bytes(data)
            try:
                loader.load_room(path)
            except loader.RoomFileError as error:
                line = str(error)
                must(line.isprintable(), "not one printable line")
                must(len(line) <= loader.LINE_LIMIT, "longer than a line")

        yield judge


def _meeting_file(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return  # ``roster.load`` says so before it parses
    try:
        meeting_form.configure(roster.form_of(text, "meeting.toml"))
    except roster.MeetingFileError as error:
        must(str(error).startswith("meeting.toml: "), "a refusal that does not name the file")


def _document(data: bytes) -> None:
    try:
        document.read(data, "x.json")
    except document.BridgeError as error:
        must(str(error).startswith("x.json: "), "a refusal that does not name the file")


def _roster(data: bytes) -> None:
    try:
        found = roster_sheet.read(sheet.rows_of(data), ROOMS)
    except sheet.SheetError as error:
        must(bool(error.vi and error.en), "a refusal without words")
        return
    assert bool(found.seats) is not bool(found.problems), "neither a roster nor a reason"


def _paper(data: bytes) -> None:
    kind = papers.type_of(data)
    assert kind in (None, "image/png", "image/jpeg", "image/webp", "application/pdf")
    assert kind is None or b"<svg" not in data[:4]
