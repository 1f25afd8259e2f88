"""The rules of the last meeting on disk: whole or not at all, and never a reason not to start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.kept_rules import KeptRules, Rules
from edge.rules.settings import Settings
from edge.rules.state import Floor, Turn, Waiting

FLOOR = Floor(
    mode="request",
    max_open=3,
    queue_max=40,
    registration="paused",
    debating=True,
    roles={"main/1": "vice_chair", "main/2": "chair"},
    settings=Settings(
        limit_s={"delegate": 180.0}, protected=frozenset({"main/1"}), at_limit="stop"
    ),
    speaking=(Turn("main/2", 5.0),),
    queue=(Waiting("main/1", 5.0),),
    muted=True,
    alarm=True,
)
FRESH = Floor(roles={"main/2": "delegate", "main/3": "guest"})


async def test_what_was_kept_is_there_after_a_start_and_nobody_speaks(tmp_path: Path) -> None:
    kept = KeptRules(tmp_path / "main.rules.json")
    assert kept.read() is None
    kept.keep(FLOOR)
    await kept.close()
    rules = KeptRules(tmp_path / "main.rules.json").read()
    assert rules is not None
    floor = rules.on(FRESH)
    assert Rules.of(floor).settings == FLOOR.settings
    assert (floor.mode, floor.max_open, floor.queue_max) == ("request", 3, 40)
    assert (floor.registration, floor.debating) == ("paused", True)
    assert floor.roles == {"main/2": "chair", "main/3": "guest"}, "the seats that are there now"
    assert (floor.speaking, floor.queue) == ((), ())
    assert (floor.muted, floor.alarm) == (False, False)


async def test_the_newest_is_written_and_the_same_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(
        "edge.kept_rules._replace", lambda path, text: written.append(json.loads(text)["mode"])
    )
    kept = KeptRules(tmp_path / "rules.json")
    for mode in ("open", "override", "voice"):
        kept.keep(Floor(mode=mode))  # type: ignore[arg-type]
    await kept.close()
    kept.keep(Floor(mode="voice"))
    await kept.close()
    assert written[-1] == "voice"
    assert len(written) == len(set(written)) <= 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mode": "party"}', "[" * 100_000, "\xff"])
def test_a_damaged_file_is_no_reason_not_to_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(text, encoding="latin-1")
    assert KeptRules(path).read() is None


async def test_a_disk_that_refuses_is_tried_again_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "not yet" / "rules.json"
    kept = KeptRules(path)
    kept.keep(FLOOR)
    await kept.close()
    path.parent.mkdir()
    kept.keep(FLOOR)
    await kept.close()
    assert KeptRules(path).read() == Rules.of(FLOOR)
