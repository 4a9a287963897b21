"""The limits on what others send and take; docs/security.md lists them with those that are fixed."""

from __future__ import annotations

from pydantic import Field

from services.bootstrap.base_settings import Base


class ConnectionSettings(Base):
    """The limits of connections, of the api and of the search process alike."""

    max_connections: int = Field(
        400,
        ge=10,
        le=100_000,
        description="The largest number of HTTP connections. When it is reached, the one that has been idle "
        "for longest makes room; if none is, the new one is closed. Fewer, where few files may be open. "
        "While more than 450 are open, a lost connection to the broker may not come back: the MQTT client "
        "can't wait for descriptors above 1,023, and a connection takes two.",
    )
    max_connections_per_address: int = Field(
        100,
        ge=1,
        le=100_000,
        description="The same for one client's address (of IPv6: one /64); not for those in `PROXY`.",
    )
    http_head_s: float = Field(
        10,
        gt=0,
        le=3600,
        description="The time in which a connection has to bring a request, in seconds.",
    )
    http_stall_s: float = Field(
        30,
        gt=0,
        le=3600,
        description="The time in which a client has to take 64 KiB of an answer, or to send 64 KiB or the "
        "rest of a body, in seconds.",
    )


class LimitSettings(ConnectionSettings):
    """The api's limits."""

    max_cameras: int = Field(
        1024,
        ge=1,
        le=100_000,
        description="Cameras that are remembered. Those that are gone for longest are forgotten first, and "
        "none that lives.",
    )
    max_exports: int = Field(
        2, ge=1, le=100, description="The largest number of exports (GET /items/archive) at once."
    )
    max_body_mib: int = Field(
        32,
        ge=1,
        le=1024,
        description="The largest body of a request, in MiB. An archive may be larger: half of the free disk.",
    )
    max_table_mib: int = Field(
        8,
        ge=1,
        le=1024,
        description="The largest table that is imported on the page, in MiB, with 50,000 rows. The command "
        "line has no such limit.",
    )
    decodes: int = Field(
        1, ge=1, le=64, description="Pictures that are decoded at once. Each may take 300 MB for a second."
    )
    pictures_waiting: int = Field(
        16,
        ge=0,
        le=1000,
        description="Requests with a picture or a table that wait for their turn, of searches, of changes "
        "and of tables each. One more is answered with 429.",
    )
    picture_wait_s: float = Field(
        20, gt=0, le=600, description="The longest wait for a turn, in seconds; then the answer is 429."
    )
