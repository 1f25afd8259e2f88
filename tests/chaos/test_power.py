"""A power cut forgets what was not synced, and nothing else.

Owns small programs of its own; the product does not run here.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.power import BLOCK_BYTES, Disk, NoCompiler, blend, build

BASE = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1] + "/votes.sqlite", isolation_level=None)
base.execute("PRAGMA journal_mode=WAL"); base.execute("PRAGMA synchronous=FULL")
base.execute("CREATE TABLE IF NOT EXISTS vote (n INTEGER)")
base.execute("PRAGMA synchronous=" + sys.argv[2])
print("ready", flush=True)
for line in sys.stdin:
    base.execute("INSERT INTO vote VALUES (?)", (int(line),))
    print("recorded", flush=True)
"""

FILES = """
import os, sys
from pathlib import Path
folder = Path(sys.argv[1])

def write(name, text, sync):
    with (folder / name).open("w") as file:
        file.write(text); file.flush()
        if sync:
            os.fsync(file.fileno())

write("synced", "new", True)
write("old", "overwritten", False)
write("unsynced", "new", False)
write("draft", "whole", True)
(folder / "draft").replace(folder / "renamed")
write("draft", "torn", False)
(folder / "draft").replace(folder / "renamed unsynced")
write("gone", "new", True)
(folder / "gone").unlink()
write("gone", "again", False)
write("votes.sqlite-shm", "memory", True)
(folder / "below").mkdir()
write("below/deep", "new", True)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once."""
    try:
        return build(tmp_path_factory.mktemp("power"))
    except NoCompiler as error:
        pytest.skip(str(error))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What is there before the program starts is on the disk."""
    made = tmp_path / "data"
    made.mkdir()
    (made / "old").write_text("before")
    return made


@pytest.fixture
def disk(folder: Path, tmp_path: Path, library: Path) -> Disk:
    """The disk of a program."""
    return Disk(folder, tmp_path / "platter", library)


def start(disk: Disk, program: str, *words: str) -> subprocess.Popen[str]:
    """A Python process on this disk that has said that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words], text=True, env={**os.environ, **disk.env},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    """Without a goodbye."""
    process.kill()
    process.communicate()


def record(process: subprocess.Popen[str], *votes: int) -> None:
    """Each vote is said to be recorded."""
    assert process.stdin is not None
    assert process.stdout is not None
    for vote in votes:
        process.stdin.write(f"{vote}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "recorded\n"


def recorded(folder: Path) -> list[int]:
    """What the base has after the cut."""
    base = sqlite3.connect(folder / "votes.sqlite")
    found = [n for (n,) in base.execute("SELECT n FROM vote ORDER BY n")]
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()
    return found


@pytest.mark.parametrize("kept_share", [0.0, 0.5])
def test_a_commit_that_is_synced_outlives_every_cut(
    disk: Disk, folder: Path, kept_share: float
) -> None:
    for first in (1, 4, 7):
        process = start(disk, BASE, str(folder), "FULL")
        record(process, *range(first, first + 3))
        end(process)
        disk.cut(random.Random(first), kept_share)
    assert recorded(folder) == list(range(1, 10))


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_a_commit_that_is_not_synced_is_forgotten(
    disk: Disk, folder: Path, synchronous: str
) -> None:
    process = start(disk, BASE, str(folder), synchronous)
    record(process, 1, 2, 3)
    end(process)
    assert disk.cut(random.Random(1), 0.0) > 0
    assert recorded(folder) == []


def test_each_file_is_as_of_its_last_sync(disk: Disk, folder: Path) -> None:
    end(start(disk, FILES, str(folder)))
    disk.cut(random.Random(1), 0.0)
    found = {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == {
        "old": "before",
        "synced": "new",
        "unsynced": "",
        "renamed": "whole",
        "renamed unsynced": "",
        "gone": "",
        "below/deep": "new",
    }


def test_what_a_cut_has_left_is_on_the_disk(disk: Disk, folder: Path) -> None:
    process = start(disk, BASE, str(folder), "FULL")
    record(process, 1)
    end(process)
    assert disk.cut(random.Random(1), 1.0) == 0  # chance had it that everything arrived
    assert disk.cut(random.Random(1), 0.0) == 0
    assert recorded(folder) == [1]


def test_of_unsynced_blocks_some_are_there() -> None:
    synced, written = b"a" * 8 * BLOCK_BYTES, b"b" * 9 * BLOCK_BYTES
    seen = {blend(synced, written, random.Random(seed), 0.5) for seed in range(20)}
    assert {len(left) for left in seen} == {len(synced), len(written)}
    assert any(left[0] != left[BLOCK_BYTES] for left in seen)
    assert all(set(left) <= set(b"ab\0") for left in seen)
    assert blend(synced, written, random.Random(1), 0.0) == synced
    assert blend(synced, written, random.Random(1), 1.0) == written
