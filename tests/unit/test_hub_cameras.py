"""Cameras at the hub: what is asked of them, their small pictures, what reaches the records."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from edge.contract import messages, topics
from edge.contract.devices import Detector, FramedWord, PictureWord
from edge.contract.wire import MAX_PAYLOAD_BYTES, encode
from edge.rules.reasons import Reason
from hub.alerts import Alerts
from hub.api import models
from hub.board import Board, Order
from hub.clock import HubClock
from hub.desk import Item
from hub.device_orders import PREVIEW_S, device_order
from hub.hearing import Hearing
from hub.link import Heard
from hub.orders import Orders
from hub.previews import CAMERAS_MOST, Previews
from tests import hub_room
from tests.hub_access import TESTER
from tests.hub_live import Live
from tests.unit.test_hub_api import Desk, served

ROOT = Path(__file__).parents[2]
JPEG = b"\xff\xd8 small picture \xff\xd9"
CAMERA = {"room": "main", "camera": "cam-1"}
SEAT = {**CAMERA, "seat": "main/1"}


def preview(jpeg: bytes = JPEG) -> messages.Preview:
    """A picture as a room sends it."""
    return messages.Preview(jpeg=base64.b64encode(jpeg).decode(), age_ms=40)


@pytest.mark.parametrize(
    ("name", "body", "action", "args"),
    [
        ("aim_camera", {**CAMERA, "wide": True}, "aim", {"wide": True}),
        ("aim_camera", SEAT, "aim", {"seat": "main/1"}),
        ("aim_camera", {**SEAT, "aside": True}, "aim", {"seat": "main/1", "aside": True}),
        (
            "nudge_camera",
            {**CAMERA, "pan_deg": -2, "fov_deg": 5.5},
            "nudge",
            {"pan_deg": -2.0, "tilt_deg": 0.0, "fov_deg": 5.5},
        ),
        ("sight_camera", SEAT, "sight", {"seat": "main/1"}),
        ("forget_sighting", SEAT, "forget_sighting", {"seat": "main/1"}),
        ("lock_camera", {**CAMERA, "on": True}, "lock", {"on": True}),
        ("preview_camera", {**CAMERA, "on": True}, "preview", {"seconds": PREVIEW_S}),
        ("preview_camera", {**CAMERA, "on": False}, "preview", {"seconds": 0}),
    ],
)
def test_what_a_page_asks_is_what_the_camera_is_told(
    name: str, body: dict[str, Any], action: str, args: dict[str, Any]
) -> None:
    order = device_order(models.COMMANDS[name].model_validate_json(json.dumps(body)))
    assert (order.room, order.device, order.kind) == ("main", "cam-1", "camera")
    assert (order.action, order.args) == (action, args)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nudge_camera", {**CAMERA, "pan_deg": 46}),
        ("nudge_camera", {**CAMERA, "pan_deg": float("nan")}),
        ("nudge_camera", {**CAMERA, "pan_deg": "1"}),
        ("sight_camera", CAMERA),
        ("aim_camera", {**CAMERA, "wide": True, "aside": True}),
        ("lock_camera", CAMERA),
    ],
)
async def test_what_makes_no_sense_is_refused(name: str, body: dict[str, Any]) -> None:
    desk = Desk()
    async with served(desk) as client:
        answer = await client.post(
            f"/api/v1/commands/{name}",
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status == 400
    assert desk.asked == []


class Mail:
    """A connected link that keeps what is sent."""

    connected = True

    def __init__(self) -> None:
        self.sent: list[tuple[str, messages.Command]] = []

    def send(self, topic: str, data: bytes, **_: Any) -> None:
        """On its way."""
        self.sent.append((topic, messages.Command.model_validate_json(data)))


class Records(Live):
    """A desk that keeps what is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[Any] = []

    async def ask(self, given: Any) -> Reason | None:
        """Noted."""
        self.noted.append(given)
        return None

    async def put(self, item: Item) -> None:
        """Noted."""
        self.noted.append(item.given)

    def note(self, event: Any) -> None:
        """For the records: not looked at here."""


