"""The inference protocol of SageMaker's k-NN: vectors in, labels and distances out.

Format: "K-Nearest Neighbors Inference Request and Response Formats" in the SageMaker developer guide.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from services.core.domain import InputError, Neighbour
from services.core.wire import Vectors, unit


def parse_request(body: bytes, content_type: str) -> Vectors:
    """Read the vectors of a request, float32 [n, dim] of unit length; raises InputError or WireError."""
    kind = content_type.split(";")[0].strip().lower()
    try:
        text = body.decode()
        if kind == "text/csv":
            rows = [row for row in csv.reader(io.StringIO(text)) if row]
        elif kind == "application/jsonlines":
            rows = [_features(json.loads(line)) for line in text.splitlines() if line.strip()]
        elif kind == "application/json":
            rows = [_features(instance) for instance in json.loads(text)["instances"]]
        else:
            raise InputError(
                f"content type {kind!r}; expected text/csv, application/json or application/jsonlines"
            )
        vectors = np.array(rows, np.float32)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"no vectors in the {kind} body ({error!r})") from None
    if vectors.ndim != 2:
        raise InputError(f"vectors of shape {vectors.shape}; expected one or more, a vector a line")
    return unit(vectors)


def _features(instance: Any) -> list[Any]:
    values = instance["features"] if "features" in instance else instance["data"]["features"]["values"]
    return list(values)


def response(found: Sequence[Sequence[Neighbour]], *, verbose: bool) -> dict[str, Any]:
    """The predictions; a label is a row number of the index, and `ids` (ours) says whose rows they are."""
    return {"predictions": [_prediction(neighbours, verbose=verbose) for neighbours in found]}


def _prediction(neighbours: Sequence[Neighbour], *, verbose: bool) -> dict[str, Any]:
    labels = [float(neighbour.row) for neighbour in neighbours]
    prediction: dict[str, Any] = {"predicted_label": labels[0] if labels else None}
    if verbose:
        prediction["distances"] = [neighbour.distance for neighbour in neighbours]
        prediction["labels"] = labels
        prediction["ids"] = [neighbour.item_id for neighbour in neighbours]
    return prediction
