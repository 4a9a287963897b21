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
    decodes: int = Field(
        2, ge=1, le=64, description="Pictures that are decoded at once. Each may take 300 MB for a second."
    )
    pictures_waiting: int = Field(
        16,
        ge=0,
        le=1000,
        description="Requests with a picture that wait for their turn, of searches and of changes each. "
        "One more is answered with 429.",
    )
    picture_wait_s: float = Field(
        20, gt=0, le=600, description="The longest wait for a turn, in seconds; then the answer is 429."
    )
