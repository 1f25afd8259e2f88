"""What the settings of every device are made of: closed tables, names, ports.

Owns that an unknown key is an error and that a port can be read. Must not know a device, nor
open anything: a room file is checked on any machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from drivers.core.address import KINDS, Kind, parse_port

Ident = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
"""How rooms, devices and scenes are called in topics and commands."""

SourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
"""What people call an input of a display."""


class Section(BaseModel):
    """Closed: an unknown key is an error, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def plug(*kinds: Kind, hint: str = "") -> AfterValidator:
    """A port in the notation of ``drivers.core.address``, of one of ``kinds`` (none: of any).

    ``hint`` says where such a device is plugged in.
    """

    def check(text: str) -> str:
        if parse_port(text).kind not in (kinds or KINDS):
            raise ValueError(f"port {text!r}: {hint}")
        return text

    return AfterValidator(check)


def one_name_each(sources: Mapping[str, str]) -> Mapping[str, str]:
    """Inputs of a display that tells the code of an input: a second name would never be told."""
    if len(set(sources.values())) < len(sources):
        raise ValueError("two names for one input; the display tells one code only")
    return sources
