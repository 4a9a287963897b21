"""The settings of every process, read from LOOKALIKE_… variables."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.providers import check_provider
from services.bootstrap.forms import LOWER, UPPER, Mqtt, Pictures, Redis, Store, Web
from services.bootstrap.logs import Form
from services.bootstrap.secret_files import SECRETS, SUFFIX, read_secrets
from services.core.domain import InputError

PREFIX = "LOOKALIKE_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# To listen at all addresses, and what of them is this machine's own.
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
# Read by the edge, whose folder is deployed without this one.
EDGE_ONLY = frozenset({"source", "thing", "max_fps", "stall_s", "region", "pace", "gate", "preview"})


class _Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], UPPER] = "INFO"
    log_format: Annotated[Form, LOWER] = "text"
    data_dir: Path = Path(".data")
    # What each thread pool (FAISS, ONNX Runtime) may take: on a small machine they fight over the cores.
    threads: int = Field(1, ge=1, le=64)

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {**read_secrets(cls.model_fields, os.environ, prefix=PREFIX), **given}


class StoreSettings(_Base):
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
    # Addresses of pictures come from others, who must not look round in this machine's network.
    fetch_private: bool = False

    @property
    def pictures_path(self) -> Path:
        """The folder of the picture store, if it is files."""
        return Path(self.pictures) if self.pictures else self.data_dir / "pictures"


class TlsSettings(_Base):
    """Where the page's certificate is, for those who serve with it and those who believe it."""

    tls: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            given, lacking = ("CERT", "KEY") if self.tls_cert else ("KEY", "CERT")
            raise ValueError(f"LOOKALIKE_TLS_{given} is set without LOOKALIKE_TLS_{lacking}; expected both")
        return self

    @property
    def certificate(self) -> Path:
        """The file of the page's certificate, where it is served with TLS: the given one, else our own."""
        return self.tls_cert or self.data_dir / "tls" / "cert.pem"

    @property
    def certificate_key(self) -> Path:
        """The file of its key."""
        return self.tls_key or self.data_dir / "tls" / "key.pem"


class PageSettings(TlsSettings):
    """Where the page is, and who may use it."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    public_url: Web = ""
    api_key: SecretStr = SecretStr("")

    @property
    def https(self) -> bool:
        """Whether the page is served with TLS."""
        return self.tls or self.tls_cert is not None

    @property
    def local_url(self) -> str:
        """The address at which this machine itself reaches the page."""
        return self.url_at(ANY_ADDRESS.get(self.host, self.host))

    def url_at(self, host: str) -> str:
        """The page's address under a name or an address of this machine."""
        return f"{'https' if self.https else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def page_url(self) -> str:
        """The address that people and records use, without a slash at its end."""
        return (self.public_url or self.local_url).rstrip("/")


class _Live(_Base):
    mqtt_url: Mqtt = "mqtt://127.0.0.1:1883"
    redis_url: Redis = "redis://127.0.0.1:6379"


class SearchSettings(StoreSettings, PageSettings, _Live):
    """The search process."""

    knn: Literal["faiss"] = "faiss"
    search_host: str = "127.0.0.1"
    search_port: int = Field(8081, ge=1, le=65535)
    max_age_s: float = Field(5, gt=0, le=3600)
    # Brokers may refuse a $ topic, and one refused filter ends the connection: so only on wish.
    mqtt_aws_topic: bool = False
    home_assistant: bool = False


class ApiSettings(CatalogueSettings, PageSettings, _Live):
    """The api process."""

    search_url: Web = "http://127.0.0.1:8081"

    @model_validator(mode="after")
    def _closed_by_default(self) -> Self:
        if self.host not in LOOPBACK and not self.api_key.get_secret_value():
            raise ValueError(
                f"LOOKALIKE_API_KEY is required when LOOKALIKE_HOST ({self.host}) is not loopback"
            )
        return self


class CliSettings(CatalogueSettings, TlsSettings):
    """The command line; where the system runs it finds in the data folder's run.json."""

    api_key: SecretStr = SecretStr("")


class RunSettings(ApiSettings):
    """`make run`: empty addresses of broker and Redis stand for embedded ones on free ports."""

    mqtt_url: Mqtt = ""
    redis_url: Redis = ""
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
    names = {PREFIX + name.upper() for name in fields | EDGE_ONLY}
    return frozenset(names | {PREFIX + name.upper() + SUFFIX for name in SECRETS})


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = known_names()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "docs/contracts.md lists those that exist"
            raise InputError(f"{name} is not a setting; {hint}")
