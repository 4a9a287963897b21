"""The codes by which an item can be found: what its metadata, link and id say, and what a camera reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from common.codes import Code
from services.core.domain import ItemFacts

# Words in the names of metadata fields, such as `gtin`, `Variant Barcode` and `EAN-13`.
_GTIN_FIELDS = frozenset({"gtin", "ean", "upc", "barcode", "바코드"})
_SKU_FIELD = "sku"
_WORDS = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"[,;|/\s]+")
_DIGITS = re.compile(r"[0-9]{6,14}")
# An item's id counts as a barcode's number only if it is as long as one.
_GTIN_ID = re.compile(r"[0-9]{8,14}")
# A GS1 Digital Link: 01 is the code of the trade item's number.
_DIGITAL_LINK = re.compile(r"/01/([0-9]{8,14})(?:/|$)")
_ID_FIELDS = ("id", "item", "sku")
_MAX_TEXT = 2000


def item_keys(item: ItemFacts) -> set[str]:
    """The keys of the codes that are this item's."""
    keys = {_gtin(item.id)} if _GTIN_ID.fullmatch(item.id) else set()
    for name, value in item.metadata.items():
        kind = _field_kind(name)
        if kind == "gtin":
            keys |= {_gtin(part) for part in _numbers(value)}
        elif kind == "sku" and value.strip():
            keys.add(_text(value[:_MAX_TEXT]))
    if item.link and (link := _link(item.link)):
        keys.add(link)
    return keys


def gtin_keys(item: ItemFacts) -> set[str]:
    """Those of its keys that are numbers of barcodes."""
    return {key for key in item_keys(item) if key.startswith("gtin:")}


def code_keys(code: Code) -> set[str]:
    """The keys of the items that a code may be of."""
    keys = {_text(code.text)}
    if _DIGITS.fullmatch(code.text):
        keys.add(_gtin(code.text))
    if code.kind == "upc_e" and (whole := _upc_a(code.text)):
        keys.add(_gtin(whole))
    if link := _link(code.text):
        keys.add(link)
        keys |= {_gtin(digits) for digits in _DIGITAL_LINK.findall(urlsplit(code.text).path)}
    return keys


def ids_in(code: Code) -> Iterator[str]:
    """The ids that a code may name: its whole text, and what an address has where pages have an id."""
    yield code.text
    yield from (item_id for item_id, _ in _ids_in_address(code.text))


def names_id(code: Code, item_id: str, hosts: set[str]) -> bool:
    """Whether a code names this id, by itself or in an address on one of these hosts.

    An address elsewhere may end with the same few characters by chance.
    """
    if code.text == item_id:
        return True
    return any(found == item_id and host in hosts for found, host in _ids_in_address(code.text))


def host_of(address: str | None) -> str:
    """The host of an address of the web, "" for anything else."""
    try:
        return (urlsplit(address or "").hostname or "").casefold()
    except ValueError:
        return ""


@lru_cache(maxsize=1024)
def _field_kind(name: str) -> Literal["gtin", "sku", ""]:
    """What a metadata field of this name holds."""
    words = set(_WORDS.findall(name.casefold()))
    if words & _GTIN_FIELDS:
        return "gtin"
    return "sku" if _SKU_FIELD in words else ""


def _ids_in_address(text: str) -> Iterator[tuple[str, str]]:
    if not _link(text):
        return
    parts = urlsplit(text)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    named = parse_qs(parts.query, max_num_fields=20) if parts.query.count("&") < 20 else {}
    for found in [last, *(value for name in _ID_FIELDS for value in named.get(name, ()))]:
        if found:
            yield found, host_of(text)


def _link(text: str) -> str:
    """An address of the web as a key, "" for another text; http and https, and a last slash, are the same."""
    if not text[:8].casefold().startswith(("http://", "https://")):
        return ""
    try:
        parts = urlsplit(text[:_MAX_TEXT])
        host, port = (parts.hostname or "").casefold(), parts.port
    except ValueError:
        return ""
    at = host if port in (None, 80, 443) else f"{host}:{port}"
    return f"link:{at}{parts.path.rstrip('/')}?{parts.query}" if host else ""


def _text(text: str) -> str:
    return f"text:{text.strip().casefold()}"


def _gtin(digits: str) -> str:
    """EAN-8, EAN-13, UPC-A and GTIN-14 are the same number with more or fewer zeros before it."""
    return f"gtin:{digits.zfill(14)}"


def _numbers(value: str) -> Iterator[str]:
    for part in _BETWEEN.split(value[:_MAX_TEXT]):
        digits = part.replace("-", "")
        if _DIGITS.fullmatch(digits):
            yield digits


def _upc_a(text: str) -> str:
    """The UPC-A that an UPC-E of eight digits stands for, "" for another text."""
    if len(text) != 8:
        return ""
    system, body, last, check = text[0], text[1:6], text[6], text[7]
    if last in "012":
        whole = f"{body[:2]}{last}0000{body[2:]}"
    elif last in "34":
        whole = f"{body[: int(last)]}00000{body[int(last) :]}"
    else:
        whole = f"{body}0000{last}"
    return f"{system}{whole}{check}"
