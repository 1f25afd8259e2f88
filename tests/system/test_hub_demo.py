"""The demo as a person starts it: two rooms on real bytes, and a clean end.

Owns ``phonghop-hub demo``: its script in both rooms, Ctrl-C, and no process left behind.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

DEMO = [*(sys.executable, "-m", "hub.cli", "demo", "--http-port", "0", "--mqtt-port", "0")]

GONE_S = 10.0
"""Children end within this, the last of them by force."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: that of a socket may have no more than 107 characters."""
    with tempfile.TemporaryDirectory(prefix="ph") as name:
        yield Path(name)


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """A run directory and a temporary directory of the test's own."""
    (folder / "run").mkdir()
    return {**os.environ, "PHONGHOP_RUN_DIR": str(folder / "run"), "TMPDIR": str(folder)}


@pytest.fixture
def demo(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A demo that says in JSON when it is up."""
    with subprocess.Popen(
        [*DEMO, "--json"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.kill()


def until_up(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until both rooms are there; the demo's children."""
    assert demo.stdout is not None
    ready = json.loads(demo.stdout.readline())
    assert ready["rooms"] == ["main", "satellite-1"]
    children = psutil.Process(demo.pid).children(recursive=True)
    assert len(children) == 6
    return children


def test_ctrl_c_ends_everything(demo: subprocess.Popen[str], folder: Path) -> None:
    children = until_up(demo)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(GONE_S * 2) == 0
    assert [child for child in children if child.is_running()] == []
    assert list(folder.glob("phonghop-demo-*")) == []


def test_no_child_outlives_a_killed_demo(demo: subprocess.Popen[str]) -> None:
    children = until_up(demo)
    demo.kill()
    _, alive = psutil.wait_procs(children, timeout=GONE_S)
    assert [" ".join(child.cmdline()) for child in alive] == []


def test_a_dead_child_ends_the_demo_with_its_last_lines(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [*DEMO, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        children = until_up(process)
        twin = next(c for c in children if "satellite-1" in c.cmdline() and "twin" in c.cmdline())
        twin.kill()
        _, error = process.communicate(timeout=GONE_S * 2)
    assert process.returncode == 1
    assert "twin-satellite-1" in error
    assert "twin ready" in error
    assert [child for child in children if child.is_running()] == []


def told(environment: dict[str, str], *script: str) -> Any:
    """The report of a story that held."""
    command = [*DEMO, "--script", *script, "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    report = json.loads(ran.stdout)
    failed = [step for step in report["steps"] if not step["ok"]]
    assert (failed, ran.returncode, report["ok"]) == ([], 0, True), ran.stderr
    return report


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_story_of_one_press_holds_in_both_rooms(environment: dict[str, str]) -> None:
    report = told(environment, "one-press")
    names = " ".join(step["name"] for step in report["steps"])
    for words in ("main: microphone opens", "satellite-1: camera has arrived", "hub back"):
        assert words in names
    assert report["figures"]["main.microphone_opens_ms"] > 0


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_story_of_a_decision_holds_in_both_rooms(environment: dict[str, str]) -> None:
    report = told(environment, "ballot")
    names = " ".join(step["name"] for step in report["steps"])
    for words in ("sign-in", "priority", "recess", "open vote", "secret vote", "record holds"):
        assert words in names
    assert report["figures"]["open_vote.main.12.counted_ms"] > 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_programme_of_a_debate_is_calm_and_explained(environment: dict[str, str]) -> None:
    report = told(environment, "debate", "--minutes", "0.5")
    assert report["figures"]["main.shots"] >= 10
    assert report["figures"]["satellite-1.shots"] >= 4
