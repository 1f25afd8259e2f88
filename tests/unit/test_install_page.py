"""From an empty card to a running room: every command, option, file and answer there exists."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from edge.cli import make_parser
from edge.contract.pairing import PAIRING_PORT
from firmware_config.loader import load_room
from hub.cli import parser as hub_parser
from hub.roster import load as load_meeting

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    name: (ROOT / "docs" / name).read_text("utf-8") for name in ("install.md", "install.vi.md")
}
PLACEHOLDERS = {"FILE": "x.backup", "$(date +%F)": "2026-01-01"}
PROGRAM = re.compile(r"\bphonghop-(hub|edge)(?= [a-z-])")


def code(text: str) -> Iterator[str]:
    """Lines of blocks, and what stands between backticks; whole, without the person's ``sudo``."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    yield from (line for block in blocks for line in block.splitlines())
    rest = re.sub(r"^```\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from (" ".join(found.split()) for found in re.findall(r"`([^`]+)`", rest))


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Our programs with their words; what a command is piped into is left out."""
    found = []
    for line in code(text):
        for mark, value in PLACEHOLDERS.items():
            line = line.replace(mark, value)
        match = PROGRAM.search(line)
        if match is not None and not re.match(r"(.* )?(apt|systemctl|journalctl|cp|scp) ", line):
            words = shlex.split(line[match.end() :].partition(" | ")[0])
            if "\N{HORIZONTAL ELLIPSIS}" not in words:
                found.append((match.group(1), words))
    return found


def is_understood(program: str, words: list[str]) -> bool:
    """Whether it could be given so."""
    parser = hub_parser() if program == "hub" else make_parser()
    try:
        parser.parse_args(words)
    except SystemExit as error:
        return not error.code
    return True


def unknown(text: str) -> list[str]:
    """Commands that our programs do not know, or with words they do not understand.

    A command that is only named, without any option, needs not be whole.
    """
    return [
        f"phonghop-{program} {shlex.join(words)}"
        for program, words in commands(text)
        if not is_understood(program, words)
        and (
            any(word.startswith("-") for word in words)
            or not is_understood(program, [*words, "-h"])
        )
    ]


def package_maker() -> ModuleType:
    """``.ci/deb``: what lies where."""
    loader = importlib.machinery.SourceFileLoader("deb", str(ROOT / ".ci" / "deb"))
    spec = importlib.util.spec_from_loader("deb", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_understood(page: str) -> None:
    assert len(commands(PAGES[page])) > 15
    assert unknown(PAGES[page]) == []


def test_the_rule_itself_sees(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "`sudo phonghop-hub room invent`, `phonghop-edge check --romm x`, `phonghop-hub room pair`"
    )
    assert unknown(text) == ["phonghop-hub room invent", "phonghop-edge check --romm x"]
    capsys.readouterr()


def test_both_languages_give_the_same_commands() -> None:
    """In the same order. What is shown as an answer, and advice in the tables, may differ."""

    def given(text: str) -> list[str]:
        body = text.partition("\n## ")[2]
        marks = ("sudo ", "PHONGHOP_", "echo ", "phonghop-")
        # The two ways to say why an update must be are one, in the person's own words.
        lines = [re.sub(r"ANYWAY='[^']*'", "ANYWAY='why'", line) for line in code(body)]
        return [line for line in lines if line.startswith(marks)]

    english, vietnamese = (given(text) for text in PAGES.values())
    assert sorted(english) == sorted(vietnamese)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_the_packages_is_in_them(page: str) -> None:
    deb = package_maker()
    places = {f"/{place}" for files in deb.FILES.values() for place in files.values()}
    named = set(re.findall(r"/usr/(?:share|lib)/phonghop-[\w./-]+", PAGES[page]))
    assert named
    assert named <= places
    shared = {Path(place).name for place in places}
    assert "simulated-room.toml" in shared
    assert all((ROOT / source).exists() for files in deb.FILES.values() for source in files)


@pytest.mark.parametrize("page", PAGES)
def test_packages_and_units_are_called_as_they_are(page: str) -> None:
    deb = package_maker()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    made = re.findall(r"phonghop-(\w+)_([\d.]+|…|NEW)(?:_(\w+))?\.deb", PAGES[page])
    assert len(made) >= 4
    for part, said, arch in made:
        assert part in deb.UNITS
        assert said in (version, "…", "NEW")
        assert arch in (*deb.PLATFORMS, "")
    units = {unit.removesuffix(".service") for part in deb.UNITS.values() for unit in part}
    started = re.findall(
        r"systemctl (?:enable --now|status|stop|start) (phonghop-[\w@]+)", PAGES[page]
    )
    assert len(started) >= 8
    assert {re.sub("@.*", "@", unit) for unit in started} == units
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"\n{name}:" in makefile for name in re.findall(r"`make ([a-z-]+)", PAGES[page]))


