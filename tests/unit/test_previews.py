"""Small pictures: only while somebody looks, never too many bytes, and why there is none."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, cast

import pytest

from drivers.video.capture import Frame
from edge.camera.sight import Blind, Eye, Sight
from edge.commands import CommandRefused
from edge.contract import messages, topics
from edge.contract.wire import MAX_PAYLOAD_BYTES, encode
from edge.previews import EVERY_S, LEASE_MOST_S, Previews
from edge.rules.reasons import Reason

cv2 = pytest.importorskip("cv2")
np = pytest.importorskip("numpy")

NOISE = np.random.default_rng(7).integers(0, 256, (1080, 1920, 3), dtype=np.uint8)
"""No picture is harder to make small."""


class PaperEye(Blind):
    """Has a new picture whenever it is asked, or none at all."""

    def __init__(self, trouble: str | None = None) -> None:
        super().__init__("")
        self.trouble = trouble
        self.number = 0

    def sight(self) -> Sight:
        """As it was made."""
        return Sight("geometry", picture="none" if self.trouble else "ok", trouble=self.trouble)

    def frame(self) -> Frame | None:
        """The next one."""
        self.number += 1
        at_s = asyncio.get_running_loop().time()
        return None if self.trouble else Frame(NOISE, at_s, self.number)


class Outbox:
    """A link that keeps what goes out."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, messages.Preview, int]] = []

    def publish_once(self, name: str, message: messages.Preview, qos: int = 1) -> None:
        """Out."""
        self.sent.append((name, message, qos))


def previews(eyes: dict[str, Eye], link: Outbox) -> Previews:
    """Of the room ``main``."""
    return Previews("main", eyes.get, cast(Any, link), asyncio.get_running_loop().time)


async def test_pictures_come_while_the_lease_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.previews.EVERY_S", 0.02)
    link = Outbox()
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        watched = previews({"cam-left": PaperEye()}, link)
        watched.look("cam-left", 5, tasks)
        watched.look("cam-left", 5, tasks)  # somebody else looks, too: no second stream
        while len(link.sent) < 3:
            await asyncio.sleep(0.01)
        watched.look("cam-left", 0, tasks)
    name, message, qos = link.sent[0]
    assert (name, qos) == (topics.up("main", "preview", "cam-left"), 0)
    assert len(encode(message)) <= MAX_PAYLOAD_BYTES
    jpeg = base64.b64decode(message.jpeg)
    small = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert small.shape == (180, 320, 3)


def test_two_a_second_and_no_lease_for_ever() -> None:
    assert EVERY_S >= 0.5
    assert LEASE_MOST_S <= 30


@pytest.mark.parametrize(
    ("eye", "why"),
    [
        (None, ""),
        (Blind("cv2 is not installed"), "cv2 is not installed"),
        (PaperEye("the stream does not open"), "the stream does not open"),
    ],
)
async def test_where_there_is_no_picture_the_reason_is_told(eye: Eye | None, why: str) -> None:
    eyes = {} if eye is None else {"cam-left": eye}
    link = Outbox()
    async with asyncio.TaskGroup() as tasks:
        with pytest.raises(CommandRefused) as refused:
            previews(eyes, link).look("cam-left", 5, tasks)
    assert refused.value.reason is Reason.NO_PICTURE
    assert refused.value.detail == why
    assert link.sent == []
