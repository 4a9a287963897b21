"""The mapping of columns as text, and the columns that are taken by it."""

from __future__ import annotations

from itertools import product

import pytest

from services.core.errors import InputError
from services.core.importing.columns import choose_columns
from services.core.importing.mapping import FIELDS, parse_map, write_map


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("title=Name,pictures=Image Src;Image 2", {"title": ("name",), "image": ("image src", "image 2")}),
        ("title = Name , url=A,image=B;A", {"title": ("name",), "image": ("a", "b")}),
        ("title=Size, cm,id=", {"title": ("size, cm",), "id": ()}),
        (
            """title="a;b",id='c, id=d',link="e""f" """,
            {"title": ("a;b",), "id": ("c, id=d",), "link": ('e"f',)},
        ),
        ("title=Men's size,price=Price (€)", {"title": ("men's size",), "price": ("price (€)",)}),
        ("category=a=b,", {"category": ("a=b",)}),
        ("skip=Cost;Stock", {"skip": ("cost", "stock")}),
        ("title=상품명,image=사진", {"title": ("상품명",), "image": ("사진",)}),
    ],
)
def test_a_mapping_is_read(text: str, found: dict[str, tuple[str, ...]]) -> None:
    assert parse_map([text]) == found


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["title=A,title=B"], "`title` is mapped to 2 columns, a and b; expected one"),
        (["id=A", "id=B"], "`id` is mapped to 2 columns"),
        (["price=A;B"], "`price` is mapped to 2 columns"),
        (
            ["=A"],
            "the mapping '=A' can't be read; expected title=Name,image=Photo with the fields title,",
        ),
        ([";"], "can't be read"),
    ],
)
def test_a_mapping_that_can_not_be_read_is_refused(texts: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_map(texts)


def test_a_mapping_that_is_written_is_read_again() -> None:
    names = ["a", "b c", "d;e", "f,g", 'h"i', "j's", "k=l", "m, id=n", '"', "'o'"]
    for one, other in product(names, names):
        written = write_map({"title": [one], "skip": [other, "x"]})
        assert parse_map([written]) == {"title": (one,), "skip": tuple(dict.fromkeys((other, "x")))}, written


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no column 'nmae' \(did you mean 'name'\?\); it has name, image"):
        choose_columns(["name", "image"], parse_map(["title=nmae"]))


def test_details_get_our_names_and_lose_no_other_column() -> None:
    names = ["name", "image", "price", "vk", "typ", "kosten"]
    columns = choose_columns(names, parse_map(["price=VK,category=Typ,skip=Kosten"]))
    assert columns is not None
    assert {name: columns.details_of(name) for name in names} == {
        "name": [],
        "image": [],
        "price": ["price 2"],
        "vk": ["price"],
        "typ": ["category"],
        "kosten": [],
    }
    assert list(columns.by_field(names)) == list(FIELDS)


def test_a_column_that_a_person_chose_is_no_other_field_by_guess() -> None:
    columns = choose_columns(["name", "photo", "url", "price"], parse_map(["image=url,category=price"]))
    assert columns is not None
    assert (columns.main, columns.link, dict(columns.details)) == (("url",), "", {"category": "price"})
