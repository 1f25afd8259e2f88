"""The unit files: what systemd itself thinks of them, and what they promise."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))

EXPOSURE_MOST = {
    "phonghop-edge@.service": 1.5,
    "phonghop-hub.service": 1.2,
    "phonghop-twin@.service": 1.2,
    "phonghop-kiosk@.service": 4.3,  # a browser needs namespaces and memory that is executable
}
"""What ``systemd-analyze security`` may say; what is left out has its reason in the file."""


def test_every_unit_has_its_limit() -> None:
    assert {path.name for path in UNITS} == set(EXPOSURE_MOST)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_what_a_unit_leaves_open_is_little(path: Path, systemd_analyze: str) -> None:
    command = [systemd_analyze, "security", "--offline=yes", "--no-pager", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    assert exposure is not None, said
    assert float(exposure[1]) <= EXPOSURE_MOST[path.name], said


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_line(path: Path, tmp_path: Path, systemd_analyze: str) -> None:
    """The programs are not here, so another one stands in; deb-check verifies the real ones."""
    text = re.sub(r"ExecStart=/opt/\S+", "ExecStart=/bin/true", path.read_text(encoding="utf-8"))
    copy = tmp_path / path.name.replace("@.", "@main.")
    copy.write_text(text.replace("file:///usr/share/doc", "https://example.org"), encoding="utf-8")
    command = [systemd_analyze, "verify", "--man=no", "--recursive-errors=no", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
@pytest.mark.parametrize(
    "line",
    ["StartLimitIntervalSec=0", "Type=notify", "NotifyAccess=main", "Restart=always"],
)
def test_a_unit_says_when_it_is_ready_and_is_never_given_up(path: Path, line: str) -> None:
    assert line in path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_what_restarts_a_hanging_program_leaves_time_to_start_it(path: Path) -> None:
    found = dict(re.findall(r"^(\w+Sec)=(\d+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert 0 < int(found["WatchdogSec"]) < int(found["TimeoutStartSec"])


def test_keys_come_as_credentials_and_logs_carry_the_room() -> None:
    edge = (FOLDER / "phonghop-edge@.service").read_text(encoding="utf-8")
    assert "\nLoadCredential=identity:/etc/phonghop/identity\n" in edge
    assert "\nLogExtraFields=PHONGHOP_ROOM=%i\n" in edge
    hub = (FOLDER / "phonghop-hub.service").read_text(encoding="utf-8")
    assert "\nLoadCredential=identity:/etc/phonghop/hub-identity\n" in hub
