"""`lookalike alive api|search`: whether a process works, for a container's health check.

It checks that process alone: a missing dependency must not get every process killed. It runs every few
seconds, so it imports little but the standard library, and reads the settings it needs by itself.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from common.data_folder import from_checkout
from common.visible_text import visible
from services.bootstrap import defaults
from services.bootstrap.cert_pinning import pinned

WITHIN_S = 3.0
_MAX_BYTES = 4096
# The values that pydantic takes for true.
_TRUE = ("1", "true", "t", "yes", "y", "on")


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 if the process on this machine does its work, 1 if it does not, 2 for wrong input."""
    connect = {"api": _api, "search": _search}.get(arguments[0] if len(arguments) == 1 else "")
    if connect is None:
        print("usage: lookalike alive api|search", file=sys.stderr)
        return 2
    try:
        trouble = _trouble(connect())
    except (OSError, ValueError, http.client.HTTPException) as error:
        trouble = f"gives no answer within {WITHIN_S:g} s: {error}"
    if trouble is not None:
        print(visible(f"error: {arguments[0]}: {trouble}"), file=sys.stderr)
    return 0 if trouble is None else 1


def _trouble(connection: http.client.HTTPConnection) -> str | None:
    connection.request("GET", "/alive")
    answer = connection.getresponse()
    body = answer.read(_MAX_BYTES)
    if answer.status == 200:
        return None
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"it answers {answer.status}"


def _api() -> http.client.HTTPConnection:
    host, port = _setting("HOST", defaults.HOST), int(_setting("PORT", str(defaults.PAGE_PORT)))
    given = _setting("TLS_CERT", "")
    data_dir = from_checkout(Path(_setting("DATA_DIR", defaults.DATA_DIR)))
    if not given and _setting("TLS", "0").lower() not in _TRUE:
        return _connection(host, port)
    trust = pinned(Path(given) if given else data_dir / defaults.CERTIFICATE)
    return http.client.HTTPSConnection(_own(host), port, timeout=WITHIN_S, context=trust)


def _search() -> http.client.HTTPConnection:
    port = int(_setting("SEARCH_PORT", str(defaults.SEARCH_PORT)))
    return _connection(_setting("SEARCH_HOST", defaults.HOST), port)


def _connection(host: str, port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(_own(host), port, timeout=WITHIN_S)


def _own(host: str) -> str:
    return defaults.ANY_ADDRESS.get(host, host)


def _setting(name: str, default: str) -> str:
    return os.environ.get(f"LOOKALIKE_{name}") or default
