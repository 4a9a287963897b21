"""Lines of an archive that hold no valid item."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from services.core.errors import InputError
from services.core.importing.archive_line import item_line, parse_line
from tests.core.importing.archives import facts, item


def line(**changes: object) -> bytes:
    fields = json.loads(item_line(item()))
    return json.dumps({**fields, **changes}).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "a JSON list; expected an object"),
        (line(id=7), "id is 7; expected text"),
        (line(id=""), "id is empty"),
        (line(id="../x"), "item id '../x' is not allowed"),
        (line(title=None), "title is None; expected text"),
        (line(title=""), "the title has 0 characters"),
        (line(link=1), "link is 1; expected text or null"),
        (line(link="javascript:1"), "is not an http or https address"),
        (line(metadata=[]), "metadata is []; expected an object of texts"),
        (line(metadata={"a": 1}), "expected an object of texts"),
        (line(pictures=[]), "pictures is []; expected a list of 1 to 16 keys"),
        (line(pictures="x"), "pictures is 'x'"),
        (line(pictures=[f"{1:064x}.jpg"] * 17), "expected a list of 1 to 16 keys"),
        (line(pictures=["../../etc/passwd"]), "pictures holds '../../etc/passwd'; expected 64 hex digits"),
        (line(pictures=[f"{1:064x}.jpg/x"]), "expected 64 hex digits"),
        (line(model="x"), "model is 'x'; expected 12 hex digits"),
        (line(taught="x"), "taught is 'x'; expected a list of keys that pictures holds too"),
        (line(taught=[f"{1:064x}.jpg"]), "expected a list of keys that pictures holds too"),
        (line(taught=[{}]), "expected a list of keys that pictures holds too"),
        (line(points=["AAAA"] * 7), "expected none, or a text in base64 for each picture"),
        (line(points=["ä"]), "points is not base64"),
        (line(points=[None]), "points is None; expected text in base64"),
        (line(points=["AAAA" * 5500]), "points holds one of more than 16384 bytes"),
        (line(recipe=0), "recipe is 0; expected a whole number from 1"),
        (line(recipe=None), "recipe is None"),
        (line(recipe=True), "recipe is True"),
        (line(recipe=10**40), "recipe is 1000000"),
        (line(dim=0), "dim is 0; expected a whole number from 1"),
        (line(dim=True), "dim is True"),
        (line(dim=10**9), "dim is 1000000000"),
        (line(dim=7), "vectors holds 32 bytes; expected 14 for each of at most"),
        (line(vectors=""), "vectors is empty; expected one at least"),
        (line(vectors=1), "vectors is 1; expected text in base64"),
        (line(vectors="ä"), "vectors is not base64"),
        (line(vectors="AAAA" * 16, dim=8), "vectors holds one that is not of length 1"),
        (line(vectors="AH4A" * 16, dim=8), "vectors holds one that is not of length 1"),
        (line(vectors="AHwA" * 16, dim=8), "vectors holds one that is not of length 1"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_item_is_refused_with_what_was_expected(content: bytes, says: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_line(content)
    assert says in str(refused.value)


def test_an_older_line_may_hold_vectors_that_nothing_uses() -> None:
    assert facts(parse_line(line(probes="AHwA" * 16))) == facts(item())
    assert b"probes" not in item_line(item())


def test_a_line_keeps_the_recipe_of_the_vectors_and_without_one_it_is_the_first() -> None:
    assert parse_line(item_line(item(recipe=7))).recipe == 7
    older = json.loads(line(recipe=7))
    del older["recipe"]
    assert parse_line(json.dumps(older).encode()).recipe == 1


def test_a_line_keeps_taught_pictures_and_points_and_without_them_there_are_none() -> None:
    plain = item()
    assert (parse_line(item_line(plain)).taught, parse_line(item_line(plain)).points) == ((), ())
    told = replace(plain, taught=plain.pictures, points=(b"\0\xff",) * len(plain.pictures))
    assert (parse_line(item_line(told)).taught, parse_line(item_line(told)).points) == (
        told.taught,
        told.points,
    )