@pytest.mark.parametrize("page", PAGES)
def test_the_hubs_line_says_what_the_unit_hands_over(page: str) -> None:
    [line] = re.findall(r"^PHONGHOP_OPTIONS=(.*)$", PAGES[page], re.MULTILINE)
    chosen = hub_parser().parse_args(["run", *shlex.split(line)])
    unit = (ROOT / "systemd" / "phonghop-hub.service").read_text()
    assert "LoadCredential=identity:/etc/phonghop/hub-identity" in unit
    handed = "/run/credentials/phonghop-hub.service/identity_page"
    assert (str(chosen.tls_cert), str(chosen.tls_key)) == (f"{handed}.crt", f"{handed}.key")
    conf = (ROOT / "firmware_config" / "mosquitto" / "phonghop.conf").read_text()
    assert f"listener {chosen.mqtt[1]}\n" in conf
    for number in (chosen.mqtt[1], chosen.http[1], PAIRING_PORT):
        assert str(number) in PAGES[page].partition("\n## ")[0], "the table tells every port"


def test_the_files_to_start_from_are_good() -> None:
    deb = package_maker()
    by_place = {
        place: ROOT / source for files in deb.FILES.values() for source, place in files.items()
    }
    for name in ("example-room", "simulated-room"):
        path = by_place[f"usr/share/phonghop-edge/{name}.toml"]
        load_room(str(path))
        assert len(re.findall(r"^broker = ", path.read_text(), re.MULTILINE)) == 1
    assert by_place["usr/share/phonghop-hub/example-meeting.toml"].exists()
    load_meeting(by_place["usr/share/phonghop-hub/example-meeting.toml"])


ANSWERS = {
    "authority in /etc/phonghop/hub-identity: back it up, and keep ca.key to yourself": (
        "hub/room_cli.py", "authority in {chosen.identity}: back it up, and keep ca.key to yourself"
    ),
    "there is no account yet; set-up code": ("hub/cli.py", None),
    "Make the first account": ("hub/web/js/labels_access.js", None),
    "Đạt / pass": ("hub/check.py", None),
    "Không đạt / fail": ("edge/check.py", None),
    "pan_tilt_drive": ("tests/golden/visca_serial.json", None),
    "hub and broker know it already": ("hub/room_cli.py", None),
    "broker connected, 0 events wait, all devices up": (
        "edge/alive.py", '{hub}, {self._outbox.depth} events wait, {devices}'
    ),
    "chưa cập nhật được / not updated now": ("systemd/deb/edge/preinst", None),
    "Một cuộc họp đang diễn ra, cần bế mạc trước": ("edge/rules/reasons.py", None),
    "is refused by the broker at 127.0.0.1:8883, and who had come in with it is cut": (
        "hub/room_cli.py", "is refused by the broker at {broker}, and who had come in with it is"
    ),
    "went back to the version before": ("systemd/settle", None),
    "no window is open at": ("edge/pairing.py", None),
    "no progress": ("edge/alive.py", None),
    "no unit answers": ("drivers/delegate_unit/driver.py", None),
    "main.busy.json is missing": ("edge/update.py", "is missing: it does not run"),
    "Pair this screen": ("hub/web/js/labels_access.js", None),
}  # fmt: skip
"""What the pages promise to be seen: where it is said, and how it is written there."""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_to_be_seen_is_what_is_said(page: str, answer: str) -> None:
    where, written = ANSWERS[answer]
    assert answer in " ".join(PAGES[page].split())
    assert (written or answer) in (ROOT / where).read_text("utf-8")
