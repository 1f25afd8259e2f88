"""The words of switchers, as data: how a picture is chosen, asked for, and answered.

Owns the table. A switcher that is not in it is described in the room file with the same keys.
Must not open anything. Sources: Extron's command tables of CrossPoint, MVX and MTPX matrices
(ties) and of SW and DTP switchers (single output).
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, field_validator

from drivers.core.section import Section

Words = Annotated[str, Field(min_length=1, max_length=200)]


class Dialect(Section):
    """One way of speaking. Patterns are regular expressions for a whole line."""

    select: Words = Field(description="chooses: text with {input} and, in a matrix, {output}")
    ask: Words = Field(description="asks what is chosen: text, in a matrix with {output}")
    tied: Words = Field(
        description="says what was chosen: a pattern with (?P<input>…) and perhaps (?P<output>…)"
    )
    told: Words = Field(r"0*(?P<input>\d{1,4})", description="answers the question: the same")
    refused: Words = Field(r"E(?P<code>\d\d)", description="says no: a pattern with (?P<code>…)")
    reasons: dict[str, str] = Field(
        default_factory=dict, max_length=100, description="what the codes mean"
    )

    @field_validator("select", "ask")
    @classmethod
    def _can_be_filled(cls, value: str) -> str:
        try:
            value.format(input=1, output=1)
        except (LookupError, ValueError) as error:
            raise ValueError(f"{value!r} is no text with {{input}} and {{output}}") from error
        return value

    @field_validator("tied", "told", "refused")
    @classmethod
    def _is_a_pattern(cls, value: str, info: Any) -> str:
        wanted = "code" if info.field_name == "refused" else "input"
        try:
            groups = re.compile(value).groupindex
        except re.error as error:
            raise ValueError(f"{value!r} is no pattern: {error}") from error
        if wanted not in groups:
            raise ValueError(f"{value!r} has no (?P<{wanted}>…)")
        return value


EXTRON_REASONS = {
    "01": "no such input",
    "06": "the input cannot be changed while it switches by itself",
    "10": "unknown command",
    "12": "no such output",
    "13": "a value is out of range",
    "14": "not possible in this configuration",
    "22": "busy",
    "24": "not allowed on this connection",
}
_KIND = r"(?: (?:All|Vid|RGB))?"

DIALECTS = {
    "extron-matrix": Dialect(
        select="{input}*{output}!",
        ask="{output}%",
        tied=rf"Out0*(?P<output>\d{{1,4}}) In0*(?P<input>\d{{1,4}}){_KIND}",
        reasons=EXTRON_REASONS,
    ),
    "extron-switcher": Dialect(
        select="{input}!",
        ask="%",
        tied=rf"In0*(?P<input>\d{{1,4}}){_KIND}",
        reasons=EXTRON_REASONS,
    ),
}
"""By the name that stands in a room file. Both commands end by themselves, without CR."""
