"""Many items found, edited, exported and deleted from the command line, while nothing runs."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from services.adapters.sqlite_items import SqliteItems
from tests.cli.shop import Shop
from tests.fakes import make_item


@pytest.fixture
def filled(shop: Shop) -> Shop:
    """A catalogue of three items."""
    shop.data.mkdir()
    with closing(SqliteItems(shop.data / "items.sqlite", writable=True)) as store:
        for n, colour in enumerate(("red", "blue", "blue")):
            store.put(replace(make_item(f"i{n}", title=f"Mug {n}"), metadata={"colour": colour}))
    return shop


def test_items_are_found_edited_and_deleted_without_a_system(filled: Shop) -> None:
    assert filled.items("list", "--search", "mugg", "--sort", "newest").stdout.split()[::3] == [
        "i2",
        "i1",
        "i0",
    ]
    edited = filled.items("edit", "--facet", "colour:blue", "--set", "shelf=7")
    assert (edited.returncode, edited.stderr.splitlines()[0]) == (0, "2 items changed, 0 refused")
    table = filled.data.parent / "items.csv"
    exported = filled.items("export", "--csv", table, "--facet", "shelf:7")
    assert (exported.returncode, table.read_text().splitlines()[1:]) == (
        0,
        ["i1,Mug 1,,https://shop.example/mug,blue,7", "i2,Mug 2,,https://shop.example/mug,blue,7"],
    )
    deleted = filled.items("delete", "--facet", "shelf:7", "--yes")
    assert deleted.stderr.splitlines() == [
        "2 items deleted, 0 refused",
        f"store: {filled.data}/items.sqlite",
    ]
    assert filled.items("list").stdout.split() == ["i0", "Mug", "0"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["edit", "--set", "a=1"], "expected either ids, or --search and --facet"),
        (["edit", "i0", "--facet", "a:b", "--set", "a=1"], "expected either ids"),
        (["edit", "i0", "--set", "a"], "expected FIELD=VALUE"),
        (["edit", "i0"], "there is nothing to change"),
        (["delete", "--search", "mug"], "Delete 3 items? There is no terminal to answer; expected --yes"),
        (["list", "--text", "mug", "--search", "mug"], "expected --search in its place"),
        (["export", "all.zip", "--search", "mug"], "an archive has all items"),
    ],
)
def test_what_can_not_be_meant_is_refused(filled: Shop, command: list[str], says: str) -> None:
    refused = filled.items(*command)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert filled.items("list").stdout.count("Mug") == 3
