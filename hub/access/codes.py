"""What is random: tokens that machines keep, codes that people type, and how both are kept.

Theory. A token has 256 bits, so a plain digest of it is enough to keep. A code is short enough to
be typed (ten signs of 31, 49 bits) and holds for one meeting; guessing is slowed down by
``attempts``. Neither is ever stored or logged itself.

Owns their making and their digests. Must not know whose they are.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No sign that is taken for another: 0 and O, 1 and I and L."""

CODE_SIGNS = 10
GROUP = 5

TOKEN_MARK = "phonghop_"  # noqa: S105  # begins every token, so that a leaked one is recognised


def new_token() -> str:
    """A token for a cookie."""
    return secrets.token_urlsafe(32)


def new_bearer() -> str:
    """A token for an integration."""
    return TOKEN_MARK + new_token()


def new_code() -> str:
    """A code for people, as ``XXXXX-XXXXX``."""
    signs = "".join(secrets.choice(LETTERS) for _ in range(CODE_SIGNS))
    return "-".join(signs[at : at + GROUP] for at in range(0, CODE_SIGNS, GROUP))


def typed(text: str) -> str:
    """A code as somebody typed it, without what does not count."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def digest(secret: str) -> bytes:
    """What is kept of a token or of a ``typed`` code."""
    return hashlib.sha256(secret.encode()).digest()


def csrf_of(token: str) -> str:
    """What a page of this session must send along: known to our pages only."""
    return hmac.new(token.encode(), b"phonghop csrf", hashlib.sha256).hexdigest()[:32]


def same(one: str, other: str) -> bool:
    """Equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
