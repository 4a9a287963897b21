"""The edge's settings: environment variables that begin with LOOKALIKE_."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from common import setting_texts, wire
from common.box import parse_box
from common.mqtt_address import parse_mqtt_address
from common.mqtt_broker import Broker, MqttFiles, describe_broker
from common.redaction import redact, redact_url
from common.secrets import read_secrets
from common.setting_texts import default_in_words
from edge.cameras.sources import open_source
from edge.picture.crop import WHOLE, Box
from edge.process.model_download import check_address, is_address, is_fingerprint
from models.providers import check_provider

_PREFIX = "LOOKALIKE_"
# Maximum time between looks at a still scene, for instance of a camera that has come back.
_HEARTBEAT_S = 2.0
FRAMES_OVER_MQTT = "mqtt"
_SAMPLE_CLIP = Path(__file__).resolve().parents[1] / "samples" / "clip.mp4"


def _default_thing() -> str:
    return os.environ.get("AWS_IOT_THING_NAME") or "cam-1"


class EdgeSettings(BaseSettings):
    """The settings of one edge process; an empty variable counts as absent."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", validate_default=True
    )

    source: str = Field(
        str(_SAMPLE_CLIP),
        description=setting_texts.SOURCE,
        json_schema_extra=default_in_words("the sample clip"),
    )
    thing: str = Field(
        default_factory=_default_thing,
        description="The camera's name: 1 to 128 of the characters a-z A-Z 0-9 : _ -.",
        json_schema_extra=default_in_words("`AWS_IOT_THING_NAME`, else `cam-1`"),
    )
    mqtt_url: str = Field("mqtt://127.0.0.1:1883", description=setting_texts.MQTT_URL)
    mqtt_cert: Path | None = Field(None, description=setting_texts.MQTT_CERT)
    mqtt_key: Path | None = Field(None, description=setting_texts.MQTT_KEY)
    mqtt_ca: Path | None = Field(None, description=setting_texts.MQTT_CA)
    iot_rule: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_]{0,128}$",
        description="The rule of AWS IoT that gets observations directly (Basic Ingest). They then cost no "
        "messages, and nobody else can subscribe to them.",
        json_schema_extra=default_in_words("none"),
    )
    link: Literal["auto", "mqtt", "greengrass"] = Field(
        "auto",
        description="How messages are sent. `greengrass`: by IPC, in a component of AWS IoT Greengrass; "
        "`mqtt`: to `MQTT_URL`; `auto`: by IPC where a nucleus has started the edge, else by MQTT.",
    )
    model: str = Field("balanced", description=setting_texts.MODEL)
    model_fingerprint: str | None = Field(
        None,
        description="The sha-256 of the model's file in hex, or its first 12 digits. `lookalike model list` "
        "prints them. A file of another fingerprint is not used; an address in `MODEL` needs it.",
    )
    edge_data: Path | None = Field(
        None,
        description="The folder of the models that the edge fetches, the last one that worked, and "
        "the cameras that the page adds. An address in `MODEL` needs it.",
    )
    region: Annotated[Box, NoDecode] = Field(
        WHOLE,
        description="The part of the frame that is looked at: `left,top,width,height` as shares, as "
        "`0.25,0,0.5,1`.",
        json_schema_extra=default_in_words("the whole frame"),
    )
    edge_cameras: int = Field(
        8,
        ge=0,
        le=32,
        description="How many cameras an edge with `EDGE_DATA` takes from the page; each runs as a process "
        "of its own. 0: none.",
    )
    camera_local: bool = Field(
        False,
        description="1: a camera that is added in the page may be at an address of the edge's own machine, "
        "or of a cloud's metadata.",
    )
    title: str = Field(
        "",
        max_length=80,
        description="The camera's name for people, in any script.",
        json_schema_extra=default_in_words("its `THING`"),
    )
    run_by: str = Field(
        "",
        description="The edge that runs this camera as one which was added in the page; set by that edge.",
        json_schema_extra=default_in_words("none"),
    )
    pace: Literal["real", "fast"] = Field(
        "real",
        description="How a recording plays. `real`: at its own pace; `fast`: as fast as its frames can be "
        "looked at, and none is left out.",
    )
    max_fps: float = Field(10.0, gt=0, le=1000, description="The highest frame rate of the edge.")
    gate: bool = Field(
        True,
        description="0: each frame is looked at, also when it looks like the one before. Else a "
        "near-identical frame is looked at only once in a heartbeat.",
    )
    max_age_s: float = Field(5.0, gt=0, le=3600, description=setting_texts.MAX_AGE_S)
    preview: bool = Field(
        True, description="0: no picture leaves the camera, no previews, snapshots or moments, whoever asks."
    )
    codes_cpu: float = Field(
        0.1,
        ge=0,
        le=1,
        description="The largest share of one CPU core for reading barcodes and QR codes; 0: none are read.",
    )
    provider: Annotated[str, AfterValidator(check_provider)] = Field(
        "cpu", description=setting_texts.PROVIDER
    )
    home_assistant: bool = Field(False, description=setting_texts.HOME_ASSISTANT)
    threads: int = Field(1, ge=1, le=256, description=setting_texts.THREADS)
    # A folder gives a picture each second.
    stall_s: float = Field(
        5.0, ge=2, le=600, description="After how many seconds without a frame a camera is `stalled`."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description=setting_texts.LOG_LEVEL
    )
    log_format: Literal["text", "json"] = Field("text", description=setting_texts.LOG_FORMAT)
    alive_file: Path | None = Field(
        None, description="A file that the edge touches while its loop turns, with or without a camera."
    )

    @property
    def process(self) -> str:
        """The name of this process in its log."""
        return "frames" if self.source == FRAMES_OVER_MQTT else "edge"

    @property
    def about(self) -> dict[str, object]:
        """What its status says of a camera that was added in the page, or that has a name for people."""
        named: dict[str, object] = {"title": self.title} if self.title else {}
        return named | ({"region": list(self.region), "run_by": self.run_by} if self.run_by else {})

    @property
    def takes_cameras(self) -> bool:
        """Whether it takes cameras that are added in the page."""
        return self.edge_data is not None and self.edge_cameras > 0 and not self.run_by

    @property
    def broker(self) -> Broker:
        """The broker, with its TLS files loaded; ValueError for files that do not fit."""
        return describe_broker(self.mqtt_url, MqttFiles(self.mqtt_cert, self.mqtt_key, self.mqtt_ca))

    @property
    def heartbeat_s(self) -> float:
        """Time between looks at a still scene, so that its match stays fresh; 0: each frame is looked at."""
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
        parse_mqtt_address(value)
        return value

    @model_validator(mode="after")
    def _check_mqtt_files(self) -> Self:
        _ = self.broker
        return self

    @field_validator("model_fingerprint")
    @classmethod
    def _check_fingerprint(cls, value: str | None) -> str | None:
        if value is not None and not is_fingerprint(value := value.lower()):
            raise ValueError("expected 12 or 64 hex digits")
        return value

    @model_validator(mode="after")
    def _check_model_address(self) -> Self:
        if is_address(self.model):
            given = {"model_fingerprint": self.model_fingerprint, "edge_data": self.edge_data}
            for name, value in given.items():
                if value is None:
                    raise ValueError(
                        f"LOOKALIKE_MODEL is an address; expected {_PREFIX}{name.upper()} with it"
                    )
            try:
                check_address(self.model, self.model_fingerprint or "")
            except ValueError as error:
                raise ValueError(f"LOOKALIKE_MODEL: {error}; got {redact_url(self.model)[:80]!r}") from None
        return self

    @field_validator("region", mode="before")
    @classmethod
    def _check_region(cls, value: object) -> object:
        return parse_box(value) if isinstance(value, str) else value

    @field_validator("log_level", "log_format", "pace", "link", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def explain(error: ValidationError) -> str:
    """One line that names each bad variable, its value and what was expected, without passwords."""
    parts = []
    for problem in error.errors(include_url=False):
        text = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            parts.append(text)
            continue
        name = _PREFIX + ".".join(map(str, problem["loc"])).upper()
        # The file may be a wrong one, all of whose content is secret.
        got = os.environ.get(f"{name}_FILE") or redact(str(problem["input"]))[:80]
        parts.append(f"{name}: {text[0].lower() + text[1:]}; got {got!r}")
    return "; ".join(parts).replace("\n", " ")
