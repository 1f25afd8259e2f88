"""``phonghop-edge listen --wav``: the room's ears on a recording, channel n being seat n.

Owns the reading of the file and the form of the answer. Must not decide who talks:
``edge.listening`` does.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import wavfile

from edge.listening.chain import Chain
from edge.listening.levels import BLOCK_S, Samples
from edge.listening.truth import Fault
from edge.listening.voice import RATES_HZ, Detector, webrtc
from edge.listening.words import KINDS

JOINED_S = 0.3
"""Pieces of one seat closer than this are one."""


@dataclass(slots=True)
class Pieces:
    """Who was something from when to when."""

    done: list[dict[str, Any]] = field(default_factory=list)
    running: dict[object, dict[str, Any]] = field(default_factory=dict)

    def see(self, now: dict[object, dict[str, Any]], start_s: float, end_s: float) -> None:
        """These are so between the two times."""
        for key, told in now.items():
            piece = self.running.get(key)
            if piece is not None and start_s - piece["end_s"] <= JOINED_S:
                piece["end_s"] = end_s
                continue
            if piece is not None:
                self.done.append(piece)
            self.running[key] = {**told, "start_s": start_s, "end_s": end_s}

    def all(self) -> list[dict[str, Any]]:
        """Every piece, by its beginning."""
        found = sorted([*self.done, *self.running.values()], key=lambda piece: piece["start_s"])
        rounded = ("start_s", "end_s")
        return [{k: round(v, 2) if k in rounded else v for k, v in p.items()} for p in found]


def read(path: Path) -> tuple[int, Samples]:
    """Rate and samples of a WAV file, full scale 1.

    Raises:
        ValueError: one line: cannot be read, no WAV, or no samples.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)
            rate_hz, found = wavfile.read(path)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path}: no WAV file: {error}") from error
    samples = found if found.ndim == 2 else found[:, None]
    if samples.dtype == np.uint8:
        return rate_hz, (samples.astype(np.float32) - 128.0) / 128.0
    if samples.dtype.kind == "i":
        full = float(np.iinfo(samples.dtype).max) + 1.0
        return rate_hz, (samples / full).astype(np.float32)
    return rate_hz, samples.astype(np.float32)


def analyse(samples: Samples, rate_hz: int, detector: Detector | None) -> dict[str, Any]:
    """Who talks, who stands out, which microphones are faulty, and what it cost.

    At a rate that no detector takes levels alone decide, as without one.

    Raises:
        ValueError: the rate is too low for speech, or the file is shorter than a block.
    """
    if rate_hz not in RATES_HZ:
        detector = None
    chain = Chain(samples.shape[1], rate_hz, detector)
    if len(samples) < chain.meter.block:
        raise ValueError(f"{len(samples)} samples are less than one block of 20 ms")
    talker, active, alerts = Pieces(), Pieces(), Pieces()
    spent_s, blocks = 0.0, 0
    for block in _blocks(samples, chain.meter.block):
        begun_s = time.perf_counter()
        heard = chain.feed(block)
        spent_s += time.perf_counter() - begun_s
        blocks += 1
        span = (heard.at_s - BLOCK_S, heard.at_s)
        talker.see({c: {"seat": str(c + 1)} for c in heard.talking[:1]}, *span)
        active.see({c: {"seat": str(c + 1)} for c in heard.active}, *span)
        faults: dict[object, dict[str, Any]] = {
            (f.channel, f.kind): fault_of(f, str(f.channel + 1)) for f in heard.faults
        }
        alerts.see(faults, *span)
    return {
        "talker": talker.all(),
        "active": active.all(),
        "alerts": alerts.all(),
        "figures": {
            "ms_per_block": round(spent_s / blocks * 1000, 4),
            "block_ms": BLOCK_S * 1000,
            "blocks": blocks,
            "channels": samples.shape[1],
            "rate_hz": rate_hz,
            "detector": "none" if detector is None else "webrtc",
        },
    }


def _blocks(samples: Samples, size: int) -> Iterator[Samples]:
    for start in range(0, len(samples) - size + 1, size):
        yield samples[start : start + size]


def fault_of(fault: Fault, seat: str) -> dict[str, Any]:
    """A microphone that cannot be believed, in words."""
    words = KINDS[fault.kind]
    told = {"vi": words.vi, "en": words.en, "evidence": fault.evidence}
    return {"seat": seat, "kind": fault.kind, **told}


def find_detector() -> Detector | None:
    """The one that is installed; without it levels alone decide, which is said."""
    try:
        return webrtc()
    except ImportError:
        sys.stderr.write(
            "phonghop-edge listen: webrtcvad-wheels is missing: levels alone decide; "
            "install phonghop[audio]\n"
        )
        return None


def run(path: Path, *, as_json: bool) -> int:
    """Listen to a file and print; 0 when it could be heard."""
    detector = find_detector()
    try:
        rate_hz, samples = read(path)
        found = analyse(samples, rate_hz, detector)
    except ValueError as error:
        sys.stderr.write(f"phonghop-edge listen: {error}\n")
        return 1
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n" if as_json else _say(found))
    return 0


def _say(found: dict[str, Any]) -> str:
    rows = [
        f"{p['start_s']:8.2f} s – {p['end_s']:8.2f} s   ghế {p['seat']} / seat {p['seat']}"
        for p in found["talker"]
    ]
    rows += [
        f"{p['start_s']:8.2f} s – {p['end_s']:8.2f} s   ! ghế {p['seat']}: {p['vi']} / {p['en']} "
        f"({p['evidence']})"
        for p in found["alerts"]
    ]
    figures = found["figures"]
    rows.append(
        f"{figures['channels']} channels, {figures['ms_per_block']} ms per block of "
        f"{figures['block_ms']:.0f} ms"
    )
    return "\n".join(rows) + "\n"
