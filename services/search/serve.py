"""The search process from its settings to its end."""

from __future__ import annotations

import signal
from types import FrameType

from common.logs import configure_logs
from services.bootstrap.defaults import LOOPBACK
from services.bootstrap.http_server import build_search_server
from services.bootstrap.links import observations_link
from services.bootstrap.process import run_service
from services.bootstrap.search import build_search
from services.bootstrap.settings import SearchSettings, load
from services.search.app import build_app
from services.search.loops import Loops
from services.search.observations import SenderRule


class _TerminatedError(KeyboardInterrupt):
    """SIGTERM came; uvicorn has ended all answers by then."""


def run() -> int:
    """Serve until SIGTERM or SIGINT; gives the exit code."""
    return run_service(_serve, process="search")


def _serve() -> int:
    settings = load(SearchSettings)
    configure_logs(settings.log_level, process="search", form=settings.log_format)
    parts = build_search(settings, observations_link(settings))
    watched = [parts.queue_health, parts.link_health]
    loops = Loops(
        follower=parts.core.follower, intake=parts.intake, watched=watched, keeper=parts.core.keeper
    )
    key = settings.api_key.get_secret_value()
    app = build_app(parts, loops, SenderRule(key, loopback=settings.search_host in LOOPBACK))
    server = build_search_server(app, settings)
    loops.start()
    parts.link.start()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        server.run()
    except _TerminatedError:
        loops.keep_last()
        # At once, whatever the threads wait for.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)
    finally:
        parts.link.stop()
        loops.stop()
        if parts.core.second_look:
            parts.core.second_look.close()
    return 0


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _TerminatedError
