"""The choice of the model that runs: the one that the settings name, or the last that worked."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.look.featurizer import LoadedFeaturizer
from edge.process.model_download import is_address
from edge.process.model_folder import ModelFolder
from edge.process.model_update import ModelUpdate
from models.errors import ModelError
from models.files import fingerprint, read_model
from models.locate import resolve

_log = logging.getLogger(__name__)
# A model that has run for this time works; until then the last one is kept beside it.
PROVEN_S = 10.0
# Processes that may end while they try a model, as for lack of memory, before it is taken for the cause.
_MOST_TRIES = 3
_NAP_S = 0.2
_SHORT = 12
# A status holds it.
_LONGEST_TROUBLE = 300

Load = Callable[[Path], LoadedFeaturizer]
"""Loads a model's file; ModelError if it can't be used."""


@dataclass(frozen=True, slots=True)
class WantedModel:
    """The model of the settings: a name, a path or an address, and its fingerprint if that is known."""

    name: str
    fingerprint: str | None = None

    def __str__(self) -> str:
        return self.fingerprint[:_SHORT] if self.fingerprint else self.name


@dataclass(frozen=True, slots=True)
class _Trial:
    """The wanted model since it runs and until it has proved itself."""

    file: Path
    fingerprint: str
    since_s: float


class ModelChoice:
    """Loads the wanted model, and while it is absent or does not work the last good one; for one thread."""

    def __init__(
        self,
        wanted: WantedModel,
        *,
        folder: ModelFolder | None,
        load: Load,
        tell: Callable[[str | None], None],
        wait: Callable[[float], object] = time.sleep,
        proven_s: float = PROVEN_S,
    ) -> None:
        """Without a folder the wanted one is on this machine, and there is no other.

        `tell` gets the reason, in one line, why the wanted model does not run; None when it does. It may be
        called by several threads. `wait` passes seconds while there is no model.
        """
        self._wanted, self._folder, self._load = wanted, folder, load
        self._tell_all, self._wait, self._proven_s = tell, wait, proven_s
        self._refused: ModelError | None = None
        self._update: ModelUpdate | None = None
        self._trial: _Trial | None = None
        self._runs_wanted = False
        # The fingerprints of models that failed in this process, whatever they did in others.
        self._failed: set[str] = set()

    def next(self, stopping: Callable[[], bool]) -> LoadedFeaturizer | None:
        """Load the model to run now; None when it is time to stop.

        It waits for a download only if nothing else can run. ModelError if nothing can, and nothing comes.
        """
        while not stopping():
            found = self._loaded_wanted() or self._loaded_good()
            if found is not None:
                return found
            if self._refused is not None:
                raise self._refused
            self._wait(_NAP_S)
        return None

    def is_due(self) -> bool:
        """Whether `next` has another model to run; to be asked at each turn of the loop."""
        if self._trial is not None and time.monotonic() - self._trial.since_s >= self._proven_s:
            self._note_good(self._trial)
        has_come = self._update is not None and self._update.has_come
        return has_come and not self._runs_wanted and self._refused is None

    def refuse(self, error: ModelError) -> None:
        """Run the wanted model no more, because it failed; raises `error` if no other one can run."""
        if self._trial is None:
            raise error
        self._failed.add(self._trial.fingerprint)
        if self._good() is None:
            raise error
        self._end_trial()
        self._refuse(error)

    def close(self) -> None:
        """Fetch nothing more; the process ends, and not by a model's fault."""
        if self._update is not None:
            self._update.stop()
        if self._trial is not None:
            self._end_trial()

    def _loaded_wanted(self) -> LoadedFeaturizer | None:
        """The wanted model; None while it is being fetched, and when it is refused."""
        if self._refused is not None:
            return None
        try:
            file = self._file()
            return None if file is None else self._tried(file)
        except ModelError as error:
            self._refuse(error)
            return None

    def _file(self) -> Path | None:
        """The wanted model's file, None while it is being fetched; a name's is built if missing."""
        if self._folder is None or not is_address(self._wanted.name):
            return resolve(self._wanted.name, build=True)
        wanted = self._wanted.fingerprint or ""
        if self._is_kept(wanted):
            return self._folder.path(wanted)
        if self._update is None or self._update.has_come:
            self._fetch(self._folder, wanted)
        return None

    def _fetch(self, folder: ModelFolder, wanted: str) -> None:
        self._tell(f"model {self._wanted} is being fetched")
        self._update = ModelUpdate(
            self._wanted.name,
            folder.path(wanted),
            fingerprint=wanted,
            on_trouble=lambda why: self._tell(f"model {self._wanted} can't be fetched: {why}"),
        )
        self._update.start()

    def _tried(self, file: Path) -> LoadedFeaturizer:
        """The model in a file that should be the wanted one."""
        found = fingerprint(read_model(file))
        if self._wanted.fingerprint and not self._wanted.fingerprint.startswith(found):
            raise ModelError(f"{file} is model {found}; expected model {self._wanted}")
        self._count_try(found)
        self._trial = _Trial(file, found, time.monotonic())
        try:
            loaded = self._load(file)
        except ModelError:
            self._failed.add(found)
            self._end_trial()
            raise
        self._runs_wanted = True
        self._tell(None)
        return loaded

    def _count_try(self, found: str) -> None:
        if self._folder is None or self._folder.good in (None, found):
            return
        if self._folder.note_try(found) > _MOST_TRIES:
            raise ModelError(f"{_MOST_TRIES} processes in a row ended while they tried it")

    def _end_trial(self) -> None:
        """It did not end the process."""
        self._trial = None
        if self._folder is not None:
            self._folder.forget_tries()

    def _refuse(self, error: ModelError) -> None:
        self._refused, self._runs_wanted = error, False
        if (good := self._good()) is not None:
            trouble = f"model {self._wanted} can't be used: {error}"
            _log.error("%s; model %s, which worked, goes on", trouble, good)
            self._tell(trouble)

    def _loaded_good(self) -> LoadedFeaturizer | None:
        """The last model that worked, None if there is none that can be used."""
        good = self._good()
        if good is None or self._folder is None:
            return None
        try:
            return self._load(self._folder.path(good))
        except ModelError as error:
            _log.error("model %s worked, and can't be used any more: %s", good, error)
            self._failed.add(good)
            return None

    def _good(self) -> str | None:
        """The fingerprint of the last model that worked, if it can be used."""
        good = self._folder.good if self._folder is not None else None
        is_usable = good is not None and good not in self._failed and self._is_kept(good)
        return good if is_usable else None

    def _is_kept(self, wanted: str) -> bool:
        """Whether the folder has a model's file; a damaged one is removed."""
        if self._folder is None or not self._folder.has(wanted):
            return False
        if wanted.startswith(fingerprint(read_model(self._folder.path(wanted)))):
            return True
        _log.warning("%s is damaged, and removed", self._folder.path(wanted))
        self._folder.remove(wanted)
        return False

    def _tell(self, trouble: str | None) -> None:
        self._tell_all(trouble and trouble[:_LONGEST_TROUBLE])

    def _note_good(self, trial: _Trial) -> None:
        self._trial = None
        if self._folder is not None:
            self._folder.note_good(trial.fingerprint, trial.file)
