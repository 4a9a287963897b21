"""The follower leaves damaged items out, names them, and takes them in once they are mended."""

from dataclasses import replace

import pytest

from services.core.domain import Item
from services.core.search.follow import Follower
from tests.core.search.test_follow import found
from tests.fakes import DIM, FakeIndex, FakeItems, make_item, vectors

TORN = "it has no vectors"


def damaged(item_id: str) -> Item:
    return replace(make_item(item_id, vectors(0)), damage=TORN)


def short(item_id: str) -> Item:
    return make_item(item_id, vectors(dim=DIM // 2))


class DamageRig:
    """A follower of a fake store, with a clock of its own."""

    def __init__(self, *items: Item) -> None:
        self.store, self.now_s = FakeItems(items), 100.0
        self.following = Follower(
            self.store, make_index=lambda _model, dim: FakeIndex(dim=dim), clock=lambda: self.now_s
        )
        self.following.follow()

    def reasons(self) -> dict[str, str]:
        return {each["id"]: each["reason"] for each in self.following.damaged.to_json()["first"]}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (damaged("0"), TORN),
        (short("0"), "its vectors have 4 numbers; expected 8, as those of the other items"),
    ],
)
def test_a_damaged_item_that_comes_first_is_left_out_and_named(bad: Item, reason: str) -> None:
    rig = DamageRig(bad, make_item("1"), make_item("2"))
    assert found(rig.following) == ["1", "2"]
    assert list(rig.reasons()) == ["0"]
    assert reason in rig.reasons()["0"]


def test_an_item_that_gets_damaged_goes_and_comes_back_when_it_is_put_again() -> None:
    rig = DamageRig(make_item("1"), make_item("2"))
    rig.store.put(short("1"))
    rig.store.put(damaged("3"))
    rig.following.follow()
    assert (found(rig.following), sorted(rig.reasons())) == (["2"], ["1", "3"])
    rig.store.put(make_item("1"))
    rig.store.delete("3")
    rig.following.follow()
    assert (found(rig.following), rig.reasons()) == (["1", "2"], {})


def test_a_row_that_is_mended_without_a_change_is_seen_after_a_while() -> None:
    rig = DamageRig(make_item("1"), damaged("2"))
    rig.store._items["2"] = {make_item().model: make_item("2")}
    rig.following.follow()
    assert list(rig.reasons()) == ["2"]
    rig.now_s += 6
    rig.following.follow()
    assert (found(rig.following), rig.reasons()) == (["1", "2"], {})


def test_a_store_of_damaged_items_alone_is_read_once_and_again_when_one_is_mended() -> None:
    rig = DamageRig(damaged("1"), damaged("2"))
    assert (rig.following.items, rig.following.loading, sorted(rig.reasons())) == (0, None, ["1", "2"])
    rig.store.down.add("page")
    rig.following.follow()  # reads no page
    rig.store.down.clear()
    rig.store.put(make_item("2"))
    rig.following.follow()
    assert (found(rig.following), list(rig.reasons())) == (["2"], ["1"])


def test_the_first_ten_are_named_and_all_are_counted() -> None:
    rig = DamageRig(make_item("good"), *(damaged(f"{number:02}") for number in range(12)))
    told = rig.following.damaged.to_json()
    assert (told["count"], len(told["first"])) == (12, 10)
    assert told["first"][0] == {"id": "00", "reason": TORN}
