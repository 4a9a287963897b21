"""A training's numbers by the size of the catalogue."""

import numpy as np
import pytest

from services.core.errors import InputError
from services.core.search.gathering import Gathered, gather
from services.core.search.training_plan import MOST_ROWS, Plan, training_name
from tests.fakes import FakeItems, make_item, vectors


def sized(*, rows: int, views: list[int], dim: int = 512) -> Gathered:
    """A catalogue whose rows take no memory; `views` are the numbers of views of its items, over and over."""
    trained = gather(FakeItems([make_item()]), training="t").trained
    counts = np.resize(np.array(views, np.int64), min(1000, max(1, rows // max(views))))
    object.__setattr__(trained, "row_counts", counts)
    return Gathered(trained, np.broadcast_to(np.zeros((1, dim), np.float32), (rows, dim)))


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (1, "faiss.Flat"),
        (100_000, "faiss.Flat"),
        (100_001, "faiss.IVFFlat"),
        (1_000_000, "faiss.IVFFlat"),
        (1_000_001, "faiss.IVFPQ"),
    ],
)
def test_the_index_is_chosen_by_size_and_no_row_is_left_out(rows: int, kind: str) -> None:
    chosen = Plan.of(sized(rows=rows, views=[3])).hyperparameters
    assert (chosen["index_type"], chosen["sample_size"], chosen["feature_dim"]) == (kind, str(rows), "512")
    # The only metric that IVFPQ takes.
    assert chosen["index_metric"] == "L2"


@pytest.mark.parametrize(("dim", "parts"), [(512, "64"), (1280, "64"), (320, "64"), (96, "96"), (7, "1")])
def test_compressed_vectors_have_parts_that_divide_them(dim: int, parts: str) -> None:
    plan = Plan.of(sized(rows=10, views=[1], dim=dim), index_type="faiss.IVFPQ")
    assert plan.hyperparameters["faiss_index_pq_m"] == parts


@pytest.mark.parametrize(
    ("views", "answered"), [([1], 52), ([3], 156), ([1] * 99 + [80], 22 * 80), ([3, 3, 3, 40], 52 * 40)]
)
def test_an_answer_has_rows_for_all_items_that_are_compared(views: list[int], answered: int) -> None:
    assert Plan.of(sized(rows=80_000, views=views)).rows_answered == answered


def test_an_answer_has_no_more_rows_than_there_are() -> None:
    assert Plan.of(sized(rows=7, views=[3])).rows_answered == 7


def test_more_rows_than_labels_can_number_are_refused() -> None:
    with pytest.raises(InputError, match=f"numbers less than {MOST_ROWS}"):
        Plan.of(sized(rows=MOST_ROWS, views=[1]))


def test_the_same_rows_have_the_same_name_and_others_another() -> None:
    def name(seed: int, item_id: str = "a", endpoint: str = "shop") -> str:
        store = FakeItems([make_item(item_id, vectors(2, seed=seed))])
        found = gather(store, training="")
        return training_name(endpoint, found, Plan.of(found))

    assert name(1) == name(1)
    assert len({name(1), name(2), name(1, "b"), name(1, endpoint="other")}) == 4
    assert len(name(1, endpoint="e" * 63)) <= 63
