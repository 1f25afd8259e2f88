"""A room with a bought conference system, as processes: key, floor, microphone, fault, end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge.twin.client import TwinClient
from edge.twin.control import TwinError
from firmware_config.loader import ROOMS_DIR
from tests.rig import Site, listening, until_shown

SHURE = (ROOMS_DIR / "conference-system.toml").read_text()
ROOM = "conference-system"


@pytest.mark.parametrize("driver", ["shure_dis", "televic"])
async def test_its_units_follow_our_floor(
    driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHONGHOP_RUN_DIR", str(tmp_path / "run"))  # given back afterwards
    text = SHURE if driver == "shure_dis" else SHURE.replace("twin:tcp:", "twin:serial:")
    path = tmp_path / f"{ROOM}.toml"
    path.write_text(text.replace('"shure_dis"', f'"{driver}"'))
    site, seats = Site(tmp_path), f"phonghop/v1/{ROOM}/up/state/seats"

    def is_open(seat: str) -> Any:
        return lambda show: show["seats"][seat]["microphone"]

    try:
        site.broker.start()
        site.start_hub()
        site.start_twin(str(path))
        edge = site.start_edge(str(path))
        async with listening(site) as ear:

            async def told(seat: str, microphone: bool | None) -> dict[str, Any]:
                what = f"seat {seat} microphone {microphone}"
                return await ear.until(  # type: ignore[no-any-return]  # what was published
                    lambda latest: (
                        latest[seats]["seats"][seat]
                        if latest[seats]["seats"][seat]["microphone"] is microphone
                        else None
                    ),
                    what,
                )

            floor = f"phonghop/v1/{ROOM}/down/floor"
            await ear.until(lambda latest: latest[floor]["for_boot"], "a floor for this boot")
            await told("3", False)
            async with TwinClient(ROOM) as twin:
                await twin.press("3", "mic")
                await until_shown(ROOM, is_open("3"), "seat 3 opens")
                seat = await told("3", True)
                assert (seat["wanted"], seat["health"], seat["red"]) == (True, "ok", None)
                await twin.press("3", "mic")
                await until_shown(ROOM, lambda show: not is_open("3")(show), "seat 3 closes")
                await twin.press("2", "mic")
                await told("2", True)
                await twin.fault("dis", "unplugged")
                assert (await told("2", None))["reason"].startswith("link down")
                await twin.fault("dis", None)
                await told("2", True)
                with pytest.raises(TwinError, match="has no key 'yes'"):
                    await twin.press("2", "yes")
                assert edge.stop() == 0
                await until_shown(ROOM, lambda show: not is_open("2")(show), "closed at the end")
    finally:
        site.stop_all()
