"""Requests of SageMaker's k-NN protocol: vectors in CSV, JSON or JSON lines.

Format: "k-NN Request and Response Formats" in the SageMaker developer guide.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from common.wire import Vectors, unit
from services.core.errors import InputError
from services.search.media_type import MediaType

RECORDIO = "application/x-recordio-protobuf"


def parse_request(body: bytes, content_type: str) -> Vectors:
    """Read the vectors of a request, float32 [n, dim] of unit length; raises InputError or WireError.

    Of a CSV the first `label_size` columns are left out; it is a parameter of the content type, 0 by default.
    """
    form = MediaType.of(content_type)
    if form.kind not in _READERS:
        why = "recordio-protobuf is not read here; " if form.kind == RECORDIO else ""
        raise InputError(f"content type {form.kind[:60]!a}; {why}expected {', '.join(_READERS)}")
    try:
        with np.errstate(over="ignore"):  # infinity is refused by `unit`, with its own reason
            vectors = np.array(_READERS[form.kind](body.decode(), form), np.float32)
    except UnicodeDecodeError:
        raise InputError(f"no vectors in the {form.kind} body: it is not UTF-8 text") from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, csv.Error) as error:
        raise InputError(f"no vectors in the {form.kind} body ({str(error)[:200]})") from None
    if vectors.ndim != 2 or not vectors.size:
        raise InputError(f"vectors of shape {vectors.shape}; expected one or more, a vector a line")
    return unit(vectors)


def _from_csv(text: str, form: MediaType) -> list[list[str]]:
    labels = form.number("label_size")
    return [row[labels:] for row in csv.reader(io.StringIO(text, newline="")) if row]


def _from_json_lines(text: str, _form: MediaType) -> list[list[float]]:
    return [_features(json.loads(line)) for line in text.splitlines() if line.strip()]


def _from_json(text: str, _form: MediaType) -> list[list[float]]:
    return [_features(instance) for instance in json.loads(text)["instances"]]


_READERS: dict[str, Callable[[str, MediaType], Any]] = {
    "text/csv": _from_csv,
    "application/jsonlines": _from_json_lines,
    "application/json": _from_json,
}


def _features(instance: Any) -> list[float]:
    values = instance["features"] if "features" in instance else instance["data"]["features"]["values"]
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise TypeError("features is not a list of numbers")
    return values
