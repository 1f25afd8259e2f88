"""``make audit``: clean, weak and not audited are three things.

A tool of paper answers for the network.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).resolve().parents[2] / ".ci" / "audit"

TOOL = """\
import os, sys
words = sys.argv[1:]
lock = os.path.basename(words[words.index("-r") + 1])
answer = os.path.join(os.environ["ANSWERS"], lock)
if os.path.exists(answer):
    with open(answer) as told, open(words[words.index("--output") + 1], "w") as out:
        out.write(told.read())
else:
    print("Traceback ...\\nrequests.exceptions.ConnectionError: no route", file=sys.stderr)
sys.exit(1)  # as pip-audit does for both
"""
LOCKS = ("requirements.lock", "requirements-hub.lock", "requirements-edge.lock")
GOOD = {"name": "idna", "version": "3.10", "vulns": []}
WEAK = {
    "name": "idna", "version": "3.1",
    "vulns": [{"id": "PYSEC-0000-1", "fix_versions": ["3.7"], "aliases": [], "description": ""}],
}  # fmt: skip
SKIPPED = {"name": "idna", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ({lock: [GOOD] for lock in LOCKS}, 0, "nothing is known against any of them"),
        ({lock: [GOOD, WEAK] for lock in LOCKS}, 1, "idna 3.1: PYSEC-0000-1, mended in 3.7"),
        ({}, 3, "NOT AUDITED, nobody could be asked: requests.exceptions.ConnectionError"),
        ({LOCKS[0]: [GOOD], LOCKS[1]: [GOOD]}, 3, "requirements-edge.lock: NOT AUDITED"),
        ({LOCKS[0]: [WEAK]}, 1, "WEAK: make lock UPGRADE=1"),
        ({lock: [GOOD, SKIPPED] for lock in LOCKS}, 3, "not looked up: idna"),
    ],
)
def test_clean_weak_and_not_audited_are_told_apart(
    tmp_path: Path, answers: dict[str, list[object]], code: int, said: str
) -> None:
    tool = tmp_path / "tool.py"
    tool.write_text(TOOL)
    for lock, found in answers.items():
        (tmp_path / lock).write_text(json.dumps({"dependencies": found, "fixes": []}))
    words = shlex.join([sys.executable, str(tool)])
    done = subprocess.run(
        [sys.executable, str(AUDIT)],
        env=os.environ | {"PHONGHOP_AUDIT_TOOL": words, "ANSWERS": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done


def test_a_tool_that_is_missing_is_no_clean_bill() -> None:
    done = subprocess.run(
        [sys.executable, str(AUDIT)],
        env=os.environ | {"PHONGHOP_AUDIT_TOOL": "/nowhere/tool"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "'/nowhere/tool'" in done.stderr
