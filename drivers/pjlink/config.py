"""Settings of one projector or display that speaks PJLink.

Owns what a room file may say about it and the bounds of each figure. Must not import the
codec or the driver: a room file is checked without opening anything.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr, field_validator

from drivers.core.section import Ident, Section, SourceName, one_name_each, plug

SourceCode = Annotated[str, Field(pattern=r"^[1-6][1-9A-Z]$")]


class PjlinkConfig(Section):
    """One projector on the network."""

    ABILITIES: ClassVar[tuple[str, ...]] = ("power", "source")
    """PJLink can only turn a volume up and down a step, and never says how loud it is."""

    id: Ident = Field(description="name of the display in its room")
    port: Annotated[str, plug("tcp", hint="PJLink is spoken over TCP 4352")] = Field(
        description="tcp:HOST:4352, or twin:tcp:ROOM/ID"
    )
    password: SecretStr | None = Field(
        None, description="set in the projector's menu; left out where it asks for none"
    )
    poll_s: float = Field(
        10.0,
        ge=5.0,
        le=20.0,
        description="seconds between two questions for its status; it hangs up after 30",
    )
    answer_s: float = Field(
        5.0, ge=1.0, le=15.0, description="seconds to wait for each answer before repeating"
    )
    warm_up_s: float = Field(
        90.0, ge=1.0, le=600.0, description="seconds in which power on has to show"
    )
    cool_down_s: float = Field(
        120.0, ge=1.0, le=600.0, description="seconds in which power off has to show"
    )
    sources: Annotated[dict[SourceName, SourceCode], AfterValidator(one_name_each)] = Field(
        default_factory=lambda: {"RGB1": "11", "HDMI1": "31", "HDMI2": "32"},
        description="inputs in use here, each by the name it goes by, with PJLink's number for it",
    )

    @field_validator("password")
    @classmethod
    def _password_can_be_set(cls, password: SecretStr | None) -> SecretStr | None:
        said = "" if password is None else password.get_secret_value()
        if password is not None and not (said.isascii() and said.isalnum() and len(said) <= 32):
            raise ValueError("a PJLink password is 1 to 32 letters and digits")
        return password
