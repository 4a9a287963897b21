"""Items made from drafts and pictures."""

from dataclasses import replace

import numpy as np
import pytest

from common.local_points import decode_points
from services.core.catalogue.cut_outs import THING_BOX, GivenPicture
from services.core.catalogue.items import MAX_METADATA, MAX_TITLE, MAX_VALUE, Catalogue, Draft, seen_by
from services.core.domain import Item
from services.core.errors import InputError, UnavailableError
from tests.core.catalogue.catalogues import WHITE, decode, make_catalogue, shots
from tests.fakes import MODEL, OTHER_MODEL, FakeDescriber, FakeFeaturizer, FakeItems, FakePictures


def test_an_added_item_is_in_the_store_with_its_vector_and_its_picture() -> None:
    catalogue = make_catalogue()
    draft = Draft(
        "  A mug ", id="mug", link=" https://shop.example/1 ", metadata={" kind ": " cup ", "x": " "}
    )
    item, cursor = catalogue.add(draft, b"\x00\xff\x00")
    assert (cursor, catalogue.store.get_many(["mug"])) == (1, [item])
    assert (item.title, item.link, item.metadata) == ("A mug", "https://shop.example/1", {"kind": "cup"})
    assert Draft("two\r\nlines\u2028 of it\n").checked().title == "two lines  of it"
    assert (item.model, item.vectors.shape) == (MODEL, (2, 4))
    np.testing.assert_allclose(item.vectors[0], [0, 0.5**0.5, 0, 0.5**0.5], atol=0.01)
    assert catalogue.pictures.get(item.picture) == b"\x00\xff\x00"


def test_an_item_is_kept_with_the_vectors_of_its_views_each_in_its_place() -> None:
    catalogue = make_catalogue()
    item, _ = catalogue.add(Draft("A mug"), b"\xff\x00\xff")
    share = 3**-0.5, 0.5**0.5
    expected = [[share[0], 0, share[0], share[0]], [share[1], 0, 0, share[1]]]
    np.testing.assert_allclose(item.vectors, expected, atol=0.01)


def test_a_picture_that_shows_nothing_is_refused_for_a_new_item_and_kept_for_an_old_one() -> None:
    catalogue = make_catalogue()
    with pytest.raises(InputError, match="nothing to see: the picture is transparent, or of one colour"):
        catalogue.add(Draft("A wall"), WHITE)
    key = catalogue.pictures.put(WHITE, suffix=".png")
    assert catalogue.look_again(key).picture == key


