"""The file of a training's vectors that our own container serves, in numpy's form."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from common.wire import Vectors
from services.core.errors import InputError

ROWS_FILE = "rows.npz"


@dataclass(frozen=True, slots=True)
class TrainedRows:
    """The rows of a training, float32 [rows, dim] of unit length, and the number of rows in an answer."""

    training: str
    vectors: Vectors
    rows_answered: int

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self.vectors.shape[1])


def encode_rows(rows: TrainedRows) -> bytes:
    """The content of the file."""
    content = io.BytesIO()
    np.savez(
        content,
        training=np.array(rows.training),
        vectors=np.asarray(rows.vectors, np.float32),
        rows_answered=np.array(rows.rows_answered),
    )
    return content.getvalue()


def decode_rows(content: BinaryIO) -> TrainedRows:
    """Read what `encode_rows` made; raises InputError for anything else."""
    try:
        with np.load(content, allow_pickle=False) as found:
            rows = TrainedRows(
                str(found["training"]), np.asarray(found["vectors"]), int(found["rows_answered"])
            )
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{ROWS_FILE} is not one of a training ({str(error)[:100]})") from None
    if rows.vectors.ndim != 2 or rows.vectors.dtype != np.float32 or rows.rows_answered < 1:
        raise InputError(
            f"{ROWS_FILE} has vectors of shape {rows.vectors.shape}; expected float32 [rows, dim]"
        )
    return rows
