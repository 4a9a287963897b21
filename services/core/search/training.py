"""The use case of a training: the catalogue as it is now becomes an endpoint's, without a gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors, unit
from services.core.errors import ConflictError, InputError, MissingError, UnavailableError
from services.core.ports import ItemStore
from services.core.search.distances import Distances, meaning_of
from services.core.search.gathering import Gathered, gather
from services.core.search.space import ModelSpace
from services.core.search.trained import TrainedIndex, TrainedStore
from services.core.search.training_plan import Plan, training_name

# Number of rows that an endpoint is asked for to learn what its distances mean.
_PROBES = 5
# Labels and distances of the rows near one query.
Found = tuple[NDArray[np.int64], NDArray[np.float64]]
# Shows progress: the step, the number done, and the number in all, 0 where that is not known.
Note = Callable[[str, int, int], object]


class Trainer(Protocol):
    """Trains one endpoint; every call may raise UnavailableError. What has been done is not done again."""

    def serving(self) -> str | None:
        """The training that the endpoint serves, None if there is no endpoint."""

    def fit(self, training: str, vectors: Vectors, plan: Plan, note: Note) -> str:
        """Train on float32 [rows, dim], whose labels are row numbers; gives the address of the model."""

    def switch(self, training: str, model: str, note: Note) -> bool:
        """Let the endpoint serve a training: made, or changed while it goes on answering; it is served then.

        False if it does already, on the instances that were asked for: then `model` is not needed.
        Raises UnavailableError with the reason if it came to nothing: it then serves what it did before.
        """

    def clean(self, *, keep: str) -> list[str]:
        """Remove what other trainings of the endpoint left; gives the names of what was removed."""

    def remove(self, note: Note) -> list[str]:
        """Delete the endpoint and all that belongs to it; gives the names of what was deleted."""


@dataclass(frozen=True, slots=True)
class Training:
    """Trains an endpoint by its name; `ask` gives the rows near each query, of what the endpoint serves."""

    endpoint: str
    store: ItemStore
    trainings: TrainedStore
    trainer: Trainer
    ask: Callable[[Vectors], list[Found]]
    space_of: Callable[[str], ModelSpace | None]
    note: Note = lambda _what, _done, _total: None

    def train(self, *, index_type: str | None = None) -> TrainedIndex:
        """Make the endpoint; raises ConflictError if there is one, or as `retrain` does."""
        serving = self.trainer.serving()
        if serving is not None and self.trainings.load(serving) is not None:
            raise ConflictError(
                f"endpoint {self.endpoint} exists and serves training {serving}; "
                "`lookalike aws retrain` trains it again"
            )
        found, plan = self._gathered(index_type)
        trained = found.trained
        model = self.trainer.fit(trained.training, found.vectors, plan, self.note)
        self.trainer.switch(trained.training, model, self.note)
        trained = replace(trained, distances=self._meaning(found))
        self.trainings.save(trained)
        return trained

    def retrain(self, *, index_type: str | None = None) -> TrainedIndex | None:
        """Train the endpoint again on the catalogue as it is now, None if nothing has changed.

        If only other instances were asked for, they serve the training that there is, which is given.
        Searches load what the training leaves before the endpoint serves it, and go over with it. Raises
        MissingError without an endpoint, InputError for an empty catalogue, UnavailableError.
        """
        serving = self.trainer.serving()
        before = None if serving is None else self.trainings.load(serving)
        if serving is None or before is None:
            raise MissingError(f"endpoint {self.endpoint} has not been trained; `lookalike aws train` does")
        found, plan = self._gathered(index_type)
        trained = replace(found.trained, distances=before.distances)
        if trained.training == serving:
            changed = self.trainer.switch(serving, "", self.note)
            self.trainer.clean(keep=serving)
            return before if changed else None
        model = self.trainer.fit(trained.training, found.vectors, plan, self.note)
        self.trainings.save(trained)
        try:
            self.trainer.switch(trained.training, model, self.note)
        except UnavailableError:
            self.trainings.save(before)  # new processes begin with what is served
            raise
        self._check(found, trained)
        self.trainer.clean(keep=trained.training)
        self.trainings.remove(serving)
        return trained

    def _gathered(self, index_type: str | None) -> tuple[Gathered, Plan]:
        found = gather(
            self.store,
            training="",
            space_of=self.space_of,
            note=lambda read, total: self.note("reading items", read, total),
        )
        plan = Plan.of(found, index_type=index_type)
        trained = replace(
            found.trained,
            training=training_name(self.endpoint, found, plan),
            rows_answered=plan.rows_answered,
        )
        return replace(found, trained=trained), plan

    def _meaning(self, found: Gathered) -> Distances:
        """What the endpoint's distances mean, by rows of which the cosines are known.

        Raises InputError if they mean nothing known, or the labels are no rows: it serves something else.
        """
        queries = self._probes(found.vectors)
        distances, cosines = list[NDArray[np.float64]](), list[NDArray[np.float64]]()
        for query, (labels, measured) in zip(queries, self.ask(queries), strict=True):
            if not len(labels) or labels.min() < 0 or labels.max() >= len(found.vectors):
                raise InputError(f"endpoint {self.endpoint} answers with labels that are no rows of its own")
            distances.append(measured)
            cosines.append((found.vectors[labels] @ query).astype(np.float64))
        return meaning_of(np.concatenate(distances), np.concatenate(cosines))

    def _check(self, found: Gathered, trained: TrainedIndex) -> None:
        """Raise InputError if the endpoint measures in another way than before."""
        meaning = self._meaning(found)
        if meaning is not trained.distances:
            raise InputError(
                f"endpoint {self.endpoint} measured {trained.distances} before and {meaning} now; set "
                f"LOOKALIKE_KNN=sagemaker://{self.endpoint}?distances={meaning}"
            )

    def _probes(self, vectors: Vectors) -> Vectors:
        """Queries between rows, so that distances of many sizes come."""
        rows = np.linspace(0, len(vectors) - 1, _PROBES).astype(int)
        return unit(vectors[rows] + 0.5 * vectors[rows[::-1]] + 1e-6)
