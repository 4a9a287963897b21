"""Entry point of the api process: `python -m services.api`."""

from __future__ import annotations

import sys

from common.logs import configure_logs
from services.api.app import build_app
from services.api.hub import Hub
from services.bootstrap.api import build_api
from services.bootstrap.http_server import build_page_server
from services.bootstrap.links import cameras_link
from services.bootstrap.process import run_service
from services.bootstrap.settings import ApiSettings, load
from services.bootstrap.tls import open_tls


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = load(ApiSettings)
    configure_logs(settings.log_level, process="api", form=settings.log_format)
    tls = open_tls(settings)
    hub = Hub()
    app = build_app(settings, build_api(settings, cameras_link(settings)), hub)
    build_page_server(app, settings, tls, stopping=lambda: hub.publish(None)).run()
    return 0


if __name__ == "__main__":
    sys.exit(run_service(main, process="api"))
