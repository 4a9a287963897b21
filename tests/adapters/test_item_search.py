"""The contract of the search among items, on every implementation and every item store."""

import random
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from services.adapters.sqlite_search import SqliteSearch
from services.core.catalogue.finder import ItemFinder
from services.core.catalogue.item_search import FieldCounts, ItemQuery, ItemSearch, Sort
from services.core.domain import Change
from services.core.errors import InputError
from services.core.ports import ItemStore
from tests.fake_item_search import FakeItemSearch
from tests.fakes import make_item

SHOP = {
    "mug": ("Blue Mug", {"colour": "blue", "price": "12.50", "kind": "mug"}),
    "mug-2": ("Large mug", {"colour": "red", "price": "EUR 9,90", "kind": "mug"}),
    "pot": ("Teapot, blue", {"colour": "blue", "price": "1.299,00 EUR", "kind": "pot"}),
    "vase": ("Vase José", {"colour": "green", "note": "goes with the blue mug"}),
    "컵": ("파란 머그컵", {"colour": "파랑", "price": "₩12,000"}),
    "急須": ("常滑焼 急須", {"colour": "赤", "g:size": "10:20"}),
}


@pytest.fixture(params=["fake", "memory", "file", "no trigrams"])
def search(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ItemSearch]:
    """An empty search of each kind."""
    if request.param == "fake":
        yield FakeItemSearch()
        return
    path = tmp_path / "search.sqlite" if request.param == "file" else None
    with closing(SqliteSearch(path, with_grams=request.param != "no trigrams")) as found:
        yield found


@pytest.fixture
def shop(search: ItemSearch) -> ItemSearch:
    """One with the items of SHOP."""
    take(search, SHOP)
    return search


def take(search: ItemSearch, items: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
    """Let it know of items, or of others in their place."""
    _, cursor = search.state()
    facts = {
        i: replace(make_item(i, title=title), metadata=dict(fields)).facts
        for i, (title, fields) in items.items()
    }
    search.apply([Change(cursor + n, i) for n, i in enumerate(facts, 1)], facts, after=cursor)


def found(search: ItemSearch, q: str = "", *facets: str, sort: Sort | None = None) -> list[str]:
    query = ItemQuery(q, facets, sort)
    ids = [each.id for each in search.find(query)]
    assert search.total(query) == len(ids)
    return ids


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("", sorted(SHOP)),
        ("  mug   BLUE ", ["mug", "vase"]),
        ("eapo", ["pot"]),
        ("mug-", ["mug-2"]),
        ("jose", ["vase"]),
        ("JOSÉ", ["vase"]),
        ("blue nothing", []),
        # Typos: a letter that is wrong, missing, too many or swapped; only if no item has the word itself.
        ("teapit", ["pot"]),
        ("tepot", ["pot"]),
        ("teappot", ["pot"]),
        ("taepot", ["pot"]),
        ("tea", ["pot"]),
        ("blue maug", ["mug", "vase"]),
        ("gren", ["vase"]),
        ("xyzzy", []),
        ("xz", []),
        # Two letters of a script that writes a word with them; a syllable that is being typed; a typo.
        ("머그", ["컵"]),
        ("머그ᄏ", ["컵"]),
        ("커", ["컵"]),
        ("머그켭", ["컵"]),
        ("파란 컵", ["컵"]),
        ("急須", ["急須"]),
        ("焼", ["急須"]),
        ("ｍｕｇ", ["mug", "mug-2", "vase"]),
        # What FTS5 takes for operators.
        ('"', []),
        ("mug OR", []),
        ("title:mug", []),
        ("mug* *", []),
        ('NEAR("mug"', []),
        ("'; DROP TABLE entries; --", []),
        ("%u_", []),
    ],
)
def test_words_in_any_order_parts_of_words_and_typos_find_items(
    shop: ItemSearch, q: str, expected: list[str]
) -> None:
    assert sorted(found(shop, q)) == sorted(expected)


