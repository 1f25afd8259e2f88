"""The threat model names only what there is, and says of every line where it is proved."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"

NAMED = re.compile(r"`((?:\.ci|docs|drivers|edge|firmware_config|hub|systemd|tests)/[^`\s]*)`")
STATES = {"holds", "partly", "no", "site"}


def missing(text: str) -> list[str]:
    """Files and tests that ``text`` names and that are not there."""
    gone = []
    for name in NAMED.findall(text):
        file, _, test = name.partition("::")
        path = ROOT / file
        if not path.exists() or (
            test and not re.search(rf"^(?:async )?def {test}\(", path.read_text(), re.MULTILINE)
        ):
            gone.append(name)
    return gone


def mapped(text: str) -> list[list[str]]:
    """Rows of the two tables that map standards."""
    _, _, standards = text.partition("## ETSI EN 303 645")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in standards.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    return [row for row in rows if row[1] != "state"]


def test_every_file_and_test_named_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) > 80
    assert missing(text) == []


def test_the_rule_itself_sees() -> None:
    text = "`hub/gone.py` `tests/unit/test_security_page.py::test_gone` `hub/retention.py`"
    assert missing(text) == ["hub/gone.py", "tests/unit/test_security_page.py::test_gone"]


def test_every_line_of_a_standard_has_a_state_and_says_why() -> None:
    rows = mapped(PAGE.read_text(encoding="utf-8"))
    assert len(rows) > 45
    assert [row for row in rows if len(row) != 3 or row[1] not in STATES or not row[2]] == []
    chapters = {row[0].split()[0] for row in rows}
    assert {f"V{number}" for number in range(1, 15)} <= chapters
    # What is only partly so, or not, says what is missing in words and not by a name alone.
    bare = [
        row[0]
        for row in rows
        if row[1] in ("partly", "no") and not NAMED.sub("", row[2]).strip(" ,;")
    ]
    assert bare == []


def test_the_page_is_found() -> None:
    for name in ("SECURITY.md", "README.md"):
        assert "docs/security.md" in (ROOT / name).read_text(encoding="utf-8"), name
