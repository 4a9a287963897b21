"""Health of the api and of its dependencies."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from services.contract.camera_models import CameraAnswer
from services.contract.examples import CAMERA, MODEL
from services.contract.history_models import HistoryStateAnswer
from services.contract.model_base import Answer, with_example

KNN: dict[str, Any] = {
    "kind": "exact",
    "items": 61,
    "vectors": 244,
    "base": 0,
    "delta": 244,
    "tombstones": 0,
    "recall": 1.0,
    "rate": None,
    "memory": 501924,
    "mapped": 0,
}
_INDEX: dict[str, Any] = {
    "ok": True,
    "items": 61,
    "other_recipe": 0,
    "damaged": {"count": 0, "first": []},
    "hubs": {"count": 0, "first": []},
    "space": {"age_s": 83.2, "taught_items": 3, "is_sharpened": False, "cameras": 1},
    "knn": KNN,
    "cursor": 83,
    "model": MODEL,
}
HEALTHY: dict[str, Any] = {
    "status": "ok",
    "checks": {
        "store": {"ok": True, "cursor": 83},
        "pictures": {"ok": True},
        "redis": {"ok": True},
        "broker": {"ok": True},
        "index": _INDEX,
    },
    "cameras": [CAMERA],
    "history": {"kept": True, "ok": True, "detail": None, "days": 30, "to_review": 2},
    "webhook": None,
    "audit": {"ok": True, "detail": None, "waiting": 0},
    "webhooks": [],
    "uploads_above": None,
    "version": "0.1.0",
}
WEBHOOK: dict[str, Any] = {
    "trouble": "it can't be reached: [Errno 111] Connection refused",
    "waiting": 1,
    "ends": {
        "delivered": 41,
        "refused": 0,
        "unanswered": 0,
        "expired": 2,
        "replaced": 0,
        "claimed": 0,
    },
    "delivered_at": "2026-11-30T10:00:00.000Z",
    "errors": [
        {
            "at": "2026-11-30T10:02:00.000Z",
            "id": "1764423000123-match",
            "thing": "till-1",
            "detail": "it can't be reached: [Errno 111] Connection refused",
            "tries": 3,
            "end": None,
        }
    ],
}
UNHEALTHY: dict[str, Any] = {
    **HEALTHY,
    "status": "failing",
    "checks": {
        **HEALTHY["checks"],
        "redis": {
            "ok": False,
            "detail": "Redis: it is a read-only replica and refuses writes; give the address of its primary",
        },
    },
}


class LoadingAnswer(Answer):
    """Progress of the first reading of the item store, in items."""

    read: int = Field(description="Items that were read.")
    total: int | None = Field(description="Items in all; null until the store was reached.")


class DamagedItemAnswer(Answer):
    """An item that is left out."""

    id: str = Field(description="The item's id.")
    reason: str = Field(description="What is wrong with its row in the item store.")


class DamagedAnswer(Answer):
    """The items that are left out, because their rows in the item store are damaged."""

    count: int = Field(description="How many there are.")
    first: list[DamagedItemAnswer] = Field(description="The first 10 of them, in the order of their ids.")


class HubsAnswer(Answer):
    """The items that are far more like camera pictures of all kinds than the others, and damped for it."""

    count: int = Field(description="How many there are.")
    first: list[str] = Field(description="The ids of the strongest 10 of them.")


class SpaceAnswer(Answer):
    """The space in which vectors are compared, the own means of catalogue and cameras taken off."""

    age_s: float = Field(description="For how many seconds it has been as it is.")
    taught_items: int = Field(description="How many items with pictures of cameras it was fitted to.")
    is_sharpened: bool = Field(
        description="Whether these were enough to sharpen it: 8 with two such pictures."
    )
    cameras: int = Field(description="Of how many cameras this process knows a mean.")


class KnnAnswer(Answer):
    """The index of the items' vectors."""

    kind: Literal["exact", "means", "endpoint", "milvus"] = Field(
        description="`exact` compares every vector, `means` first the items' means; the others are servers."
    )
    items: int = Field(description="How many items it holds.")
    vectors: int = Field(description="How many vectors these have.")
    base: int = Field(description="The vectors in its large part, which does not change.")
    delta: int = Field(description="The vectors in the small part that came later.")
    tombstones: int = Field(description="The vectors in both that belong to no item any more.")
    recall: float | None = Field(
        description="The share of the exact answer's ten items that it finds; null if it is not known."
    )
    rate: float | None = Field(
        description="Its queries a second, one at a time, when it was built; null if not measured."
    )
    memory: int | None = Field(
        description="Bytes of its arrays in the search's memory; null if another server holds all."
    )
    mapped: int = Field(description="Bytes of files that are mapped beside them.")


