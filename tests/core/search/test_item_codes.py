"""The codes of items: barcodes' numbers in every length, article numbers, links and ids."""

import pytest

from common.codes import Code, CodeKind
from services.core.domain import ItemFacts
from services.core.search.code_book import CodeBook, CodePlaces, kept_codes
from services.core.search.item_codes import code_keys, ids_in, item_keys, names_id

BOX = (0.0, 0.0, 1.0, 1.0)


def facts(item_id: str = "mug", *, link: str | None = None, **metadata: str) -> ItemFacts:
    named = {name.replace("_", " "): value for name, value in metadata.items()}
    return ItemFacts(item_id, "A mug", "p", "0123456789ab", 1, link=link, metadata=named)


def fits(item: ItemFacts, text: str, kind: CodeKind = "qr") -> bool:
    code = Code(kind, text, BOX)
    hosts = {"shop.example"}
    named = any(found == item.id and names_id(code, found, hosts) for found in ids_in(code))
    return named or bool(item_keys(item) & code_keys(code))


@pytest.mark.parametrize(
    ("item", "text", "kind"),
    [
        (facts(gtin="4006381333931"), "4006381333931", "ean_13"),
        (facts(gtin="012345678905"), "0012345678905", "ean_13"),
        (facts(GTIN="00012345678905"), "012345678905", "upc_a"),
        (facts(gtin="12345678905"), "012345678905", "upc_a"),  # a spreadsheet has dropped the zero
        (facts(ean="40063812"), "0000040063812", "ean_13"),
        (facts(Variant_Barcode="4006381333931; 40063812"), "40063812", "ean_8"),
        (facts(EAN13="4-006381-333931"), "4006381333931", "ean_13"),
        (facts(바코드="4006381333931"), "4006381333931", "qr"),
        (facts("4006381333931"), "4006381333931", "ean_13"),
        (facts("012345678905"), "0012345678905", "ean_13"),
        (facts(upc="042100005264"), "04252614", "upc_e"),
        (facts(sku="MUG-7"), " mug-7", "qr"),
        (facts(Variant_SKU="7"), "7", "qr"),
        (facts(link="https://shop.example/mugs/7"), "http://SHOP.example:80/mugs/7/#top", "qr"),
        (facts(link="https://shop.example/p?id=7"), "https://shop.example/p?id=7", "qr"),
        (facts("mug-7"), "mug-7", "qr"),
        (facts("mug-7"), "https://shop.example/items/mug-7", "qr"),
        (facts("mug 7"), "https://shop.example/items/mug%207/", "qr"),
        (facts("mug-7"), "https://shop.example/show?lang=en&item=mug-7", "qr"),
        (facts(gtin="9506000134352"), "https://id.gs1.org/01/09506000134352/10/ABC", "qr"),
    ],
)
def test_a_code_fits_its_item(item: ItemFacts, text: str, kind: CodeKind) -> None:
    assert fits(item, text, kind)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (facts(gtin="4006381333931"), "4006381333948"),
        (facts(price="4006381333931"), "4006381333931"),
        (facts(gtin="see the box"), "see the box"),
        (facts("7"), "https://elsewhere.example/p/7"),  # an address of others that ends with the same
        (facts("7"), "https://shop.example.evil.example/7"),
        (facts("7"), "ftp://shop.example/7"),
        (facts(link="https://shop.example/mugs/7"), "https://shop.example/mugs/8"),
        (facts(link="https://shop.example/mugs/7"), "https://shop.example:8443/mugs/7"),
        (facts(link="https://shop.example/p?id=7"), "https://shop.example/p?id=8"),
        (facts(sku=" "), ""),
        (facts(), "https://[broken/mug"),
        (facts(), "https://shop.example:99999/mug"),
    ],
)
def test_another_code_does_not(item: ItemFacts, text: str) -> None:
    assert not fits(item, text)


def test_the_book_finds_items_among_many_before_and_after_it_was_kept() -> None:
    items = [facts(f"item-{n}", gtin=f"{n % 9000:08}1", sku=f"s{n}") for n in range(12_000)]
    book, places = CodeBook(), CodePlaces()
    for place, item in enumerate(items):
        book.add(item)
        book.add(item)
        places.add(item, place=place)
    again = kept_codes(places.arrays(), [item.id for item in items])
    assert len(book) == len(again) == 24_000
    for each in (book, again):
        assert sorted(each.items(code_keys(Code("ean_8", "000000071", BOX)))) == ["item-7", "item-9007"]
        assert each.items(["text:s11999"]) == ["item-11999"]
        assert each.items(["text:none"]) == []
    again.add(facts("new", sku="s7"))
    assert sorted(again.items(["text:s7"])) == ["item-7", "new"]
