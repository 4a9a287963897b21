"""The rows of an item's vectors: which of them are of taught pictures."""

from dataclasses import replace

import pytest

from services.core.catalogue.views import taught_rows
from tests.fakes import make_item, vectors


@pytest.mark.parametrize(
    ("pictures", "taught", "views", "recipe", "expected"),
    [
        ("a", "", 3, 2, "000"),
        ("ab", "b", 4, 2, "0001"),
        ("ab", "a", 4, 2, "1000"),
        ("abc", "b", 7, 2, "0001000"),
        ("abc", "abc", 3, 2, "111"),
        ("ab", "b", 6, 7, "000001"),
        ("ab", "b", 6, 1, "000000"),  # of recipe 1 all rows are the catalogue's
        ("abc", "c", 6, 2, "000000"),  # five rows are not of two pictures
        ("abc", "abc", 4, 2, "0000"),
        ("abcd", "abc", 2, 2, "00"),
    ],
)
def test_a_taught_picture_has_one_row_in_its_place(
    pictures: str, taught: str, views: int, recipe: int, expected: str
) -> None:
    item = make_item("mug", vectors(views), more_pictures=tuple(pictures[1:]))
    item = replace(item, picture=pictures[0], taught=tuple(taught), recipe=recipe)
    assert taught_rows(item).tolist() == [row == "1" for row in expected]