def test_an_item_without_an_id_gets_one_of_its_own() -> None:
    catalogue = make_catalogue()
    ids = {catalogue.add(Draft("A mug"), b"abc")[0].id for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (Draft(" "), "title has 0 characters; expected 1 to 300"),
        (Draft("x" * (MAX_TITLE + 1)), "title has 301 characters"),
        (Draft("\ud800"), "title"),
        *((Draft(f"a{each}b"), "holds control characters") for each in "\x1b\x00\x7f\x9b"),
        (Draft("x", link="javascript:alert(1)"), "'javascript:alert(1)' is not an http or https address"),
        (Draft("x", link="/relative"), "not an http or https address"),
        *(
            (Draft("x", link=f"http://{each}"), "not an http or https address")
            for each in ("[", "a:x/", "a:99999/", "a:0/", "..", "./x")
        ),
        (Draft("x", id="a/b"), "item id 'a/b' is not allowed"),
        (Draft("x", id=".."), "not allowed"),
        (Draft("x", id=" a"), "leading space"),
        (Draft("x", id="a\0"), "control characters"),
        (Draft("x", id="x" * 201), "1 to 200 characters"),
        (Draft("x", id="\ud800"), "not allowed"),
        (Draft("x", metadata={str(n): "y" for n in range(MAX_METADATA + 1)}), "51 metadata fields"),
        (Draft("x", metadata={"long": "y" * (MAX_VALUE + 1)}), "metadata 'long' is too long"),
        (Draft("x", metadata={" ": "y"}), "metadata"),
        (Draft("x", metadata={"kind": "\ud800"}), "kind"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_and_nothing_is_kept(draft: Draft, says: str) -> None:
    catalogue, pictures = make_catalogue(), FakePictures()
    with pytest.raises(InputError, match=says.replace("(", r"\(").replace(")", r"\)")):
        replace(catalogue, pictures=pictures).add(draft, b"abc")
    assert (catalogue.store.head(), pictures.contents) == (0, {})


@pytest.mark.parametrize("item_id", ["x", "mug 1", "ÄÖ-7", "it's", "x" * 200, "a.b", "...", "100%", "?q=1#"])
def test_an_id_may_be_any_text_without_slashes(item_id: str) -> None:
    assert Draft("x", id=item_id).checked().id == item_id


def test_a_corrupt_picture_is_refused_and_nothing_is_kept() -> None:
    catalogue = make_catalogue()
    with pytest.raises(InputError, match="not a picture"):
        catalogue.add(Draft("A mug"), b"corrupt")
    assert catalogue.store.head() == 0


def test_the_picture_is_kept_before_the_row_is_written() -> None:
    kept_before_row: list[bytes | None] = []

    class Store(FakeItems):
        def put(self, item: Item, *, expected: str | None = None) -> int:
            kept_before_row.append(pictures.get(item.picture))
            return super().put(item, expected=expected)

    pictures = FakePictures()
    Catalogue(Store(), pictures, FakeFeaturizer(), decode, shots, FakeDescriber()).add(Draft("A mug"), b"abc")
    assert kept_before_row == [b"abc"]


def test_each_picture_has_local_features_as_it_is_cut() -> None:
    catalogue = make_catalogue()
    given = [GivenPicture(b"abc"), GivenPicture(b"xyz", taught=True)]
    item = catalogue.make(Draft("A mug"), given)
    shown, taught = (decode(each.content)[0] for each in given)
    describer = FakeDescriber()
    assert item.points == (describer.describe(shown), describer.describe_thing(taught, THING_BOX))
    assert all(map(decode_points, item.points))
    again = seen_by(item, catalogue.looks_again(item), model=MODEL)
    assert again.points == item.points


def test_a_picture_that_cannot_be_kept_leaves_no_row() -> None:
    class Full(FakePictures):
        def put(self, content: bytes, *, suffix: str) -> str:
            raise UnavailableError(f"picture store: no room for {len(content)} bytes of {suffix}")

    catalogue = Catalogue(FakeItems(), Full(), FakeFeaturizer(), decode, shots, FakeDescriber())
    with pytest.raises(UnavailableError):
        catalogue.add(Draft("A mug"), b"abc")
    assert catalogue.store.head() == 0


def test_a_catalogue_of_another_model_is_refused_with_what_to_do() -> None:
    catalogue = make_catalogue()
    catalogue.check_model()
    catalogue.add(Draft("A mug"), b"abc")
    catalogue.check_model()
    changed = replace(catalogue, featurizer=FakeFeaturizer(OTHER_MODEL))
    with pytest.raises(InputError, match=f"{MODEL}.*{OTHER_MODEL}.*lookalike index rebuild"):
        changed.check_model()


def test_several_looks_make_one_item_of_all_their_pictures_in_their_order() -> None:
    catalogue = make_catalogue()
    item = catalogue.make(Draft("A mug", metadata={"kind": "cup"}), [GivenPicture(b"abc")])
    looks = [catalogue.look(GivenPicture(content)) for content in (b"xyz", b"abc")]
    seen = seen_by(item, looks, model=OTHER_MODEL)
    assert (seen.id, seen.title, seen.metadata, seen.model) == (
        item.id,
        "A mug",
        {"kind": "cup"},
        OTHER_MODEL,
    )
    assert seen.pictures == tuple(look.picture for look in looks)
    np.testing.assert_array_equal(seen.vectors, [*looks[0].vectors, *item.vectors])


def test_a_kept_picture_is_looked_at_again_with_the_same_eyes() -> None:
    catalogue = make_catalogue()
    look = catalogue.look(GivenPicture(b"abc"))
    again = catalogue.look_again(look.picture)
    assert again.picture == look.picture
    np.testing.assert_array_equal(again.vectors, look.vectors)
    with pytest.raises(InputError, match=r"its picture gone\.png is gone"):
        catalogue.look_again("gone.png")
    with pytest.raises(InputError, match="not a picture"):
        catalogue.look_again(catalogue.pictures.put(b"corrupt", suffix=".png"))
