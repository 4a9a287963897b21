"""The engine that finds the nearest vectors, as LOOKALIKE_KNN names it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from common.service_address import parse_service_address
from services.core.search.distances import Distances

# The endpoint that is trained if none is named.
DEFAULT_ENDPOINT = "lookalike"
FAISS, SAGEMAKER, MILVUS = "faiss", "sagemaker://", "milvus"
# What SageMaker takes as a name.
ENDPOINT_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_EXPECTED_MILVUS = "milvus://[user:password@]host[:port]/NAME[?tls=1&timeout_s=S&index=KIND]"
_EXPECTED = (
    f"expected faiss or sagemaker://ENDPOINT[?timeout_s=S&batch=N&distances=KIND] or {_EXPECTED_MILVUS}"
)
# What Milvus takes as a name, with room for that of a training behind it.
COLLECTION_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,99}"
MILVUS_INDEXES = ("HNSW", "HNSW_SQ", "IVF_SQ8", "DISKANN", "FLAT")


@dataclass(frozen=True, slots=True)
class EndpointAddress:
    """A k-NN endpoint, and how it is asked; None: as its training found the meaning of its distances."""

    name: str
    # An observation is worth no long wait: it is dropped when it is 5 s old.
    timeout_s: float = 2.0
    batch: int = 64
    distances: Distances | None = None


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """A Milvus server, the name of our index there, and the kind of index that a publication builds."""

    uri: str
    name: str
    token: str = field(default="", repr=False)
    timeout_s: float = 2.0
    index: str = "HNSW"


def parse_knn(value: str) -> EndpointAddress | MilvusAddress | None:
    """What a setting names, None for FAISS; raises ValueError that says what was expected."""
    if value == FAISS:
        return None
    if value.partition(":")[0] == MILVUS:
        return _milvus(value)
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


def _milvus(value: str) -> MilvusAddress:
    expected, name_and_options = f"expected {_EXPECTED_MILVUS}", rf"/{COLLECTION_NAME}(\?[^#\s]*)?"
    place = parse_service_address(value, {MILVUS: 19530}, expected=expected, rest=name_and_options)
    name, _, query = place.rest.removeprefix("/").partition("?")
    token = "" if place.user is None else f"{place.user}:{place.password or ''}"
    address, scheme = MilvusAddress("", name, token), "http"
    try:
        for option, text in parse_qsl(query, strict_parsing=bool(query)):
            if option == "tls" and text in ("0", "1"):
                scheme = "https" if text == "1" else "http"
            elif option == "timeout_s" and 0 < float(text) <= 60:
                address = replace(address, timeout_s=float(text))
            elif option == "index" and text.upper() in MILVUS_INDEXES:
                address = replace(address, index=text.upper())
            else:
                raise ValueError(f"{option}={text} is none of them")
    except ValueError as error:
        raise ValueError(f"{expected}; {error}") from None
    return replace(address, uri=f"{scheme}://{place}")
