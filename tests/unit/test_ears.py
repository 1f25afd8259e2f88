"""The ears at work without a sound card: blocks in, talkers, presses, alerts and meters out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from drivers.audio.config import AudioConfig
from drivers.audio.input import AudioInput
from drivers.audio.sim_room import SimAcoustics
from drivers.core.capability import SeatOutputs
from edge.contract import messages
from edge.ears import Ears, EarsPlan, detector
from edge.listening.dominance import Margins
from edge.word import RISE_DB, Proof, judge, prove
from tests.paper_room import PaperBus, PaperRoom

RATE_HZ, BLOCK = 16_000, 320
CHANNELS = (1, 2, 3, 4, 5, 0)
PLACES = {n: (0.62 * n, 0.0, 1.2) for n in range(1, 6)}


class Hall(PaperRoom):
    """The paper room, whose people are heard; ``hear`` is the sound card."""

    def __init__(self, *, deaf_to_speech: bool = False, **more: Any) -> None:
        super().__init__()
        voices = None if deaf_to_speech else detector()
        self.lost: list[tuple[str, messages.Message, int]] = []
        self.link.publish_once = self._lose  # type: ignore[method-assign]
        self.audio = AudioInput("audio", self._never, self.now_s)
        self.controller.devices.audio = self.audio
        self.controller.publisher._titles["audio"] = messages.Text(vi="a", en="a")
        plan = EarsPlan("main", CHANNELS, RATE_HZ, Margins(), **more)
        self.ears = Ears(plan, self.audio, self.controller.devices, voices)
        self.controller.ears = self.ears
        self.ears.on_talking = self.controller.on_talking
        self.acoustics = SimAcoustics(CHANNELS, PLACES, RATE_HZ)
        self.microphones: dict[int, str] = {}

    def _never(self) -> Any:
        raise AssertionError("nobody opens it")

    def _lose(self, topic: str, message: messages.Message, qos: int = 1) -> None:
        self.lost.append((topic, message, qos))

    async def hear(self, seconds: float, *talking: int, live: set[int] | None = None) -> None:
        """Sound for so long, in step with the controller's time."""
        for _ in range(round(seconds * 50)):
            block = self.acoustics.hear(
                BLOCK, set(talking), live or set(self.open()), self.microphones
            )
            now_s = self.now_s()
            self.audio._block_s = self.audio._sound_s = now_s
            self.audio.on_block(block, now_s)
            await asyncio.sleep(0.02)

    def levels(self) -> list[messages.Tele]:
        found = [(m, qos) for topic, m, qos in self.lost if topic.endswith("tele/levels")]
        assert {qos for _, qos in found} <= {0}
        return [message for message, _ in found if isinstance(message, messages.Tele)]


@asynccontextmanager
async def hall(**more: Any) -> AsyncIterator[Hall]:
    found = Hall(**more)
    async with found.running():
        found.hub()
        yield found


def virtual(story: Callable[[], Any]) -> None:
    from tests.virtual_time import run_virtual

    run_virtual(story())


def test_who_talks_at_an_open_microphone_is_known_published_and_measured() -> None:
    async def story() -> None:
        async with hall() as room:
            room.floor("main/2", "main/4")
            await room.hear(1.0)
            assert room.controller.talkers == ()
            await room.hear(1.5, 2)
            assert room.controller.talkers == ("main/2",)
            assert room.told("state", "audio").talking == ["main/2"]
            await room.hear(1.5, 3)
            assert room.controller.talkers != ("main/3",), "its microphone is closed"
            await room.hear(3.0, 4)
            assert room.controller.talkers == ("main/4",)
            await room.hear(2.0)
            assert room.controller.talkers == ()
            spoken = room.told("state", "audio").heard_s
            assert spoken.keys() == {"2", "4"}
            meters = room.levels()
            assert 20 <= len(meters) <= 60, "at most five a second"
            assert {level % 1 for m in meters for level in m.figures.values()} == {0.0}
            assert meters[-1].figures.keys() == {"2", "4"}

    virtual(story)


def test_a_microphone_that_opens_into_the_rooms_noise_is_no_voice() -> None:
    """Not even where levels alone decide."""

    async def story() -> None:
        async with hall(deaf_to_speech=True) as room:
            room.floor()
            await room.hear(2.0)
            heard: list[object] = []
            room.ears.on_talking = heard.append
            room.floor("main/2", "main/4")
            await room.hear(3.0)
            assert heard == []
            room.floor("main/2")
            await room.hear(1.0)
            room.floor("main/2", "main/4")
            await room.hear(0.5, 4)
            assert heard[-1] == ("main/4",), "who talks at once is heard at once"

    virtual(story)


