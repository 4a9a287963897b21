"""The whole catalogue over HTTP, as one archive."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import IO

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.body_schemas import FILE, request_body
from services.api.rights import CHANGE, WORK
from services.api.stream import PieceStream
from services.bootstrap.api import ApiParts
from services.bootstrap.importing import build_maker
from services.contract.item_models import ImportAnswer, RefusedItemAnswer
from services.contract.problem_models import DISK_FULL, STORE_AWAY, Responses, problems
from services.core.catalogue.items import Catalogue
from services.core.catalogue.paging import all_items
from services.core.domain import Item
from services.core.errors import NoSpaceError, no_space_told
from services.core.importing.archive import Archive, write_archive
from services.core.importing.archive_jobs import archive_jobs
from services.core.importing.import_rows import BadRow
from services.core.importing.import_run import ImportRun
from services.core.importing.item_maker import Maker
from services.core.importing.store_writer import StoreWriter
from services.core.ports import ItemStore, OpenPicture, PictureStore

TYPE = "application/zip"
# Maximum size of an archive, which is read from disk and not from memory; the usual limit is for pictures.
_NO_LIMIT = 1 << 60
_ZIP = {TYPE: {"schema": FILE, "example": "<the bytes of a ZIP>"}}
# Seconds after which a refused export may be tried again.
RETRY_S = 10
_BUSY = f"2 exports are being made already; try again in {RETRY_S} s"
_EXPORTED: Responses = {200: {"content": _ZIP}, **problems({429: _BUSY, 503: STORE_AWAY})}
_OTHER_MODEL = (
    "the catalogue was made with model f6119f54bb0b, but LOOKALIKE_MODEL is model 67b852d76d55: set it "
    "back, use another LOOKALIKE_DATA_DIR, or run `lookalike index rebuild`"
)
_PROBLEMS = problems(
    {
        400: ["the archive holds 59 items; expected 60", _OTHER_MODEL],
        413: "the archive is larger than 52428800 bytes, half of what the disk has free",
        503: STORE_AWAY,
        507: DISK_FULL,
    }
)

_KEPT = "the archive can't be kept while it is read"
# Bytes; an archive of one item may have as many.
_LITTLE = 64 * 1024

log = logging.getLogger(__name__)


def build_router(parts: ApiParts, *, folder: Path, threads: int, exports: int) -> APIRouter:
    """The routes over wired parts; `folder` holds an archive while it is read, `exports` run at once."""
    router = APIRouter(tags=["items"])
    # One loader is enough for pictures on a disk, and few items at a time take little memory.
    maker = build_maker(parts.catalogue.featurizer, threads=threads, loaders=1, turns=parts.turns)
    free = threading.BoundedSemaphore(exports)

    @router.get(
        "/items/archive",
        dependencies=WORK,
        summary="Export all items",
        response_class=Response,
        responses=_EXPORTED,
    )
    def export() -> Response:
        """All items with their pictures and vectors as one ZIP, which POST takes again.

        No item has the id `archive`, because this is its address.
        """
        if not free.acquire(blocking=False):
            told = f"{exports} exports are being made already; try again in {RETRY_S} s"
            raise HTTPException(429, told, {"Retry-After": str(RETRY_S)})
        try:
            pieces = archive_pieces(parts.catalogue.store, parts.catalogue.pictures)
        except BaseException:
            free.release()
            raise
        headers = {"Content-Disposition": 'attachment; filename="lookalike-items.zip"'}
        return PieceStream(pieces, media_type=TYPE, headers=headers, ended=free.release)

    @router.post(
        "/items/archive",
        dependencies=CHANGE,
        summary="Import an archive of items",
        max_body_size=_NO_LIMIT,
        openapi_extra=request_body(_ZIP),
        responses=_PROBLEMS,
    )
    async def take(request: Request) -> ImportAnswer:
        """Add or replace the items of an archive; vectors of another model or recipe are made again.

        It may be half as large as the disk's free space. A damaged one is refused and changes nothing.
        """
        await run_in_threadpool(parts.catalogue.check_model)
        with no_space_told(_KEPT):
            folder.mkdir(parents=True, exist_ok=True)
        # Its pictures need the same space once more.
        limit = shutil.disk_usage(folder).free // 2
        if limit < _LITTLE:
            raise NoSpaceError.at(_KEPT, f"{2 * limit} bytes are left")
        with no_space_told(_KEPT), tempfile.TemporaryFile(dir=folder) as file:
            await _spool(request, file, limit=limit)
            return await run_in_threadpool(import_archive, parts.catalogue, maker, file)

    return router


def archive_pieces(store: ItemStore, pictures: PictureStore) -> Generator[bytes]:
    """The whole catalogue as an archive; damaged items are left out."""
    return write_archive(all_items(store, on_damaged=_leave_out), _picture(pictures), model=store.model())


def _leave_out(item: Item) -> None:
    log.warning("export: item %r is left out, because it is damaged: %s", item.id, item.damage)


def _picture(pictures: PictureStore) -> Callable[[str], OpenPicture | None]:
    def picture(key: str) -> OpenPicture | None:
        opened = pictures.open(key)
        if opened is None:
            log.warning("export: the picture %s is gone; its item can't be imported again", key)
        return opened

    return picture


async def _spool(request: Request, file: IO[bytes], *, limit: int) -> None:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise HTTPException(
                413, f"the archive is larger than {limit} bytes, half of what the disk has free"
            )
        await run_in_threadpool(file.write, piece)
    await run_in_threadpool(file.flush)


def import_archive(catalogue: Catalogue, maker: Maker, file: IO[bytes]) -> ImportAnswer:
    """Import an archive into the stores; raises InputError for a damaged one, which changes nothing."""
    archive = Archive(file)
    archive.verify()
    refused: list[BadRow] = []
    writer = StoreWriter(catalogue.pictures, catalogue.store)
    counts = ImportRun(maker, writer, on_refused=refused.append).run(archive_jobs(archive))
    return ImportAnswer(
        items=counts.kept,
        anew=counts.made_again,
        change=counts.change or catalogue.store.head(),
        refused=[RefusedItemAnswer(item=int(each.where), reason=each.reason) for each in refused],
    )
