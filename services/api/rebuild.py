"""The calls by which `lookalike index rebuild` writes, as only one process may."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from services.api.body_schemas import json_body, request_body
from services.api.request_body import read_body
from services.api.rights import OWN
from services.bootstrap.api import ApiParts
from services.contract.examples import MODEL
from services.contract.item_models import CatalogueModelAnswer, CatalogueModelBody, KeptAnswer
from services.contract.problem_models import DISK_FULL, STORE_AWAY, problems
from services.core.catalogue.rebuild import check_made, check_swap
from services.core.importing.archive_line import parse_line
from services.core.ports import ItemStore

_NOT_JSON = "not JSON: Expecting value: line 1 column 1 (char 0)"
_OTHER_DIM = "vectors of 256 numbers; expected 512, as model 67b852d76d55 makes"
_LINE = request_body(
    {
        "application/json": {
            "schema": {
                "type": "object",
                "description": "An item, as a line of an archive's `items.jsonl` holds it. `recipe` (1 if "
                "it has none) is the version of the recipe that made its views.",
            },
            "example": {
                "id": "mug-7",
                "title": "Blue mug",
                "link": None,
                "metadata": {},
                "pictures": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg"],
                "model": MODEL,
                "dim": 512,
                "recipe": 2,
                "vectors": "<base64 of float16, little endian, count x dim>",
            },
        }
    }
)


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["index"])
    store = parts.catalogue.store

    @router.post(
        "/index/vectors",
        dependencies=OWN,
        summary="Keep vectors that a rebuild made",
        openapi_extra=_LINE,
        responses=problems({400: [_OTHER_DIM, _NOT_JSON], 503: STORE_AWAY, 507: DISK_FULL}),
    )
    async def stage(request: Request) -> KeptAnswer:
        """Keep an item's vectors: of another model beside its own, of another recipe in their place.

        For `lookalike index rebuild`. The item is a line of an archive.
        """
        item = parse_line(await request.body())
        check_made(item, parts.catalogue.featurizer)
        return KeptAnswer(kept=await run_in_threadpool(store.stage, item))

    @router.post(
        "/index/model",
        dependencies=OWN,
        summary="Declare another model the catalogue's",
        openapi_extra=json_body(CatalogueModelBody),
        responses=problems(
            {
                400: [
                    f"`model` is 'x'; {CatalogueModelBody.expected}",
                    "no item has vectors of model 67b852d76d55; expected those of a rebuild",
                ],
                413: "the JSON has more than 1048576 bytes",
                503: STORE_AWAY,
                507: DISK_FULL,
            }
        ),
    )
    async def swap(request: Request) -> CatalogueModelAnswer:
        """Declare another model the catalogue's, of which its items have vectors already."""
        model = (await read_body(request, CatalogueModelBody)).model
        await run_in_threadpool(_swap, store, model)
        return CatalogueModelAnswer(model=model)

    @router.post(
        "/index/prune",
        dependencies=OWN,
        summary="Drop the vectors of other models",
        responses=problems({503: STORE_AWAY, 507: DISK_FULL}),
    )
    def prune() -> CatalogueModelAnswer:
        """Drop the vectors of all models but the catalogue's."""
        store.prune()
        return CatalogueModelAnswer(model=store.model())

    return router


def _swap(store: ItemStore, model: str) -> None:
    check_swap(store, model)
    store.set_model(model)
