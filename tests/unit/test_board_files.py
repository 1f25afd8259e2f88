"""Files for a Raspberry Pi: what can be checked without one."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "firmware_config"
BOOT = (FOLDER / "boot" / "phonghop.txt").read_text(encoding="utf-8")
RULES = (FOLDER / "udev" / "70-phonghop.rules").read_text(encoding="utf-8")


def sections() -> dict[str, list[str]]:
    """Lines of the start file by the board they are for, those to be switched on included."""
    found: dict[str, list[str]] = {}
    where = ""
    for line in BOOT.splitlines():
        if line.startswith("["):
            where = line.strip("[]")
        elif re.match(r"#?(dt|enable)\w*=", line):
            found.setdefault(where, []).append(line.lstrip("#").split("#")[0].strip())
    return found


def test_each_board_gets_its_own_overlays_and_the_file_ends_open_for_all() -> None:
    found = sections()
    assert set(found) == {"all", "pi4", "pi5"}
    assert all("-pi5" not in line for line in found["pi4"])
    assert all(line.endswith("-pi5") for line in found["pi5"] if line.startswith("dtoverlay"))
    assert BOOT.rstrip().endswith("[all]")  # what stands behind the include is for every board


def test_every_line_that_can_be_switched_on_has_a_stable_name() -> None:
    names = set(re.findall(r'SYMLINK\+="phonghop/(uart\d)"', RULES))
    wanted = {re.sub("-pi5", "", m) for m in re.findall(r"dtoverlay=(uart\d(?:-pi5)?)", BOOT)}
    assert wanted <= names


def test_udev_rules_are_well_formed() -> None:
    """Each word is KEY, operator, quoted value; each jump has its label."""
    word = re.compile(r'^[A-Z]+(\{\w+\})?(==|!=|\+=|=)"[^"]*"$')
    labels = set(re.findall(r'^LABEL="(\w+)"', RULES, re.MULTILINE))
    for line in RULES.splitlines():
        if not line or line.startswith("#"):
            continue
        for part in line.split(", "):
            assert word.match(part), part
    assert set(re.findall(r'GOTO="(\w+)"', RULES)) <= labels
