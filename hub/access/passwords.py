"""Passwords: what is a good one, and argon2.

Theory. A name that nobody has costs the same time as a wrong password, because a hash is always
verified. Text is brought into one form first: the same Vietnamese letter can be typed in two.

Owns hashing. Must not keep anything.
"""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_SIGNS = 10
MOST_SIGNS = 200

_hasher = PasswordHasher(time_cost=3, memory_cost=48 * 1024, parallelism=1)
"""Above what OWASP's cheat sheet asks of argon2id (19 MiB, twice); a Raspberry Pi 4 takes half a
second. One at a time (``door``), so memory stays bounded."""

_NOBODY = _hasher.hash(secrets.token_hex(16))


class WeakPasswordError(ValueError):
    """It may not be used as a password; ``str()`` is one clear line."""


def plain(password: str) -> str:
    """The one form of what was typed."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str, name: str) -> str:
    """What is kept of a password.

    Raises:
        WeakPasswordError: it is too short, too long, or the account's own name.
    """
    text = plain(password)
    if not LEAST_SIGNS <= len(text) <= MOST_SIGNS:
        raise WeakPasswordError(
            f"password: {LEAST_SIGNS} to {MOST_SIGNS} characters, this has {len(text)}"
        )
    if name.casefold() in text.casefold() and len(text) < len(name) + LEAST_SIGNS:
        raise WeakPasswordError("password: it is little more than the account's name")
    if len(set(text)) < 4:
        raise WeakPasswordError("password: the same few characters again and again")
    return _hasher.hash(text)


def is_right(password: str, kept: str | None) -> bool:
    """The password belongs to what is ``kept``; None is an account that does not exist."""
    try:
        matches = _hasher.verify(kept or _NOBODY, plain(password)[: MOST_SIGNS + 1])
    except (VerificationError, InvalidHashError):
        return False
    return matches and kept is not None
