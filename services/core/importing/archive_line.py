"""An item as one line of JSON, as an archive holds it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from common.read_json import read_json
from common.visible_text import CONTROL
from common.wire import Vectors
from services.core.catalogue.edits import MAX_PICTURES
from services.core.catalogue.items import Draft
from services.core.catalogue.picture_key import is_picture_key
from services.core.catalogue.vector_check import are_units, vectors_of
from services.core.domain import MAX_POINTS_BYTES, Item
from services.core.errors import InputError

# Bytes of a line: sixteen pictures of eight vectors of MAX_DIM numbers, and some text.
MAX_LINE = 64 * 1024 * 1024
MAX_DIM = 65_536
MAX_RECIPE = 1_000_000
# 64 vectors a picture, more than any recipe makes.
_MAX_VECTORS = 64 * MAX_PICTURES
_MODEL = re.compile(r"[0-9a-f]{12}")


def item_line(item: Item) -> bytes:
    """The item as JSON without line breaks, its vectors as base64 of float16, little endian."""
    fields = {
        "id": item.id,
        "title": item.title,
        "link": item.link,
        "metadata": dict(item.metadata),
        "pictures": list(item.pictures),
        "model": item.model,
        "recipe": item.recipe,
        "dim": item.vectors.shape[1],
        "vectors": _text(item.vectors),
    }
    if item.taught:
        fields["taught"] = list(item.taught)
    if item.points:
        fields["points"] = [base64.b64encode(blob).decode() for blob in item.points]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def parse_line(line: bytes) -> Item:
    """Read what `item_line` wrote; raises InputError that names what is wrong.

    Older lines have `probes` too, vectors that nothing uses any more; they are not read.
    """
    try:
        fields = read_json(line)
    except ValueError as error:
        raise InputError(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise InputError(f"a JSON {type(fields).__name__}; expected an object")
    draft = _draft(fields)
    assert draft.id is not None
    dim = fields.get("dim")
    if type(dim) is not int or not 1 <= dim <= MAX_DIM:
        raise InputError(f"dim is {_shown(dim)}; expected a whole number from 1 to {MAX_DIM}")
    model = fields.get("model")
    if not isinstance(model, str) or _MODEL.fullmatch(model) is None:
        raise InputError(f"model is {_shown(model)}; expected 12 hex digits")
    recipe = fields.get("recipe", 1)  # recipe 1 had no number
    if type(recipe) is not int or not 1 <= recipe <= MAX_RECIPE:
        raise InputError(f"recipe is {_shown(recipe)}; expected a whole number from 1 to {MAX_RECIPE}")
    picture, *more = pictures = _pictures(fields.get("pictures"))
    vectors = _vectors(fields.get("vectors"), dim)
    if not len(vectors):
        raise InputError("vectors is empty; expected one at least")
    return Item(
        id=draft.id,
        title=draft.title,
        picture=picture,
        more_pictures=tuple(more),
        model=model,
        vectors=vectors,
        link=draft.link,
        metadata=draft.metadata,
        recipe=recipe,
        taught=_taught(fields.get("taught", []), pictures),
        points=_points(fields.get("points", []), pictures),
    )


def _draft(fields: Mapping[str, Any]) -> Draft:
    for name in ("id", "title"):
        if not isinstance(fields.get(name), str):
            raise InputError(f"{name} is {_shown(fields.get(name))}; expected text")
    link, metadata = fields.get("link"), fields.get("metadata", {})
    if link is not None and not isinstance(link, str):
        raise InputError(f"link is {_shown(link)}; expected text or null")
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise InputError(f"metadata is {_shown(metadata)}; expected an object of texts")
    if not fields["id"]:  # a draft without an id would get a new one at each import
        raise InputError("id is empty; expected text")
    # An older version took control characters in titles; its archives are still read.
    title = CONTROL.sub(" ", fields["title"])
    return Draft(title=title, id=fields["id"], link=link, metadata=metadata).checked()


def _pictures(keys: object) -> list[str]:
    if not isinstance(keys, list) or not 1 <= len(keys) <= MAX_PICTURES:
        raise InputError(f"pictures is {_shown(keys)}; expected a list of 1 to {MAX_PICTURES} keys")
    for key in keys:
        if not isinstance(key, str) or not is_picture_key(key):
            raise InputError(
                f"pictures holds {_shown(key)}; expected 64 hex digits and .jpg, .png, .webp or .gif"
            )
    return keys


def _taught(keys: object, pictures: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(keys, list) or any(key not in pictures for key in keys):
        raise InputError(f"taught is {_shown(keys)}; expected a list of keys that pictures holds too")
    return tuple(keys)


def _points(blobs: object, pictures: Sequence[str]) -> tuple[bytes, ...]:
    if not isinstance(blobs, list) or len(blobs) not in (0, len(pictures)):
        raise InputError(f"points is {_shown(blobs)}; expected none, or a text in base64 for each picture")
    points = tuple(_bytes("points", blob) for blob in blobs)
    if any(len(blob) > MAX_POINTS_BYTES for blob in points):
        raise InputError(f"points holds one of more than {MAX_POINTS_BYTES} bytes")
    return points


def _text(vectors: Vectors) -> str:
    return base64.b64encode(vectors.astype("<f2").tobytes()).decode()


def _vectors(text: object, dim: int) -> Vectors:
    raw = _bytes("vectors", text)
    if len(raw) % (2 * dim) or len(raw) > _MAX_VECTORS * 2 * dim:
        raise InputError(
            f"vectors holds {len(raw)} bytes; expected {2 * dim} for each of at most {_MAX_VECTORS}"
        )
    vectors = vectors_of(raw, dim)
    if not are_units(vectors):
        raise InputError("vectors holds one that is not of length 1")
    return vectors


def _bytes(name: str, text: object) -> bytes:
    if not isinstance(text, str):
        raise InputError(f"{name} is {_shown(text)}; expected text in base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{name} is not base64: {error}") from None


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
