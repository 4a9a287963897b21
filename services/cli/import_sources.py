"""The sources of `lookalike items import`, each opened as a list of jobs."""

from __future__ import annotations

import hashlib
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from services.adapters.checked_http import PictureFetcher
from services.bootstrap.importing import open_fetcher, open_s3
from services.bootstrap.settings import CliSettings
from services.bootstrap.stores import make_folder
from services.core.catalogue.views import RECIPE
from services.core.errors import InputError
from services.core.importing.archive import Archive
from services.core.importing.archive_jobs import archive_jobs
from services.core.importing.archive_line import item_line
from services.core.importing.file_names import TABLES, sort_names
from services.core.importing.import_rows import (
    MAX_PICTURE_BYTES,
    BadRow,
    Row,
    no_picture,
    picture_rows,
    read_rows,
)
from services.core.importing.item_maker import Job
from services.core.importing.journal import mark_of
from services.core.importing.mapping import parse_map
from services.core.importing.s3_address import S3, split_s3
from services.core.importing.tables import Table

if TYPE_CHECKING:
    from services.adapters.s3_source import S3Source


@dataclass(frozen=True, slots=True)
class ImportSource:
    """The jobs of an import, `total` of them; `name` is the same each time the same source is opened.

    `notes` say how it was read and what was passed over, each a sentence for a person. `table` is the table
    that it is, if it is one.
    """

    name: str
    total: int
    jobs: Iterable[Job | BadRow]
    notes: list[str] = field(default_factory=list)
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class TableChoices:
    """A person's choices for a table: its encoding, and columns as `--map` has them."""

    encoding: str = ""
    columns: Sequence[str] = ()


@contextmanager
def open_source(
    given: str,
    settings: CliSettings,
    *,
    model: str,
    choices: TableChoices | None = None,
    on_row: Callable[[int], None] = lambda _: None,
) -> Iterator[ImportSource]:
    """Open a path or an s3:// address; raises InputError if it can't be imported.

    `model` is the fingerprint of the model to be used. `on_row` is called while a table is read.
    """
    reader = _Reader(settings, model, choices or TableChoices(), on_row)
    if not given.startswith(S3):
        path = Path(given)
        with reader.open(path, name=str(path.resolve())) as source:
            yield source
    elif PurePosixPath(given).suffix.lower() in (*TABLES, ".zip"):
        home, _, file_name = given.rpartition("/")
        make_folder(settings.data_dir)
        with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
            copy = Path(folder) / file_name
            with copy.open("wb") as file:
                reader.s3.copy(given, file)
            with reader.open(copy, name=given, home=home) as source:
                yield source
    else:
        yield reader.prefix(given)


class _Reader:
    """Opens sources; clients of S3 and of the web are made when first needed."""

    def __init__(
        self, settings: CliSettings, model: str, choices: TableChoices, on_row: Callable[[int], None]
    ) -> None:
        self._settings, self._model, self._on_row = settings, model, on_row
        self._encoding, self._columns = choices.encoding, parse_map(choices.columns)

    @cached_property
    def s3(self) -> S3Source:
        return open_s3()

    @cached_property
    def fetcher(self) -> PictureFetcher:
        return open_fetcher(self._settings)

    @contextmanager
    def open(self, path: Path, *, name: str, home: str = "") -> Iterator[ImportSource]:
        """A folder or file on this machine; `home` is the folder in S3 that it was copied from."""
        if path.suffix.lower() == ".zip" and path.is_file():
            with path.open("rb") as file:
                archive = Archive(file)
                archive.verify()
                shown = f"{home}/{path.name}" if home else str(path)
                yield ImportSource(name, archive.count, self._packed(archive, shown))
            return
        found = read_rows(path, home=home, encoding=self._encoding, given=self._columns, on_row=self._on_row)
        yield ImportSource(name, found.total, map(self._job, found), found.notes, found.table)

    def prefix(self, address: str) -> ImportSource:
        """All pictures in S3 whose address begins with this one."""
        bucket, prefix = split_s3(address)
        versions = {each.address: each.version for each in self.s3.objects(address)}
        folder = f"{S3}{bucket}/{prefix[: prefix.rfind('/') + 1]}"
        # A key that ends with a slash stands for an empty folder.
        names = sort_names(found.removeprefix(folder) for found in versions if not found.endswith("/"))
        passed = str(names.passed)
        rows = list(picture_rows(names.pictures, lambda name: folder + name))
        if not rows:
            raise InputError(no_picture(address, passed))
        notes = [f"passed over: {passed}"] if passed else []
        return ImportSource(address, len(rows), (self._job(row, versions=versions) for row in rows), notes)

    def _packed(self, archive: Archive, shown: str) -> Iterator[Job | BadRow]:
        for job in archive_jobs(archive):
            if isinstance(job, BadRow):
                yield BadRow(f"{shown} item {job.where}", job.reason)
                continue
            assert job.packed is not None
            mark = mark_of(self._model, RECIPE, hashlib.sha256(item_line(job.packed)).hexdigest())
            yield replace(job, where=f"{shown} item {job.where} ({job.packed.id})", mark=mark)

    def _job(self, row: Row | BadRow, *, versions: Mapping[str, str] = {}) -> Job | BadRow:
        if isinstance(row, BadRow):
            return row
        draft = row.draft
        files = [
            (image, _version(image) if isinstance(image, Path) else versions.get(image))
            for image in row.images
        ]
        words = draft.id, draft.title, draft.link, dict(draft.metadata)
        mark = mark_of(self._model, RECIPE, *words, files)
        return Job(row.where, draft, partial(self._load, row.images), mark)

    def _load(self, images: Sequence[Path | str]) -> list[bytes]:
        return [self._content(image) for image in images]

    def _content(self, image: Path | str) -> bytes:
        if isinstance(image, Path):
            return _read(image)
        if image.startswith(S3):
            return self.s3.get(image, limit=MAX_PICTURE_BYTES)
        return self.fetcher.fetch(image)


def _version(image: Path) -> tuple[int, int] | None:
    """The size and time of a file, which change with its content; None if they can't be read."""
    try:
        found = image.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _read(image: Path) -> bytes:
    try:
        found = image.stat()
        size = found.st_size
        if stat.S_ISFIFO(found.st_mode) or stat.S_ISCHR(found.st_mode):  # reading may never end
            raise InputError(f"{image.name}: a pipe or a device; expected a picture file")
        if size > MAX_PICTURE_BYTES:
            raise InputError(f"{image.name}: {size} bytes; expected at most {MAX_PICTURE_BYTES}")
        return image.read_bytes()
    except OSError as error:
        raise InputError(f"{image.name}: can't be read: {error.strerror}") from None
