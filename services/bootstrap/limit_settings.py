"""The limits on what others send and take; docs/security.md lists them with what each one is against."""

from __future__ import annotations

from pydantic import Field

from services.bootstrap.base_settings import Base


class LimitSettings(Base):
    """The api's limits."""

    max_body_mib: int = Field(
        32,
        ge=1,
        le=1024,
        description="The largest body of a request, in MiB. An archive may be larger: half of the free disk.",
    )
