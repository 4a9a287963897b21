"""Reading of tables: each file of tests/tables/examples gives the rows that its expected.json says."""

from __future__ import annotations

import io
import time
import tracemalloc
from itertools import chain
from typing import Any

import pytest

from services.core.errors import InputError
from services.core.importing.mapping import parse_map
from services.core.importing.tables import Table, most, open_table, read_table
from tests.pace import limit_s
from tests.tables import EXPECTED, TABLES, summary

NAMES = sorted(EXPECTED)
# Of these the very bytes are the example.
BYTES = {"damaged-utf8.csv", "quotes.csv", "utf16.csv", "utf16be-without-mark.csv"}
TEXTS = [name for name in NAMES if name.endswith(".csv") and "rows" in EXPECTED[name] and name not in BYTES]


def read(text: str, **choices: Any) -> Table:
    return read_table(text.encode(), name="t.csv", **choices)


def test_a_reason_can_be_printed_though_the_columns_name_holds_a_damaged_byte() -> None:
    line = b"Vase \xc3\xa0,v.jpg,\0\n"
    row = read_table(b"title,image,colou\x80\n" + 3 * line, name="t.csv").rows[0]
    assert row.reason == r"`colou\udc80` holds a zero byte; expected text"
    with pytest.raises(InputError, match=r"it has no\\udc80;"):
        read_table(b"no\x80\n" + 3 * line, name="t.csv")
    (bad,) = read_table(b'{"title":"A","\\ud800":"x","image":"a.jpg"}', name="t.jsonl").rows
    assert bad.reason == "a key holds half of a character"


