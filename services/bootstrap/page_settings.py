"""The settings of the page and API: where it is, with which certificate, and who may use it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from services.bootstrap.base_settings import Base
from services.bootstrap.defaults import ANY_ADDRESS, CERTIFICATE, CERTIFICATE_KEY, HOST, PAGE_PORT
from services.bootstrap.setting_types import Web


class TlsSettings(Base):
    """The page's certificate, for the server that uses it and the clients that check it."""

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
        return self.tls_cert or self.data_dir / CERTIFICATE

    @property
    def certificate_key(self) -> Path:
        """The file of its key."""
        return self.tls_key or self.data_dir / CERTIFICATE_KEY


class PageSettings(TlsSettings):
    """Where the page is, and who may use it."""

    host: str = HOST
    port: int = Field(PAGE_PORT, ge=1, le=65535)
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
