"""Opens the catalogue's stores."""

from __future__ import annotations

import os
from pathlib import Path

from models.errors import ModelError
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from services.adapters import pillow_pictures, pillow_views
from services.adapters.file_pictures import FilePictures
from services.adapters.sqlite_items import SqliteItems
from services.core.catalogue import Catalogue
from services.core.domain import InputError


def make_folder(folder: Path) -> None:
    """Create a folder, or raise InputError when nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as error:
        text = (
            f"the data folder {folder} can't be written: {error.strerror}; set LOOKALIKE_DATA_DIR to another"
        )
        raise InputError(text) from None


def open_featurizer(model: str, *, threads: int) -> OnnxFeaturizer:
    """Load the model of a setting, built first if need be; raises InputError."""
    try:
        return OnnxFeaturizer(resolve(model, build=True), threads=threads)
    except ModelError as error:
        raise InputError(f"LOOKALIKE_MODEL: {error}") from None


def open_catalogue(store_path: Path, pictures_path: Path, *, model: str, threads: int) -> Catalogue:
    """The catalogue for its one writing process."""
    make_folder(store_path.parent)
    make_folder(pictures_path)
    return Catalogue(
        store=SqliteItems(store_path, writable=True),
        pictures=FilePictures(pictures_path),
        featurizer=open_featurizer(model, threads=threads),
        decode=pillow_pictures.decode,
        shots=pillow_views.shots,
    )
