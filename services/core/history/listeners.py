"""Those who are told what the history has written."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from services.core.history.log import ShowingChange
from services.core.history.ports import ShowingListener

log = logging.getLogger(__name__)


class Listeners:
    """Listeners of one keeper; an error of one is logged, and stops neither the history nor the others."""

    def __init__(self) -> None:
        self._all: list[ShowingListener] = []

    def add(self, listener: ShowingListener) -> None:
        """Tell a listener of all changes from now on."""
        self._all.append(listener)

    def tell(self, changes: Sequence[ShowingChange]) -> None:
        """Tell all of changes, in their order."""
        for showing, change in changes:
            for listener in self._all:
                try:
                    listener.on_showing(showing, change)
                except Exception:  # of whoever listens: the history goes on
                    log.exception("a listener of the history failed")
