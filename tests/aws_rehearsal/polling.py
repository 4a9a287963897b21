"""What a page reads of the deployment while it is open."""

from __future__ import annotations

import ssl
import threading
from types import TracebackType
from typing import Any, Self

import httpx

from tests.aws_rehearsal.cdn import BY_TLS

# As web/js/live/poll.js has them.
_EVERY_S, _LIMIT = 1.0, 100


class PagePoll:
    """Asks for matches each second, as the page does, in a thread while entered."""

    def __init__(self, page: str, trust: ssl.SSLContext) -> None:
        self.records: list[dict[str, Any]] = []
        """All records, oldest first."""
        self._client = httpx.Client(base_url=page, headers=BY_TLS, verify=trust, timeout=60)
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._follow)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join()
        self._client.close()

    def get(self, path: str) -> Any:
        """The JSON answer of a GET at the page's address."""
        return self._client.get(path).raise_for_status().json()

    def _follow(self) -> None:
        after = 0
        while not self._leaving.wait(_EVERY_S):
            new = self.get(f"/matches?limit={_LIMIT}&after={after}")["records"]
            self.records += reversed(new)
            after = self.records[-1]["id"] if self.records else 0
