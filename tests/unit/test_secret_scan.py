"""The scan finds what looks like a secret, and lets plain words of the code pass."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCAN = Path(__file__).resolve().parents[2] / ".ci" / "secrets"

# Put together here, so that the scan of this file itself finds nothing.
KEY = "-----BEGIN " + "PRIVATE KEY-----"
WORD = "pass" + "word"


def scan(folder: Path, line: str) -> tuple[int, str]:
    file = folder / "some.py"
    file.write_text(f"first = 1\n{line}\n")
    command = [sys.executable, str(SCAN), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (KEY, "private key"),
        ("x = 'ghp_" + "a1" * 12 + "'", "access token"),
        (f'{WORD} = "Winter-2026!"', "password"),
        (f'{WORD} = "phonghop' + '1"', "password"),
        ("url = 'mqtt://user:" + "word@host'", "password in an address"),
    ],
)
def test_a_secret_is_named_with_its_line_and_not_shown(
    tmp_path: Path, line: str, what: str
) -> None:
    code, said = scan(tmp_path, line)
    assert (code, said.strip()) == (1, f"{tmp_path / 'some.py'}:2: looks like a {what}")


@pytest.mark.parametrize(
    "line",
    [
        f'{WORD.upper()}_WEAK = "{WORD}_weak"',
        'SECRETARY: "/secretary"',
        f'{WORD}_file = "Site-2026.txt"',
        f'{WORD} = "Winter-2026!"  # not a secret',
        f'{WORD} = "{{given}}-and-more"',
    ],
)
def test_words_of_the_code_are_none(tmp_path: Path, line: str) -> None:
    assert scan(tmp_path, line) == (0, "")
