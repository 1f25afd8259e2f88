"""The inside of a room's box of secret votes: how often each option was chosen, nothing else.

Theory. A sheet has one counter for each of the most options a ballot may have, used or not, so
its length tells neither the ballot nor the turnout. There is no row per vote, hence no order.
What is written about the sheet outside (``label``) binds it to its room and ballot: a box moved
elsewhere does not open. The envelope is ``nonce | AES-256-GCM(sheet)``, the nonce fresh for
every writing; both ends keep the cipher, this module only the layout between them.

Owns the layout. Must not know keys, files or who voted.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from edge.rules.ballot_events import Slips
from edge.rules.ballot_plan import MAX_OPTIONS

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
"""As AES-GCM wants it (NIST SP 800-38D, section 8.2)."""

_LAYOUT = struct.Struct(f">B{MAX_OPTIONS}I")


class SheetError(ValueError):
    """These bytes are no sheet, or not one of this ballot; the text says why."""


def label(room: str, ballot: str, generation: int) -> bytes:
    """What is authenticated with the sheet without being in it."""
    return f"phonghop box {VERSION}\0{room}\0{ballot}\0{generation}".encode()


def empty() -> bytes:
    """A sheet on which nobody has chosen."""
    return _LAYOUT.pack(VERSION, *[0] * MAX_OPTIONS)


def add(sheet: bytes, place: int) -> bytes:
    """The sheet with one more choice of the option at ``place`` (0 is the first).

    Raises:
        SheetError: ``sheet`` is none, or ``place`` is not on it.
    """
    counts = _counts(sheet)
    if not 0 <= place < MAX_OPTIONS:
        raise SheetError(f"a sheet has no option {place}, 0 to {MAX_OPTIONS - 1} are on it")
    counts[place] += 1
    return _LAYOUT.pack(VERSION, *counts)


def slips(sheet: bytes, options: Sequence[str]) -> tuple[Slips, ...]:
    """What was chosen, by the ids of the ballot's options in their order.

    Raises:
        SheetError: ``sheet`` is none, or counts an option that the ballot does not have.
    """
    counts = _counts(sheet)
    if any(counts[len(options) :]):
        raise SheetError(f"the sheet counts options beyond the ballot's {len(options)}")
    chosen = zip(options, counts[: len(options)], strict=True)
    return tuple(Slips((option,), count) for option, count in chosen if count)


def _counts(sheet: bytes) -> list[int]:
    if len(sheet) != _LAYOUT.size:
        raise SheetError(f"a sheet has {_LAYOUT.size} bytes, these are {len(sheet)}")
    version, *counts = _LAYOUT.unpack(sheet)
    if version != VERSION:
        raise SheetError(f"version {version} of a sheet, {VERSION} is known here")
    return counts
