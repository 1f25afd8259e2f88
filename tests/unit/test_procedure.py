"""What the operating procedure quotes from the pages stands there, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LABEL = re.compile(r'\[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",?\s*\]')
QUOTED = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")

NOT_QUOTED = {"nghiêng", "italics"}


def words(language: int) -> list[str]:
    """Every label of the pages, and what the room itself says of a stuck key."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "hub/web/js").glob("labels*.js"))]
    found = [label[language] for text in texts for label in LABEL.findall(text)]
    return [*found, ("có phím bị kẹt", "a key is stuck")[language]]


@pytest.mark.parametrize(("file", "language"), [("operate.vi.md", 0), ("operate.md", 1)])
def test_every_quoted_word_is_on_a_page(file: str, language: int) -> None:
    text = (ROOT / "docs" / file).read_text("utf-8")
    quoted = set(QUOTED.findall(text)) - NOT_QUOTED
    assert len(quoted) > 60
    known = words(language)
    assert len(known) > 500
    with_a_place = [label for label in known if "{" in label]
    missing = {
        word
        for word in quoted
        if word not in known and not any(label.startswith(word) for label in with_a_place)
    }
    assert missing == set()


def test_both_languages_have_the_same_sections_and_lists() -> None:
    def shape(file: str) -> list[str]:
        lines = (ROOT / "docs" / file).read_text("utf-8").splitlines()
        return [line.split(" ")[0] for line in lines if line.startswith(("#", "|", "1", "- "))]

    assert shape("operate.vi.md") == shape("operate.md")
