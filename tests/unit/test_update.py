"""Nobody updates under a meeting; a version that is not healthy gives way to the one before."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from edge.rules import ballot_events as act
from edge.rules.events import Ask
from edge.rules.reasons import Reason
from hub.cli import main
from hub.figures import FiguresServer, HubFigures
from hub.meeting import commands
from hub.meeting.state import Meeting
from hub.update import UnknownError, of_hub, of_records, why_not
from tests.hub_votes import Sitting
from tests.meeting_house import house
from tests.unit.test_retention import form

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"


# --- whether it may be -----------------------------------------------------------------------


def test_a_ballot_goes_before_a_meeting_and_nobody_there_is_no_reason() -> None:
    sitting = Sitting()
    assert why_not(sitting.meeting) is None
    sitting.opened()
    assert why_not(sitting.meeting) is Reason.VOTE_RUNNING
    assert why_not(replace(Meeting(), session="running")) is Reason.MEETING_RUNNING
    assert why_not(replace(Meeting(), session="ended")) is None
    assert sitting.order(act.Abort("chair")).refused is None
    assert why_not(sitting.meeting) is None


def test_a_meeting_that_nobody_began_sits_while_somebody_has_the_floor() -> None:
    sitting = Sitting()
    sitting.give(commands.FloorOrder(Ask("main/2", sitting.now_s), "chair"))
    assert why_not(sitting.meeting) is Reason.MEETING_RUNNING


async def test_the_records_say_it_while_the_hub_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert of_records(tmp_path) is None  # a hub that never ran
    async with house(tmp_path) as hub:
        await hub.prepared.create("m1", form(), "t")
        assert of_records(tmp_path) is None
        assert await hub.prepared.start("m1", "t") is None
        assert of_records(tmp_path) is Reason.MEETING_RUNNING
        assert main(["update-check", "--data", str(tmp_path)]) == 1
        assert capsys.readouterr().out.startswith("Một cuộc họp đang diễn ra")
        assert await hub.give("end_meeting", meeting="m1") is None
        assert main(["update-check", "--data", str(tmp_path), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"ok": True, "busy": None}
    (tmp_path / "hub.sqlite3").write_bytes(b"no database at all" * 100)
    assert main(["update-check", "--data", str(tmp_path)]) == 1
    assert "hub.sqlite3" in capsys.readouterr().err


async def test_a_running_hub_says_it_and_an_old_one_does_not_know() -> None:
    figures = HubFigures("0.1.0", True, True, {}, 0, 0, 0, {}, {}, 0, {})
    health: dict[str, object] = {"ok": True, "busy": "vote_running"}
    server = FiguresServer(lambda: figures, lambda: health)
    port = await server.start("127.0.0.1", 0)
    try:
        place = ("127.0.0.1", port)
        assert await asyncio.to_thread(of_hub, place) is Reason.VOTE_RUNNING
        health |= {"ok": False, "busy": None}
        assert await asyncio.to_thread(of_hub, place) is None
        del health["busy"]
        with pytest.raises(UnknownError, match="does not say"):
            await asyncio.to_thread(of_hub, place)
    finally:
        await server.stop()
    with pytest.raises(UnknownError, match="no hub answers"):
        await asyncio.to_thread(of_hub, place)


# --- the way back ------------------------------------------------------------------------------

SYSTEMCTL = """\
#!/bin/sh
# What systemd would do with the version that is in place now.
echo "$@" >>"$FAKE/asked"
version=$(cat "$PHONGHOP_OPT"/phonghop-*/venv/version)
case "$1" in
    restart) [ ! -e "$FAKE/fails-$version" ] ;;
    show)
        n=$(cat "$FAKE/starts")
        [ ! -e "$FAKE/flaps-$version" ] || n=$((n + 1))
        echo "$n" | tee "$FAKE/starts" ;;
    is-active) [ ! -e "$FAKE/inactive" ] ;;
    list-units) [ -e "$FAKE/inactive" ] || echo "phonghop-edge@main.service loaded active" ;;
esac
"""

LOGGER = """\
#!/bin/sh
echo "$@" >>"$FAKE/journal"
"""

PROGRAM = """\
#!/bin/sh
echo "program $*" >>"$FAKE/asked"
case "$1" in
    update-check) echo "Đang biểu quyết / A vote is in progress"; exit "$(cat "$FAKE/check")" ;;
    backup) echo saved >"$2" ;;
    restore) rm -f "$FAKE"/fails-* ;;
