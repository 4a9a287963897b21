"""What a snapshot keeps of each item, as a search uses it."""

import numpy as np

from services.core.search.hubs import Hubs
from services.core.search.kept_values import KeptStandings
from services.core.search.layered import Layered
from services.core.search.space import Standing

OFFSETS = np.random.default_rng(3).normal(size=500)
OFFSETS[[7, 70, 400]] = [-9.0, -12.0, -8.0]


class UnreadStandings(KeptStandings):
    """Standings of which none may be read on its own: a million would take seconds."""

    def read(self, item_id: str, /) -> Standing | None:
        raise AssertionError(item_id)


def kept(kind: type[KeptStandings] = KeptStandings) -> Layered[Standing]:
    ids = [f"item-{number}" for number in range(len(OFFSETS))]
    numbers = np.stack([np.ones(len(ids)), OFFSETS], axis=1)
    return Layered(kind(dict(zip(ids, range(len(ids)), strict=True)), numbers))


def test_hubs_of_a_snapshot_are_found_without_a_look_at_each_item() -> None:
    assert Hubs.of(kept(UnreadStandings)) == Hubs(3, ("item-70", "item-7", "item-400"))


def test_hubs_of_a_snapshot_with_changes_are_those_of_the_items_as_they_are() -> None:
    standings = kept()
    del standings["item-70"]
    standings["item-7"] = Standing(1.0, 0.0)
    standings["new"] = Standing(1.0, -20.0)
    assert Hubs.of(standings) == Hubs.of(dict(standings)) == Hubs(2, ("new", "item-400"))


def test_items_without_standings_have_no_hubs() -> None:
    none = Layered(KeptStandings({"item-1": 0}, np.empty((0, 2))))
    assert Hubs.of(none) == Hubs()
