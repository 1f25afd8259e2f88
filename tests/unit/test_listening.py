"""Who talks, judged against recordings whose truth is known; microphones that lie; the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from edge.cli import main
from edge.listen import analyse
from edge.listening.chain import Chain
from edge.listening.levels import BLOCK_S
from edge.listening.truth import Fault
from edge.listening.voice import webrtc
from tests.heard_meeting import listen, meeting, scored
from tests.listening_room import RATE_HZ, Hall, Signal, Take, Turn, babble

LENGTH_S = 20.0


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    "hall",
    [Hall(), Hall(decay_s=0.6), Hall(neighbour_db=-6.0)],
    ids=["dry", "reverberant", "close neighbours"],
)
def test_precision_and_recall_reach_the_bar(hall: Hall, seed: int) -> None:
    take = meeting(hall, seed, LENGTH_S)
    score = scored(take, listen(take.samples))
    assert score.precision >= 0.95
    assert score.recall >= 0.85


def test_the_talker_is_the_one_who_talks() -> None:
    take = meeting(Hall(decay_s=0.6), 2, LENGTH_S)
    heard, truth = listen(take.samples), take.truth(BLOCK_S)
    alone = np.flatnonzero(truth.sum(axis=1) == 1)
    right = sum(heard[b].talking[:1] == (int(truth[b].argmax()),) for b in alone)
    assert right / len(alone) >= 0.85


@pytest.mark.parametrize("hall", [Hall(), Hall(decay_s=0.6)], ids=["dry", "reverberant"])
def test_that_a_voice_has_ended_is_known_before_the_next_talks(hall: Hall) -> None:
    """The seat stays the talker through a pause; that it makes no sound is seen at once."""
    take = hall.record((Turn(3, 0.5, 2.0), Turn(9, 2.8, 4.0)), 4.2, 1)
    heard = listen(take.samples)
    last = max(one.at_s for one in heard if one.voiced == (3,))
    assert last == pytest.approx(2.0, abs=0.15)
    assert all(one.talking[:1] == (3,) for one in heard if last < one.at_s < 2.8)
    during = [one.voiced == (3,) for one in heard if 0.9 < one.at_s < 2.0]
    assert sum(during) >= 0.5 * len(during), "gaps between syllables and words remain"


def test_nobody_talks_in_an_empty_room() -> None:
    take = Hall().record((), 5.0, 1)
    assert all(one.active == () for one in listen(take.samples))


def test_a_steady_noise_is_no_talker_for_long() -> None:
    """A fan is switched on at one seat: loud, lasting, and no speech."""
    take = Hall().record((), 10.0, 1)
    fan = np.random.default_rng(3).normal(size=len(take.samples)) * 0.05
    fan[: 2 * RATE_HZ] = 0
    take.samples[:, 4] += fan.astype(np.float32)
    talking = [one.at_s for one in listen(take.samples) if one.talking]
    assert all(at_s < 4.5 for at_s in talking)


def test_taps_and_clicks_are_no_talker() -> None:
    take = Hall().record((), 6.0, 1)
    rnd = np.random.default_rng(5)
    for at_s in (1.0, 2.5, 4.0):
        start = int(at_s * RATE_HZ)
        click = rnd.normal(size=400) * np.exp(-np.arange(400) / 60) * 0.5
        take.samples[start : start + 400, 7] += click.astype(np.float32)
    assert all(one.talking == () for one in listen(take.samples))


def test_a_closed_microphone_hears_nobody() -> None:
    take = Hall(seats=4).record((Turn(2, 0.5, 3.0),), 3.5, 1)
    chain = Chain(4, RATE_HZ, webrtc())
    chain.open[2] = False
    size = chain.meter.block
    for at in range(0, len(take.samples) - size + 1, size):
        assert 2 not in chain.feed(take.samples[at : at + size]).active


# --- microphones that cannot be believed -------------------------------------------------------


def faults_of(samples: Signal) -> set[tuple[int, str]]:
    """Everything that was found wrong at any time."""
    return {(f.channel, f.kind) for one in listen(samples) for f in one.faults}


def talk() -> Take:
    """Somebody talks at seat 0 most of the time."""
    return Hall(seats=5).record((Turn(0, 0.5, 9.5),), 10.0, 4)


def test_good_microphones_are_not_blamed() -> None:
    assert faults_of(talk().samples) == set()


def test_open_but_silent() -> None:
    take = talk()
    take.samples[:, 1] = 0.0
    assert (1, "silent") in faults_of(take.samples)


def test_stuck() -> None:
    take = talk()
    take.samples[:, 2] = 0.25
    assert faults_of(take.samples) == {(2, "stuck")}


def test_clipping() -> None:
    take = talk()
    take.samples[:, 0] = np.clip(take.samples[:, 0] * 25, -1, 1)
    assert (0, "clipping") in faults_of(take.samples)


def test_hum() -> None:
    take = talk()
    t = np.arange(len(take.samples)) / RATE_HZ
    take.samples[:, 3] += (0.1 * np.sin(2 * np.pi * 50 * t)).astype(np.float32)
    assert faults_of(take.samples) == {(3, "hum")}


def test_howl_rises_and_is_named_with_its_tone() -> None:
    take = talk()
    t = np.arange(len(take.samples)) / RATE_HZ
    howl = 0.5 * np.sin(2 * np.pi * 1250 * t) * np.clip((t - 4) / 2, 0, 1)
    take.samples[:, 3] += howl.astype(np.float32)
    found: list[Fault] = [f for one in listen(take.samples) for f in one.faults]
    assert {(f.channel, f.kind) for f in found} == {(3, "howl")}
    assert "1250" in found[-1].evidence


def test_a_fault_that_ends_is_taken_back() -> None:
    take = talk()
    take.samples[: 5 * RATE_HZ, 2] = 0.25
    assert listen(take.samples)[-1].faults == ()


# --- the command -------------------------------------------------------------------------------


def test_the_command_names_the_seats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take = Hall(seats=6).record((Turn(1, 0.5, 3.0), Turn(4, 3.5, 6.0)), 6.5, 3)
    path = tmp_path / "room.wav"
    wavfile.write(path, RATE_HZ, (take.samples * 32767).astype(np.int16))
    assert main(["listen", "--wav", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [piece["seat"] for piece in said["talker"]] == ["2", "5"]
    assert said["talker"][0]["start_s"] == pytest.approx(0.5, abs=0.6)
    assert {piece["seat"] for piece in said["active"]} == {"2", "5"}
    assert said["alerts"] == []
    assert said["figures"]["channels"] == 6
    assert said["figures"]["ms_per_block"] > 0
    assert said["figures"]["detector"] == "webrtc"
    assert main(["listen", "--wav", str(path)]) == 0
    assert "ghế 2" in capsys.readouterr().out


def test_a_rate_that_the_detector_cannot_take_is_said(tmp_path: Path) -> None:
    """Levels alone decide then; the figures must not claim a detector."""
    found = analyse(np.zeros((44_100, 2), np.float32), 44_100, webrtc())
    assert found["figures"]["detector"] == "none"


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read"), (b"no sound at all", "no WAV"), (b"", "no WAV")],
)
def test_a_bad_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, says: str
) -> None:
    path = tmp_path / "room.wav"
    if content is not None:
        path.write_bytes(content)
    assert main(["listen", "--wav", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said


def test_synthetic_voices_are_deterministic() -> None:
    assert np.array_equal(babble(3), babble(3))


@pytest.mark.parametrize("gap", [80, 320, 640, 1600])
def test_gaps_in_the_line_make_nobody_talk(gap: int) -> None:
    """Packets that are lost become silence, and the noise after them is no word.

    With one open microphone there is no other to compare it with.
    """
    rnd = np.random.default_rng(gap)
    samples = (rnd.normal(size=(20 * RATE_HZ, 1)) * 10 ** (-62 / 20)).astype(np.float32)
    for start in rnd.integers(RATE_HZ, len(samples) - gap, size=round(0.1 * len(samples) / gap)):
        samples[start : start + gap] = 0.0
    for detector in (webrtc(), None):
        chain = Chain(1, RATE_HZ, detector)
        size = chain.meter.block
        heard = [chain.feed(samples[at : at + size]) for at in range(0, len(samples), size)]
        assert {one.talking for one in heard} == {()}
