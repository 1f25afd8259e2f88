"""The file that names other systems, its secrets, and which doors a hub has by it.

Owns ``hub.bridges.settings`` and ``hub.bridges.doors``. What the doors do: ``test_bridge_doors``.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hub.alerts import Alerts
from hub.archive import Archive
from hub.bridges import settings
from hub.bridges.doors import Doors
from hub.bridges.home_assistant import HomeAssistant
from hub.bridges.settings import BridgeFileError, Hook, Poll
from tests.meeting_house import house

DOCS = Path(__file__).parents[2] / "docs" / "bridges.md"
SECRET = b"0123456789abcdef"


def written(folder: Path, text: str, secret: str = "0123456789abcdef\n") -> Path:  # noqa: S107  # a test's
    """A file, and the secret beside it."""
    (folder / "secret").write_text(secret, "utf-8")
    (folder / "bridge.toml").write_text(text, "utf-8")
    return folder / "bridge.toml"


def test_the_example_of_the_page_is_a_good_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    for name in ("ecabinet-token", "webhook-secret"):
        (credentials / name).write_text(f"{name}-0123456789\n", "ascii")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    found = settings.load(written(tmp_path, text))
    assert found.poll is not None
    assert found.webhook is not None
    assert found.facts
    assert (found.poll.token, found.poll.every_s) == ("ecabinet-token-0123456789", 60.0)
    assert found.webhook.secret == b"webhook-secret-0123456789"
    assert settings.load(None) == settings.BridgeSettings()


@pytest.mark.parametrize(
    ("text", "secret", "why"),
    [
        ("[poll", "x" * 16, "not TOML"),
        ("[pol]\n", "x" * 16, "no such key"),
        ('[poll]\nurl = "http://192.0.2.1/"\ntoken_file = "secret"', "x" * 16, "must be https"),
        ('[poll]\nurl = "https://a:b@h/"\ntoken_file = "s"', "x" * 16, "password"),  # not a secret
        ('[poll]\nurl = "https://["\ntoken_file = "secret"', "x" * 16, "no address"),
        ('[poll]\nurl = "https://h/"\ntoken_file = "secret"\nevery_s = 1', "x" * 16, "every_s"),
        ('[webhook]\nurl = "https://h/"\nsecret_file = "none"', "x" * 16, "No such file"),
        ('[webhook]\nurl = "https://h/"\nsecret_file = "secret"', "short", "16 to"),
        ('[webhook]\nurl = "https://h/"\nsecret_file = "secret"', "x\ny" * 16, "one word"),
        ('[webhook]\nurl = "https://h/"\nsecret_file = "secret"', "ấ" * 16, "ASCII"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, text: str, secret: str, why: str) -> None:
    with pytest.raises(BridgeFileError) as caught:
        settings.load(written(tmp_path, text, secret))
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert secret not in str(caught.value)


async def test_what_is_wrong_with_a_door_is_an_alarm_and_no_door_is_no_part(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        alerts = Alerts("1", lambda: 0, lambda: None)
        home = cast(HomeAssistant, SimpleNamespace(run=None))

        def doors(given: settings.BridgeSettings) -> Doors:
            return Doors(
                given, hub.store, hub.prepared, lambda: hub.desk.meeting, alerts, home,
                lambda: pytest.fail("nothing is sent before a part runs"),
                Archive(lambda: hub.desk.meeting, hub.store.lines),
            )  # fmt: skip

        always = {"home assistant"}  # it may have something to take back
        assert set(doors(settings.BridgeSettings()).parts()) == always
        address = "http://127.0.0.1:1/"
        poll, hook = Poll(address, "x" * 16, 60.0), Hook(address, SECRET)
        found = doors(settings.BridgeSettings(poll, hook, facts=True))
        assert set(found.parts()) == always | {"ecabinet", "webhook", "broadcast"}
        found._trouble("ecabinet")("answers 401")
        text = alerts.text("ecabinet")
        assert text is not None
        assert text.vi == "Không nhận được cuộc họp từ eCabinet"
        found._trouble("ecabinet")("")
        assert alerts.text("ecabinet") is None
