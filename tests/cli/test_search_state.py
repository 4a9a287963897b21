"""The words for what the search says of its index and space."""

from typing import Any

import pytest

from services.cli.search_state import hubs_told, knn_told, space_told

SPACE: dict[str, Any] = {"age_s": 83.2, "taught_items": 3, "is_sharpened": False, "cameras": 2}


@pytest.mark.parametrize(
    ("age_s", "ago"),
    [(0.4, "0 seconds"), (83.2, "83 seconds"), (600, "10 minutes"), (9000, "2 hours"), (3e5, "3 days")],
)
def test_the_space_is_told_with_its_age(age_s: float, ago: str) -> None:
    assert space_told({"space": SPACE | {"age_s": age_s}}) == (
        f"own means: fitted {ago} ago, with 3 taught items; 2 cameras have means of their own"
    )


def test_a_sharpened_space_says_so() -> None:
    told = space_told({"space": SPACE | {"is_sharpened": True}})
    assert told is not None
    assert "with 3 taught items, which sharpen it; " in told


def test_hubs_are_named_as_ascii() -> None:
    hubs = {"count": 12, "first": ["mug-7", "größe"]}
    assert hubs_told({"hubs": hubs}) == (
        "12 items are like pictures of anything, and damped: 'mug-7', 'gr\\xf6\\xdfe'"
    )


def test_the_index_is_told_with_its_size_and_what_was_measured() -> None:
    size = {"items": 9, "vectors": 45, "base": 40, "delta": 10, "tombstones": 5, "mapped": 0}
    exact = size | {"kind": "exact", "recall": 1.0, "rate": None, "memory": 3 << 20}
    assert knn_told({"knn": exact}) == (
        "index: exact, 9 items, 45 vectors (40 in its base, 10 beside it, 5 replaced or deleted); "
        "recall 1, 3.0 MiB in memory"
    )
    means = size | {"kind": "means", "recall": 0.9912, "rate": 851.3, "memory": 1 << 20, "mapped": 2 << 20}
    told = knn_told({"knn": means})
    assert told is not None
    assert told.startswith("index: approximate, by means of the items' vectors, 9 items")
    assert told.endswith("; recall 0.991, 851 queries a second, 1.0 MiB in memory, 2.0 MiB mapped")
    endpoint = size | {"kind": "endpoint", "recall": None, "rate": None, "memory": None}
    assert str(knn_told({"knn": endpoint})).endswith("; its recall is not known")


@pytest.mark.parametrize("state", [{}, {"space": None, "hubs": {"count": 0, "first": []}}])
def test_of_nothing_nothing_is_told(state: dict[str, Any]) -> None:
    assert (hubs_told(state), space_told(state), knn_told(state)) == (None, None, None)
