"""Fixtures that any test may ask for, and the guards that every test has.

Owns broker, browser and run folder of a test. Must not hold what only one part of the
product needs: that stands beside its tests.
"""

from __future__ import annotations

import gc
import inspect
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests import guards
from tests.broker import Mosquitto, mosquitto_program

# Timing belongs to benchmarks: a slow machine is no failure of a property.
settings.register_profile("phonghop", deadline=None, print_blob=True)
settings.load_profile("phonghop")

guards.keep_to_loopback()


def pytest_collection_finish() -> None:
    """Spare the collector what is loaded by now: the collect() of each guard is then quick."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a task or a thread behind has failed."""
    with guards.no_thread_left():
        if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
            request.getfixturevalue("_no_task_left")
        yield


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    async with guards.no_task_left():
        yield


@pytest.fixture
def run_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for sockets and state of the processes that this test starts."""
    monkeypatch.setenv("PHONGHOP_RUN_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A real broker, running, on a loopback port of its own."""
    program = mosquitto_program()
    if program is None:
        _do_without("mosquitto")
    broker = Mosquitto(program, tmp_path_factory.mktemp("mosquitto"))
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        _do_without("chromium")
    return found


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """Where systemd's judge of unit files is."""
    found = shutil.which("systemd-analyze")
    if found is None:
        _do_without("systemd")
    return found


def _do_without(package: str) -> NoReturn:
    """Skip where a person works without the program; in CI its absence is a failure."""
    reason = f"{package} is not installed: sudo apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
