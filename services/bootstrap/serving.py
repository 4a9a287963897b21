"""The wiring of our own container for SageMaker, which serves the rows of one training."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from starlette.types import ASGIApp

from services.adapters.faiss_index import FaissIndex
from services.adapters.http_server.connections import ConnectionLimits
from services.adapters.http_server.server import LimitedServer, ServedAt
from services.bootstrap.limit_settings import ConnectionSettings
from services.core.domain import IndexChange
from services.core.errors import InputError
from services.core.ports import KnnSearch
from services.core.search.rows_file import ROWS_FILE, TrainedRows, decode_rows

# What SageMaker expects of a container; it may name another port in this variable.
PORT, PORT_VARIABLE = 8080, "SAGEMAKER_BIND_TO_PORT"


class ServingSettings(ConnectionSettings):
    """The settings of the container: those of the search process, with the defaults that SageMaker needs."""

    search_host: str = Field("0.0.0.0", description="The address that it listens at.")
    search_port: int | None = Field(None, ge=1, le=65535, description="The port that it listens at.")


def open_rows(folder: Path, *, threads: int) -> tuple[TrainedRows, KnnSearch]:
    """The rows of a model's folder, and an index in which each is an item; raises InputError."""
    try:
        with (folder / ROWS_FILE).open("rb") as file:
            rows = decode_rows(file)
    except OSError as error:
        why = f"{folder / ROWS_FILE} can't be read ({error.strerror})"
        raise InputError(f"{why}; `lookalike aws train --image` makes it a part of the model") from None
    return rows, index_of(rows, threads=threads)


def index_of(rows: TrainedRows, *, threads: int = 1) -> KnnSearch:
    """An index in which each row is an item."""
    index = FaissIndex(dim=rows.dim, threads=threads)
    changes = [IndexChange(str(row), vector[None]) for row, vector in enumerate(rows.vectors)]
    index.apply(changes, cursor=0)
    return index


def build_serving_server(app: ASGIApp, settings: ServingSettings) -> LimitedServer:
    """The container's server. All requests come from one address, SageMaker's own."""
    port = settings.search_port or int(os.environ.get(PORT_VARIABLE) or PORT)
    limits = ConnectionLimits(
        in_all=settings.max_connections,
        each_address=settings.max_connections,
        head_s=settings.http_head_s,
        stall_s=settings.http_stall_s,
    )
    return LimitedServer(app, ServedAt(settings.search_host, port), limits, graceful_s=20)