def test_without_an_order_those_with_all_words_in_the_title_come_first(shop: ItemSearch) -> None:
    take(shop, {"a": ("A bowl", {"note": "blue, like the mug"})})
    assert found(shop, "blue mug") == ["mug", "a", "vase"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.OLDEST, list(SHOP)),
        (Sort.NEWEST, list(SHOP)[::-1]),
        (Sort.TITLE, ["mug", "mug-2", "pot", "vase", "컵", "急須"]),
        (Sort.PRICE, ["mug-2", "mug", "pot", "컵", "急須", "vase"]),
        (Sort.PRICE_DOWN, ["컵", "pot", "mug", "mug-2", "急須", "vase"]),
        (Sort.SHOWN, ["vase", "mug", "急須", "컵", "pot", "mug-2"]),
        (Sort.CONFUSED, ["pot", "vase", "mug", "急須", "컵", "mug-2"]),
    ],
)
def test_items_come_in_the_order_that_is_asked_for(shop: ItemSearch, sort: Sort, expected: list[str]) -> None:
    shop.count_shown({"mug": 7, "vase": 1, "pot": 3})
    shop.count_shown({"mug": 7, "vase": 9, "gone": 1})
    _, cursor = shop.state()
    title, fields = SHOP["pot"]
    facts = replace(make_item("pot", title=title).facts, metadata=fields, wrong=2)
    shop.apply([Change(cursor + 1, "pot")], {"pot": facts}, after=cursor)
    assert found(shop, sort=sort) == expected


@pytest.mark.parametrize(
    ("facets", "expected"),
    [
        (["colour:blue"], ["mug", "pot"]),
        (["colour:blue", "colour:red"], ["mug", "mug-2", "pot"]),
        (["colour:blue", "kind:mug"], ["mug"]),
        (["colour:none"], []),
        (["colour:none", "colour:red"], ["mug-2"]),
        (["g:size:10:20"], ["急須"]),
        (["colour:"], []),
        ([":"], []),
        (["colour:blue", "colour:blue"], ["mug", "pot"]),
    ],
)
def test_facets_of_one_field_are_alternatives_and_those_of_several_all_hold(
    shop: ItemSearch, facets: list[str], expected: list[str]
) -> None:
    assert found(shop, "", *facets) == expected


def test_facets_count_the_values_of_what_is_found(shop: ItemSearch) -> None:
    counts = {each.field: each for each in shop.facets(ItemQuery("blue"))}
    assert counts["colour"] == FieldCounts("colour", (("blue", 2), ("green", 1)), 0)
    assert counts["kind"].values == (("mug", 1), ("pot", 1))
    # Of a field that is asked for itself: what else could be chosen.
    chosen = {each.field: each.values for each in shop.facets(ItemQuery("", ("colour:blue", "kind:mug")))}
    assert chosen == {
        "colour": (("blue", 1), ("red", 1)),
        "kind": (("mug", 1), ("pot", 1)),
        "price": (("12.50", 1),),
    }


def test_only_the_commonest_values_are_named_and_the_others_counted(search: ItemSearch) -> None:
    take(search, {f"i{n}": ("A bowl", {"colour": f"c{n % 7}", "long": "x" * 300}) for n in range(15)})
    (colours,) = search.facets(ItemQuery(), most=3)
    assert (colours.values[0], len(colours.values), colours.more) == (("c0", 3), 3, 4)


def test_pages_go_through_all_once_while_items_change(search: ItemSearch) -> None:
    take(search, {f"i{n:02}": ("A bowl", {"price": str(n % 5)}) for n in range(20)})
    for sort in (None, *Sort):
        query, seen, after = ItemQuery(sort=sort), list[str](), None
        while page := search.find(query, after=after, limit=3):
            seen += [each.id for each in page]
            after = page[-1].place
            # One that was shown is edited, one ahead goes, and comes back where it was.
            take(search, {seen[-1]: ("A bowl", {"price": str(int(seen[-1][1:]) % 5), "new": "1"})})
            gone(search, "i19" if "i19" not in seen else "i98")
            take(search, {"i19": ("A bowl", {"price": "4"})})
        assert sorted(seen) == [f"i{n:02}" for n in range(20)], sort


def gone(search: ItemSearch, item_id: str) -> None:
    _, cursor = search.state()
    search.apply([Change(cursor + 1, item_id)], {}, after=cursor)


