r"""The promises every codec keeps, as checks that a codec's tests call in one line each.

Owns the laws of ``drivers.core.codec`` in executable form and the reading of golden files.
Must not know any protocol: what a protocol needs is passed in.

A codec's property test is then no more than::

    from tests.codec_laws import check_only_protocol_errors, check_stream_laws, load_golden

    FRAMES = [frame.data for frame in load_golden("pelco_d")]

    def test_stream_laws() -> None:
        check_stream_laws(PelcoDecoder, FRAMES)

    def test_decode_raises_only_protocol_errors() -> None:
        check_only_protocol_errors(decode, FRAMES)

and its golden test::

    def test_describe() -> None:
        check_golden_describe("pelco_d", describe)

    def test_build() -> None:
        check_golden_build("pelco_d", describe, build)

``check_stream_laws`` proves, with Hypothesis: every frame gives one message and every proper
prefix of it none; any split gives the same messages; frames are found behind garbage; a
mutated stream never raises; the buffer stays within ``buffer_limit``; 100 kB of noise and then
a good frame gives that frame. Three arguments fit it to a protocol:

* ``flush``: what ends an unfinished frame on this wire (``b"\xff"`` for VISCA, ``b"\r"`` for a
  line protocol). It is put between garbage and the good frame. Without a terminator: empty.
* ``repeats``: how often the good frame is sent behind garbage before it must have been seen
  once, for protocols in which garbage may look like the beginning of a frame (length byte,
  fixed length). One by default.
* ``noise``: a Hypothesis strategy for garbage, when arbitrary bytes are not fair.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.core.codec import Decoder
from drivers.core.errors import ProtocolError

GOLDEN = Path(__file__).parent / "golden"
NOISE_BYTES = 100_000

Describe = Callable[[bytes, str], dict[str, Any]]
Build = Callable[[dict[str, Any]], bytes]
MakeDecoder = Callable[[], Decoder[Any]]

_laws = settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass(frozen=True, slots=True)
class GoldenFrame:
    """One frame of a golden file; ``data`` is its bytes whether it was given as hex or text."""

    id: str
    direction: str
    data: bytes
    fields: dict[str, Any]

    @property
    def malformed(self) -> bool:
        """A frame that must be survived and reported, and never be produced."""
        return bool(self.fields.get("malformed", False))


def load_golden(protocol: str, direction: str = "") -> list[GoldenFrame]:
    """The frames of ``tests/golden/<protocol>.json``, all or of one direction.

    Raises:
        ValueError: the file has no such frames, so a test on them would prove nothing.
    """
    content = json.loads((GOLDEN / f"{protocol}.json").read_text(encoding="utf-8"))
    frames = [
        GoldenFrame(entry["id"], entry["direction"], _bytes_of(entry), entry["fields"])
        for entry in content["frames"]
        if direction in ("", entry["direction"])
    ]
    if not frames:
        raise ValueError(f"golden/{protocol}.json: no frame {direction or 'at all'}")
    return frames


def _bytes_of(entry: dict[str, Any]) -> bytes:
    if "hex" in entry:
        return bytes.fromhex(entry["hex"])
    return str(entry["text"]).encode()


def check_golden_describe(
    protocol: str, describe: Describe, *, unknowable: Collection[str] = ()
) -> None:
    """``describe`` says of every golden frame at least what its ``fields`` say.

    ``unknowable`` names fields that the bytes cannot tell, such as the password in a digest.
    """
    for frame in load_golden(protocol):
        described = describe(frame.data, frame.direction)
        wanted = {key: value for key, value in frame.fields.items() if key not in unknowable}
        agreed = {key: described.get(key, "(missing)") for key in wanted}
        assert agreed == wanted, frame.id
        assert json.loads(json.dumps(described)) == described, f"{frame.id}: not plain JSON"


def check_golden_build(protocol: str, describe: Describe, build: Build) -> None:
    """``build`` gives every command back, from ``describe`` and from the golden fields."""
    for frame in load_golden(protocol, "to_device"):
        if frame.malformed:
            continue
        described = json.loads(json.dumps(describe(frame.data, frame.direction)))
        assert build(described).hex(" ") == frame.data.hex(" "), f"{frame.id}: from describe()"
        assert build(dict(frame.fields)).hex(" ") == frame.data.hex(" "), f"{frame.id}: golden"


def check_only_protocol_errors(
    function: Callable[[bytes], object], frames: Sequence[bytes]
) -> None:
    """``function`` (a decode or describe) answers any bytes, or raises ProtocolError."""

    @_laws
    @given(st.one_of(st.binary(max_size=80), _mutated(frames)))
    def holds(data: bytes) -> None:
        with suppress(ProtocolError):
            function(data)

    holds()


def check_stream_laws(
    decoder_factory: MakeDecoder,
    frames: Sequence[bytes],
    *,
    flush: bytes = b"",
    repeats: int = 1,
    noise: st.SearchStrategy[bytes] | None = None,
) -> None:
    """All laws of a stream decoder for ``frames``; the arguments are explained above."""
    garbage = st.binary(max_size=64) if noise is None else noise
    check_prefixes(decoder_factory, frames)
    check_any_split(decoder_factory, frames)
    check_found_behind_garbage(decoder_factory, frames, garbage, flush=flush, repeats=repeats)
    check_mutations(decoder_factory, frames)
    check_long_noise(decoder_factory, frames, flush=flush, repeats=repeats)


def check_prefixes(decoder_factory: MakeDecoder, frames: Sequence[bytes]) -> None:
    """A frame gives exactly one message, at its last byte and not before."""
    for frame in frames:
        for length in range(len(frame)):
            early = decoder_factory().feed(frame[:length])
            assert early == [], f"{frame[:length]!r} of {frame!r} gave {early}"
        _message_of(decoder_factory, frame)


def check_any_split(decoder_factory: MakeDecoder, frames: Sequence[bytes]) -> None:
    """However the stream is cut, the messages are those of the uncut frames."""

    @_laws
    @given(st.lists(st.sampled_from(frames), max_size=8), st.data())
    def holds(sent: list[bytes], data: st.DataObject) -> None:
        stream = b"".join(sent)
        expected = [_message_of(decoder_factory, frame) for frame in sent]
        assert decoder_factory().feed(stream) == expected
        cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
        assert _feed_all(decoder_factory(), _cut(stream, cuts)) == expected
        assert _feed_all(decoder_factory(), [bytes([byte]) for byte in stream]) == expected

    holds()


def check_found_behind_garbage(
    decoder_factory: MakeDecoder,
    frames: Sequence[bytes],
    noise: st.SearchStrategy[bytes],
    *,
    flush: bytes = b"",
    repeats: int = 1,
) -> None:
    """Frames with garbage before each are all found, in order."""

    @_laws
    @given(st.lists(st.tuples(noise, st.sampled_from(frames)), min_size=1, max_size=5))
    def holds(sent: list[tuple[bytes, bytes]]) -> None:
        decoder = decoder_factory()
        for garbage, frame in sent:
            _feed_all(decoder, [garbage])
            seen = _feed_all(decoder, [flush, *[frame] * repeats])
            assert _message_of(decoder_factory, frame) in seen, (garbage, frame)

    holds()


def check_mutations(decoder_factory: MakeDecoder, frames: Sequence[bytes]) -> None:
    """Damaged streams raise nothing, keep the buffer bounded and do not depend on the cuts."""

    @_laws
    @given(st.lists(_mutated(frames), max_size=8), st.data())
    def holds(sent: list[bytes], data: st.DataObject) -> None:
        stream = b"".join(sent)
        cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
        whole = _feed_all(decoder_factory(), [stream])
        assert _feed_all(decoder_factory(), _cut(stream, cuts)) == whole

    holds()


def check_long_noise(
    decoder_factory: MakeDecoder,
    frames: Sequence[bytes],
    *,
    flush: bytes = b"",
    repeats: int = 1,
    noise_bytes: int = NOISE_BYTES,
) -> None:
    """A decoder that has heard nothing but noise for long still knows a good frame."""
    chance = random.Random(noise_bytes)
    noise = chance.randbytes(noise_bytes)
    pieces = _cut(noise, [chance.randrange(noise_bytes) for _ in range(2_000)])
    for frame in frames[:3]:
        decoder = decoder_factory()
        heard = _feed_all(decoder, pieces)
        assert heard == decoder_factory().feed(noise), "the cuts of the noise mattered"
        assert decoder.dropped_bytes > 0, "noise was not counted"
        seen = _feed_all(decoder, [flush, *[frame] * repeats])
        assert _message_of(decoder_factory, frame) in seen, frame


def _message_of(decoder_factory: MakeDecoder, frame: bytes) -> object:
    messages = decoder_factory().feed(frame)
    assert len(messages) == 1, f"{frame!r} gave {messages}"
    return messages[0]


def _feed_all(decoder: Decoder[Any], pieces: Sequence[bytes]) -> list[object]:
    """Feed the pieces, watching the buffer and the count of dropped bytes at every step."""
    messages: list[object] = []
    for piece in pieces:
        dropped_before = decoder.dropped_bytes
        messages += decoder.feed(piece)
        assert 0 <= decoder.buffered_bytes <= decoder.buffer_limit
        assert decoder.dropped_bytes >= dropped_before
    return messages


def _cut(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


@st.composite
def _mutated(draw: st.DrawFn, frames: Sequence[bytes]) -> bytes:
    """A good frame with some bytes changed, lost or put in."""
    frame = bytearray(draw(st.sampled_from(frames)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(frame)))
        how = draw(st.sampled_from(("change", "lose", "insert")))
        if how == "insert":
            frame[at:at] = draw(st.binary(min_size=1, max_size=4))
        elif how == "lose":
            del frame[at : at + draw(st.integers(1, 3))]
        elif at < len(frame):
            frame[at] = draw(st.integers(0, 255))
    return bytes(frame)
