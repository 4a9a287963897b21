"""The settings of the page and API: its address, its certificate, and its key."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from common.setting_texts import default_in_words
from services.bootstrap.base_settings import Base
from services.bootstrap.defaults import ANY_ADDRESS, CERTIFICATE, CERTIFICATE_KEY, HOST, PAGE_PORT
from services.bootstrap.setting_types import PublicWeb

API_KEY = (
    "The owner's key, which may do everything. The owner makes keys of viewers and staff with it "
    "([roles](../security.md#roles)). Required unless `HOST` is loopback."
)


class TlsSettings(Base):
    """The page's certificate, for the server that uses it and the clients that check it."""

    tls: bool = Field(
        False,
        description="1: the page and API are served as https only (`make run TLS=1`). The certificate is "
        "made once, `DATA_DIR/tls/cert.pem`, for localhost, this machine's names, `HOST` (with "
        "`0.0.0.0` or `::`: its addresses) and the host of `PUBLIC_URL`. It is made again when it ends "
        "within 30 days or a name is missing. The command line trusts it; browsers warn once.",
    )
    tls_cert: Path | None = Field(
        None,
        description="The file of your own certificate (PEM, with its chain) in place of the made one. Set "
        "`TLS_KEY` too. Other clients are told of a private authority with `SSL_CERT_FILE`.",
    )
    tls_key: Path | None = Field(None, description="The file of that certificate's key (PEM).")

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            given, lacking = ("CERT", "KEY") if self.tls_cert else ("KEY", "CERT")
            raise ValueError(f"LOOKALIKE_TLS_{given} is set without LOOKALIKE_TLS_{lacking}; expected both")
        return self

    @property
    def certificate(self) -> Path:
        """The file of the page's certificate, for serving with TLS: the given one, else our own."""
        return self.tls_cert or self.data_dir / CERTIFICATE

    @property
    def certificate_key(self) -> Path:
        """The file of the certificate's key."""
        return self.tls_key or self.data_dir / CERTIFICATE_KEY


class PageSettings(TlsSettings):
    """The page's address, and its key."""

    host: str = Field(HOST, description="The address that the page and API listen at.")
    port: int = Field(PAGE_PORT, ge=1, le=65535, description="The port of the page and API.")
    public_url: PublicWeb = Field(
        "",
        description="The address that people use; match records name pictures by it.",
        json_schema_extra=default_in_words("`http(s)://HOST:PORT`"),
    )
    api_key: SecretStr = Field(SecretStr(""), description=API_KEY)

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
