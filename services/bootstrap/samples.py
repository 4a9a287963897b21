"""The wiring of the sample catalogue, and the mark of a data folder into which it was loaded."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from services.bootstrap.importing import build_maker
from services.bootstrap.settings import StoreSettings
from services.core.catalogue.decode_turns import DecodeTurns
from services.core.catalogue.items import Catalogue
from services.core.errors import InputError
from services.core.importing.import_rows import Row, read_rows
from services.core.importing.item_maker import Job
from services.core.importing.sample_task import SampleTask
from services.core.importing.samples import Samples

CATALOGUE = Path(__file__).resolve().parents[2] / "samples" / "catalogue.csv"

log = logging.getLogger(__name__)


def samples_mark(settings: StoreSettings) -> Path:
    """The file that says that the samples were loaded, or removed, before: nobody wants them back unasked.

    Item stores that share a data folder have one each.
    """
    store = settings.store
    suffix = f"-{hashlib.sha256(store.encode()).hexdigest()[:12]}" if store else ""
    return settings.data_dir / f"samples-loaded{suffix}"


def open_samples(catalogue: Catalogue, *, threads: int, turns: DecodeTurns | None = None) -> Samples:
    """The samples of this installation, none where their files are missing."""
    # One loader is enough for pictures on a disk.
    maker = build_maker(catalogue.featurizer, threads=threads, loaders=1, turns=turns)
    return Samples(sample_jobs(), catalogue.store, catalogue.pictures, maker)


def open_sample_task(
    settings: StoreSettings, catalogue: Catalogue, *, turns: DecodeTurns | None = None
) -> SampleTask:
    """The same as a task of a process that writes to the stores."""
    samples = open_samples(catalogue, threads=settings.threads, turns=turns)
    return SampleTask(samples, head=catalogue.store.head, on_end=partial(mark_samples, settings))


def mark_samples(settings: StoreSettings) -> None:
    """Write that mark."""
    path = samples_mark(settings)
    try:
        path.touch()
    except OSError as error:
        log.warning("%s can't be written (%s): the next start loads the samples again", path, error.strerror)


def sample_jobs() -> list[Job]:
    """The samples of this installation, as jobs of an import; raises InputError for a damaged table."""
    if not CATALOGUE.is_file():
        return []
    jobs = []
    for row in read_rows(CATALOGUE):
        if not isinstance(row, Row):
            raise InputError(f"{row.where}: {row.reason}")
        jobs.append(Job(row.where, row.draft, partial(_load, row.images)))
    return jobs


def _load(images: Sequence[Path | str]) -> list[bytes]:
    try:
        return [Path(image).read_bytes() for image in images]
    except OSError as error:
        raise InputError(f"{error.filename} can't be read: {error.strerror}") from None
