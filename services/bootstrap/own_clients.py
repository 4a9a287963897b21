"""HTTP clients of our own processes: search and page."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import httpx


def own_client(
    address: str,
    *,
    timeout_s: float,
    verify: ssl.SSLContext | bool = True,
    headers: Mapping[str, str] | None = None,
) -> httpx.Client:
    """A client of one of our own processes, which never goes through a proxy of HTTP_PROXY or ALL_PROXY."""
    # With a transport of its own httpx takes no proxy from the environment; it still heeds SSL_CERT_FILE.
    transport = httpx.HTTPTransport(verify=verify)
    return httpx.Client(base_url=address, timeout=timeout_s, headers=headers, transport=transport)
