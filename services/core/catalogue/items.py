"""The catalogue: items made of drafts and pictures."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import numpy as np

from common.visible_text import CONTROL, LINE_END
from common.wire import Vectors
from services.core.catalogue.cut_outs import THING_BOX, GivenPicture
from services.core.catalogue.views import RECIPE, Shots
from services.core.catalogue.visible import check_visible
from services.core.domain import Item, check_item_id, is_text
from services.core.errors import InputError
from services.core.ports import Featurizer, ItemStore, Picture, PictureStore, PointDescriber

MAX_TITLE = 300
MAX_METADATA = 50
MAX_VALUE = 2000


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of a new item; without an id it gets one."""

    title: str
    id: str | None = None
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def checked(self) -> Draft:
        """The draft, trimmed; raises InputError that says what was wrong and what was expected."""
        # A table's cell may have line ends; a title is one line.
        title = LINE_END.sub(" ", self.title.strip())
        if not is_text(title):
            raise InputError(f"the title {title[:60]!a} holds characters that are no text")
        if CONTROL.search(title):
            raise InputError(f"the title {title[:60]!a} holds control characters; expected one line of text")
        if not 0 < len(title) <= MAX_TITLE:
            raise InputError(f"the title has {len(title)} characters; expected 1 to {MAX_TITLE}")
        link = (self.link or "").strip() or None
        if link and not _is_web_address(link):
            raise InputError(f"the link {link[:60]!a} is not an http or https address")
        metadata = {name.strip(): value.strip() for name, value in self.metadata.items() if value.strip()}
        if len(metadata) > MAX_METADATA:
            raise InputError(f"{len(metadata)} metadata fields; expected at most {MAX_METADATA}")
        for name, value in metadata.items():
            if not is_text(name + value):
                raise InputError(f"metadata {name[:40]!a} holds characters that are no text")
            if not name or len(name) > MAX_TITLE or len(value) > MAX_VALUE:
                raise InputError(
                    f"metadata {name[:40]!r} is too long; expected at most {MAX_VALUE} characters"
                )
        return Draft(title, check_item_id(self.id or uuid.uuid4().hex[:12]), link, metadata)


@dataclass(frozen=True, slots=True)
class Look:
    """One picture of an item: its key, and the vectors of its views, float32 [n, dim].

    A `taught` one, which a camera took, has one view.
    `points` are its local features, for a second look.
    """

    picture: str
    vectors: Vectors
    taught: bool = False
    points: bytes = b""


def seen_by(item: Item, looks: Sequence[Look], *, model: str) -> Item:
    """The item with these pictures, the shown one first, and their vectors of a model in place of its own."""
    return replace(
        item,
        picture=looks[0].picture,
        more_pictures=tuple(look.picture for look in looks[1:]),
        model=model,
        vectors=np.concatenate([look.vectors for look in looks]),
        taught=tuple(look.picture for look in looks if look.taught),
        points=tuple(look.points for look in looks) if any(look.points for look in looks) else (),
        recipe=RECIPE,
        damage="",
    )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Makes items and writes them, each picture before its item's row."""

    store: ItemStore
    pictures: PictureStore
    featurizer: Featurizer
    # A picture file to uint8 [height, width, 3] in BGR and its suffix; raises InputError.
    decode: Callable[[bytes], tuple[Picture, str]]
    shots: Shots
    describer: PointDescriber

    @property
    def other_model(self) -> str | None:
        """The model of the catalogue's vectors if it is not the featurizer's, else None."""
        model = self.store.model()
        return None if model == self.featurizer.fingerprint else model

    def check_model(self) -> None:
        """Raise InputError if the catalogue's vectors are of another model than the featurizer's."""
        if model := self.other_model:
            raise InputError(
                f"the catalogue was made with model {model}, but LOOKALIKE_MODEL is model "
                f"{self.featurizer.fingerprint}: set it back, use another LOOKALIKE_DATA_DIR, or run "
                "`lookalike index rebuild`"
            )

    def add(self, draft: Draft, content: bytes) -> tuple[Item, int]:
        """Add or replace an item with the picture file `content`; gives it and its change's cursor."""
        item = self.make(draft, [GivenPicture(content)])
        return item, self.store.put(item)

    def make(self, draft: Draft, given: Sequence[GivenPicture]) -> Item:
        """The item of a draft and pictures, the shown one first; they are kept, and the item is not yet."""
        draft = draft.checked()
        assert draft.id is not None
        looks = list(map(self.look, given))
        item = Item(draft.id, draft.title, "", "", looks[0].vectors, draft.link, draft.metadata)
        return seen_by(item, looks, model=self.featurizer.fingerprint)

    def look(self, given: GivenPicture) -> Look:
        """Keep a picture file and make its vectors; raises InputError if it is no picture of anything."""
        picture, suffix = self.decode(given.content)
        check_visible(picture)
        made = self.made_of(picture, taught=given.taught)
        return replace(made, picture=self.pictures.put(given.content, suffix=suffix))

    def look_again(self, key: str, *, taught: bool = False) -> Look:
        """Make the vectors of a picture that is kept; raises InputError if it is gone."""
        content = self.pictures.get(key)
        if content is None:
            raise InputError(f"its picture {key} is gone")
        return replace(self.made_of(self.decode(content)[0], taught=taught), picture=key)

    def looks_again(self, item: Item, keys: Sequence[str] | None = None) -> list[Look]:
        """Make the vectors of these pictures of an item, by default of all; raises as `look_again` does."""
        wanted = item.pictures if keys is None else keys
        return [self.look_again(key, taught=key in item.taught) for key in wanted]

    def made_of(self, picture: Picture, *, taught: bool) -> Look:
        """What the model and the describer make of a picture; it has no key yet."""
        if taught:
            vectors, _boxes = self.featurizer.look([picture], np.array([THING_BOX], np.float32))
            return Look("", vectors, taught, self.describer.describe_thing(picture, THING_BOX))
        views = self.shots(picture)
        return Look("", self.featurizer.embed(views), taught, self.describer.describe(views[0]))


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        has_port = parts.port != 0  # raises for what is no number up to 65535
    except ValueError:
        return False
    # urlsplit drops line ends, and takes blanks as a part of the host.
    is_clean = is_text(link) and not re.search(r"[\s\x00-\x1f\x7f]", link)
    is_name = bool((parts.hostname or "").strip("."))
    return is_clean and parts.scheme in ("http", "https") and is_name and has_port
