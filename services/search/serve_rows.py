"""The search process as a container of SageMaker: `python -m services.search serve [FOLDER]`.

It serves the rows of one training, in the folder into which SageMaker unpacks a model, and needs neither item
store nor Redis nor broker. On SIGTERM it ends the answers that are under way, and itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from fastapi import FastAPI

from common.logs import configure_logs
from common.version import VERSION
from common.wire import Vectors
from services.bootstrap.process import run_service
from services.bootstrap.serving import ServingSettings, build_serving_server, open_rows
from services.bootstrap.settings import load
from services.contract import problems
from services.core.errors import InputError
from services.core.ports import KnnSearch
from services.core.records import Neighbour
from services.core.search.rows_file import TrainedRows
from services.search.knn_routes import MAX_BODY, ServedRows, add_knn_routes

MODEL_FOLDER = "/opt/ml/model"

log = logging.getLogger(__name__)


def run(arguments: Sequence[str]) -> int:
    """Serve until SIGTERM; gives the exit code."""
    return run_service(lambda: _serve(arguments), process="serve")


def _serve(arguments: Sequence[str]) -> int:
    settings = load(ServingSettings)
    configure_logs(settings.log_level, process="serve", form=settings.log_format)
    rows, index = open_rows(Path(arguments[0] if arguments else MODEL_FOLDER), threads=settings.threads)
    log.info("%d rows of %d numbers, of training %s", len(rows.vectors), rows.dim, rows.training)
    served = rows_served(rows, index)
    build_serving_server(build_serving_app(lambda: served), settings).run()
    return 0


def build_serving_app(served: Callable[[], ServedRows]) -> FastAPI:
    """The app over a training's rows."""
    app = FastAPI(title="Lookalike k-NN", version=VERSION, max_body_size=MAX_BODY)
    problems.install(app)

    @app.get("/ping")
    async def ping() -> dict[str, str]:
        """SageMaker's health check."""
        return {"status": "ok"}

    add_knn_routes(app, served, with_ids=False)
    return app


def rows_served(rows: TrainedRows, index: KnnSearch) -> ServedRows:
    """A training's rows, and an index in which each is an item, to be served."""

    def search(vectors: Vectors) -> list[list[Neighbour]]:
        if vectors.shape[1] != rows.dim:
            raise InputError(f"vectors of {vectors.shape[1]} numbers; expected {rows.dim}")
        return index.search(vectors, k=rows.rows_answered)

    return ServedRows(search, variant=rows.training)
