"""The settings of every process, read from LOOKALIKE_… variables."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from common.secrets import SECRETS, SUFFIX
from models.providers import check_provider
from services.bootstrap.base_settings import PREFIX, Base
from services.bootstrap.defaults import HOST, LOOPBACK, SEARCH_PORT
from services.bootstrap.page_settings import PageSettings, TlsSettings
from services.bootstrap.setting_types import Mqtt, Pictures, Proxy, Redis, Store, Web
from services.core.domain import InputError

SEARCH_URL = "http://127.0.0.1:8081"
# Read by the edge, whose folder is deployed without this one.
EDGE_ONLY = frozenset(
    {"source", "thing", "max_fps", "stall_s", "region", "pace", "gate", "preview", "alive_file"}
)


class StoreSettings(Base):
    """Where the items are."""

    store: Store = ""

    @property
    def store_path(self) -> Path:
        """The file of the item store, if it is SQLite."""
        return Path(self.store.removeprefix("sqlite:///")) if self.store else self.data_dir / "items.sqlite"


class CatalogueSettings(StoreSettings):
    """Where the catalogue is, and what makes its vectors."""

    pictures: Pictures = ""
    model: str = "balanced"
    provider: Annotated[str, AfterValidator(check_provider)] = "cpu"
    # Addresses of pictures come from other people, who must not reach into this machine's network.
    fetch_private: bool = False

    @property
    def pictures_path(self) -> Path:
        """The folder of the picture store, if it is files."""
        return Path(self.pictures) if self.pictures else self.data_dir / "pictures"


class _Live(Base):
    mqtt_url: Mqtt = "mqtt://127.0.0.1:1883"
    redis_url: Redis = "redis://127.0.0.1:6379"


class SearchSettings(StoreSettings, PageSettings, _Live):
    """The search process."""

    knn: Literal["faiss"] = "faiss"
    search_host: str = HOST
    search_port: int = Field(SEARCH_PORT, ge=1, le=65535)
    max_age_s: float = Field(5, gt=0, le=3600)
    # Brokers may refuse a $ topic, and one refused filter ends the connection: so only on wish.
    mqtt_aws_topic: bool = False
    home_assistant: bool = False


class ApiSettings(CatalogueSettings, PageSettings, _Live):
    """The api process."""

    search_url: Web = SEARCH_URL
    # Addresses and networks, with commas between them.
    proxy: Proxy = ""

    @property
    def proxies(self) -> list[str]:
        """Trusted proxies: their X-Forwarded-For header names the client."""
        return [each.strip() for each in self.proxy.split(",") if each.strip()]

    @model_validator(mode="after")
    def _closed_by_default(self) -> Self:
        if self.host not in LOOPBACK and not self.api_key.get_secret_value():
            raise ValueError(
                f"LOOKALIKE_API_KEY is required when LOOKALIKE_HOST ({self.host}) is not loopback"
            )
        return self


class CliSettings(CatalogueSettings, TlsSettings, _Live):
    """The command line; the running system is found by the data folder's run.json, else at `api_url`."""

    api_key: SecretStr = SecretStr("")
    api_url: Web = ""
    search_url: Web = SEARCH_URL


class RunSettings(ApiSettings):
    """`make run`: empty addresses of broker and Redis stand for embedded ones on free ports."""

    mqtt_url: Mqtt = ""
    redis_url: Redis = ""
    source: str = ""
    samples: bool = True


S = TypeVar("S", bound=Base)


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
    names = {PREFIX + name.upper() for name in fields | EDGE_ONLY}
    return frozenset(names | {PREFIX + name.upper() + SUFFIX for name in SECRETS})


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = known_names()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "docs/contracts.md lists those that exist"
            raise InputError(f"{name} is not a setting; {hint}")
