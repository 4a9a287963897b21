"""The engine that finds the nearest vectors, as LOOKALIKE_KNN names it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from services.core.search.distances import Distances

# The endpoint that is trained if none is named.
DEFAULT_ENDPOINT = "lookalike"
FAISS, SAGEMAKER = "faiss", "sagemaker://"
# What SageMaker takes as a name.
ENDPOINT_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_EXPECTED = "expected faiss or sagemaker://ENDPOINT[?timeout_s=S&batch=N&distances=KIND]"


@dataclass(frozen=True, slots=True)
class EndpointAddress:
    """A k-NN endpoint, and how it is asked; None: as its training found the meaning of its distances."""

    name: str
    # An observation is worth no long wait: it is dropped when it is 5 s old.
    timeout_s: float = 2.0
    batch: int = 64
    distances: Distances | None = None


def parse_knn(value: str) -> EndpointAddress | None:
    """The endpoint of a setting, None for FAISS; raises ValueError that says what was expected."""
    if value == FAISS:
        return None
    name, _, query = value.removeprefix(SAGEMAKER).partition("?")
    if not value.startswith(SAGEMAKER) or not ENDPOINT_NAME.fullmatch(name):
        raise ValueError(_EXPECTED)
    try:
        return _with_options(EndpointAddress(name), parse_qsl(query, strict_parsing=bool(query)))
    except ValueError as error:
        raise ValueError(f"{_EXPECTED}; {error}") from None


def _with_options(address: EndpointAddress, options: list[tuple[str, str]]) -> EndpointAddress:
    for name, text in options:
        if name == "timeout_s" and 0 < float(text) <= 60:
            address = replace(address, timeout_s=float(text))
        elif name == "batch" and 0 < int(text) <= 1000:
            address = replace(address, batch=int(text))
        elif name == "distances":
            address = replace(address, distances=Distances(text))
        else:
            raise ValueError(f"{name}={text} is none of them")
    return address
