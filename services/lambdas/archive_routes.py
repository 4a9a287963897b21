"""The whole catalogue as one archive, through S3: a function can neither take nor send much."""

from __future__ import annotations

import io
import json
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Path as InPath
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.adapters.s3_exchange import S3Exchange
from services.api.archive import TYPE, import_archive
from services.api.body_schemas import FILE, request_body
from services.api.rights import CHANGE, WORK
from services.bootstrap.importing import build_maker
from services.bootstrap.lambdas.api import ApiFunctionParts
from services.contract.exchange_models import UploadAnswer, WaitingAnswer
from services.contract.item_models import ImportAnswer
from services.contract.problems import problem
from services.core.errors import MissingError
from services.lambdas import exchanged

# Time that a call waits for an export, and after which a wish that was not granted is made again.
WAIT_S, WISH_AGAIN_S = 20.0, 900.0
_LOOK_EVERY_S, _RETRY_S = 0.5, 10
_NO_PLACE = "there is no place for large files; set LOOKALIKE_EXCHANGE to s3://BUCKET/PREFIX"
_ZIP = {TYPE: {"schema": FILE, "example": "<the bytes of a ZIP, or none for an address that takes it>"}}
Token = Annotated[str, InPath(description="The end of `result` of the upload.")]


def build_router(parts: ApiFunctionParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])

    def place() -> S3Exchange:
        if parts.exchange is None:
            raise HTTPException(501, _NO_PLACE)
        return parts.exchange

    @router.get("/items/archive", dependencies=WORK, summary="Export all items")
    def export() -> Response:
        """Redirects to the archive of all items; 503 with `Retry-After` while it is being made."""
        exchange, store = place(), parts.api.catalogue.store
        name = exchanged.export_name(store.head(), store.model())
        wait_s = min(WAIT_S, parts.calls.left_s())
        if not _await_export(exchange, name, until_s=time.monotonic() + wait_s):
            told = f"the archive is being made; ask again in {_RETRY_S} s"
            raise HTTPException(503, told, {"Retry-After": str(_RETRY_S)})
        link = exchange.download_link(exchanged.export(name), file_name="lookalike-items.zip")
        return RedirectResponse(link, 303, headers={"Cache-Control": "no-store"})

    @router.post(
        "/items/archive",
        dependencies=CHANGE,
        summary="Import an archive of items",
        openapi_extra=request_body(_ZIP),
        response_model=ImportAnswer,
        responses={202: {"model": UploadAnswer}},
    )
    async def take(request: Request) -> Response:
        """Import a small archive, or without a body get an address that takes one of any size."""
        content = await request.body()
        if not content:
            token = secrets.token_hex(16)
            link = await run_in_threadpool(place().upload_link, exchanged.archive(token))
            answer = UploadAnswer(method="PUT", url=link, result=f"items/archive/imports/{token}")
            return JSONResponse(answer.model_dump(), 202)
        found = await run_in_threadpool(_import, parts, content)
        return JSONResponse(found.model_dump())

    @router.get(
        "/items/archive/imports/{token}",
        dependencies=WORK,
        summary="Get what became of an uploaded archive",
        response_model=ImportAnswer,
        responses={202: {"model": WaitingAnswer}},
    )
    def imported(token: Token) -> Response:
        """The outcome of the import; 202 while it goes on, or was not uploaded yet."""
        if not exchanged.is_token(token):
            raise MissingError(f"there is no upload {token[:40]!a}")
        kept = place().get(exchanged.result(token))
        if kept is None:
            return JSONResponse(WaitingAnswer().model_dump(), 202, {"Retry-After": "2"})
        found = json.loads(kept)
        if "refused_because" in found:
            return problem(400, str(found["refused_because"]))
        return JSONResponse(found)

    @router.post("/items/uploads", dependencies=WORK, status_code=202, summary="Upload a large picture")
    def upload() -> UploadAnswer:
        """An address that takes a picture; `result` is then its address for POST /items."""
        exchange, name = place(), exchanged.picture(secrets.token_hex(16))
        return UploadAnswer(method="PUT", url=exchange.upload_link(name), result=exchange.download_link(name))

    return router


def _import(parts: ApiFunctionParts, content: bytes) -> ImportAnswer:
    catalogue = parts.api.catalogue
    catalogue.check_model()
    maker = build_maker(catalogue.featurizer, threads=parts.settings.threads, loaders=1)
    return import_archive(catalogue, maker, io.BytesIO(content))


def _await_export(exchange: S3Exchange, name: str, *, until_s: float) -> bool:
    """Whether the export is there; one that nobody wished for lately is wished for, and waited for."""
    if exchange.put_at_s(exchanged.export(name)) is not None:
        return True
    wished_s = exchange.put_at_s(exchanged.export_request(name))
    if wished_s is None or time.time() - wished_s > WISH_AGAIN_S:
        exchange.put(exchanged.export_request(name), b"")
    while time.monotonic() < until_s:
        time.sleep(_LOOK_EVERY_S)
        if exchange.put_at_s(exchanged.export(name)) is not None:
            return True
    return False
