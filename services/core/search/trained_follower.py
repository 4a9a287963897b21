"""The follower of a catalogue that is searched through a trained endpoint, or another server of its rows.

It begins with what the newest training left. A later one, which `lookalike aws retrain` has prepared, is
loaded beside it; from the moment at which the endpoint answers from that one, it is the one that counts.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

import numpy as np

from services.core.errors import Loading, UnavailableError
from services.core.index_state import IndexState
from services.core.search.damaged_items import DamagedItems
from services.core.search.follow import Follower
from services.core.search.hubs import Hubs
from services.core.search.space_state import SpaceState
from services.core.search.trained import RetrainedError, TrainedStore
from services.core.search.view import View

# How often another training is looked for; and, while one is prepared, whether the endpoint serves it.
_LOOK_S, _PROBE_S = 30.0, 5.0
# How often the training that the endpoint serves is looked for, if it is not there.
_HURRY_S = 1.0

log = logging.getLogger(__name__)


class TrainedFollower:
    """A Following; one thread calls `follow`, any others all else."""

    def __init__(
        self,
        trainings: TrainedStore,
        make: Callable[[], Follower],
        *,
        clock: Callable[[], float] = time.time,
        needs_training: bool = True,
    ) -> None:
        """`make` gives a new follower of the item store; `clock` is the wall's: a host may be frozen.

        If it does not need one, all items are read and compared here while there is no training.
        """
        self._needs_training = needs_training
        self._trainings, self._make, self._clock = trainings, make, clock
        self._now = make()
        # The training of the follower that answers, None before one was found.
        self._training: str | None = None
        # A later training, prepared; or the earlier one, which the endpoint may still serve for a moment.
        self._other: tuple[str, Follower] | None = None
        # The newest training that is kept, and one that the endpoint was found to serve.
        self._newest: str | None = None
        self._wanted: str | None = None
        self._looked_s = self._probed_s = self._checked_s = -math.inf
        # Whether the endpoint answers for the present view, and why it does not.
        self._is_asked = False
        self._trouble: str | None = None

    @property
    def view(self) -> View | None:
        """See Following."""
        return self._now.view

    @property
    def items(self) -> int:
        """See Following."""
        return self._now.items

    @property
    def other_recipe(self) -> int:
        """See Following."""
        return self._now.other_recipe

    @property
    def damaged(self) -> DamagedItems:
        """See Following."""
        return self._now.damaged

    @property
    def hubs(self) -> Hubs:
        """See Following."""
        return self._now.hubs

    @property
    def knn(self) -> IndexState | None:
        """See Following."""
        return self._now.knn

    @property
    def space(self) -> SpaceState | None:
        """See Following."""
        return self._now.space

    @property
    def cursor(self) -> int | None:
        """See Following."""
        return self._now.cursor

    @property
    def loading(self) -> Loading | None:
        """See Following."""
        return self._now.loading

    def live(self) -> View | None:
        """See Following."""
        return self._now.live()

    def serves(self, training: str) -> None:
        """Note that the endpoint answered from this training, which is another than the view's."""
        other = self._other
        if other is not None and other[0] == training and other[1].loading is None:
            self._swap(*other)
        else:
            self._wanted = training

    def follow(self, *, due_s: float = math.inf) -> int:
        """See Following. Raises UnavailableError without a training, and while the endpoint fails."""
        if self._training is None:
            self._begin()
        count = self._now.follow(due_s=due_s)
        self._look_for_another()
        if (other := self._other) is not None:
            other[1].follow(due_s=due_s)
            self._probe(*other)
        self._check_endpoint()
        return count

    def _begin(self) -> None:
        trained = self._trainings.load()
        self._looked_s = self._clock()
        if trained is None:
            if self._needs_training:
                raise UnavailableError("there is no trained index; `lookalike aws train` makes one")
            self._training = ""
            return
        # If it is of another catalogue, all items are read, and the endpoint is not asked.
        self._is_asked = self._now.start_from(trained)
        self._training = self._newest = trained.training

    def _look_for_another(self) -> None:
        """Load another training beside the present one: the endpoint's, or else the newest."""
        wait_s = _HURRY_S if self._wanted else _LOOK_S
        if 0 <= self._clock() - self._looked_s < wait_s:
            return
        self._looked_s = self._clock()
        self._newest = self._trainings.newest()
        wanted, self._wanted = self._wanted or self._newest, None
        other = self._other
        if wanted in (None, self._training):
            self._other = None  # the earlier one, which is served no more
        elif other is None or other[0] != wanted:
            self._prepare(wanted)

    def _prepare(self, training: str) -> None:
        trained, following = self._trainings.load(training), self._make()
        if trained is None:
            log.warning("the endpoint serves training %s, of which nothing is kept", training)
        elif following.start_from(trained):
            log.info("training %s is loaded, and waits for the endpoint to serve it", training)
            self._other = training, following

    def _probe(self, training: str, following: Follower) -> None:
        """Go over to the newest training if the endpoint serves it; without frames nobody else asks."""
        view = following.view
        if training != self._newest or view is None or following.loading is not None:
            return
        if 0 <= self._clock() - self._probed_s < _PROBE_S:
            return
        self._probed_s = self._clock()
        try:
            _ask(view)
        except UnavailableError:
            return
        if self._training != training:
            self._swap(training, following)

    def _check_endpoint(self) -> None:
        """Raise UnavailableError while the endpoint fails, which without frames nobody else would notice."""
        view = self._now.view
        if not self._is_asked or view is None or self._now.loading is not None:
            return
        if not 0 <= self._clock() - self._checked_s < (_PROBE_S if self._trouble else _LOOK_S):
            self._checked_s, self._trouble = self._clock(), None
            try:
                _ask(view)
            except RetrainedError as error:
                self.serves(error.training)
            except UnavailableError as error:
                self._trouble = str(error)
        if self._trouble is not None:
            raise UnavailableError(self._trouble)

    def _swap(self, training: str, following: Follower) -> None:
        earlier = str(self._training), self._now
        self._now, self._training, self._other = following, training, earlier
        self._looked_s, self._is_asked = self._clock(), True
        log.info("training %s is searched from now on", training)


def _ask(view: View) -> None:
    """Ask the endpoint of a view for anything."""
    view.index.search(np.eye(1, view.dim, dtype=np.float32), k=1)
