"""Values of which a copy takes no time: as a dict, and frozen whatever is written later."""

import random

import pytest

from services.core.search.shards import Shards, WithOne


def test_it_holds_what_a_dict_holds() -> None:
    chance, values, expected = random.Random(3), Shards[int](), dict[str, int]()
    copies = []
    for turn in range(3000):
        item_id = f"item-{chance.randrange(500)}"
        if chance.random() < 0.3 and item_id in expected:
            del values[item_id]
            del expected[item_id]
        else:
            values[item_id] = expected[item_id] = turn
        if turn % 500 == 0:
            copies.append((values.frozen(), dict(expected)))
    assert (dict(values), dict(values.pairs()), len(values)) == (expected, expected, len(expected))
    for copy, then in copies:
        assert (dict(copy), len(copy)) == (then, len(then))
    assert values.get("no") is None
    assert values.get("no", 7) == 7
    assert "no" not in values
    with pytest.raises(KeyError):
        del values["no"]


def test_a_copy_shares_the_values_that_stay() -> None:
    values = Shards[int]()
    values.update({f"item-{number}": number for number in range(100_000)})
    before = values.frozen()
    values["item-5"] = -1
    shared = sum(own is other for own, other in zip(values._parts, before._parts, strict=True))
    assert shared == len(values._parts) - 1
    assert (values["item-5"], before["item-5"]) == (-1, 5)


def test_one_more_is_seen_beside_the_others_and_in_the_place_of_its_own() -> None:
    others = {"a": 1, "b": 2}
    assert dict(WithOne(others, "c", 3)) == {"a": 1, "b": 2, "c": 3}
    assert dict(WithOne(others, "a", 4)) == {"a": 4, "b": 2}
    assert [len(WithOne(others, item_id, 0)) for item_id in "ac"] == [2, 3]
    assert WithOne(others, "c", 3).get("d") is None
