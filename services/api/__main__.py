"""Entry point of the api process: `python -m services.api`."""

from __future__ import annotations

import socket
import sys

import uvicorn

from common.logs import configure_logs
from services.api.app import build_app
from services.api.hub import Hub
from services.bootstrap.api import build_api
from services.bootstrap.links import cameras_link
from services.bootstrap.process import run_service
from services.bootstrap.settings import ApiSettings, load
from services.bootstrap.tls import open_tls


class _Server(uvicorn.Server):
    """A server that ends the event streams first; they would hold up a shutdown until its time limit."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.publish(None)
        await super().shutdown(sockets)


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = load(ApiSettings)
    configure_logs(settings.log_level, process="api", form=settings.log_format)
    tls = open_tls(settings)
    hub = Hub()
    config = uvicorn.Config(
        build_app(settings, build_api(settings, cameras_link(settings)), hub),
        host=settings.host,
        port=settings.port,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        # Otherwise uvicorn trusts this header from 127.0.0.1.
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=3,  # more than the wait for a preview
    )
    _Server(config, hub).run(sockets=[listener(config)])
    return 0


def listener(config: uvicorn.Config) -> socket.socket:
    """A socket bound to one address: `localhost` may have a second, ::1, on a machine without IPv6."""
    bound = config.bind_socket()
    # Its connections inherit this; asyncio sets it only for sockets of its own. Without it, an answer's body
    # waits up to 40 ms for the acknowledgement of its head.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


if __name__ == "__main__":
    sys.exit(run_service(main, process="api"))
