"""The columns of a table that hold id, title, pictures and link: by our own names, or a shop system's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.core.errors import InputError

FIELDS = ("id", "title", "image", "link")
Given = Mapping[str, tuple[str, ...]]
# Names in shop systems' exports, in the order of preference, in the form that _plain gives.
_IDS = (
    "id|handle|url handle|handle id|item id|product id|id product|article id|item group id|sku|variant sku|"
    "item sku|product sku|item number|product number|product code|item code|article number|artikelnummer|"
    "artikelnr|art nr|reference|référence|referencia|상품코드|판매자 상품코드|상품번호|품번|제품번호|아이디"
)
_TITLES = (
    "title|name|product name|product title|item name|item title|article name|post title|label|"
    "titel|bezeichnung|artikelname|artikelbezeichnung|produktname|titre|nom|désignation|título|nombre|nome|"
    "titolo|상품명|제품명|품명|이름|제목"
)
_LINKS = (
    "link|product url|product link|product page|page url|item url|permalink|canonical url|href|url|"
    "상품 url|링크"
)
_PICTURE = re.compile(
    r"""(?x)
    ((product|item|main|primary|featured|default|base|cover|large|variant|hosted|
      additional|other|more|extra|further)\ ?)*
    (image|img|picture|photo|pic|bild|foto|imagen|imagem|immagine|media(?=\ ?url)|
      (대표|상품|추가|상세)?\ ?(이미지|사진)(\ ?등록)?)
    (s|er|es)? (\ ?\d{1,2})? (\ ?(src|source|url|uri|link|path|pfad|file|filename|address)s?)*
    (\ ?\d{1,2})?
    """
)
# Pictures beside the shown one.
_FURTHER = re.compile(
    r"(additional|other|more|extra|further|variant|추가|상세).*|.*\d.*|(image|picture|photo)s( url)?s?"
)


class ColumnsError(InputError):
    """A table whose columns are not known, with their `names` as it writes them."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        super().__init__(text)
        self.names = names


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns taken, in small letters.

    Of `main` the first that a row fills has its shown picture, `more` have further ones. `foreign` is whether
    the names are others than our own.
    """

    title: str
    main: tuple[str, ...]
    more: tuple[str, ...] = ()
    id: str = ""
    link: str = ""
    foreign: bool = False

    @property
    def taken(self) -> frozenset[str]:
        """The columns that are not metadata."""
        return frozenset((self.title, *self.main, *self.more, self.id, self.link))

    def by_field(self, names: Sequence[str]) -> dict[str, list[str]]:
        """The columns of each field, by the names that the table writes."""
        written = {column_name(name): name for name in reversed(names)}
        pictures = (*self.main, *self.more)
        found = {"title": (self.title,), "image": pictures, "id": (self.id,), "link": (self.link,)}
        return {
            field: [written[column] for column in columns if column in written]
            for field, columns in found.items()
        }

    def told(self, names: Sequence[str]) -> str:
        """The mapping in the form of `--map`, by the names that the table writes."""
        pairs = [(field, name) for field, found in self.by_field(names).items() for name in found]
        return ",".join(f'{field}="{name}"' if " " in name else f"{field}={name}" for field, name in pairs)


OWN = Columns(title="title", main=("image", "url"), id="id", link="link")


def parse_map(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read `title=Name,image="Image Src"` as columns by field; raises InputError."""
    found: dict[str, tuple[str, ...]] = {}
    # A column's name may hold a comma.
    for pair in (pair for text in texts for pair in re.split(r",\s*(?=\w+\s*=)", text) if pair.strip()):
        field, equals, column = pair.partition("=")
        field = field.strip().lower()
        field = "image" if field == "url" else field
        if not equals or field not in FIELDS:
            expected = f"expected title=Name,image=Photo with the fields {', '.join(FIELDS)}"
            raise InputError(f"the mapping {pair.strip()[:60]!a} can't be read; {expected}")
        column = column_name(column.strip().strip("\"'"))
        found[field] = (*found.get(field, ()), *([column] if column else ()))
    return found


def column_name(name: str) -> str:
    """A column's name as a key: in small letters, composed, without blanks and marks around it."""
    return unicodedata.normalize("NFC", name.strip("\ufeff \t\r\n\xa0")).strip().lower()


def choose_columns(names: Sequence[str], given: Given) -> Columns | None:
    """The columns to take of a table with these names; None if it has no title or no picture.

    `given` are a person's own choices; raises InputError for one that is not there.
    """
    for column in (column for columns in given.values() for column in columns):
        if column not in names:
            raise InputError(f"there is no column {column[:60]!r}; it has {', '.join(names)[:200]}")
    found = _own(names) or _of_a_shop(names)
    if not given:
        return found
    found = found or Columns(_first(names, _TITLES), (), (), _first(names, _IDS), _first(names, _LINKS))
    if "image" in given:
        found = replace(found, main=given["image"][:1], more=given["image"][1:])
    title, item_id, link = (
        (*given[field], "")[0] if field in given else was
        for field, was in (("title", found.title), ("id", found.id), ("link", found.link))
    )
    found = replace(found, title=title, id=item_id, link=link, foreign=True)
    return found if found.title and found.main else None


def _own(names: Sequence[str]) -> Columns | None:
    if "title" not in names or not {"image", "url"} & set(names):
        return None
    return replace(OWN, more=tuple(name for name in names if _is_picture(name) and _is_further(name)))


def _of_a_shop(names: Sequence[str]) -> Columns | None:
    pictures = sorted(filter(_is_picture, names), key=_is_further)
    title = _first(names, _TITLES)
    if not title or not pictures:
        return None
    item_id, link = _first(names, _IDS), _first(names, _LINKS)
    return Columns(title, tuple(pictures[:1]), tuple(pictures[1:]), item_id, link, foreign=True)


def _is_picture(name: str) -> bool:
    return _PICTURE.fullmatch(_bare(name)) is not None


def _is_further(name: str) -> bool:
    return _FURTHER.fullmatch(_plain(name)) is not None


def _first(names: Sequence[str], known: str) -> str:
    plain = {form(name).replace(" ", ""): name for form in (_bare, _plain) for name in reversed(names)}
    return next((plain[each] for each in known.replace(" ", "").split("|") if each in plain), "")


def _plain(name: str) -> str:
    """A name with single blanks between its parts: image_link, Image-Link and image:link are one."""
    return re.sub(r"[\s_\-./:·]+", " ", column_name(name)).strip()


def _bare(name: str) -> str:
    """A name without the hints that import forms put behind it: `Name *`, `Image URLs (x,y,z...)`."""
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|[*#]", "", _plain(name)).strip()