def taking_orders(records: Records, mail: Mail) -> Orders:
    """What carries out commands, with the room ``main`` online."""
    records.room()
    board = Board()
    board.hear_status("main", hub_room.status("online", "b1"))
    clock, alerts = HubClock(None), Alerts("7", lambda: 0, lambda: None)
    return Orders(records, board, mail, clock, 7, lambda *_: None, alerts)  # type: ignore[arg-type]


def hearing_rooms(desk: Desk, touched: list[tuple[str, ...]]) -> Hearing:
    """What hears rooms' messages; what it would tell pages of is ``touched``."""
    return Hearing(
        desk.board,
        HubClock(None),
        put=None,  # type: ignore[arg-type]
        touch=lambda *path: touched.append(path),
        on_online=lambda room: None,
        contact=lambda: 1,
        meeting=lambda: desk.meeting,
    )


async def test_nudges_and_looks_are_carried_out_and_not_recorded() -> None:
    records, mail = Records(), Mail()
    orders = taking_orders(records, mail)
    for name, body in (
        (
            "nudge_camera",
            models.COMMANDS["nudge_camera"].model_validate({**CAMERA, "pan_deg": 1.0}),
        ),
        (
            "preview_camera",
            models.COMMANDS["preview_camera"].model_validate({**CAMERA, "on": True}),
        ),
        ("sight_camera", models.COMMANDS["sight_camera"].model_validate(SEAT)),
    ):
        _, refusal = await orders.carry_out(name, body, TESTER)
        assert refusal is None
    assert [command.action for _, command in mail.sent] == ["nudge", "preview", "sight"]
    assert {topic for topic, _ in mail.sent} == {"phonghop/v1/main/down/command/cam-1"}
    assert [note.event.action for note in records.noted] == ["sight"]


async def test_pictures_reach_the_page_and_only_the_news_of_them_the_stream() -> None:
    desk = Desk()
    desk.room()
    touched: list[tuple[str, ...]] = []
    hearing = hearing_rooms(desk, touched)
    topic = topics.Topic("main", "up", "preview", "cam-1")
    for jpeg in (JPEG, JPEG, b"<html>"):
        await hearing.hear(Heard(topic, preview(jpeg)))
    await hearing.hear(Heard(topic, messages.Preview(jpeg="no base64!")))
    assert touched == [("rooms", "main", "previews")] * 2
    told = desk.pages.snapshot()["rooms"]["main"]["previews"]["cam-1"]
    assert (told["n"], told["age_ms"]) == (2, 40)
    async with served(desk) as client:
        answer = await client.get("/api/v1/rooms/main/cameras/cam-1/preview")
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "no-store"
        assert await answer.read() == JPEG
        answer = await client.get("/api/v1/rooms/main/cameras/cam-9/preview")
        assert answer.status == 404
        assert (await answer.json())["reason"]["code"] == "no_picture"


def test_a_room_cannot_fill_the_memory_with_pictures() -> None:
    previews = Previews()
    for n in range(CAMERAS_MOST + 5):
        previews.hear("main", f"cam-{n}", preview(), 0)
    assert len(previews.part("main")) == CAMERAS_MOST


def test_the_largest_picture_fits_into_a_message() -> None:
    jpeg = b"\xff" * messages.JPEG_MOST_BYTES
    assert len(encode(preview(jpeg))) <= MAX_PAYLOAD_BYTES


def test_a_quiet_order_is_known_until_it_ends() -> None:
    board = Board()
    board.add_order(Order("a", "nudge_camera", "main", "cam-1", "nudge", 10, quiet=True))
    assert board.orders["a"].quiet


@pytest.mark.parametrize("words", [FramedWord, PictureWord, Detector])
def test_pages_have_a_label_for_every_word_of_how_a_camera_sees(words: Any) -> None:
    table = (ROOT / "hub/web/js/cameras.js").read_text()
    labels = (ROOT / "hub/web/js/labels_cameras.js").read_text()
    for word in get_args(words):
        found = re.findall(rf'\b{word}: "(ui_(?:framed|picture|detector)_\w+)"', table)
        assert [f"  {label}: [" in labels for label in found] == [True], word
