"""The search's HTTP side, for the api and for those who speak SageMaker's protocol."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool

from common.wire import WireError, decode_observation
from services.bootstrap.search import K, SearchParts
from services.core.domain import InputError, UnavailableError
from services.core.search.admission import admit
from services.search import invocations
from services.search.loops import Loops

# Whoever asks over HTTP names no camera.
UPLOAD = "upload"
MAX_BODY = 6 * 1024 * 1024


def build_app(parts: SearchParts, loops: Loops) -> FastAPI:
    """The app over wired parts."""
    app = FastAPI(title="Lookalike search", max_body_size=MAX_BODY)

    @app.exception_handler(InputError)
    @app.exception_handler(WireError)
    async def refused(_request: Request, error: Exception) -> Response:
        return JSONResponse({"detail": str(error)}, 400)

    @app.exception_handler(UnavailableError)
    async def unavailable(_request: Request, error: Exception) -> Response:
        return JSONResponse({"detail": str(error)}, 503)

    @app.get("/ping")
    def ping() -> Response:
        return Response(status_code=503 if loops.trouble else 200)

    @app.get("/alive")
    async def alive() -> Response:
        held_up = loops.held_up()
        state = {"alive": True} if held_up is None else {"alive": False, "detail": held_up}
        return JSONResponse(state, 200 if held_up is None else 503)

    @app.get("/healthz")
    def healthz() -> Response:
        state = _state(parts, loops)
        return JSONResponse(state, 200 if state["ok"] else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        return PlainTextResponse(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST)

    @app.post("/search")
    async def search(request: Request, k: Annotated[int, Query(ge=1, le=100)] = K) -> Response:
        """One observation to one match record, which is not pushed."""
        payload = await request.body()
        return Response(await run_in_threadpool(_search, parts, payload, k), media_type="application/json")

    @app.post("/invocations")
    async def invoke(request: Request) -> dict[str, Any]:
        """SageMaker's k-NN protocol over the live index."""
        vectors = invocations.parse_request(await request.body(), request.headers.get("content-type", ""))
        verbose = "verbose=true" in request.headers.get("accept", "").replace(" ", "")
        view = parts.follower.view
        if view is not None and vectors.shape[1] != view.dim:
            raise InputError(f"vectors of {vectors.shape[1]} numbers; expected {view.dim}")
        found = await run_in_threadpool(view.index.search, vectors, k=K) if view else [[] for _ in vectors]
        return invocations.response(found, verbose=verbose)

    return app


def _search(parts: SearchParts, payload: bytes, k: int) -> str:
    seen = decode_observation(payload, thing=UPLOAD, kind="features", received_at_s=time.time())
    assert seen is not None  # only a DeepLens program's own topic carries plain text
    view = parts.follower.view
    admit(seen, view, max_age_s=parts.lookup.max_age_s, now_s=time.time())
    (record,) = parts.lookup.answer([seen], view, k=k)
    return record.to_json()


def _state(parts: SearchParts, loops: Loops) -> dict[str, Any]:
    view = parts.follower.view
    return {
        "ok": loops.trouble is None and parts.subscriber.connected,
        "broker": parts.subscriber.connected,
        "trouble": loops.trouble,
        "items": parts.follower.items,
        "cursor": parts.follower.cursor,
        "model": view.model if view else None,
    }
