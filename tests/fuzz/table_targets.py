"""Damaged tables: CSV in several encodings, JSON lines, and lines of the 2018 sample."""

from __future__ import annotations

import json
import os

from services.core.errors import InputError
from services.core.importing.import_rows import Row, read_rows
from tests.fuzz.campaign import FOLDER, Target
from tests.fuzz.mutations import Mutator

_LINES = [
    "id,title,image,link,colour",
    "mug,A blue mug,pics/mug.jpg,https://shop.example/1,blue",
    'bowl,"A bowl, large",https://shop.example/bowl.jpg,,"white ""ish"""',
    "",
    "vase,Vase à fleurs,pics/vase.jpg,,",
]
_CSV = "\r\n".join(_LINES) + "\r\n"
_KOREAN = "id,title,image\r\ncup,파란 머그컵,pics/cup.jpg\r\nbowl,하얀 그릇,pics/bowl.jpg\r\n"
_SHOP = (
    "Handle,Title,Variant SKU,Variant Price,Image Src,Image Position\n"
    "mug,Blue mug,M-1,9.90,https://shop.example/mug-1.jpg,1\n"
    "mug,,,,https://shop.example/mug-2.jpg,2\n"
)
_JSON = "\n".join(
    [
        json.dumps({"id": "mug", "title": "A mug", "image": "mug.jpg", "size": {"cm": [8, 9]}, "price": 9.9}),
        json.dumps({"title": "Krug", "url": "https://shop.example/ä.jpg", "link": None, "stock": 3}),
    ]
)
_2018 = "A mug, https://shop.example/1.jpg\nA bowl, wide, https://shop.example/2.jpg\n"
_FEED = (
    '<rss xmlns:g="http://base.google.com/ns/1.0"><channel><item><g:id>1</g:id><title>Mug</title>'
    "<g:image_link>https://shop.example/1.jpg</g:image_link></item></channel></rss>"
)
_ORIGINALS = [
    *(_CSV.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be")),
    *(_CSV.replace(",", separator).encode() for separator in (";", "\t", "|")),
    ("sep=;\r\n" + _CSV.replace(",", ";")).encode(),
    *(_KOREAN.encode(encoding) for encoding in ("utf-8", "cp949")),
    _SHOP.encode(),
    _JSON.encode(),
    _2018.encode(),
    _FEED.encode(),
]
_TOKENS = [
    *(b",", b";", b"\t", b"|", b'"', b'""', b"\r", b"\n", b"\r\n", b"\0", b"\x1a", b"\x1b[2J", b"sep=|\n"),
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xff\xfe\0\0",
        b"\x85",
        b"\xe2\x80\xa8",
        b"\xed\xa0\x80",
        b"\xb0\xa1",
    ),
    *(
        b"title",
        b"image",
        b"url",
        b"id",
        b"../" * 40,
        b"/etc/passwd",
        b"http://[",
        b"https://xn--\xff/",
        b"x" * 5000,
    ),
    *(b"{", b"}", b"[" * 2000, b":", b"NaN", b"1e999", b"9" * 5000, b'"\\ud800"', b"null", b'"a":1,"a":2'),
]


def _read(content: bytes) -> None:
    """The same bytes as a table of each kind, from a folder and from S3; refused if each of them is."""
    taken = 0
    for suffix, home in ((".csv", ""), (".jsonl", ""), (".xml", ""), (".txt", "s3://bucket/folder")):
        path = FOLDER / f"table-{os.getpid()}{suffix}"
        path.write_bytes(content)
        try:
            rows = list(read_rows(path, home=home))
        except InputError:
            continue
        finally:
            path.unlink()  # writing over a file is slow
        taken += 1
        for row in rows:
            said = [row.draft.title, dict(row.draft.metadata)] if isinstance(row, Row) else row.reason
            json.dumps(said, ensure_ascii=False).encode()
    if not taken:
        raise InputError("refused as a table of each kind")


TABLES = Target("tables", 0.15, Mutator(_ORIGINALS, _TOKENS).case, _read, (InputError,))
