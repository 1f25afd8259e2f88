"""``phonghop-edge check`` and the command line: honest verdicts, honest exit codes, one line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.twin.client import TwinClient
from tests.rig import Site, until_shown


def edge(site: Site, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a technician does."""
    return subprocess.run(
        [sys.executable, "-m", "edge.cli", *words],
        capture_output=True,
        text=True,
        env=site.env,
        timeout=50,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A twin of the main room, and no edge."""
    running = Site(tmp_path_factory.mktemp("check"))
    running.start_twin("main")
    yield running
    running.stop_all()


def verdicts(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {d["device"]: d["verdict"] for d in json.loads(done.stdout)["devices"]}


async def test_a_healthy_room_passes(site: Site) -> None:
    await until_shown("main", lambda s: s["seats"], "the twin runs")
    done = edge(site, "check", "--room", "main", "--seconds", "20", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = verdicts(done)
    assert set(found.values()) == {"pass"}
    assert {"bus-1", "cam-left", "cam-right", "display-1", "console", "seat-25"} <= set(found)


async def test_what_is_broken_fails_and_the_rest_passes(site: Site) -> None:
    await until_shown("main", lambda s: s["seats"], "the twin runs")
    async with TwinClient("main") as twin:
        await twin.fault("cam-left", "silent")
        await twin.fault("seat-7", "unplugged")
        try:
            done = edge(site, "check", "--room", "main", "--seconds", "6")
        finally:
            await twin.fault("cam-left", None)
            await twin.fault("seat-7", None)
    assert done.returncode == 1
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "pass" not in lines["cam-left"]
    assert "pass" not in lines["seat-7"]
    assert "Đạt / pass" in lines["cam-right"]
    assert "Đạt / pass" in lines["seat-8"]


async def test_a_check_changes_nothing(site: Site) -> None:
    """No camera command that moves, no microphone, no display switched."""
    before = await until_shown("main", lambda s: s["seats"], "the twin runs")
    edge(site, "check", "--room", "main", "--seconds", "20", "--json")
    after = await until_shown("main", lambda s: s["seats"], "the twin runs")
    assert after["displays"]["display-1"]["power"] == before["displays"]["display-1"]["power"]
    assert not any(seat["microphone"] for seat in after["seats"].values())
    for name, camera in after["cameras"].items():
        assert camera["pan_deg"] == before["cameras"][name]["pan_deg"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("id = ", "idd = "), "idd"),
        (("[room]", "[room"), "line"),
    ],
)
def test_a_bad_room_file_is_one_line_before_anything_opens(
    site: Site, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    """For ``run`` and ``check`` alike."""
    source = Path(__file__).parents[2] / "firmware_config/rooms/main.toml"
    bad = tmp_path / "bad.toml"
    bad.write_text(source.read_text().replace(change[0], change[1], 1))
    for command in ("run", "check"):
        done = edge(site, command, "--room", str(bad))
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1
        assert "bad.toml" in done.stderr
        assert says in done.stderr


def test_an_unknown_room_says_what_exists(site: Site) -> None:
    done = edge(site, "run", "--room", "maim")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "main" in done.stderr
