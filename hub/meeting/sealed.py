"""Opens the box of a room's secret votes.

Owns the cipher at the hub; the layout inside and the label outside are
``edge.rules.slip_sheet``. Must not keep, store or log a key or what it opened.
"""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.rules.slip_sheet import KEY_BYTES, NONCE_BYTES


class BoxError(ValueError):
    """The box cannot be opened; the text says why, and nothing of what is in it."""


def open_box(key: bytes, box: str, label: bytes) -> bytes:
    """The sheet in a box.

    Args:
        key: of the ballot, ``KEY_BYTES`` long; empty when it is not known.
        box: nonce and ciphertext, base64.
        label: room, ballot and generation, see ``slip_sheet.label``.

    Raises:
        BoxError: no key, not base64, another key, or another label.
    """
    if len(key) != KEY_BYTES:
        raise BoxError("the key of this ballot is not here any more")
    try:
        sealed = base64.b64decode(box, validate=True)
    except ValueError as error:
        raise BoxError("the box is not base64") from error
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label)
    except (InvalidTag, ValueError) as error:
        raise BoxError("the box does not open with this ballot's key") from error
