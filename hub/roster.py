"""The meeting's file: ``meeting_form`` as TOML.

Owns reading the file and its error messages: one line naming file, key and bound. Must not judge
what the form judges.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from hub.meeting_form import MeetingForm, clashes, problems_of


class MeetingFileError(ValueError):
    """The meeting's file cannot be used; ``str()`` is one clear line."""


def form_of(text: str, name: str) -> MeetingForm:
    """The form that ``text`` fills in; ``name`` is the file's, for messages.

    Raises:
        MeetingFileError: not TOML, an unknown key, a value out of its bounds, a seat twice.
    """
    try:
        found = MeetingForm.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MeetingFileError(f"{name}: not TOML: {error}") from error
    except ValidationError as error:
        raise MeetingFileError(f"{name}: {problems_of(error)[0]}") from error
    except RecursionError as error:
        raise MeetingFileError(f"{name}: lists or tables nested too deeply") from error
    except ValueError as error:  # a number with thousands of digits
        raise MeetingFileError(f"{name}: {error}") from error
    wrong = clashes(found)
    if wrong:
        raise MeetingFileError(f"{name}: {wrong[0]}")
    return found


def load(path: Path | None) -> MeetingForm | None:
    """The meeting of the file at ``path``; without one None.

    Raises:
        MeetingFileError: the file cannot be read or used.
    """
    if path is None:
        return None
    try:
        return form_of(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise MeetingFileError(f"{path}: cannot be read: {reason}") from error


def demo_file() -> Path:
    """The meeting that the demo holds."""
    return Path(str(resources.files("hub") / "demo_meeting.toml"))
