"""Loading and removing of the samples in the background, one at a time, with its progress."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from services.core.errors import ConflictError, InputError, UnavailableError
from services.core.importing.samples import SampleCounts, Samples

log = logging.getLogger(__name__)

Doing = Literal["loading", "removing"]
_PAST = {"loading": "loaded", "removing": "removed"}
# Longer than one picture takes on any machine.
_STOP_WITHIN_S = 4.0


@dataclass(frozen=True, slots=True)
class SampleState:
    """What is known of the samples: counts, what is being `doing` done now, and why the last task failed."""

    counts: SampleCounts
    doing: Doing | None
    trouble: str | None
    # The store's newest change.
    change: int


class SampleTask:
    """Does one thing with the samples at a time, in a thread; any thread may ask how far it is."""

    def __init__(
        self, samples: Samples, *, head: Callable[[], int], on_end: Callable[[], None] = lambda: None
    ) -> None:
        """`head` gives the store's newest change; `on_end` is called after each task that was not stopped."""
        self.samples = samples
        self._head, self._on_end = head, on_end
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._doing: Doing | None = None
        self._trouble: str | None = None

    def state(self) -> SampleState:
        """How far it is; raises UnavailableError if the store can't be asked."""
        with self._lock:
            doing, trouble = self._doing, self._trouble
        return SampleState(self.samples.counts(), doing, trouble, self._head())

    def start(self, doing: Doing) -> None:
        """Begin, unless the same is under way; raises ConflictError while the other is."""
        with self._lock:
            if self._doing == doing:
                return
            if self._doing is not None:
                raise ConflictError(f"the samples are being {_PAST[self._doing]}; wait until that is done")
            if not self.samples.ids:
                raise ConflictError("this installation has no samples: samples/catalogue.csv is missing")
            self._doing, self._trouble = doing, None
            self._thread = threading.Thread(target=self._run, args=(doing,), name="samples", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End what is under way after the item that it is at; what is done stays done."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_STOP_WITHIN_S)

    def _run(self, doing: Doing) -> None:
        log.info("the samples are being %s", _PAST[doing])
        began_s, trouble = time.monotonic(), None
        work = self.samples.load if doing == "loading" else self.samples.remove
        try:
            refused = work(stopping=self._stopping.is_set)
            if refused:
                trouble = f"{len(refused)} samples were refused, the first because: {refused[0].reason}"
        except (InputError, UnavailableError) as error:
            trouble = str(error)
        except Exception as error:
            log.exception("the samples can't be %s", _PAST[doing])
            trouble = f"a fault of ours: {type(error).__name__}; the log has its details"
        if trouble is None and not self._stopping.is_set():
            log.info("the samples are %s, after %.1f s", _PAST[doing], time.monotonic() - began_s)
            self._on_end()
        elif trouble is not None:
            log.error("the samples can't be %s: %s", _PAST[doing], trouble)
        with self._lock:
            self._doing, self._trouble = None, trouble
