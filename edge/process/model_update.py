"""The fetching of a model in the background, tried again until it is there."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from common.redaction import redact_url
from edge.process.model_download import DownloadError, OtherModelError, download

_log = logging.getLogger(__name__)
# Between two tries: a network comes back within minutes, but a wrong file is paid for each time.
FIRST_PAUSE_S, LONGEST_PAUSE_S, PAUSE_AFTER_OTHER_S = 5.0, 300.0, 3600.0


class ModelUpdate:
    """Fetches one model to its file; `has_come` once it is there."""

    def __init__(
        self,
        address: str,
        path: Path,
        *,
        fingerprint: str,
        on_trouble: Callable[[str], None],
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        """`on_trouble` is called, in a thread of its own, with the reason why a try failed, in one line."""
        self._address, self._path, self._fingerprint = address, path, fingerprint
        self._on_trouble, self._first_pause_s = on_trouble, first_pause_s
        self._stopping, self._has_come = threading.Event(), threading.Event()
        # A connection may be silent for a while: nobody waits for its end.
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)

    @property
    def has_come(self) -> bool:
        """Whether the file is there."""
        return self._has_come.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no further try."""
        self._stopping.set()

    def _run(self) -> None:
        pause_s = self._first_pause_s
        said = ""
        while not self._stopping.is_set():
            try:
                download(self._address, self._path, fingerprint=self._fingerprint)
            except DownloadError as error:
                if str(error) != said:
                    _log.warning("the model is not fetched yet: %s: %s", redact_url(self._address), error)
                said = str(error)
                self._on_trouble(said)
                self._stopping.wait(PAUSE_AFTER_OTHER_S if isinstance(error, OtherModelError) else pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                _log.info("model %s has been fetched", self._fingerprint[:12])
                self._has_come.set()
                return
