"""Opening of the catalogue's stores, without a model, so that the search needs none."""

from __future__ import annotations

import os
from pathlib import Path

from services.adapters.file_pictures import FilePictures
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.settings import CatalogueSettings, StoreSettings
from services.core.errors import InputError
from services.core.ports import ItemStore, PictureStore


def make_folder(folder: Path) -> None:
    """Create a folder for its owner alone; raises InputError if it can't be written to."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as error:
        text = (
            f"the data folder {folder} can't be written: {error.strerror}; set LOOKALIKE_DATA_DIR to another"
        )
        raise InputError(text) from None


def open_items(settings: StoreSettings, *, writable: bool) -> ItemStore:
    """The item store; nothing is requested yet, except that SQLite's one writer takes its file."""
    if settings.store.startswith("dynamodb://"):
        from services.bootstrap import aws

        return aws.open_items(settings.store, hurried=settings.store_hurried)
    if writable:
        make_folder(settings.store_path.parent)
    return SqliteItems(settings.store_path, writable=writable)


def open_pictures(settings: CatalogueSettings, *, writable: bool) -> PictureStore:
    """The picture store; nothing is requested yet."""
    if settings.pictures.startswith("s3://"):
        from services.bootstrap import aws

        return aws.open_pictures(settings.pictures)
    if writable:
        make_folder(settings.pictures_path)
    return FilePictures(settings.pictures_path)
