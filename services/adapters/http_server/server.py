"""The server: uvicorn with limits of connections, times and descriptors."""

from __future__ import annotations

import contextlib
import logging
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from common.rate_limited_log import RateLimitedLines
from services.adapters.http_server.client_address import Networks
from services.adapters.http_server.connections import ConnectionLimits, Connections
from services.adapters.http_server.listener import ACCEPTED_AT_ONCE, Listener
from services.adapters.http_server.protocol import LimitedProtocol, LimitedState

log = logging.getLogger(__name__)

# Descriptors of files and of our own connections to others.
_OWN_DESCRIPTORS = 200
# A connection and the file that it is sent.
_EACH_DESCRIPTORS = 2
# uvicorn's tick, ten a second.
_SWEEP_TICKS = 10
_QUIET = RateLimitedLines()


@dataclass(frozen=True, slots=True)
class ServedAt:
    """An address to serve at, with the files of its certificate for https, and the proxies before it."""

    host: str
    port: int
    certificate: Path | None = None
    certificate_key: Path | None = None
    proxies: tuple[str, ...] = ()


class LimitedServer(uvicorn.Server):
    """Serves an app until SIGTERM or SIGINT."""

    def __init__(
        self,
        app: ASGIApp,
        at: ServedAt,
        limits: ConnectionLimits,
        *,
        graceful_s: int,
        stopping: Callable[[], None] = lambda: None,
    ) -> None:
        """`stopping` ends what would hold up a shutdown until `graceful_s`, such as event streams."""
        super().__init__(_config(app, at, graceful_s=graceful_s))
        in_all = min(limits.in_all, _room_for())
        if in_all < limits.in_all:
            log.warning(
                "at most %d connections, not %d: the limit of open files is too low", in_all, limits.in_all
            )
        self.book = Connections(replace(limits, in_all=in_all, proxies=Networks(at.proxies)))
        self.server_state = LimitedState(self.book)
        self._stopping = stopping
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).addFilter(_QUIET)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen and serve; by default at one address: `localhost` may have a second, ::1, without IPv6."""
        super().run(sockets or [self.listener()])

    def listener(self) -> Listener:
        """The bound socket."""
        return Listener(self.config.bind_socket(), self.book)

    async def on_tick(self, counter: int) -> bool:
        """What is done all the time."""
        if counter % _SWEEP_TICKS == 0:
            self.book.sweep()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the answers that would never end."""
        self._stopping()
        await super().shutdown(sockets)


def _config(app: ASGIApp, at: ServedAt, *, graceful_s: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=at.host,
        port=at.port,
        ssl_certfile=at.certificate,
        ssl_keyfile=at.certificate_key,
        # Otherwise uvicorn trusts this header from 127.0.0.1.
        proxy_headers=bool(at.proxies),
        forwarded_allow_ips=list(at.proxies),
        http=LimitedProtocol,
        ws="none",
        backlog=ACCEPTED_AT_ONCE,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=graceful_s,
    )


def _room_for() -> int:
    """The number of connections for which there are descriptors; raises the process's limit of these."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS has a lower one that it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return 1 << 30
    return max(1, (soft - _OWN_DESCRIPTORS) // _EACH_DESCRIPTORS)
