"""What the hub is told of other systems: one TOML file, and secrets in files of their own.

Owns reading these files and their bounds. Must not connect.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hub.meeting_form import problems_of
from hub.reaching import is_loopback

SECRET_LEAST = 16
SECRET_MOST = 4096


class BridgeFileError(ValueError):
    """The file cannot be used; ``str()`` is one clear line."""


def _safe(url: str) -> str:
    """HTTPS, or this machine: what is sent there carries a secret, or names of people."""
    try:
        parts = urlsplit(url)
        host, number = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"no address: {error}") from error
    is_here = parts.scheme == "http" and host is not None and is_loopback(host)
    if not host or not (parts.scheme == "https" or is_here) or number == 0:
        raise ValueError("must be https://HOST/..., or http:// on this machine")
    if parts.username is not None or parts.fragment:
        raise ValueError("must not carry a name, a password or a #")
    return url


Url = Annotated[str, Field(max_length=2000), AfterValidator(_safe)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PollTable(_Closed):
    """Where meetings are fetched."""

    url: Url
    token_file: Annotated[str, Field(min_length=1)] = Field(
        description="file with the token, or name of a credential of systemd"
    )
    every_s: float = Field(default=60.0, ge=5.0, le=86_400.0)


class WebhookTable(_Closed):
    """Where facts are sent."""

    url: Url
    secret_file: Annotated[str, Field(min_length=1)] = Field(
        description="file with the secret of signatures, or name of a credential of systemd"
    )


class MqttTable(_Closed):
    """What the hub publishes of meetings."""

    facts: bool = False


class _File(_Closed):
    poll: PollTable | None = None
    webhook: WebhookTable | None = None
    mqtt: MqttTable = MqttTable()


@dataclass(frozen=True, slots=True)
class Poll:
    """Read and ready."""

    url: str
    token: str
    every_s: float


@dataclass(frozen=True, slots=True)
class Hook:
    """Read and ready."""

    url: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """Each None: there is no such door."""

    poll: Poll | None = None
    webhook: Hook | None = None
    home_assistant: bool = False
    facts: bool = False
    """They are published at the broker."""


def load(path: Path | None, *, home_assistant: bool = False) -> BridgeSettings:
    """The file at ``path``; without one nothing but what is said beside it.

    Raises:
        BridgeFileError: the file or a secret cannot be read or used.
    """
    if path is None:
        return BridgeSettings(home_assistant=home_assistant)
    try:
        found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BridgeFileError(f"{path}: cannot be read: {reason}") from error
    except tomllib.TOMLDecodeError as error:
        raise BridgeFileError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        raise BridgeFileError(f"{path}: {problems_of(error)[0]}") from error
    except (ValueError, RecursionError) as error:  # thousands of digits, or of brackets
        raise BridgeFileError(f"{path}: not TOML: {error}") from error
    poll, hook = None, None
    if found.poll is not None:
        token = _secret(path, "poll.token_file", found.poll.token_file)
        poll = Poll(found.poll.url, token, found.poll.every_s)
    if found.webhook is not None:
        secret = _secret(path, "webhook.secret_file", found.webhook.secret_file)
        hook = Hook(found.webhook.url, secret.encode("ascii"))
    return BridgeSettings(poll, hook, home_assistant, found.mqtt.facts)


def _secret(path: Path, key: str, name: str) -> str:
    """One line of ASCII; a bare name is a credential first, then a file beside ``path``."""
    passed = os.environ.get("CREDENTIALS_DIRECTORY")
    places = [path.parent / name]
    if passed and "/" not in name:
        places.insert(0, Path(passed) / name)
    place = next((each for each in places if each.exists()), places[-1])
    try:
        with place.open("rb") as file:
            found = file.read(SECRET_MOST + 1).decode("ascii").strip()
    except OSError as error:
        raise BridgeFileError(f"{path}: {key}: {place}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BridgeFileError(f"{path}: {key}: {place}: must be ASCII") from error
    if not SECRET_LEAST <= len(found) <= SECRET_MOST or not found.isprintable() or " " in found:
        most = f"{SECRET_LEAST} to {SECRET_MOST} characters"
        raise BridgeFileError(f"{path}: {key}: {place}: must be one word of {most}")
    return found
