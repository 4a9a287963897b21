"""`lookalike index status` and `lookalike index rebuild` without a running system."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.files import fingerprint
from models.variants import LEVELS
from services.adapters.sqlite_items import SqliteItems
from services.core.catalogue.views import RECIPE
from tests.cli.shop import Shop, write_model
from tests.system.pictures import write_pictures


@pytest.fixture
def filled(shop: Shop, tmp_path: Path) -> Shop:
    """A catalogue of the items a, b and c."""
    write_pictures(tmp_path / "p", ["a.jpg", "b.jpg", "c.jpg"])
    assert shop.items("import", tmp_path / "p").returncode == 0
    return shop


def of_recipe(shop: Shop, recipe: int, *ids: str) -> None:
    """Give these items vectors of another version's recipe."""
    with closing(SqliteItems(shop.data / "items.sqlite", writable=True)) as store:
        for item in store.get_many(ids):
            assert item is not None
            assert store.stage(replace(item, recipe=recipe, vectors=np.roll(item.vectors, 1, axis=1)))


def status(shop: Shop) -> list[str]:
    """The lines of the status about models and vectors."""
    return told(shop)


def told(shop: Shop) -> list[str]:
    """All lines of the status."""
    done = shop.run("index", "status")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def rebuilt(shop: Shop) -> str:
    done = shop.run("index", "rebuild")
    assert done.returncode == 0, done.stderr
    *lines, store = done.stderr.splitlines()
    assert store == f"store: {shop.data / 'items.sqlite'}"
    return "\n".join(lines)


def test_items_of_another_recipe_are_counted_and_made_again(filled: Shop) -> None:
    before, model = filled.kept(), fingerprint(filled.model.read_bytes())
    head = f"model {model}, recipe of views {RECIPE}"
    assert status(filled) == [head, "3 items, 3 of them up to date"]
    of_recipe(filled, RECIPE + 1, "a", "c")
    assert status(filled) == [
        head,
        "3 items, 1 of them up to date",
        "2 of another recipe (searchable): run `lookalike index rebuild`",
    ]
    assert rebuilt(filled) == f"vectors of 2 items recomputed with model {model}, 0 left out"
    assert status(filled) == [head, "3 items, 3 of them up to date"]
    for item_id, item in filled.kept().items():
        np.testing.assert_array_equal(item.vectors, before[item_id].vectors)


def test_a_rebuild_with_nothing_to_do_says_so(filled: Shop) -> None:
    model = fingerprint(filled.model.read_bytes())
    assert rebuilt(filled) == (
        f"all 3 items have vectors of model {model} and recipe {RECIPE} already; "
        "there was nothing to recompute"
    )


def test_the_model_that_a_rebuild_would_change_to_is_named(filled: Shop, tmp_path: Path) -> None:
    old = fingerprint(filled.model.read_bytes())
    path = write_model(tmp_path / "other.onnx", last=2.0)
    other, new = Shop(filled.data, path), fingerprint(path.read_bytes())
    assert status(other) == [
        f"model {old}, recipe of views {RECIPE}",
        "3 items, 3 of them up to date",
        f"LOOKALIKE_MODEL={path} is model {new}, to which a rebuild changes the catalogue",
    ]
    assert f"vectors of 3 items recomputed with model {new}" in rebuilt(other)
    assert status(other)[0].startswith(f"model {new}")
    assert len(status(other)) == 2


def test_a_level_that_is_not_built_yet_is_named_by_what_it_will_be(filled: Shop, tmp_path: Path) -> None:
    other = Shop(filled.data, Path("fast"), {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})
    new = LEVELS["fast"].fingerprint
    assert (
        status(other)[-1] == f"LOOKALIKE_MODEL=fast is model {new}, to which a rebuild changes the catalogue"
    )


def test_items_that_another_model_left_out_are_counted(filled: Shop, tmp_path: Path) -> None:
    key = filled.kept()["b"].picture
    (filled.data / "pictures" / key[:2] / key).unlink()
    other = Shop(filled.data, write_model(tmp_path / "other.onnx", last=2.0))
    done = other.run("index", "rebuild")
    assert (done.returncode, "left out: item b" in done.stderr) == (1, True)
    assert status(other)[1:] == [
        "3 items, 2 of them up to date",
        "1 of another model (not searchable): run `lookalike index rebuild`",
    ]


def test_an_empty_catalogue_has_nothing_to_count(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("title,image\n")
    assert shop.items("import", tmp_path / "none.csv").returncode == 2
    assert status(shop) == ["the catalogue is empty"]
