"""Health and metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from common.version import VERSION
from services.api.feeds import cameras_now
from services.api.history import why_off
from services.api.rights import OPEN, SEE_CATALOGUE, sees_details
from services.bootstrap.api import ApiParts
from services.contract.health_models import UNHEALTHY, AliveAnswer, HealthAnswer
from services.core.catalogue.write_check import WriteCheck
from services.core.dependency import Dependency
from services.core.errors import Loading, LoadingError, UnavailableError
from services.core.history.history import History
from services.core.history.review import WAITING

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


def dependencies_of(parts: ApiParts, *, disks: bool = True) -> dict[str, Dependency]:
    """What the api needs, by its name in /healthz; stores without `disks` that may be full are read only."""
    writes = WriteCheck([parts.catalogue.store.check_write] if disks else [])
    pictures = WriteCheck([parts.catalogue.pictures.check_write if disks else lambda: _read_picture(parts)])
    # Cursors are for clients that wait for a change: those checks are cheap, and not kept.
    return {
        "store": Dependency("item store", lambda: _store(parts, writes), every_s=0),
        "pictures": Dependency("picture store", pictures.check),
        "redis": Dependency("match queue", parts.queue.check),
        # The connection has a log of its own.
        "broker": Dependency("broker", parts.link.check, logs=False),
        "index": Dependency("index", lambda: _index(parts), every_s=0),
    }


def build_router(
    parts: ApiParts,
    checks: Mapping[str, Dependency],
    *,
    ended: Callable[[], str | None],
    uploads_above: int | None = None,
) -> APIRouter:
    """The routes over wired parts; `ended` names a task of ours that has ended by a fault, if one has.

    Files of more than `uploads_above` bytes do not fit into a call.
    """
    router = APIRouter(tags=["health"])

    @router.get(
        "/healthz",
        dependencies=OPEN,
        summary="Check the system's health",
        response_model=HealthAnswer,
        responses=_UNHEALTHY,
    )
    def healthz(is_seen: Annotated[bool, Depends(sees_details)]) -> Response:
        """Each dependency of the api: item store, picture store, Redis, broker and index.

        503 if one of them fails or loads. Each is healthy when it does its work, tried at most once a
        second, writes to the stores less often: a full disk fails them. A lost camera is listed, as are a
        history or an audit that can't be written and a webhook that takes nothing, but none of them is a
        failure. GET /alive says whether a process should be restarted. Who may not see the catalogue gets
        `ok` of each dependency, and no details, cameras or webhook.
        """
        # The store last: the index may take seconds to answer, and the two cursors are compared.
        outcomes = {name: checks[name].outcome() for name in reversed(list(checks))}
        found = {name: outcomes[name] for name in checks}
        wrong = [outcome for outcome in found.values() if not outcome["ok"]]
        # A loading index needs no repair.
        status = "ok" if not wrong else "loading" if all("loading" in each for each in wrong) else "failing"
        cameras = [camera.to_json() for camera in cameras_now(parts)]
        hooks = {each.name: each.to_json() for each in parts.deliveries}
        history, audit = history_state(parts.history), parts.access.audit.state()
        told = {"cameras": cameras, "history": history, "audit": audit, "webhook": hooks.pop("", None)}
        told["webhooks"] = [{"name": name, **state} for name, state in hooks.items()]
        state = {"status": status, "checks": found, **told, "uploads_above": uploads_above}
        shown = state if is_seen else _without_details(state)
        return JSONResponse({**shown, "version": VERSION}, 503 if wrong else 200)

    @router.get(
        "/alive",
        dependencies=OPEN,
        summary="Check that the process works",
        response_model=AliveAnswer,
        responses=_STOPPED,
    )
    async def alive() -> Response:
        """Whether this process itself works, leaving out its dependencies: 503 if it should be restarted."""
        name = ended()
        state = {"alive": True} if name is None else {"alive": False, "detail": f"{name} has ended"}
        return JSONResponse(state, 200 if name is None else 503)

    @router.get(
        "/metrics",
        dependencies=SEE_CATALOGUE,
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


def history_state(history: History | None) -> dict[str, Any]:
    """Whether a history is kept, and whether it can be written: its trouble is no failure of the system."""
    if history is None or not history.days:
        return {"kept": False, "ok": True, "detail": why_off(history), "days": 0, "to_review": 0}
    history.keeper.catch_up()
    trouble = history.keeper.trouble
    try:
        waiting = history.store.count(WAITING)
    except UnavailableError:
        waiting = 0  # the keeper says what is wrong, once it has to write
    return {
        "kept": True,
        "ok": trouble is None,
        "detail": trouble,
        "days": history.days,
        "to_review": waiting,
    }


def _without_details(state: dict[str, Any]) -> dict[str, Any]:
    """A state without what only those see who see the catalogue: names, addresses, numbers."""
    checks = {name: {"ok": outcome["ok"]} for name, outcome in state["checks"].items()}
    history = state["history"] | {"detail": None, "to_review": 0}
    audit = state["audit"] | {"detail": None, "waiting": 0}
    return state | {"checks": checks, "cameras": [], "history": history, "audit": audit, "webhook": None}


def _read_picture(parts: ApiParts) -> None:
    """Ask for a picture that does not exist."""
    parts.catalogue.pictures.get(f"{0:064}.jpg")


def _store(parts: ApiParts, writes: WriteCheck) -> dict[str, Any]:
    writes.check()
    parts.catalogue.store.facts_page(limit=1)
    return {"cursor": parts.catalogue.store.head()}


def _index(parts: ApiParts) -> dict[str, Any]:
    state = parts.search.state()
    if state["trouble"]:
        raise UnavailableError(f"search: {state['trouble']}")
    # Words of another version may be absent.
    for trouble in (state.get("queue_trouble"), state.get("broker_trouble")):
        if trouble:
            raise UnavailableError(f"search: {trouble}")
    if not state["broker"]:
        raise UnavailableError("search is not connected to the broker; reconnecting")
    if loading := state["loading"]:
        raise LoadingError(Loading(loading["read"], loading["total"]))
    told = ("items", "other_recipe", "damaged", "hubs", "space", "knn", "cursor", "model", "overloaded")
    return {name: state.get(name) for name in told}