class CheckAnswer(Answer):
    """One dependency."""

    ok: bool = Field(description="Whether it works.")
    detail: str | None = Field(None, description="What is wrong with it.")
    cursor: int | None = Field(
        None, description=("Store: its newest change. Index: the newest that it has read.")
    )
    items: int | None = Field(None, description="Index: how many items it holds.")
    other_recipe: int | None = Field(
        None, description="Index: items whose vectors another version's recipe of views made."
    )
    damaged: DamagedAnswer | None = Field(
        None, description="Index: items that it leaves out; PUT or DELETE mends that."
    )
    hubs: HubsAnswer | None = Field(None, description="Index: items that are like pictures of anything.")
    space: SpaceAnswer | None = Field(None, description="Index: what vectors are compared in.")
    knn: KnnAnswer | None = Field(None, description="Index: how neighbours are found, and at what size.")
    model: str | None = Field(None, description="Index: the fingerprint of its model.")
    loading: LoadingAnswer | None = Field(None, description="Index: how far its first reading is.")
    overloaded: bool | None = Field(
        None, description="Index: whether more observations come than the search answers; the newest are."
    )


class ChecksAnswer(Answer):
    """The dependencies of the api."""

    store: CheckAnswer = Field(description="The item store.")
    pictures: CheckAnswer = Field(description="The picture store.")
    redis: CheckAnswer = Field(description="Redis, which holds the match queue: it takes and gives a record.")
    broker: CheckAnswer = Field(description="The MQTT broker: it takes a message, and lets us read.")
    index: CheckAnswer = Field(description="The search process and its index.")


class DeliveryErrorAnswer(Answer):
    """A delivery that failed, with its newest try."""

    at: str = Field(description="When it was tried.")
    id: str = Field(description="The delivery's id.")
    thing: str = Field(description="The camera.")
    detail: str = Field(description="What was wrong.")
    tries: int = Field(description="How often it was tried.")
    end: str | None = Field(description="How it ended; null while it is tried again.")


class DeliveryEndsAnswer(Answer):
    """The number of deliveries by how they ended."""

    delivered: int = Field(description="The receiver took them.")
    refused: int = Field(description="The receiver, or the check of its address, refused them.")
    unanswered: int = Field(description="They were sent, and no answer came: they may have arrived.")
    expired: int = Field(description="They could not be delivered while their match was live.")
    replaced: int = Field(description="An unsure answer became a match first, or more than 256 waited.")
    claimed: int = Field(description="Another process sent them, or this one before a crash.")


class WebhookAnswer(Answer):
    """The deliveries to the webhook since the api's start."""

    model_config = with_example(WEBHOOK)
    trouble: str | None = Field(description="What was wrong with the newest try; null if nothing was.")
    waiting: int = Field(description="Deliveries that wait or are under way.")
    ends: DeliveryEndsAnswer = Field(description="How many deliveries have ended, and how.")
    delivered_at: str | None = Field(description="When one was last delivered.")
    errors: list[DeliveryErrorAnswer] = Field(description="The last 10 errors, newest first.")


class AuditStateAnswer(Answer):
    """The audit's state."""

    ok: bool = Field(description="Whether the last lines were written.")
    detail: str | None = Field(description="What is wrong.")
    waiting: int = Field(description="Lines that wait to be written; each is in the log meanwhile.")


class NamedWebhookAnswer(WebhookAnswer):
    """The deliveries to one of the further webhooks since the api's start."""

    model_config = with_example({"name": "repair", **WEBHOOK})
    name: str = Field(description="Its name in LOOKALIKE_WEBHOOKS.")


class HealthAnswer(Answer):
    """The system's health."""

    model_config = with_example(HEALTHY)
    status: Literal["ok", "loading", "failing"] = Field(
        description="`loading`: nothing fails, but the index is being read for the first time."
    )
    checks: ChecksAnswer = Field(description="Each dependency.")
    cameras: list[CameraAnswer] = Field(description="The cameras; a lost one is no failure.")
    history: HistoryStateAnswer = Field(description="The history; its trouble is no failure.")
    audit: AuditStateAnswer = Field(description="The audit; its trouble is no failure.")
    webhook: WebhookAnswer | None = Field(
        description="The deliveries to the webhook; null without one. What is wrong with it is no failure."
    )
    webhooks: list[NamedWebhookAnswer] = Field(description="The same of further webhooks, by their names.")
    uploads_above: int | None = Field(
        description="On AWS: the bytes from which pictures and archives are uploaded to S3; else null."
    )
    version: str = Field(description="The version of the api.")


class AliveAnswer(Answer):
    """Whether a process itself works."""

    model_config = with_example({"alive": True})
    alive: bool = Field(description="False: it should be started again.")
    detail: str | None = Field(None, description="What has stopped.")
