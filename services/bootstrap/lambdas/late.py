"""Parts that are opened when they are first needed, because most calls of the api need neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from common.wire import Vectors
from services.core.ports import Boxes, Featurizer, Picture
from services.core.search.service import SearchService


class LateFeaturizer:
    """A Featurizer; its model takes a second to load."""

    def __init__(self, open_it: Callable[[], Featurizer]) -> None:
        self._open = open_it

    @cached_property
    def _opened(self) -> Featurizer:
        return self._open()

    @property
    def fingerprint(self) -> str:
        """The model's."""
        return self._opened.fingerprint

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._opened.dim

    def embed(self, pictures: Sequence[Picture], /) -> Vectors:
        """Pictures of nothing but the thing to vectors."""
        return self._opened.embed(pictures)

    def look(self, pictures: Sequence[Picture], /, boxes: Boxes | None = None) -> tuple[Vectors, Boxes]:
        """The vectors of camera frames, and the box of the thing in each."""
        return self._opened.look(pictures, boxes)


class LateSearch:
    """A SearchService; its library takes half a second to load, and its index memory."""

    def __init__(self, open_it: Callable[[], SearchService]) -> None:
        self._open = open_it

    @cached_property
    def _opened(self) -> SearchService:
        return self._open()

    def search(self, observation: bytes, *, k: int) -> str:
        """The match record's JSON for an observation's."""
        return self._opened.search(observation, k=k)

    def trial(self, observation: bytes, *, thing: str, item: str | None) -> dict[str, Any]:
        """The trial's JSON of taught vectors."""
        return self._opened.trial(observation, thing=thing, item=item)

    def near(self, vectors: Vectors) -> list[str]:
        """The ids of a few items near each row."""
        return self._opened.near(vectors)

    def state(self) -> dict[str, Any]:
        """The search's state."""
        return self._opened.state()

    def metrics(self) -> str:
        """The search's counters."""
        return self._opened.metrics()
