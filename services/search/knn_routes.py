"""The calls of SageMaker's k-NN: of a model's container, and of the endpoint that AWS' clients call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from common.wire import Vectors, WireError
from services.core.errors import InputError, UnavailableError
from services.core.records import Neighbour
from services.search import declarations as declared
from services.search.invocations import parse_request
from services.search.predictions import AnswerForm

# The one production variant of an endpoint that was made with the console.
ALL_TRAFFIC = "AllTraffic"
# Bytes of a request, as SageMaker takes them.
MAX_BODY = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServedRows:
    """What is searched: the neighbours of each row of float32 [n, dim]; `variant` is its name on AWS.

    `search` raises InputError for another dimension than its own.
    """

    search: Callable[[Vectors], list[list[Neighbour]]]
    variant: str = ALL_TRAFFIC


def add_knn_routes(app: FastAPI, served: Callable[[], ServedRows], *, with_ids: bool = True) -> None:
    """Let an app answer them; `served` is asked at each request."""

    async def answer(request: Request) -> Response:
        rows = served()
        form = AnswerForm.accepted(request.headers.get("accept", ""), with_ids=with_ids)
        vectors = parse_request(await request.body(), request.headers.get("content-type", ""))
        found = await run_in_threadpool(rows.search, vectors)
        headers = {"x-Amzn-Invoked-Production-Variant": rows.variant}
        return Response(form.content(found), media_type=form.kind, headers=headers)

    @app.post("/invocations", **declared.INVOCATIONS)
    async def invoke(request: Request) -> Response:
        """SageMaker's k-NN protocol over the live index.

        The answer is JSON, JSON lines or CSV, as the header `Accept` says. With `verbose=true` in it the
        answer has distances, labels and ids too. A label is a row number of the index; `ids` names their
        items. A verbose line of CSV is the nearest label, then all distances, then all labels.
        recordio-protobuf is refused, both ways.
        """
        return await answer(request)

    @app.post("/endpoints/{endpoint}/invocations", **declared.ENDPOINT)
    async def invoke_endpoint(request: Request, endpoint: declared.EndpointName) -> Response:
        """POST /invocations for AWS' own clients of `sagemaker-runtime`, with this process as their endpoint.

        Any name is taken. Refusals are `ModelError`, as SageMaker answers them, with the status and the text
        that POST /invocations has for them.
        """
        assert endpoint
        try:
            return await answer(request)
        except (InputError, WireError) as error:
            return _model_error(400, str(error))
        except UnavailableError as error:
            return _model_error(503, str(error))


def _model_error(status: int, text: str) -> Response:
    body: dict[str, Any] = {
        "Message": f"Received status {status} from primary with message: {text}",
        "OriginalStatusCode": status,
        "OriginalMessage": text,
    }
    return JSONResponse(body, 424, headers={"x-amzn-ErrorType": "ModelError"})
