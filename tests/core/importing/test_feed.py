"""Product feeds in XML that are none, or hold what a feed has no need of."""

from __future__ import annotations

import pytest

from services.core.errors import InputError
from services.core.importing.tables import read_table

LAUGHS = (
    b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<rss><item><title>&b;</title></item></rss>"
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (LAUGHS, "t.xml line 1 holds a document type"),
        (b'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>', "holds a document type"),
        (b"<rss>\n<item><title>&b;</title></item></rss>", "t.xml line 2 is not XML: undefined entity"),
        (b"id,title,image\n1,a,b\n", "t.xml line 1 is not XML: syntax error"),
        (b"", "t.xml line 1 is not XML: no element found"),
        (b"<rss><channel><item>", "is not XML: no element found"),
        (b"<rss><channel><title>Shop</title></channel></rss>", "t.xml holds no row"),
        (b"<a>" * 70 + b"</a>" * 70, "is nested deeper than 64"),
        (b"<rss><item><title>" + b"x" * 140_000, "an item of more than 131,072 characters"),
        (b'<?xml version="1.0" encoding="klingon"?><rss/>', "is not XML"),
        (b"<!doctype html><html></html>", "is not XML"),
    ],
)
def test_what_is_no_feed_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(InputError) as refused:
        read_table(content, name="t.xml")
    assert says in str(refused.value)


def test_an_encoding_that_is_said_counts() -> None:
    content = "<rss><item><title>Grün</title><image>a.jpg</image></item></rss>".encode("latin-1")
    (row,) = read_table(content, name="t.xml", encoding="iso-8859-1").rows
    assert row.draft is not None
    assert row.draft.title == "Grün"
    with pytest.raises(InputError, match="line 1 is not XML: not well-formed"):
        read_table(content, name="t.xml")


def test_an_item_of_many_values_keeps_the_first() -> None:
    values = "".join(f"<v{n}>x</v{n}>" for n in range(600))
    feed = f"<rss><item><id>1</id><title>Mug</title><image_link>a.jpg</image_link>{values}</item></rss>"
    table = read_table(feed.encode(), name="t.xml")
    (row,) = table.rows
    assert (len(table.names), row.reason) == (500, "")
