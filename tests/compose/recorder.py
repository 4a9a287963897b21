"""Records the match stream over a system that is killed and restarted piece by piece."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from tests.system.record import read_matches

RETRY_S = 0.1


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """A record, its arrival, and whether it was the first after a connection, which may be an old one."""

    at_s: float
    first: bool
    record: dict[str, Any]


class MqttRecorder:
    """Reads GET /matches/stream in a thread while entered; connects again as a browser does."""

    def __init__(self, page: str) -> None:
        self.heard: list[HeardMessage] = []
        self._page = page
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join(60)

    @property
    def records(self) -> list[dict[str, Any]]:
        """All records so far."""
        return [heard.record for heard in self.heard]

    def _run(self) -> None:
        while not self._leaving.is_set():
            try:
                self._read()
            except httpx.HTTPError:
                self._leaving.wait(RETRY_S)

    def _read(self) -> None:
        for number, record in enumerate(read_matches(self._page, self._leaving, timeout_s=5)):
            self.heard.append(HeardMessage(time.time(), number == 0, record))