def test_an_edited_item_is_found_by_its_new_words_alone(shop: ItemSearch) -> None:
    take(shop, {"pot": ("Jug", {"colour": "white"})})
    assert (found(shop, "teapot"), found(shop, "jug"), found(shop, "", "colour:blue")) == (
        [],
        ["pot"],
        ["mug"],
    )
    gone(shop, "pot")
    assert found(shop, "jug") == []
    assert "white" not in str(shop.facets(ItemQuery()))


def test_changes_that_do_not_follow_are_left(shop: ItemSearch) -> None:
    facts = {"new": make_item("new").facts}
    shop.apply([Change(3, "new")], facts, after=2)
    assert found(shop, "new") == []
    assert shop.state() == (None, len(SHOP))
    shop.begin("another store")
    assert (shop.state(), found(shop)) == (("another store", 0), [])


def test_a_place_of_another_order_is_refused(shop: ItemSearch) -> None:
    with pytest.raises(InputError, match="another order"):
        shop.find(ItemQuery(), after=(1, 2, 3))


def test_too_many_words_are_refused(shop: ItemSearch) -> None:
    with pytest.raises(InputError, match="21 words; expected at most 20"):
        shop.find(ItemQuery(" ".join(map(str, range(21)))))
    with pytest.raises(InputError, match="no text"):
        shop.find(ItemQuery("mug \ud800"))


def test_it_answers_like_a_look_at_all_items() -> None:
    rng = random.Random(22)
    letters, fake, sqlite = "abcあかん가각 ", FakeItemSearch(), SqliteSearch(None)

    def text(most: int) -> str:
        return "".join(rng.choices(letters, k=rng.randint(1, most)))

    for _ in range(60):
        items = {str(rng.randrange(40)): (text(20), {"f": text(2), "f:a": text(2)})}
        for each in (fake, sqlite):
            take(each, items)
        facets = [f"{rng.choice(('f', 'f:a'))}:{text(2)}" for _ in range(rng.randint(0, 2))]
        query = ItemQuery(text(8), tuple(facets))
        assert fake.find(query) == sqlite.find(query), query
        assert fake.facets(query, most=99) == sqlite.facets(query, most=99), query
    sqlite.close()


def test_the_finder_follows_each_store(store: ItemStore, search: ItemSearch) -> None:
    finder = ItemFinder(store, search)

    def titles(q: str) -> list[str]:
        return [each.title for each in finder.page(ItemQuery(q)).items]

    assert titles("mug") == []
    store.put_many([make_item(i, title=f"Mug {i}") for i in ("a", "b", "c")])
    assert titles("mug") == ["Mug a", "Mug b", "Mug c"]
    store.put(make_item("b", title="Bowl"))
    store.delete("a")
    assert (titles("bowl"), titles("mug")) == (["Bowl"], ["Mug c", "Bowl"])
    store.set_model("0" * 12)
    assert titles("bowl") == ["Bowl"]
    page = finder.page(ItemQuery(sort=Sort.NEWEST), limit=1)
    assert ([each.id for each in page.items], page.total) == (["c"], 2)
    assert page.next is not None
    rest = finder.page(ItemQuery(sort=Sort.NEWEST), cursor=page.next)
    assert ([each.id for each in rest.items], rest.next) == (["b"], None)
    for query in (ItemQuery(sort=Sort.OLDEST), ItemQuery("mug", sort=Sort.NEWEST)):
        with pytest.raises(InputError, match="other words, facets or order"):
            finder.page(query, cursor=page.next)
    for odd in ("x", "!", "W10", "bnVsbA", "ü", "A" * 900):
        with pytest.raises(InputError, match="`cursor` is"):
            finder.page(ItemQuery(sort=Sort.NEWEST), cursor=odd)


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "search.sqlite"
    path.write_bytes(b"no database, but something else that is long enough" * 100)
    with closing(SqliteSearch(path)) as search:
        take(search, SHOP)
        assert found(search, "teapot") == ["pot"]
    with closing(SqliteSearch(path)) as again:
        assert found(again, "teapot") == ["pot"]
        assert again.state() == (None, len(SHOP))
