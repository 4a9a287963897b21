"""The edge's settings: environment variables that begin with LOOKALIKE_."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from common import wire
from common.redaction import redact
from common.secrets import read_secrets
from edge.cameras.sources import open_source
from edge.link.mqtt_client_setup import check_url
from edge.picture.crop import WHOLE, Box, parse_region
from models.providers import check_provider

_PREFIX = "LOOKALIKE_"
# A camera that comes back is looked at within this time, whether or not its scene has changed.
_HEARTBEAT_S = 2.0
FRAMES_OVER_MQTT = "mqtt"
_SAMPLE_CLIP = Path(__file__).resolve().parents[1] / "samples" / "clip.mp4"


def _default_thing() -> str:
    return os.environ.get("AWS_IOT_THING_NAME") or "cam-1"


class EdgeSettings(BaseSettings):
    """What one edge process is told; an empty variable counts as absent."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", validate_default=True
    )

    source: str = str(_SAMPLE_CLIP)
    thing: str = Field(default_factory=_default_thing)
    mqtt_url: str = "mqtt://127.0.0.1:1883"
    model: str = "balanced"
    # The part of the frame that is looked at: left, top, width, height as shares of it.
    region: Annotated[Box, NoDecode] = WHOLE
    # Recordings at their own pace, or as fast as they can be looked at.
    pace: Literal["real", "fast"] = "real"
    max_fps: float = Field(default=10.0, gt=0, le=1000)
    # Near-identical frames are not looked at again, but one in each heartbeat.
    gate: bool = True
    max_age_s: float = Field(default=5.0, gt=0, le=3600)
    preview: bool = True
    provider: Annotated[str, AfterValidator(check_provider)] = "cpu"
    home_assistant: bool = False
    threads: int = Field(default=1, ge=1, le=256)
    stall_s: float = Field(default=5.0, ge=2, le=600)  # a folder gives a picture each second
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    # Touched while the loop turns.
    alive_file: Path | None = None

    @property
    def process(self) -> str:
        """What this process is called in its log."""
        return "frames" if self.source == FRAMES_OVER_MQTT else "edge"

    @property
    def heartbeat_s(self) -> float:
        """How often a still scene is looked at, so that its match stays fresh; 0: each frame is looked at."""
        return min(_HEARTBEAT_S, self.max_age_s / 2.5) if self.gate else 0.0

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        return read_secrets(cls.model_fields, prefix=_PREFIX) | given

    @field_validator("source")
    @classmethod
    def _check_source(cls, value: str) -> str:
        if value != FRAMES_OVER_MQTT:
            open_source(value, stall_s=1)
        return value

    @field_validator("thing")
    @classmethod
    def _check_thing(cls, value: str) -> str:
        if not wire.is_thing(value):
            raise ValueError("expected 1 to 128 of the characters a-z A-Z 0-9 : _ -")
        return value

    @field_validator("mqtt_url")
    @classmethod
    def _check_mqtt_url(cls, value: str) -> str:
        return check_url(value)

    @field_validator("region", mode="before")
    @classmethod
    def _check_region(cls, value: object) -> object:
        return parse_region(value) if isinstance(value, str) else value

    @field_validator("log_level", "log_format", "pace", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def explain(error: ValidationError) -> str:
    """One line that names each bad variable, what it held and what was expected; no passwords."""
    parts = []
    for problem in error.errors(include_url=False):
        text = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            parts.append(text)
            continue
        name = _PREFIX + ".".join(map(str, problem["loc"])).upper()
        # A file may be the wrong one, and all of it a secret.
        got = os.environ.get(f"{name}_FILE") or redact(str(problem["input"]))[:80]
        parts.append(f"{name}: {text[0].lower() + text[1:]}; got {got!r}")
    return "; ".join(parts).replace("\n", " ")
