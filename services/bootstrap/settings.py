"""The settings of every process, read from LOOKALIKE_… variables."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.providers import check_provider
from services.core.domain import InputError

PREFIX = "LOOKALIKE_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Read by the edge, whose folder is deployed without this one.
EDGE_ONLY = frozenset({"source", "thing", "max_fps", "stall_s", "region", "pace", "gate", "preview"})


def _starts(*schemes: str) -> AfterValidator:
    """An address of one of these forms; empty stands for the default."""

    def check(value: str) -> str:
        if value and not any(value.startswith(scheme) and len(value) > len(scheme) for scheme in schemes):
            raise ValueError(f"expected an address that begins with {' or '.join(schemes)}")
        return value

    return AfterValidator(check)


def _store(value: str) -> str:
    if not re.fullmatch(r"(sqlite:///.+|dynamodb://[A-Za-z0-9_.-]{3,255})?", value):
        raise ValueError("expected sqlite:///PATH or dynamodb://TABLE")
    return value


def _pictures(value: str) -> str:
    if "://" in value and not re.fullmatch(r"s3://[a-z0-9.-]{3,63}(/[^\s]*)?", value):
        raise ValueError("expected a folder, s3://BUCKET or s3://BUCKET/PREFIX")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


_MQTT = _starts("mqtt://", "mqtts://")
_REDIS = _starts("redis://", "rediss://", "unix://")


class _Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    data_dir: Path = Path(".data")
    # What each thread pool (FAISS, ONNX Runtime) may take: on a small machine they fight over the cores.
    threads: int = Field(1, ge=1, le=64)


class StoreSettings(_Base):
    """Where the items are."""

    store: Annotated[str, AfterValidator(_store)] = ""

    @property
    def store_path(self) -> Path:
        """The file of the item store, if it is SQLite."""
        return Path(self.store.removeprefix("sqlite:///")) if self.store else self.data_dir / "items.sqlite"


class CatalogueSettings(StoreSettings):
    """Where the catalogue is, and what makes its vectors."""

    pictures: Annotated[str, AfterValidator(_pictures)] = ""
    model: str = "balanced"
    provider: Annotated[str, AfterValidator(check_provider)] = "cpu"
    # Addresses of pictures come from others, who must not look round in this machine's network.
    fetch_private: bool = False

    @property
    def pictures_path(self) -> Path:
        """The folder of the picture store, if it is files."""
        return Path(self.pictures) if self.pictures else self.data_dir / "pictures"


class _Page(_Base):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    public_url: Annotated[str, _starts("http://", "https://")] = ""
    api_key: SecretStr = SecretStr("")

    @property
    def page_url(self) -> str:
        """The address that people and records use, without a slash at its end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return (self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}").rstrip("/")


class _Live(_Base):
    mqtt_url: Annotated[str, _MQTT] = "mqtt://127.0.0.1:1883"
    redis_url: Annotated[str, _REDIS] = "redis://127.0.0.1:6379"


class SearchSettings(StoreSettings, _Page, _Live):
    """The search process."""

    knn: Literal["faiss"] = "faiss"
    search_host: str = "127.0.0.1"
    search_port: int = Field(8081, ge=1, le=65535)
    max_age_s: float = Field(5, gt=0, le=3600)
    # Brokers may refuse a $ topic, and one refused filter ends the connection: so only on wish.
    mqtt_aws_topic: bool = False
    home_assistant: bool = False


class ApiSettings(CatalogueSettings, _Page, _Live):
    """The api process."""

    search_url: Annotated[str, _starts("http://", "https://")] = "http://127.0.0.1:8081"

    @model_validator(mode="after")
    def _closed_by_default(self) -> Self:
        if self.host not in LOOPBACK and not self.api_key.get_secret_value():
            raise ValueError(
                f"LOOKALIKE_API_KEY is required when LOOKALIKE_HOST ({self.host}) is not loopback"
            )
        return self


class CliSettings(CatalogueSettings):
    """The command line; where the system runs it finds in the data folder's run.json."""

    api_key: SecretStr = SecretStr("")


class RunSettings(ApiSettings):
    """`make run`: empty addresses of broker and Redis stand for embedded ones on free ports."""

    mqtt_url: Annotated[str, _MQTT] = ""
    redis_url: Annotated[str, _REDIS] = ""
    source: str = ""
    samples: bool = True


S = TypeVar("S", bound=_Base)


def load(kind: type[S], environ: Mapping[str, str] = os.environ) -> S:
    """Read a process's settings; raises InputError with one line that names the variable."""
    _refuse_unknown(environ)
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper() + ": " if first["loc"] else ""
        # An address or a key may hold a password.
        secret = not first["loc"] or any(part in name for part in ("_URL", "_KEY", "SOURCE"))
        shown = "" if secret else f" (it is {str(first['input'])[:60]!r})"
        raise InputError(f"{name}{first['msg'].removeprefix('Value error, ')}{shown}") from None


def known_names() -> frozenset[str]:
    """The names of all variables that some process reads."""
    fields = {
        name for kind in (SearchSettings, ApiSettings, CliSettings, RunSettings) for name in kind.model_fields
    }
    return frozenset(PREFIX + name.upper() for name in fields | EDGE_ONLY)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = known_names()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "docs/contracts.md lists those that exist"
            raise InputError(f"{name} is not a setting; {hint}")
