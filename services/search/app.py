"""The search's HTTP side, for the api and for clients of SageMaker's protocol."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool

from common.version import VERSION
from common.wire import Observation, Vectors, WireError, decode_observation
from services.bootstrap.search import SearchParts
from services.contract import openapi, problems
from services.core.errors import InputError, LoadingError
from services.core.records import UPLOAD, K, Neighbour
from services.core.search.messages import answer_messages
from services.core.search.service import index_state
from services.search import declarations as declared
from services.search.knn_routes import MAX_BODY, ServedRows, add_knn_routes
from services.search.loops import Loops
from services.search.observations import THIS_MACHINE, SenderRule, outcomes_json, parse_messages


def build_app(parts: SearchParts, loops: Loops, senders: SenderRule = THIS_MACHINE) -> FastAPI:
    """The app over wired parts; `senders` checks who may send observations."""
    app = FastAPI(
        title="Lookalike search", version=VERSION, description=declared.ABOUT, max_body_size=MAX_BODY
    )
    problems.install(app)
    openapi.install(app, tags={}, complete=lambda _document: None)

    @app.exception_handler(WireError)
    async def refused(_request: Request, error: Exception) -> Response:
        return problems.problem(400, str(error))

    @app.get("/ping", **declared.PING)
    def ping() -> Response:
        """SageMaker's health check: 200 once there are answers to give."""
        state = _index_state(parts, loops)
        return JSONResponse(state, 200 if state["status"] == "ok" else 503)

    @app.get("/alive", **declared.ALIVE)
    async def alive() -> Response:
        """Whether this process itself works, leaving out its dependencies: 503 if it should be restarted."""
        held_up = loops.held_up()
        state = {"alive": True} if held_up is None else {"alive": False, "detail": held_up}
        return JSONResponse(state, 200 if held_up is None else 503)

    @app.get("/healthz", **declared.HEALTHZ)
    def healthz() -> Response:
        """The state of the index, and whether its dependencies work."""
        state = _state(parts, loops)
        return JSONResponse(state, 200 if state["ok"] else 503)

    @app.get("/metrics", response_class=PlainTextResponse, **declared.METRICS)
    def metrics() -> Response:
        """The counters of this process, in Prometheus' text format.

        `lookalike_search_index` has the kind of the index as a label, `lookalike_search_index_…` its numbers
        as in `knn` of the state: items, vectors, base, delta, tombstones, recall, queries_per_second,
        memory_bytes, mapped_bytes. `lookalike_search_overloaded` is 1 while more comes than is answered.
        """
        return PlainTextResponse(generate_latest(parts.core.registry), media_type=CONTENT_TYPE_LATEST)

    @app.post("/search", **declared.SEARCH)
    async def search(
        request: Request, k: Annotated[int, Query(ge=1, le=100, description="How many items.")] = K
    ) -> Response:
        """One observation to one match record, which has no id and is not pushed."""
        payload = await request.body()
        return Response(await run_in_threadpool(_search, parts, payload, k), media_type="application/json")

    @app.post("/trial", **declared.TRIAL)
    async def trial(
        request: Request, thing: declared.TrialThing, item: declared.TrialItem = None
    ) -> Response:
        """Try an item before it is saved: what would it have been named for in a camera's last minute?

        The vectors of its pictures come as those of one observation of the camera.
        """
        seen = _observation(await request.body(), thing)
        found = await run_in_threadpool(parts.core.trials.run, seen, item_id=item)
        return JSONResponse(found.to_json())

    @app.post("/observations", **declared.OBSERVATIONS)
    async def observations(request: Request) -> dict[str, Any]:
        """Observations to match records on the queue, as those that come over MQTT.

        It takes one, or a list of up to 64. Of several of one camera the newest is answered. One with local
        features (`local`) gets a second look; where that might change the answer, the outcome has `wants`.
        """
        senders.check(request)
        messages = parse_messages(await request.body())
        core = parts.core
        return outcomes_json(await run_in_threadpool(answer_messages, messages, core.answerer, core.drops))

    live = ServedRows(lambda vectors: _nearest(parts, vectors))
    add_knn_routes(app, lambda: live)
    return app


def _observation(payload: bytes, thing: str) -> Observation:
    seen = decode_observation(payload, thing=thing, kind="features", received_at_s=time.time())
    assert seen is not None  # plain text comes only on a DeepLens program's own topic
    return seen


def _search(parts: SearchParts, payload: bytes, k: int) -> str:
    seen = _observation(payload, UPLOAD)
    return parts.core.answerer.look(seen, k=k).to_json()


def _nearest(parts: SearchParts, vectors: Vectors) -> list[list[Neighbour]]:
    view = parts.core.follower.live()
    if view is None:
        return [[] for _ in vectors]
    if vectors.shape[1] != view.dim:
        raise InputError(f"vectors of {vectors.shape[1]} numbers; expected {view.dim}")
    return view.index.search(view.space.queries(vectors), k=K)


def _index_state(parts: SearchParts, loops: Loops) -> dict[str, Any]:
    """Whether the index answers; while it loads, its progress."""
    loading, trouble = parts.core.follower.loading, loops.trouble or loops.held_up()
    detail = trouble or (str(LoadingError(loading)) if loading else None)
    status = "failing" if trouble else "loading" if loading else "ok"
    return {"status": status, "detail": detail, "loading": loading.to_json() if loading else None}


def _state(parts: SearchParts, loops: Loops) -> dict[str, Any]:
    index = _index_state(parts, loops)
    link, queue = parts.link_health.trouble, parts.queue_health.trouble
    return {
        "ok": index["status"] == "ok" and link is None and queue is None,
        "broker": link is None,
        "broker_trouble": link,
        "queue_trouble": queue,
        "trouble": loops.trouble or loops.held_up(),
        "overloaded": parts.intake.is_overloaded,
        **index_state(parts.core.follower),
    }
