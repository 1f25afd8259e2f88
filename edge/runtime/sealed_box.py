"""The box of a secret ballot in this room: what was chosen, sealed, without who.

Theory. The box is one record, opened, counted up and sealed anew inside the transaction that
records who has voted, so neither can be there without the other. The key comes from the hub,
lives in memory and never touches the disk; without it the box can neither be read nor filled.
The sheet inside has one length for every content (``edge.rules.slip_sheet``).

Owns the cipher and the row. Must not know who votes, nor log or return anything that is open.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.rules import slip_sheet
from edge.rules.seat_votes import BallotId
from edge.runtime.database import OutboxError


class BoxError(OutboxError):
    """The box does not open: another key sealed it, or it is damaged."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What one ballot's box in one room is sealed with. Printing it shows no key."""

    room: str
    ballot: BallotId
    key: bytes = field(repr=False)

    def seal(self, sheet: bytes) -> bytes:
        """``nonce | ciphertext``, another one each time."""
        nonce = secrets.token_bytes(slip_sheet.NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, sheet, self._label)

    def open(self, box: bytes) -> bytes:
        """The sheet inside.

        Raises:
            BoxError: it does not open with this key, or is not of this room and ballot.
        """
        nonce, sealed = box[: slip_sheet.NONCE_BYTES], box[slip_sheet.NONCE_BYTES :]
        try:
            return AESGCM(self.key).decrypt(nonce, sealed, self._label)
        except (InvalidTag, ValueError):
            raise BoxError(f"the box of {self.ballot[0]} does not open with its key") from None

    @property
    def _label(self) -> bytes:
        return slip_sheet.label(self.room, *self.ballot)


def drop(database: sqlite3.Connection, seal: Seal, place: int) -> bytes:
    """Count one more choice of the option at ``place``; the box as it is stored now.

    Raises:
        BoxError: see ``Seal.open``; nothing has been written.
    """
    found = database.execute(
        "SELECT box FROM vote_boxes WHERE ballot=? AND generation=?", seal.ballot
    ).fetchone()
    sheet = seal.open(found[0]) if found else slip_sheet.empty()
    box = seal.seal(slip_sheet.add(sheet, place))
    database.execute("INSERT OR REPLACE INTO vote_boxes VALUES (?,?,?)", (*seal.ballot, box))
    return box


def destroy(database: sqlite3.Connection, ballot: BallotId) -> None:
    """The box is gone, its bytes overwritten (``secure_delete``)."""
    database.execute("DELETE FROM vote_boxes WHERE ballot=? AND generation=?", ballot)
