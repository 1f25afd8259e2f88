"""Settings of one Pelco-D camera, as they stand in a room file.

Owns their names, bounds and defaults. Must not open anything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.core.section import Ident, Section, plug
from drivers.core.unseen import SETTLES_S

Degrees = Annotated[float, Field(ge=-180.0, le=180.0)]
Speed = Annotated[float, Field(gt=0.0, le=400.0)]


class PelcoConfig(Section):
    """One camera on an RS-485 line that it may share with others. Unknown keys are errors."""

    driver: Literal["pelco_d"] = Field("pelco_d", description="Which driver this is for.")
    id: Ident = Field(description="Id of the camera in its room.")
    port: Annotated[str, plug("serial", "tcp", hint="Pelco-D travels on a serial line")] = Field(
        description="/dev/…, tcp:HOST:PORT of a serial server, or twin:serial:ROOM/ID."
    )
    baud: Literal[1200, 2400, 4800, 9600, 19200] = Field(
        2400, description="Speed of the line; the switches of all its cameras must agree."
    )
    address: int = Field(1, ge=1, le=255, description="The camera's own number on the line.")
    model: str = Field("", max_length=100, description="Name on the camera's plate, for people.")
    positions: Literal["untold", "told"] = Field(
        "untold",
        description="told: it answers the questions for pan and tilt and can be sent to angles; "
        "most cameras never answer and are sent to presets",
    )
    fov_deg: float | None = Field(
        None, gt=0, lt=150, description="told: measured width of its picture, which stays as it is"
    )
    pan_grows: Literal["right", "left"] = Field(
        "right", description="told: which way its pan angle grows"
    )
    tilt_grows: Literal["up", "down"] = Field(
        "down", description="told: which way its tilt angle grows"
    )
    pan_limits_deg: tuple[Degrees, Degrees] = Field(
        (-180.0, 180.0), description="where it may look"
    )
    tilt_limits_deg: tuple[Degrees, Degrees] = Field((-90.0, 90.0), description="where it may look")
    fastest_deg_s: tuple[Speed, Speed] = Field(
        (60.0, 30.0), description="pan and tilt at speed 3Fh: an estimate to be measured"
    )
    tolerance_deg: float = Field(0.5, gt=0, le=5, description="told: how near counts as arrived")
    rest_poll_s: float = Field(
        2.0, ge=0.5, le=30, description="told: how often it is asked at rest"
    )
    settles_s: float = Field(
        SETTLES_S, ge=0.5, le=60, description="with trust_time: when an order counts as done"
    )
    trust_time: bool = Field(
        False,
        description="untold: count as arrived after settles_s, and be shown as unconfirmed; "
        "without it the camera is never cut to by itself",
    )

    @model_validator(mode="after")
    def _consistent(self) -> PelcoConfig:
        if (self.positions == "told") != (self.fov_deg is not None):
            raise ValueError('fov_deg and positions = "told" go together: one without the other')
        if self.trust_time and self.positions == "told":
            raise ValueError("trust_time is for cameras that do not tell their position")
        for name, limits in (("pan", self.pan_limits_deg), ("tilt", self.tilt_limits_deg)):
            if limits[0] >= limits[1]:
                raise ValueError(f"{name}_limits_deg: {limits[0]:g} is not below {limits[1]:g}")
        return self