def test_each_example_is_expected() -> None:
    kinds = (".csv", ".jsonl", ".txt", ".xml")
    assert sorted(path.name for path in TABLES.iterdir() if path.suffix in kinds) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_example_gives_its_rows(name: str) -> None:
    assert summary(name, (TABLES / name).read_bytes()) == EXPECTED[name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_encoding_changes_no_row(encoding: str) -> None:
    for name in TEXTS:
        text = (TABLES / name).read_bytes().decode(EXPECTED[name]["encoding"]).removeprefix("\ufeff")
        assert summary(name, text.encode(encoding))["rows"] == EXPECTED[name]["rows"], name


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_change_no_row(end: str) -> None:
    text = f"id,title,image{end}a,Mug,a.jpg{end}{end}b,Pot,b.jpg"
    assert [(row.line, row.draft and row.draft.id) for row in read(text).rows] == [(2, "a"), (4, "b")]


def test_a_person_says_which_columns_count() -> None:
    text = "Ref,Words,Shot,Shot B,Where,Title\n7,Mug,a.jpg,b.jpg,https://shop.example/7,T\n"
    given = parse_map(["title=Words,image=Shot,image='Shot B'", 'link=where, id="REF"'])
    table = read(text, given=given)
    (row,) = table.rows
    assert row.draft is not None
    assert (row.draft.id, row.draft.title, row.images) == ("7", "Mug", ("a.jpg", "b.jpg"))
    assert (row.draft.link, row.draft.metadata) == ("https://shop.example/7", {"title": "T"})
    assert table.columns.told(table.names) == 'title=Words,image=Shot,image="Shot B",id=Ref,link=Where'
    # What is not said is proposed, and an empty column is none.
    (row,) = read("Name,Shot,SKU\nMug,a.jpg,s1\n", given=parse_map(["image=shot"])).rows
    assert (row.draft and row.draft.id, row.draft and row.draft.title) == ("s1", "Mug")
    (row,) = read("Name,Image,SKU\nMug,a.jpg,s1\n", given=parse_map(["id="])).rows
    assert (row.named, row.draft and row.draft.metadata) == (False, {"sku": "s1"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("titel=Name", "the mapping 'titel=Name' can't be read; expected title=Name,image=Photo"),
        ("Name", "the mapping 'Name' can't be read"),
        ("title=Words", "t.csv: there is no column 'words'; it has name, image"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read("Name,Image\nMug,a.jpg\n", given=parse_map([text]))


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        ("Żółta".encode("cp1250"), "cp1250", ""),
        ("赤いマグ".encode("cp932"), "shift_jis", ""),
        (b"\xff\xfe", "utf-8", "t.csv line 2 is not utf-8"),
        (
            "Żółta".encode("cp1250"),
            "latin-9000",
            "encoding 'latin-9000' is not known; expected one such as utf-8",
        ),
        (b"x", "base64", "encoding 'base64' is not known"),
        (b"x", "idna", "encoding 'idna' is not known"),
        (b"x", "unicode-escape", "encoding 'unicode-escape' is not known"),
        (b"x", "../x\0", "is not known"),
    ],
)
def test_a_person_says_the_encoding(content: bytes, encoding: str, says: str) -> None:
    table = b"title,image\n" + content + b",a.jpg\n"
    if says:
        with pytest.raises(InputError) as refusal:
            read_table(table, name="t.csv", encoding=encoding)
        assert says in str(refusal.value)
    else:
        (row,) = read_table(table, name="t.csv", encoding=encoding).rows
        assert row.draft is not None
        assert row.draft.title == content.decode(encoding)


def test_more_pictures_than_an_item_may_have_refuse_it() -> None:
    lines = "".join(f"mug,,{n}.jpg\n" for n in range(17))
    first, last = read(f"id,title,image\nmug,Mug,\n{lines}pot,Pot,p.jpg\n").rows
    assert first.reason == "no picture; expected a path in `image` or an address in `url`"
    assert last.draft is not None
    (first,) = read(f"id,title,image\nmug,Mug,x.jpg\n{lines}").rows
    assert first.reason == "18 pictures; expected at most 16"


def test_quotes_that_are_never_closed_cost_no_time() -> None:
    text = "id,title,image\n" + "".join(f'{n},"Mug,{n}.jpg\n' for n in range(20_001))
    begun_s = time.monotonic()
    rows = read(text).rows
    assert all(row.draft is None for row in rows)
    assert time.monotonic() - begun_s < limit_s(10)


def test_more_rows_than_a_caller_takes_are_refused() -> None:
    text = "title,image\na,1.jpg\nb,2.jpg\nc,3.jpg\n"
    assert len(most(read(text).read(), 3, "t.csv")) == 3
    with pytest.raises(InputError, match=r"t\.csv holds more than 2 rows"):
        most(read(text).read(), 2, "t.csv")


def test_a_large_table_is_read_row_by_row() -> None:
    class Rows(io.RawIOBase):
        """A file of 30,000 rows, 20 MB, that is nowhere as a whole."""

        def __init__(self) -> None:
            rows = (f'{n},"Mug {n}",{n}.jpg,{"x" * 600}\n'.encode() for n in range(30_000))
            self._left = chain([b"id,title,image,words\n"], rows)
            self._at = 0

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, at: int, whence: int = 0) -> int:
            return 20_000_000 if whence else at

        def readinto(self, buffer: Any) -> int:
            piece = next(self._left, b"")
            buffer[: len(piece)] = piece
            return len(piece)

    tracemalloc.start()
    try:
        table = open_table(lambda: io.BufferedReader(Rows()), name="t.csv")
        assert [sum(1 for _ in table.read()) for _ in range(2)] == [30_000, 30_000]
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (
            "Title,URL handle,SKU,Product image URL,Image position,Variant image URL",
            'title=Title,image="Product image URL",image="Variant image URL",id="URL handle"',
        ),
        (
            "Product ID;Active (0/1);Name *;Reference #;Image URLs (x,y,z...);Image alt texts",
            'title="Name *",image="Image URLs (x,y,z...)",id="Product ID"',
        ),
        (
            "sku,name,base_image,base_image_label,small_image,thumbnail_image,additional_images",
            "title=name,image=base_image,image=additional_images,id=sku",
        ),
        (
            "handleId,fieldType,name,productImageUrl,sku",
            "title=name,image=productImageUrl,id=handleId",
        ),
        (
            '"Product ID [Non Editable]",Title,SKU,"Hosted Image URLs"',
            'title=Title,image="Hosted Image URLs",id="Product ID [Non Editable]"',
        ),
        ("id,title,image[0].url,image[1].url", "title=title,image=image[0].url,image=image[1].url,id=id"),
        (
            "Artikelnummer;Artikelname;Bild 1 Pfad/URL",
            'title=Artikelname,image="Bild 1 Pfad/URL",id=Artikelnummer',
        ),
        ("sku,name,image_2_url,image_1_url", "title=name,image=image_2_url,image=image_1_url,id=sku"),
        ("id;name;cover_media_url;cover_media_title", "title=name,image=cover_media_url,id=id"),
        ("item_sku\titem_name\tmain_image_url", "title=item_name,image=main_image_url,id=item_sku"),
        (
            "자체 상품코드,상품코드,상품명,이미지등록(상세),이미지등록(추가)",
            "title=상품명,image=이미지등록(상세),image=이미지등록(추가),id=상품코드",
        ),
        ("name (internal),name,image url", 'title=name,image="image url"'),
    ],
)
def test_columns_of_shops_are_known(names: str, taken: str) -> None:
    table = read(f"{names}\n{names}")
    assert table.columns.told(table.names) == taken


def test_a_link_that_is_no_address_does_not_refuse_the_item_of_a_shop() -> None:
    table = read("name,image url,product url\nMug,HTTP://shop.example/a.jpg,red-mug\n")
    assert table.rows[0].draft is not None
    assert table.rows[0].draft.link is None
    assert table.left_out == {"product url": 1}


def test_addresses_in_a_cell_are_told_apart_in_any_case() -> None:
    (row,) = read('title,image\nMug,"HTTP://shop.example/a?1, Https://shop.example/b?1"\n').rows
    assert row.images == ("HTTP://shop.example/a?1", "Https://shop.example/b?1")
