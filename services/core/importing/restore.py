"""Takes an archive into the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from services.core.catalogue.items import Draft
from services.core.domain import Item
from services.core.importing.archive import Archive, Refusal
from services.core.importing.import_rows import BadRow
from services.core.importing.item_maker import Job, Made, Maker, keep
from services.core.importing.worker_threads import Chunks
from services.core.ports import ItemStore, PictureStore


@dataclass(slots=True)
class Restored:
    """How many items are in the store now, its newest change, and which items of the archive are not.

    `anew` of them are of another model than ours, and were featurised anew.
    """

    items: int = 0
    change: int = 0
    anew: int = 0
    refused: list[Refusal] = field(default_factory=list)


def restore(archive: Archive, maker: Maker, *, pictures: PictureStore, store: ItemStore) -> Restored:
    """Add or replace the archive's items; raises InputError, and writes nothing, if it is damaged."""
    archive.verify()
    outcome = Restored()

    def send(made: Sequence[Made]) -> None:
        outcome.change = keep(made, pictures=pictures, store=store)
        outcome.items += len(made)
        outcome.anew += sum(each.anew for each in made)

    def jobs() -> Iterator[Job]:
        for job in archive_jobs(archive):
            if isinstance(job, Refusal):
                outcome.refused.append(job)
            else:
                yield job

    with Chunks(send, size=lambda each: each.size) as chunks:
        for made in maker.make_all(jobs()):
            if isinstance(made, BadRow):
                outcome.refused.append(Refusal(int(made.where), made.reason))
            else:
                chunks.add(made)
    return outcome


def archive_jobs(archive: Archive) -> Iterator[Job | Refusal]:
    """What makes the archive's items, each with its number as its place; `verify` it first."""
    for found in archive.items():
        if isinstance(found, Refusal):
            yield found
        else:
            number, item = found
            draft = Draft(item.title, item.id, item.link, item.metadata)
            yield Job(str(number), draft, partial(_contents, archive, item), packed=item)


def _contents(archive: Archive, item: Item) -> list[bytes]:
    return [archive.picture(key) for key in item.pictures]
