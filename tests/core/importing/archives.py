"""Items with pictures, archives of them, and readers of archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.core.domain import Item
from services.core.errors import InputError
from services.core.importing.archive import Archive, write_archive
from tests.fakes import MODEL, FakePictures, make_item, vectors

PICTURES = FakePictures()


def kept(content: bytes, suffix: str = ".jpg") -> str:
    return PICTURES.put(content, suffix=suffix)


def item(name: str = "mug", *more: bytes, **changes: Any) -> Item:
    """An item of float16 vectors, as a store gives it, with pictures in PICTURES."""
    rounded = vectors(2, seed=len(name)).astype(np.float16).astype(np.float32)
    pictures = {
        "picture": kept(name.encode()),
        "more_pictures": tuple(kept(content, ".png") for content in more),
    }
    return replace(make_item(name, rounded), **{**pictures, **changes})


def packed(*items: Item) -> bytes:
    return b"".join(write_archive(items, PICTURES.open, model=MODEL))


def opened(content: bytes) -> Archive:
    archive = Archive(io.BytesIO(content))
    archive.verify()
    return archive


def facts(item: Item) -> tuple[object, ...]:
    arrays = item.vectors.tobytes(), item.vectors.shape
    return (
        item.id,
        item.title,
        item.link,
        dict(item.metadata),
        item.pictures,
        item.model,
        item.recipe,
        *arrays,
    )


def facts_of(archive: Archive) -> list[tuple[int, tuple[object, ...]]]:
    """All items of an archive with their numbers; none may be refused."""
    return [(number, facts(each)) for number, each in archive.items()]  # type: ignore[misc]


def zipped(entries: Mapping[str, bytes], *, packing: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP of any content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def entries_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as refused:
        opened(content)
    return str(refused.value)
