"""Calls to a k-NN endpoint; its errors are plain, and repeat nothing of a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.errors import UnavailableError

# Vectors of a request: with 512 numbers each about 350 KB, and an answer of as much. SageMaker takes 6 MB.
BATCH = 64
_TOLD = {
    "ThrottlingException": "it is throttled; it has too few instances for these requests",
    "AccessDeniedException": "it may not be called (AccessDeniedException); allow sagemaker:InvokeEndpoint",
    "ModelNotReadyException": "its model is not ready yet",
    "ServiceUnavailable": "it is not available now",
}


@dataclass(frozen=True, slots=True)
class RowsFound:
    """The rows near one query: their labels and distances, in the endpoint's order."""

    labels: NDArray[np.int64]
    distances: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """The answer to each query, and the production variant that gave it, None if it was not named."""

    found: list[RowsFound]
    variant: str | None


class KnnEndpoint:
    """An endpoint by its name; `client` is botocore's for sagemaker-runtime. Calls raise UnavailableError."""

    def __init__(self, client: Any, name: str, *, batch: int = BATCH) -> None:
        self._client, self.name, self._batch = client, name, batch

    def nearest(self, vectors: Vectors) -> Iterator[EndpointAnswer]:
        """The answers to the rows of float32 [n, dim], in requests of at most `batch` rows."""
        for start in range(0, len(vectors), self._batch):
            yield self._ask(vectors[start : start + self._batch])

    def trouble(self, why: str) -> UnavailableError:
        """The error about this endpoint."""
        return UnavailableError(f"k-NN endpoint {self.name}: {why}")

    def _ask(self, vectors: Vectors) -> EndpointAnswer:
        body = "\n".join(",".join(f"{value:.8g}" for value in row) for row in vectors.tolist())
        try:
            answer = self._client.invoke_endpoint(
                EndpointName=self.name,
                ContentType="text/csv",
                Accept="application/json; verbose=true",
                Body=body.encode(),
            )
            content = answer["Body"].read()
        except ClientError as error:
            raise self.trouble(self._why(error)) from None
        except BotoCoreError as error:
            raise self.trouble(f"it does not answer ({type(error).__name__})") from None
        found = self._read(content)
        if len(found) != len(vectors):
            raise self.trouble(f"{len(found)} predictions for {len(vectors)} vectors")
        return EndpointAnswer(found, answer.get("InvokedProductionVariant"))

    def _read(self, content: bytes) -> list[RowsFound]:
        try:
            return [
                RowsFound(np.array(each["labels"], np.int64), np.array(each["distances"], np.float64))
                for each in json.loads(content)["predictions"]
            ]
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            told = content[:60].decode(errors="replace")
            raise self.trouble(
                f"its answer {told!a} is none of k-NN; expected labels and distances"
            ) from None

    def _why(self, error: ClientError) -> str:
        """The reason in words; the error itself may hold the session's token."""
        code = str(error.response["Error"].get("Code", "?"))
        if code == "ModelError":
            status, told = (error.response.get(f"Original{name}", "?") for name in ("StatusCode", "Message"))
            return f"it refuses the vectors with status {status}: {str(told)[:200]}"
        if code == "ValidationError" and "not found" in error.response["Error"].get("Message", ""):
            return "there is no such endpoint in this region; `lookalike aws train` makes it"
        return _TOLD.get(code, f"it answers {code}")
