"""The OpenAPI declarations of the search process's calls: bodies, answers and errors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from services.contract.examples import MODEL, RECORD
from services.contract.health_models import AliveAnswer
from services.contract.match_models import RecordAnswer
from services.contract.problem_models import problems
from services.contract.search_models import (
    LOADING,
    ModelErrorAnswer,
    OutcomesAnswer,
    PingAnswer,
    PredictionsAnswer,
    SearchHealthAnswer,
)
from services.contract.teach_models import TrialAnswer

ABOUT = (
    "It listens at `LOOKALIKE_SEARCH_HOST` and `LOOKALIKE_SEARCH_PORT`, for the api and for programs that "
    "speak the protocol of SageMaker's k-NN. It asks for no key but for observations: keep it on loopback "
    "or in a network of its own."
)
_OBSERVATION = {
    "v": 1,
    "thing": "upload",
    "session": "00000000",
    "seq": 0,
    "captured_at": "2026-11-29T13:30:00.123Z",
    "model": MODEL,
    "dim": 512,
    "count": 1,
    "encoding": "f16",
    "features": "<base64, little endian, count x dim>",
    "box": [0.25, 0.1, 0.5, 0.8],
    "timings_ms": {"capture": 4.1, "embed": 31.25},
}
_VECTORS = {
    "text/csv": {
        "schema": {"type": "string", "description": "A vector a line."},
        "example": "0.12,-0.03,0.4",
    },
    "application/json": {
        "schema": {"type": "object", "description": "Vectors in `instances`."},
        "example": {"instances": [{"features": [0.12, -0.03, 0.4]}]},
    },
    "application/jsonlines": {
        "schema": {"type": "string", "description": "A vector a line."},
        "example": '{"features": [0.12, -0.03, 0.4]}',
    },
}


def _unready(model: type[Any], description: str, example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"example": example}}
    return {503: {"description": description, "model": model, "content": content}}


# Keyword arguments of the routes' decorators.
Route = dict[str, Any]
PING: Route = {
    "summary": "Check that the index answers",
    "response_model": PingAnswer,
    "responses": _unready(PingAnswer, "It loads or fails.", {"status": "loading", **LOADING}),
}
ALIVE: Route = {
    "summary": "Check that the process works",
    "response_model": AliveAnswer,
    "responses": _unready(
        AliveAnswer,
        "It should be started again.",
        {"alive": False, "detail": "follow has stood still for 31 s"},
    ),
}
HEALTHZ: Route = {
    "summary": "Check the search's health",
    "response_model": SearchHealthAnswer,
    "responses": _unready(
        SearchHealthAnswer,
        "It loads, or a dependency fails.",
        {
            "ok": False,
            "broker": True,
            "broker_trouble": None,
            "queue_trouble": None,
            "trouble": None,
            "loading": LOADING["loading"],
            "items": 4200,
            "other_recipe": 0,
            "cursor": 0,
            "model": None,
        },
    ),
}
METRICS: Route = {
    "summary": "Get the counters",
    "responses": {
        200: {
            "content": {
                "text/plain": {
                    "example": "# TYPE lookalike_search_dropped_total "
                    'counter\nlookalike_search_dropped_total{reason="stale"} 3.0\n'
                }
            }
        }
    },
}


def _observation_body(example: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "description": "An [observation](mqtt.md#observation)."}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": example}},
        }
    }


SEARCH: Route = {
    "summary": "Search by observation",
    "response_model": RecordAnswer,
    "openapi_extra": _observation_body(_OBSERVATION),
    "responses": {
        200: {"content": {"application/json": {"example": {k: v for k, v in RECORD.items() if k != "id"}}}},
        **problems(
            {
                400: "model is 67b852d76d55; expected f6119f54bb0b, that of the catalogue",
                422: "`k` is '0'; expected 1 or more",
                503: LOADING,
            }
        ),
    },
}
TrialThing = Annotated[
    str, Query(min_length=1, max_length=128, description="The camera's name.", examples=["cam-1"])
]
TrialItem = Annotated[
    str | None, Query(max_length=200, description="The id of the item that they are added to.")
]
TRIAL: Route = {
    "summary": "Try a new item",
    "response_model": TrialAnswer,
    "openapi_extra": _observation_body(_OBSERVATION | {"thing": "cam-1"}),
    "responses": problems(
        {
            400: "vectors of model 67b852d76d55; expected f6119f54bb0b like the catalogue's",
            422: "`thing` is ''; expected a camera's name",
            503: LOADING,
        }
    ),
}
OBSERVATIONS: Route = {
    "summary": "Answer observations",
    "response_model": OutcomesAnswer,
    "response_model_exclude_unset": True,
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
                        "description": "An [observation](mqtt.md#observation), or a list of them.",
                    },
                    "example": [_OBSERVATION | {"thing": "cam-1"}],
                }
            },
        }
    },
    "responses": problems(
        {
            400: "65 observations; expected at most 64",
            401: "the API key is missing or wrong; expected `Authorization: Bearer <key>`",
            403: "LOOKALIKE_API_KEY is required where the search is not on loopback",
            415: "content type 'text/plain'; expected application/json",
        }
    ),
}
_PREDICTIONS = {
    "application/jsonlines": {
        "schema": {"type": "string", "description": "A prediction a line."},
        "example": '{"predicted_label":17.0,"distances":[0.4127],"labels":[17.0],"ids":["mug-7"]}',
    },
    "text/csv": {
        "schema": {"type": "string", "description": "A vector's answer a line."},
        "example": "17.0,0.4127,0.6603,17.0,3.0",
    },
}
INVOCATIONS: Route = {
    "summary": "Find the nearest vectors (SageMaker's k-NN)",
    "response_model": PredictionsAnswer,
    "openapi_extra": {"requestBody": {"required": True, "content": _VECTORS}},
    "responses": {
        200: {"content": _PREDICTIONS},
        **problems(
            {
                400: [
                    "vectors of 3 numbers; expected 512",
                    "content type 'text/xml'; expected text/csv, application/jsonlines, application/json",
                    "accept 'text/xml'; expected application/json, application/jsonlines, text/csv",
                ],
                503: LOADING,
            }
        ),
    },
}
EndpointName = Annotated[str, Path(max_length=63, description="The endpoint's name.", examples=["lookalike"])]
ENDPOINT: Route = {
    "summary": "Find the nearest vectors, for AWS' clients",
    "response_model": PredictionsAnswer,
    "openapi_extra": {"requestBody": {"required": True, "content": _VECTORS}},
    "responses": {
        424: {
            "description": "The request is refused, or there is no answer yet.",
            "model": ModelErrorAnswer,
        }
    },
}
