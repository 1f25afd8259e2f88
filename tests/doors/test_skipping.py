"""``make doors-check`` where nothing is installed: one line for each program, and no claim."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.doors import __main__ as doors


def test_what_is_not_there_is_skipped_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["doors", "--node-red", str(tmp_path)])
    assert doors.main() == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == list(doors.DOORS)
    assert "HOME_ASSISTANT=DIR is not given" in lines[0]
    assert f"no node_modules/.bin/node-red in {tmp_path}" in lines[1]
