"""Settings of one VISCA camera, as they stand in a room file.

Owns their names, bounds and defaults. Must not open anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from drivers.core.address import Port, parse_port
from drivers.core.section import Ident, Section, plug
from drivers.core.unseen import SETTLES_S
from drivers.visca.models import MODELS, Model

Flavour = Literal["serial", "raw", "sony-ip"]
"""How packets travel: on a line, bare in TCP or UDP, or behind Sony's header."""

SONY_UDP_PORT = ":52381"

ACK_TIMEOUT_S: dict[str, float] = {"serial": 0.5, "tcp": 1.0, "udp": 0.5}
"""Sony acknowledges within 4 video cycles (167 ms at 24p); PTZOptics over TCP can need 255 ms
for an answer and more for an acknowledgement."""

Limits = Annotated[tuple[float, float], Field(description="Lowest and highest angle in degrees.")]


class ViscaConfig(Section):
    """One camera on one wire. Unknown keys are errors."""

    driver: Literal["visca"] = Field("visca", description="Which driver this is for.")
    id: Ident = Field(description="Id of the camera in its room.")
    port: Annotated[str, plug()] = Field(
        description="/dev/…, tcp:HOST:PORT, udp:HOST:PORT or twin:KIND:ROOM/ID."
    )
    baud: Literal[4800, 9600, 19200, 38400, 57600, 115200] = Field(
        9600, description="Speed of a serial line; the camera's own switch must agree."
    )
    address: int = Field(1, ge=1, le=7, description="Place in the serial chain; 1 over a network.")
    model: str = Field(description="Camera model, a name from drivers/visca/models.py.")
    flavour: Flavour | None = Field(
        None, description="serial, raw or sony-ip; normally follows from port and model."
    )
    fixed_sequence: bool = Field(
        False, description="Always send sequence number 1 (NewTek NDI PTZ1 wants this)."
    )
    ack_timeout_s: float | None = Field(
        None, ge=0.05, le=10, description="How long to wait for an answer; by default per wire."
    )
    pan_limits_deg: Limits | None = Field(None, description="Narrower limits than the model's.")
    tilt_limits_deg: Limits | None = Field(None, description="Narrower limits than the model's.")
    upside_down: bool = Field(
        False, description="Hangs from the ceiling without image flip: both axes count reversed."
    )
    wide_fov_deg: float | None = Field(
        None, gt=1, lt=150, description="Measured width of the widest picture in degrees."
    )
    tolerance_deg: float = Field(
        0.3, gt=0, le=5, description="How near the aim counts as arrived, per axis."
    )
    rest_poll_s: float = Field(
        1.5, ge=0.2, le=30, description="How often a camera at rest is asked for its position."
    )
    tells_position: bool = Field(
        True,
        description="false: it answers nothing when asked for its position; presets are used. "
        "A camera that refuses the question is found out by itself",
    )
    settles_s: float = Field(
        SETTLES_S, ge=0.5, le=60, description="with trust_time: when an order counts as done"
    )
    trust_time: bool = Field(
        False,
        description="without a told position, count as arrived after settles_s; shown as "
        "unconfirmed. Without it such a camera is never cut to by itself",
    )
    wake: bool = Field(True, description="Switch the camera on when it is found in standby.")

    @field_validator("model")
    @classmethod
    def _known_model(cls, value: str) -> str:
        if value not in MODELS:
            raise ValueError(f"unknown camera model {value!r}; known: {', '.join(MODELS)}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> ViscaConfig:
        serial = self.parsed_port.kind == "serial"
        if self.flavour is not None and serial != (self.flavour == "serial"):
            raise ValueError(f"flavour {self.flavour} does not go with port {self.port}")
        if self.fixed_sequence and self.wire_flavour != "sony-ip":
            raise ValueError("fixed_sequence is for flavour sony-ip only")
        if self.address != 1 and not serial:
            raise ValueError(f"address {self.address}: over a network a camera's address is 1")
        for name, limits in (("pan", self.pan_limits_deg), ("tilt", self.tilt_limits_deg)):
            if limits is not None and limits[0] >= limits[1]:
                raise ValueError(f"{name}_limits_deg: {limits[0]:g} is not below {limits[1]:g}")
        return self

    @property
    def parsed_port(self) -> Port:
        """The port, parsed."""
        return parse_port(self.port)

    @property
    def wire_flavour(self) -> Flavour:
        """As chosen, or as port and model suggest: Sony speaks behind its header on UDP."""
        port = self.parsed_port
        if self.flavour is not None:
            return self.flavour
        if port.kind == "serial":
            return "serial"
        sony = MODELS[self.model].sony_udp or port.target.endswith(SONY_UDP_PORT)
        return "sony-ip" if port.kind == "udp" and sony else "raw"

    @property
    def reply_timeout_s(self) -> float:
        """As chosen, or as the kind of wire needs."""
        return self.ack_timeout_s or ACK_TIMEOUT_S[self.parsed_port.kind]

    @property
    def profile(self) -> Model:
        """The model with this camera's own limits and measured width."""
        model = MODELS[self.model]
        sign = -1 if self.upside_down else 1
        pan, tilt = model.pan_limits_deg, model.tilt_limits_deg
        if self.upside_down:
            pan, tilt = (-pan[1], -pan[0]), (-tilt[1], -tilt[0])
        return replace(
            model,
            pan_limits_deg=self.pan_limits_deg or pan,
            tilt_limits_deg=self.tilt_limits_deg or tilt,
            wide_fov_deg=self.wide_fov_deg or model.wide_fov_deg,
            pan_sign=model.pan_sign * sign,
            tilt_sign=model.tilt_sign * sign,
        )
