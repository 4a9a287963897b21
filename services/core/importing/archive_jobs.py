"""The import jobs of an archive's items."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from services.core.catalogue.items import Draft
from services.core.domain import Item
from services.core.importing.archive import Archive, Refusal
from services.core.importing.import_rows import BadRow
from services.core.importing.item_maker import Job


def archive_jobs(archive: Archive) -> Iterator[Job | BadRow]:
    """A job for each item, its number in the archive as its place; `verify` the archive first."""
    for found in archive.items():
        if isinstance(found, Refusal):
            yield BadRow(str(found.number), found.reason)
        else:
            number, item = found
            draft = Draft(item.title, item.id, item.link, item.metadata)
            yield Job(str(number), draft, partial(_contents, archive, item), packed=item)


def _contents(archive: Archive, item: Item) -> list[bytes]:
    return [archive.picture(key) for key in item.pictures]
