"""Health and metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from common.version import VERSION
from services.api.feeds import Feeds, cameras_now
from services.api.rights import OPEN_TO_ALL
from services.bootstrap.api import ApiParts
from services.contract.health_models import UNHEALTHY, AliveAnswer, HealthAnswer
from services.core.catalogue.write_check import WriteCheck
from services.core.errors import Loading, LoadingError, UnavailableError

Check = Callable[[], dict[str, Any]]
# No problem documents: a monitor needs the state of every dependency.
_UNHEALTHY: dict[int | str, dict[str, Any]] = {
    503: {
        "description": "A dependency fails or loads.",
        "model": HealthAnswer,
        "content": {"application/json": {"example": UNHEALTHY}},
    }
}
_STOPPED: dict[int | str, dict[str, Any]] = {
    503: {
        "description": "It should be started again.",
        "model": AliveAnswer,
        "content": {"application/json": {"example": {"alive": False, "detail": "feed_matches has ended"}}},
    }
}
_METRICS = "# TYPE lookalike_api_streams gauge\nlookalike_api_streams 2.0\n"


def build_router(parts: ApiParts, feeds: Feeds) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["health"])
    writes = WriteCheck([parts.catalogue.store.check_write, parts.catalogue.pictures.check_write])
    checks: dict[str, Check] = {
        "store": lambda: _store(parts, writes),
        "redis": lambda: _redis(parts),
        "broker": lambda: _broker(parts),
        "index": lambda: _index(parts),
    }

    @router.get(
        "/healthz",
        dependencies=OPEN_TO_ALL,
        summary="Check the system's health",
        response_model=HealthAnswer,
        responses=_UNHEALTHY,
    )
    def healthz() -> Response:
        """Each dependency of the api: item store, Redis, broker and index; 503 if one of them fails or loads.

        The item store's check writes, to the picture store too: a full disk fails it.
        A lost camera is listed, but is no failure. GET /alive says whether a process should be restarted.
        """
        # The store last: the index may take seconds to answer, and the two cursors are compared.
        outcomes = {name: _outcome(checks[name]) for name in reversed(checks)}
        found = {name: outcomes[name] for name in checks}
        wrong = [outcome for outcome in found.values() if not outcome["ok"]]
        # A loading index needs no repair.
        status = "ok" if not wrong else "loading" if all("loading" in each for each in wrong) else "failing"
        cameras = [camera.to_json() for camera in cameras_now(parts)]
        state = {"status": status, "checks": found, "cameras": cameras}
        return JSONResponse({**state, "version": VERSION}, 503 if wrong else 200)

    @router.get(
        "/alive",
        dependencies=OPEN_TO_ALL,
        summary="Check that the process works",
        response_model=AliveAnswer,
        responses=_STOPPED,
    )
    async def alive() -> Response:
        """Whether this process itself works, leaving out its dependencies: 503 if it should be restarted."""
        ended = feeds.ended
        state = {"alive": True} if ended is None else {"alive": False, "detail": f"{ended} has ended"}
        return JSONResponse(state, 200 if ended is None else 503)

    @router.get(
        "/metrics",
        dependencies=OPEN_TO_ALL,
        summary="Get the counters",
        response_class=PlainTextResponse,
        responses={200: {"content": {"text/plain": {"example": _METRICS}}}},
    )
    def metrics() -> Response:
        """The counters of the api and of its search process, in Prometheus' text format."""
        own = generate_latest(parts.registry).decode()
        try:
            own += parts.search.metrics()
        except UnavailableError as error:
            own += f"# {error}\n"
        return PlainTextResponse(own, media_type=CONTENT_TYPE_LATEST)

    return router


def _outcome(check: Check) -> dict[str, Any]:
    try:
        return {"ok": True, **check()}
    except LoadingError as error:
        return {"ok": False, "detail": str(error), "loading": error.loading.to_json()}
    except UnavailableError as error:
        return {"ok": False, "detail": str(error)}


def _store(parts: ApiParts, writes: WriteCheck) -> dict[str, Any]:
    writes.check()
    return {"cursor": parts.catalogue.store.head()}


def _redis(parts: ApiParts) -> dict[str, Any]:
    parts.queue.ping()
    return {}


def _broker(parts: ApiParts) -> dict[str, Any]:
    if not parts.link.connected:
        raise UnavailableError("the broker is not connected; reconnecting")
    return {}


def _index(parts: ApiParts) -> dict[str, Any]:
    state = parts.search.state()
    if state["trouble"]:
        raise UnavailableError(f"search: {state['trouble']}")
    if not state["broker"]:
        raise UnavailableError("search is not connected to the broker; reconnecting")
    if loading := state["loading"]:
        raise LoadingError(Loading(loading["read"], loading["total"]))
    return {name: state[name] for name in ("items", "other_recipe", "damaged", "cursor", "model")}
