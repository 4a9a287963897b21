"""Codes beside the picture: which items they are of, and what they make of a record."""

import json
from dataclasses import replace

import numpy as np
import pytest

from common.codes import Code, CodeKind
from common.wire import Vectors
from services.core.domain import Item
from services.core.records import MatchRecord, Verdict
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from tests.fakes import FakeIndex, FakeItems, make_item, make_observation, vectors

BOX = (0.4, 0.4, 0.2, 0.1)
COLA, ZERO, TEA = "4006381333931", "4006381333948", "40063812"
URL = "https://page.example/items"


def code(text: str, kind: CodeKind = "ean_13") -> Code:
    return Code(kind, text, BOX)


def item(item_id: str, seed: int, *, link: str | None = None, **metadata: str) -> Item:
    return replace(make_item(item_id, vectors(seed=seed, dim=64)), metadata=metadata, link=link)


def shelf() -> FakeItems:
    """Items that look unlike, but for the two teas, which nobody can tell apart."""
    others = [item(f"other-{n}", 100 + n) for n in range(20)]
    return FakeItems(
        [
            item("cola", 1, gtin=COLA, link="https://shop.example/p/cola/"),
            item("zero", 2, gtin=ZERO, sku="ZE-7"),
            item("tea-1", 3, gtin=TEA),
            item("tea-2", 3),
            *others,
        ]
    )


def answer(store: FakeItems, seen: Vectors, *codes: Code) -> MatchRecord:
    following = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))
    following.follow()
    lookup = Lookup(picture_url=lambda facts: f"{URL}/{facts.id}/image", k=6, max_age_s=5.0)
    (record,) = lookup.answer([replace(make_observation(seen), codes=codes)], following.view)
    return record


def picture(seed: int, *, like: float = 1.0, noise: int = 999) -> Vectors:
    """A look at the item of a seed; with `like` below 1 it is less like it."""
    mixed = like * vectors(seed=seed, dim=64) + (1 - like**2) ** 0.5 * vectors(seed=noise, dim=64)
    return np.asarray(mixed / np.linalg.norm(mixed), np.float32)


def test_without_codes_a_record_has_none() -> None:
    record = answer(shelf(), picture(1))
    told = json.loads(record.to_json())
    assert (record.verdict, "codes" in told, "code" in told) == (Verdict.MATCH, False, False)


def test_a_code_of_what_the_picture_shows_agrees() -> None:
    plain, record = answer(shelf(), picture(1)), answer(shelf(), picture(1), code(COLA))
    told = json.loads(record.to_json())
    assert (told["verdict"], told["code"], told["matches"][0]["id"]) == ("match", "agrees", "cola")
    assert told["codes"] == [{"kind": "ean_13", "text": COLA, "box": [0.4, 0.4, 0.2, 0.1], "item": "cola"}]
    assert 1 >= told["matches"][0]["score"] >= plain.matches[0].score


@pytest.mark.parametrize("like", [0.0, 0.2, 0.27])
def test_a_code_decides_where_the_picture_is_unsure_or_shows_none(like: float) -> None:
    plain, record = answer(shelf(), picture(1, like=like)), answer(shelf(), picture(1, like=like), code(ZERO))
    assert plain.verdict is not Verdict.MATCH
    assert (record.verdict, record.code, record.matches[0].item.id) == (Verdict.MATCH, "decides", "zero")
    assert record.matches[0].score >= 0.6
    assert sum(match.score for match in record.matches) <= 1.000001
    assert len(record.matches) == 6


def test_an_item_that_is_no_neighbour_has_no_distance() -> None:
    record = answer(
        FakeItems([*shelf().page(limit=100), item("far", 500, gtin="12345670")]),
        -vectors(seed=500, dim=64),
        code("12345670", "ean_8"),
    )
    (match,) = [each for each in json.loads(record.to_json())["matches"] if each["id"] == "far"]
    assert match["distance"] is None
    assert record.codes[0].item_id == "far"


