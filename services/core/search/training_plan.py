"""The numbers of a training: chosen by the size of the catalogue, and fixed from then on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from services.core.errors import InputError
from services.core.search.gathering import Gathered
from services.core.search.lookup import RUNNERS_UP
from services.core.search.spaced_index import DAMPED
from services.core.search.verdict import CANDIDATES

FLAT, IVF_FLAT, IVF_PQ = "faiss.Flat", "faiss.IVFFlat", "faiss.IVFPQ"
# Numbers of parts of a vector that IVFPQ compresses, as SageMaker takes them: one that divides the dimension.
_PARTS = (96, 64, 56, 48, 40, 32, 28, 24, 20, 16, 12, 8, 4, 3, 2, 1)
# Number of rows up to which each kind of index is taken. A flat one is exact, and takes time with its rows.
_FLAT_UP_TO, _IVF_FLAT_UP_TO = 100_000, 1_000_000
# Row numbers are labels, which are float32: the first whole number that it does not hold is one more.
MOST_ROWS = 1 << 24


@dataclass(frozen=True, slots=True)
class Plan:
    """The training's numbers; `rows_answered` is SageMaker's `k`, of which it answers as many rows.

    The metric is L2, the only one that each kind of index takes; unit vectors have the same order by all.
    """

    dim: int
    rows: int
    rows_answered: int
    index_type: str = FLAT

    @classmethod
    def of(cls, found: Gathered, *, index_type: str | None = None) -> Plan:
        """The plan for a catalogue; raises InputError for what the algorithm does not take."""
        rows, dim = found.vectors.shape
        if rows >= MOST_ROWS:
            raise InputError(f"{rows} rows; a k-NN endpoint numbers less than {MOST_ROWS}")
        kind = index_type or _kind(rows)
        if kind not in (FLAT, IVF_FLAT, IVF_PQ):
            raise InputError(f"index type {kind}; expected {FLAT}, {IVF_FLAT} or {IVF_PQ}")
        return cls(dim, rows, _rows_answered(found), kind)

    @property
    def hyperparameters(self) -> dict[str, str]:
        """The hyperparameters of SageMaker's k-NN. A sample of all rows: none may be left out."""
        numbers = {"feature_dim": self.dim, "k": self.rows_answered, "sample_size": self.rows}
        if self.index_type == IVF_PQ:
            numbers["faiss_index_pq_m"] = next(parts for parts in _PARTS if self.dim % parts == 0)
        texts = {name: str(number) for name, number in numbers.items()}
        return texts | {
            "predictor_type": "classifier",
            "index_type": self.index_type,
            "index_metric": "L2",
        }


def _kind(rows: int) -> str:
    return FLAT if rows <= _FLAT_UP_TO else IVF_FLAT if rows <= _IVF_FLAT_UP_TO else IVF_PQ


def _rows_answered(found: Gathered) -> int:
    """Enough rows for the items that are compared: usual ones, and those of most views around a query."""
    counts = found.trained.row_counts
    usual, most = int(np.percentile(counts, 95)), int(counts.max())
    wanted = max((DAMPED + RUNNERS_UP) * usual, (CANDIDATES + RUNNERS_UP) * most)
    return min(wanted, len(found.vectors))


def training_name(endpoint: str, found: Gathered, plan: Plan) -> str:
    """The name of a training, the same for the same rows: one that was interrupted is found again."""
    content = hashlib.sha256(repr(plan).encode())
    for item_id in found.trained.item_ids:
        content.update(item_id.encode() + b"\0")
    content.update(np.ascontiguousarray(found.vectors).data.cast("B"))
    return f"{endpoint[:40]}-{found.trained.cursor}-{content.hexdigest()[:8]}"
