"""The kiosk's browser: what it remembers, and that a crash leaves nothing in its way."""

from __future__ import annotations

from pathlib import Path

from edge.kiosk import LOCK, PROFILE, browser_words


def test_a_screen_is_remembered_over_a_power_cut(tmp_path: Path) -> None:
    profile = tmp_path / PROFILE
    profile.mkdir()
    (profile / LOCK).symlink_to("another-host-4711")
    words = browser_words(str(tmp_path))
    assert f"--user-data-dir={profile}" in words
    assert "--incognito" not in words
    assert not (profile / LOCK).is_symlink()
    assert browser_words(str(tmp_path)) == words


def test_without_a_place_nothing_is_remembered() -> None:
    assert browser_words(None)[-1] == "--incognito"
