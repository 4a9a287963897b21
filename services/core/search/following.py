"""What hosts and the answering know of a follower."""

from __future__ import annotations

import math
from typing import Protocol

from services.core.errors import Loading
from services.core.index_state import IndexState
from services.core.search.damaged_items import DamagedItems
from services.core.search.hubs import Hubs
from services.core.search.space_state import SpaceState
from services.core.search.view import View


class Following(Protocol):
    """Keeps a view of the catalogue in step with the item store; see Follower."""

    @property
    def view(self) -> View | None:
        """The present view, None for an empty catalogue and before the first reading."""

    @property
    def items(self) -> int:
        """The number of items that can be found."""

    @property
    def other_recipe(self) -> int:
        """The number of them with vectors of another version's recipe."""

    @property
    def damaged(self) -> DamagedItems:
        """The items that are left out."""

    @property
    def hubs(self) -> Hubs:
        """The items that are damped most."""

    @property
    def knn(self) -> IndexState | None:
        """The index's kind and size; None while there is none."""

    @property
    def space(self) -> SpaceState | None:
        """What the space was made of; None for a model of which no means are known."""

    @property
    def cursor(self) -> int | None:
        """The store's cursor up to which its changes are read, None before the first reading."""

    @property
    def loading(self) -> Loading | None:
        """The progress of the first reading, None once there is an answer."""

    def live(self) -> View | None:
        """The present view, None for an empty catalogue; raises LoadingError while there is none yet."""

    def follow(self, *, due_s: float = math.inf) -> int:
        """Read what is new; gives the number of items read. Raises UnavailableError."""
