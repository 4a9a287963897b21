"""Names that shop systems and people give to the columns of a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Names in the order of preference, in the form that plain_name gives.
IDS = (
    "id|handle|url handle|handle id|item id|product id|id product|article id|item group id|sku|variant sku|"
    "item sku|product sku|item number|product number|product code|item code|article number|artikelnummer|"
    "artikelnr|art nr|reference|référence|referencia|상품코드|판매자 상품코드|상품번호|품번|제품번호|아이디|"
    "商品コード|商品番号|品番|商品编号|货号|артикул"
)
TITLES = (
    "title|name|product name|product title|item name|item title|article name|post title|label|"
    "titel|bezeichnung|artikelname|artikelbezeichnung|produktname|titre|nom|désignation|título|nombre|nome|"
    "titolo|상품명|제품명|품명|이름|제목|商品名|商品名称|名称|タイトル|название|наименование"
)
LINKS = (
    "link|product url|product link|product page|page url|item url|permalink|canonical url|href|url|"
    "상품 url|링크|商品url|ссылка|链接"
)
PRICES = (
    "price|variant price|regular price|sale price|unit price|retail price|selling price|list price|"
    "preis|verkaufspreis|vk preis|prix|precio|prezzo|preço|"
    "판매가|판매가격|가격|소비자가|価格|販売価格|价格|цена"
)
CURRENCIES = "currency|currency code|price currency|währung|devise|moneda|valuta|통화|通貨|货币|валюта"
CATEGORIES = (
    "category|categories|product category|product type|category name|google product category|kategorie|"
    "kategorien|warengruppe|catégorie|catégories|categoría|categorías|categoria|카테고리|분류|カテゴリ|类别|категория"
)
# What a refused row is written with; these are never read.
REFUSED_PLACE, REFUSED_REASON = "refused row", "refused reason"

_PICTURE = re.compile(
    r"""(?x)
    ((product|item|main|primary|featured|default|base|cover|large|variant|hosted|
      additional|other|more|extra|further)\ ?)*
    (image|img|picture|photo|pic|bild|foto|imagen|imagem|immagine|media(?=\ ?url)|
      画像|写真|商品画像|图片|фото|изображение|
      (대표|상품|추가|상세)?\ ?(이미지|사진)(\ ?등록)?)
    (s|er|es)? (\ ?\d{1,2})? (\ ?(src|source|url|uri|link|path|pfad|file|filename|address)s?)*
    (\ ?\d{1,2})?
    """
)
# Pictures beside the shown one.
_FURTHER = re.compile(
    r"(additional|other|more|extra|further|variant|추가|상세).*|.*\d.*|(image|picture|photo)s( url)?s?"
)


@dataclass(frozen=True, slots=True)
class ShopSystem:
    """A shop system, which is known by its columns: one of each of the sets `marks`.

    Columns that match `skipped` are not meant for visitors: stock, purchase prices, search engines' words.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    skipped: re.Pattern[str]
    category: str = ""


def _system(name: str, *marks: str, skipped: str, category: str = "") -> ShopSystem:
    sets = tuple(frozenset(each.split("|")) for each in marks)
    return ShopSystem(name, sets, re.compile(skipped, re.VERBOSE), category)


SHOP_SYSTEMS = (
    _system(
        "Shopify",
        "handle|url handle",
        "title",
        "image src|product image url",
        skipped=r"""
            body\ \(html\) | description | published.* | status | gift\ card | seo\ .* | google\ shopping\ .*
          | image\ (position|alt\ text) | (variant\ )?cost\ per\ item | option\d\ linked\ to | included\ .*
          | variant\ (grams|inventory\ .*|fulfillment\ service|requires\ shipping|taxable|weight\ unit|tax.*)
          | inventory\ .* | continue\ selling\ .* | weight\ .* | requires\ shipping | fulfillment\ service
          | charge\ tax | tax\ code | (price|compare\ at\ price|unit\ price)\ .+ | .*\(product\ metafields.*
        """,
        category="type|product category",
    ),
    _system(
        "WooCommerce",
        "name",
        "images",
        "regular price|is featured?|tax status|visibility in catalog",
        skipped=r"""
            type | published | is\ featured\? | visibility\ in\ catalog | (short\ )?description
          | date\ sale\ price\ .* | tax\ (status|class) | in\ stock\? | stock | low\ stock\ amount
          | backorders\ allowed\? | sold\ individually\? | (weight|length|width|height)\ \(.*\)
          | allow\ customer\ reviews\? | purchase\ note | shipping\ class | download\ .* | upsells
          | cross\ sells | external\ url | button\ text | position | parent | grouped\ products | meta\ .*
          | attribute\ \d+\ (visible|global|default) | cost.*
        """,
    ),
    _system(
        "Google Merchant",
        "id",
        "title",
        "image link",
        skipped=r"""
            availability.* | shipping.* | tax | tax\ .* | is\ bundle | identifier\ exists | adult
          | (excluded|included)\ destination | promotion\ id | custom\ label\ \d | ads\ .* | mobile\ link
          | cost\ of\ goods\ sold | auto\ pricing\ .* | expiration\ date | canonical\ link | pause | min\ .*
        """,
    ),
)


def column_name(name: str) -> str:
    """A column's name as a key: in small letters, composed, without blanks and marks around it."""
    return unicodedata.normalize("NFC", name.strip("\ufeff \t\r\n\xa0")).strip().lower()


def plain_name(name: str) -> str:
    """A name with single blanks between its parts: image_link, Image-Link and image:link are one."""
    return re.sub(r"[\s_\-./:·]+", " ", column_name(name)).strip()


def system_of(names: Sequence[str]) -> ShopSystem | None:
    """The shop system that writes such columns."""
    plain = set(map(plain_name, names))
    return next((each for each in SHOP_SYSTEMS if all(plain & mark for mark in each.marks)), None)


def is_picture(name: str) -> bool:
    """Whether a column of this name has pictures."""
    return _PICTURE.fullmatch(_bare(name)) is not None


def is_further(name: str) -> bool:
    """Whether a column of pictures has others than the shown one."""
    return _FURTHER.fullmatch(plain_name(name)) is not None


def first_known(names: Sequence[str], known: str) -> str:
    """The column whose name comes first among the known ones; empty for none."""
    plain = {form(name).replace(" ", ""): name for form in (_bare, plain_name) for name in reversed(names)}
    return next((plain[each] for each in known.replace(" ", "").split("|") if each in plain), "")


def _bare(name: str) -> str:
    """A name without the hints that import forms put behind it: `Name *`, `Image URLs (x,y,z...)`."""
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|[*#]", "", plain_name(name)).strip()
