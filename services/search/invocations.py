"""The inference protocol of SageMaker's k-NN: vectors in, labels and distances out.

Format: "K-Nearest Neighbors Inference Request and Response Formats" in the SageMaker developer guide.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from common.wire import Vectors, unit
from services.core.errors import InputError
from services.core.records import Neighbour


def parse_request(body: bytes, content_type: str) -> Vectors:
    """Read the vectors of a request, float32 [n, dim] of unit length; raises InputError or WireError."""
    kind = content_type.split(";")[0].strip().lower()
    if kind not in _READERS:
        raise InputError(f"content type {kind[:60]!a}; expected {', '.join(_READERS)}")
    try:
        with np.errstate(over="ignore"):  # infinity is refused by `unit`, with its own reason
            vectors = np.array(_READERS[kind](body.decode()), np.float32)
    except UnicodeDecodeError:
        raise InputError(f"no vectors in the {kind} body: it is not UTF-8 text") from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, csv.Error) as error:
        raise InputError(f"no vectors in the {kind} body ({str(error)[:200]})") from None
    if vectors.ndim != 2 or not vectors.size:
        raise InputError(f"vectors of shape {vectors.shape}; expected one or more, a vector a line")
    return unit(vectors)


def _from_csv(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def _from_json_lines(text: str) -> list[list[float]]:
    return [_features(json.loads(line)) for line in text.splitlines() if line.strip()]


def _from_json(text: str) -> list[list[float]]:
    return [_features(instance) for instance in json.loads(text)["instances"]]


_READERS: dict[str, Callable[[str], Any]] = {
    "text/csv": _from_csv,
    "application/jsonlines": _from_json_lines,
    "application/json": _from_json,
}


def _features(instance: Any) -> list[float]:
    values = instance["features"] if "features" in instance else instance["data"]["features"]["values"]
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise TypeError("features is not a list of numbers")
    return values


def response(found: Sequence[Sequence[Neighbour]], *, verbose: bool) -> dict[str, Any]:
    """The predictions; a label is a row number of the index, and `ids` (ours) names their items."""
    return {"predictions": [_prediction(neighbours, verbose=verbose) for neighbours in found]}


def _prediction(neighbours: Sequence[Neighbour], *, verbose: bool) -> dict[str, Any]:
    labels = [float(neighbour.row) for neighbour in neighbours]
    prediction: dict[str, Any] = {"predicted_label": labels[0] if labels else None}
    if verbose:
        prediction["distances"] = [neighbour.distance for neighbour in neighbours]
        prediction["labels"] = labels
        prediction["ids"] = [neighbour.item_id for neighbour in neighbours]
    return prediction