def test_silence_is_said_once_and_taken_back_once() -> None:
    async def story() -> None:
        async with hall() as room:
            settings = {"silence_off_s": 5.0}
            room.floor("main/2", settings=settings)
            await room.hear(0.5)
            await room.hear(3.0, 2)
            assert room.outbox.events == []
            await room.hear(6.0)
            assert room.outbox.intents() == [("silent", "main/2")]
            turn = {"seat": "main/2", "for_ms": 9000, "silent_ms": 1000}
            room.floor(speaking=[turn], settings=settings)
            await room.hear(2.0, 2)
            assert room.outbox.intents()[1:] == [("heard", "main/2")]

    virtual(story)


def test_without_a_hub_silence_ends_the_turn_here() -> None:
    async def story() -> None:
        async with hall() as room:
            room.floor("main/2", settings={"silence_off_s": 3.0})
            room.controller.link_changed(False)
            await room.hear(4.0, 2)
            assert room.open() == [2]
            await room.hear(8.0)
            assert room.open() == []

    virtual(story)


def test_in_voice_mode_a_voice_opens_the_microphone_where_closed_ones_are_heard() -> None:
    async def story() -> None:
        async with hall(hears_closed=True) as room:
            room.floor(mode="voice")
            everybody = set(range(1, 6))
            await room.hear(1.0, live=everybody)
            await room.hear(1.0, 3, live=everybody)
            assert room.outbox.intents() == [("heard", "main/3")]

    virtual(story)


def test_a_dead_microphone_is_an_alert_that_only_a_voice_ends() -> None:
    async def story() -> None:
        async with hall() as room:
            room.floor("main/2", "main/4")
            room.microphones[4] = "dead"
            await room.hear(8.0, 2)
            alert = room.told("alert", "mic-4-silent")
            assert (alert.seat, alert.device, alert.severity) == ("main/4", "audio", "warning")
            assert "dBFS" in alert.evidence
            assert "open but silent" in alert.text.en
            room.floor("main/2")
            await room.hear(5.0, 2)
            assert room.told("alert", "mic-4-silent") is not None, "closing it proves nothing"
            room.microphones.clear()
            room.floor("main/2", "main/4")
            await room.hear(1.0)
            await room.hear(4.0, 4)
            assert room.told("alert", "mic-4-silent") is None

    virtual(story)


def test_deaf_is_not_silent() -> None:
    """The source stops: nobody is said to be silent, and who talks is unknown."""

    async def story() -> None:
        async with hall() as room:
            room.floor("main/2", settings={"silence_off_s": 5.0})
            await room.hear(0.5)
            await room.hear(2.0, 2)
            await asyncio.sleep(10.0)
            assert room.controller.talkers is None
            assert room.told("state", "audio").listens is False
            assert room.outbox.events == []
            assert room.told("alert", "audio").severity == "fault"

    virtual(story)


# --- a word at each seat -----------------------------------------------------------------------


def test_a_word_on_another_channel_names_it() -> None:
    numbers = (7, 8, 0)
    assert judge(np.array([3.0, 2.0, 0.0]), 0, numbers) is None
    assert judge(np.array([RISE_DB + 1, 3.0, 0.0]), 0, numbers) == Proof(
        "pass", "heard, 13 dB over its noise"
    )
    assert judge(np.array([2.0, 30.0, 0.0]), 0, numbers) == Proof(
        "fail", "heard on channel 2, which is the one of seat 8"
    )
    wrong = judge(np.array([2.0, 2.0, 30.0]), 0, numbers)
    assert wrong is not None
    assert "nobody" in str(wrong.reason)
    assert judge(np.array([20.0, 30.0, 0.0]), 1, numbers) is not None


def test_each_microphone_is_asked_in_turn_and_closed_again() -> None:
    async def story() -> None:
        room = Hall()
        bus = PaperBus()
        room.controller.devices.buses = dict.fromkeys(range(1, 6), bus)
        asked: list[int] = []
        told = asyncio.Event()

        async def people() -> None:
            """Seat 3 says nothing; everybody else says a word when asked."""
            await told.wait()
            while True:
                number = asked[-1]
                live = {n for n, outputs in bus.told.items() if outputs.microphone}
                await room.hear(0.02, *({number} - {3}), live=live)

        def tell(number: int) -> None:
            asked.append(number)
            told.set()

        config = AudioConfig(source="twin:main/audio", rate_hz=RATE_HZ, channels=CHANNELS)
        talking = asyncio.create_task(people())
        proofs = await prove(config, room.controller.devices, 3.0, tell)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        assert asked == [1, 2, 3, 4, 5]
        verdicts = {number: proof.verdict for number, proof in proofs}
        assert verdicts == {1: "pass", 2: "pass", 3: "unconfirmed", 4: "pass", 5: "pass"}
        assert all(outputs == SeatOutputs() for outputs in bus.told.values())

    virtual(story)
