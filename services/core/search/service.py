"""The search as the api asks it: another process over HTTP, or one in the api's own process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from common.wire import Observation, Vectors, WireError, decode_observation
from services.core.errors import InputError
from services.core.records import UPLOAD
from services.core.search.answer import Answerer
from services.core.search.following import Following
from services.core.search.inline_follow import InlineFollow
from services.core.search.trial import Trials

# Neighbours of one vector that may be of the same picture.
_NEAR = 6
# Time that a question for the state may take: whoever asks has more to do.
_STATE_S = 2.0


class SearchService(Protocol):
    """Answers the api's questions; every call may raise UnavailableError."""

    def search(self, observation: bytes, *, k: int) -> str:
        """The match record's JSON for an observation's; raises InputError if it is refused.

        Raises LoadingError while the index is loading.
        """

    def trial(self, observation: bytes, *, thing: str, item: str | None) -> dict[str, Any]:
        """The trial's JSON of taught vectors, given as an observation's; `item` is the id they are added to.

        Raises as `search` does.
        """

    def near(self, vectors: Vectors) -> list[str]:
        """The ids of a few items near each row of float32 [n, dim]; it is quick, or raises."""

    def state(self) -> dict[str, Any]:
        """The search's state: ok, trouble, loading, items, cursor, model, broker."""

    def metrics(self) -> str:
        """The search's counters in Prometheus' form."""


@dataclass(frozen=True, slots=True)
class OwnSearch:
    """A search in its caller's process and thread, which reads the item store in the calls.

    `left_s` gives the seconds that the present call may take. `metrics_text` is of its counters.
    """

    following: InlineFollow
    answerer: Answerer
    trials: Trials
    left_s: Callable[[], float]
    metrics_text: Callable[[], str]

    def search(self, observation: bytes, *, k: int) -> str:
        """The match record's JSON for an observation's."""
        self.following.turn(within_s=self.left_s())
        try:
            return self.answerer.look(_decoded(observation, UPLOAD), k=k).to_json()
        except WireError as error:
            raise InputError(str(error)) from None

    def trial(self, observation: bytes, *, thing: str, item: str | None) -> dict[str, Any]:
        """The trial's JSON of taught vectors."""
        self.following.turn(within_s=self.left_s())
        try:
            return self.trials.run(_decoded(observation, thing), item_id=item).to_json()
        except WireError as error:
            raise InputError(str(error)) from None

    def near(self, vectors: Vectors) -> list[str]:
        """The ids of a few items near each row; while the index is loading it raises, and loads nothing."""
        view = self.following.follower.live()
        if view is None:
            return []
        found = view.index.search(view.space.queries(vectors), k=_NEAR)
        return [neighbour.item_id for neighbours in found for neighbour in neighbours]

    def state(self) -> dict[str, Any]:
        """The search's state; it has no broker that could be away."""
        self.following.turn(within_s=min(self.left_s(), _STATE_S))
        trouble = self.following.trouble
        state = index_state(self.following.follower)
        ok = trouble is None and state["loading"] is None
        return {"ok": ok, "trouble": trouble, "broker": True, "overloaded": False, **state}

    def metrics(self) -> str:
        """The search's counters."""
        return self.metrics_text()


def index_state(follower: Following) -> dict[str, Any]:
    """The index as it is now: its progress while it loads, its items, cursor and model."""
    view, loading, space, knn = follower.view, follower.loading, follower.space, follower.knn
    return {
        "loading": loading.to_json() if loading else None,
        "items": follower.items,
        "other_recipe": follower.other_recipe,
        "damaged": follower.damaged.to_json(),
        "hubs": follower.hubs.to_json(),
        "space": space.to_json() if space else None,
        "knn": knn.to_json() if knn else None,
        "cursor": follower.cursor,
        "model": view.model if view else None,
    }


def _decoded(payload: bytes, thing: str) -> Observation:
    seen = decode_observation(payload, thing=thing, kind="features", received_at_s=time.time())
    assert seen is not None  # plain text comes only on a DeepLens program's own topic
    return seen
