"""`lookalike index status` and `lookalike index rebuild` of the same model beside a running system."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.adapters.sqlite_items import SqliteItems
from services.core.catalogue.views import RECIPE
from services.core.domain import Item
from services.core.importing.archive_line import item_line
from tests.fakes import vectors
from tests.system.single import searched
from tests.system.stack import Stack


def stored(stack: Stack, item_id: str) -> Item:
    store = SqliteItems(stack.data / "items.sqlite", writable=False)
    (item,) = store.get_many([item_id])
    store.close()
    assert item is not None
    return item


def head(stack: Stack) -> int:
    return int(stack.get("/healthz")["checks"]["store"]["cursor"])


def rebuilt(stack: Stack) -> str:
    done = stack.cli("index", "rebuild")
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_an_item_of_another_recipe_is_found_counted_and_made_again(
    empty: Stack, bowl: dict[str, Any]
) -> None:
    before = stored(empty, bowl["id"])
    other = replace(before, recipe=RECIPE + 1, vectors=np.concatenate([before.vectors, before.vectors[:1]]))
    assert empty.client.post("/index/vectors", content=item_line(other)).json() == {"kept": True}
    assert searched(empty, head(empty), 300) == [bowl["id"]]
    assert empty.get("/healthz")["checks"]["index"]["other_recipe"] == 1
    counted = empty.cli("index", "status")
    assert "1 of another recipe (searchable): run `lookalike index rebuild`" in counted.stdout, counted.stderr
    assert empty.get("/healthz")["checks"]["index"]["space"]["taught_items"] == 0
    assert "with 0 taught items; 0 cameras have means of their own" in counted.stdout

    assert rebuilt(empty).startswith("vectors of 1 item recomputed with model ")

    after = stored(empty, bowl["id"])
    assert after.recipe == RECIPE
    np.testing.assert_array_equal(after.vectors, before.vectors)
    assert searched(empty, head(empty), 300) == [bowl["id"]]
    assert empty.get("/healthz")["checks"]["index"]["other_recipe"] == 0
    assert "another recipe" not in empty.cli("index", "status").stdout
    again = rebuilt(empty)
    assert "there was nothing to recompute" in again
    assert "the model is the same: nothing has to be restarted" in again


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"vectors": vectors(3, dim=256)}, "of 256 numbers; expected 512"),
        ({"vectors": vectors(4, dim=512)}, "4 vectors; expected 3"),
        ({"vectors": np.zeros((3, 512), np.float32)}, "vectors holds one that is not of length 1"),
        ({"vectors": np.full((3, 512), np.nan, np.float32)}, "vectors holds one that is not of length 1"),
    ],
)
def test_vectors_that_the_model_can_not_have_made_are_refused(
    empty: Stack, bowl: dict[str, Any], wrong: dict[str, Any], says: str
) -> None:
    before = stored(empty, bowl["id"])
    answer = empty.client.post("/index/vectors", content=item_line(replace(before, **wrong)))
    assert (answer.status_code, says in answer.json()["detail"]) == (400, True), answer.text
    np.testing.assert_array_equal(stored(empty, bowl["id"]).vectors, before.vectors)