def test_a_code_that_contradicts_a_sure_picture_leaves_both_and_is_said() -> None:
    plain, record = answer(shelf(), picture(1)), answer(shelf(), picture(1), code(ZERO))
    assert plain.matches[0].score > 0.9
    assert (record.verdict, record.code) == (Verdict.UNSURE, "contradicts")
    assert {match.item.id for match in record.matches[:2]} == {"cola", "zero"}
    assert all(match.score < 0.95 for match in record.matches)


def test_a_barcode_that_no_item_has_contradicts_an_item_that_has_another() -> None:
    record = answer(shelf(), picture(1), code("9780306406157"))
    assert (record.verdict, record.code, record.codes[0].item_id) == (Verdict.UNSURE, "contradicts", None)
    assert record.matches == answer(shelf(), picture(1)).matches
    without = answer(shelf(), picture(105), code("9780306406157"))
    assert (without.verdict, without.code) == (Verdict.MATCH, None)


def test_the_right_one_of_two_codes_counts() -> None:
    record = answer(shelf(), picture(1), code(ZERO), code(COLA))
    assert (record.verdict, record.code, record.matches[0].item.id) == (Verdict.MATCH, "agrees", "cola")
    assert [each.item_id for each in record.codes] == ["zero", "cola"]


def test_a_code_tells_items_apart_that_look_the_same() -> None:
    plain, record = answer(shelf(), picture(3)), answer(shelf(), picture(3), code(TEA, "ean_8"))
    assert set(plain.equals) == {"tea-1", "tea-2"}
    assert (record.verdict, record.code, record.equals) == (Verdict.MATCH, "agrees", ())
    assert record.matches[0].item.id == "tea-1"
    assert record.matches[0].score > 0.9 > 0.1 > record.matches[1].score


def test_items_with_one_code_are_left_to_the_picture_or_a_person() -> None:
    store = FakeItems([item("small", 1, gtin=COLA), item("large", 2, gtin=COLA), item("b", 5)])
    assert answer(store, picture(2), code(COLA)).matches[0].item.id == "large"
    neither = -vectors(seed=1, dim=64) - vectors(seed=2, dim=64)
    record = answer(store, np.asarray(neither / np.linalg.norm(neither), np.float32), code(COLA))
    assert (record.verdict, record.code, record.codes[0].item_id) == (Verdict.UNSURE, "unclear", "small")
    assert {match.item.id for match in record.matches[:2]} == {"small", "large"}


def test_an_empty_catalogue_has_no_code() -> None:
    lookup = Lookup(picture_url=lambda facts: facts.id, k=6, max_age_s=5.0)
    (record,) = lookup.answer([replace(make_observation(), codes=(code(COLA),))], None)
    assert (record.verdict, record.code, record.codes[0].item_id) == (Verdict.NO_MATCH, None, None)


def test_the_text_of_a_qr_code_that_is_no_items_stays_out_of_the_record() -> None:
    texts = [("https://tickets.example/secret", "qr"), ("ZE-7", "qr"), ("9780306406157", "ean_13")]
    record = answer(shelf(), picture(2), *[code(text, kind) for text, kind in texts])  # type: ignore[arg-type]
    told = json.loads(record.to_json())
    assert [each["text"] for each in told["codes"]] == [None, "ZE-7", "9780306406157"]
    assert "secret" not in record.to_json()


def test_a_changed_or_deleted_item_loses_its_code_at_once() -> None:
    store = shelf()
    following = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))
    lookup = Lookup(picture_url=lambda facts: facts.id, k=6, max_age_s=5.0)
    seen = replace(make_observation(picture(999)), codes=(code(COLA),))

    def found() -> str | None:
        following.follow()
        (record,) = lookup.answer([seen], following.view)
        return record.codes[0].item_id

    assert found() == "cola"
    store.put(item("cola", 1))
    assert found() is None
    store.put(item("zero", 2, gtin=COLA))
    assert found() == "zero"
    store.delete("zero")
    assert found() is None