esac
"""


class Machine:
    """A folder that stands for /opt and /var, a systemd of our own, and no time that passes."""

    def __init__(self, folder: Path, part: str = "hub") -> None:
        self.folder = folder
        self.part = part
        self.opt = folder / "opt" / f"phonghop-{part}"
        self.data = folder / "var"
        fakes = {"systemctl": SYSTEMCTL, "sleep": "#!/bin/sh\n", "logger": LOGGER}
        for name, text in fakes.items():
            self._program(folder / "bin" / name, text)
        (folder / "starts").write_text("0")
        (folder / "check").write_text("0")
        self.data.mkdir()
        (self.data / "hub.sqlite3").touch()
        self.unpack("old")

    def _program(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def unpack(self, version: str) -> None:
        """As dpkg does: a new file takes the place of the old one."""
        new = self.opt / "venv" / "version.dpkg-new"
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(version)
        new.rename(new.with_name("version"))
        self._program(self.opt / f"venv/bin/phonghop-{self.part}", PROGRAM)

    def run(self, script: Path, *words: str, **more: str) -> tuple[int, str]:
        env = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "FAKE": str(self.folder),
            "PHONGHOP_OPT": str(self.folder / "opt"),
            "PHONGHOP_DATA": str(self.data),
            "PHONGHOP_SETTLE_S": "3",
        }
        done = subprocess.run(
            ["/bin/sh", str(script), *words],
            env=env | more, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stderr

    def preinst(self, **more: str) -> tuple[int, str]:
        return self.run(SYSTEMD / f"deb/{self.part}/preinst", "upgrade", "0.1.0", **more)

    def settle(self, *words: str) -> tuple[int, str]:
        return self.run(SYSTEMD / "settle", *words, "hub", "phonghop-hub.service")

    def upgrade(self, version: str) -> tuple[int, str]:
        assert self.preinst() == (0, "")
        self.unpack(version)
        return self.settle()

    def version(self, place: str = "venv") -> str | None:
        path = self.opt / place / "version"
        return path.read_text() if path.exists() else None

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()


def test_a_healthy_version_stays_and_the_one_before_is_kept(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert machine.upgrade("new") == (0, "")
    assert (machine.version(), machine.version("previous")) == ("new", "old")
    assert (machine.data / "before-update.backup").read_text() == "saved\n"
    # By hand, later.
    assert machine.settle("--back")[0] == 0
    assert (machine.version(), machine.version("failed")) == ("old", "new")


@pytest.mark.parametrize("trouble", ["fails-new", "flaps-new"])
def test_a_version_that_is_not_healthy_gives_way(tmp_path: Path, trouble: str) -> None:
    machine = Machine(tmp_path)
    (tmp_path / trouble).touch()
    code, said = machine.upgrade("new")
    assert code == 1
    assert "went back to the version before" in said
    assert (machine.version(), machine.version("failed")) == ("old", "new")
    assert machine.asked()[-1] == "restart phonghop-hub.service"
    # dpkg tries once more: the version that runs is not taken for the new one.
    code, said = machine.settle()
    assert (code, machine.version()) == (1, "old")
    assert "install a mended version" in said
    # The mended one takes the place of the one that failed.
    assert machine.upgrade("mended") == (0, "")
    assert [machine.version(p) for p in ("venv", "previous", "failed")] == ["mended", "old", None]


def test_records_that_only_the_new_version_reads_are_put_back(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    for version in ("old", "new"):
        (tmp_path / f"fails-{version}").touch()
    code, said = machine.upgrade("new")
    assert code == 1
    assert "those from before the upgrade are put back" in said
    assert "does not start" not in said
    restore = f"program restore {machine.data}/before-update.backup --data {machine.data}"
    assert machine.asked()[-3:] == [
        "stop phonghop-hub.service", restore, "restart phonghop-hub.service",
    ]  # fmt: skip


def test_a_first_installation_has_nothing_to_go_back_to(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (tmp_path / "fails-old").touch()
    code, said = machine.settle()
    assert (code, machine.version()) == (1, "old")
    assert "no version before" in said


@pytest.mark.parametrize("part", ["hub", "edge"])
def test_nothing_is_unpacked_while_people_meet(tmp_path: Path, part: str) -> None:
    machine = Machine(tmp_path, part)
    (tmp_path / "check").write_text("1")
    code, said = machine.preinst()
    assert code == 1
    assert "Đang biểu quyết / A vote is in progress" in said
    assert not (machine.opt / "previous").exists()
    assert not (tmp_path / "journal").exists()
    assert machine.preinst(PHONGHOP_UPDATE_ANYWAY="water in the rack")[0] == 0
    said = (tmp_path / "journal").read_text()
    assert f"-t phonghop-{part}" in said
    assert "updated all the same (water in the rack): Đang biểu quyết" in said
    (tmp_path / "check").write_text("2")  # a version that does not know the question
    assert machine.preinst()[0] == 0
    (tmp_path / "check").write_text("1")
    (tmp_path / "inactive").touch()  # nobody is served: a mended version may be what is needed
    assert machine.preinst()[0] == 0


def test_each_running_room_is_asked_and_none_where_none_runs(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "edge")
    assert machine.preinst() == (0, "")
    assert "program update-check main" in machine.asked()
    (tmp_path / "asked").unlink()
    (tmp_path / "inactive").touch()
    assert machine.preinst() == (0, "")
    assert not any(line.startswith("program") for line in machine.asked())


def test_both_packages_keep_the_version_before_in_the_same_way() -> None:
    hub, edge = (
        (SYSTEMD / f"deb/{part}/preinst").read_text().partition('    rm -rf "$here/previous"')[2]
        for part in ("hub", "edge")
    )
    assert hub == edge != ""
