"""What `lookalike index rebuild` asks of the one process that writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from services.api.item_requests import read_object
from services.bootstrap.api import ApiParts
from services.core.catalogue.rebuild import check_swap
from services.core.domain import InputError
from services.core.importing.archive_line import parse_line
from services.core.ports import ItemStore

_LINE = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["index"])
    store = parts.catalogue.store

    @router.post("/index/vectors", openapi_extra=_LINE)
    async def stage(request: Request) -> dict[str, Any]:
        """Keep an item's vectors of another model beside its own; one in the form of an archive's line."""
        item = parse_line(await request.body())
        return {"kept": await run_in_threadpool(store.stage, item)}

    @router.post("/index/model", openapi_extra=_LINE)
    async def swap(request: Request) -> dict[str, Any]:
        """Declare another model the catalogue's, for which its items have vectors."""
        model = _model(await read_object(request, names={"model"}))
        await run_in_threadpool(_swap, store, model)
        return {"model": model}

    @router.post("/index/prune")
    def prune() -> dict[str, Any]:
        """Drop the vectors of all models but the catalogue's."""
        store.prune()
        return {"model": store.model()}

    return router


def _swap(store: ItemStore, model: str) -> None:
    check_swap(store, model)
    store.set_model(model)


def _model(fields: Mapping[str, Any]) -> str:
    model = fields.get("model")
    if not isinstance(model, str) or len(model) != 12 or set(model) - set("0123456789abcdef"):
        raise InputError('expected JSON {"model": a fingerprint of 12 hex digits}')
    return model
