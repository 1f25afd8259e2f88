"""Passwords: what is a good one, and that the real argon2 keeps them."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher

from hub.access import passwords
from hub.access.passwords import WeakPasswordError

GOOD = "đường về 42 nhà"  # as a person would choose one
COMPOSED = "tiếng-việt-ở-nhà"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


@pytest.mark.parametrize(
    ("password", "word"),
    [("kurz", "10"), ("x" * 201, "200"), ("aaaaaaaaaaaa", "same"), ("nguyen.an.1", "name")],
)
def test_what_is_no_good_password(password: str, word: str) -> None:
    with pytest.raises(WeakPasswordError, match=word):
        passwords.hashed(password, "nguyen.an")


def test_a_letter_may_be_typed_in_two_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    assert COMPOSED != DECOMPOSED
    assert passwords.is_right(DECOMPOSED, passwords.hashed(COMPOSED, "an"))


def test_the_real_argon2_is_strong_enough() -> None:
    kept = passwords.hashed(GOOD, "an")
    assert kept.startswith("$argon2id$v=19$m=49152,t=3,p=1$")
    assert passwords.is_right(GOOD, kept)
    assert not passwords.is_right(GOOD + "x", kept)
    assert not passwords.is_right(GOOD, None)
    assert not passwords.is_right(GOOD, "not a hash")
