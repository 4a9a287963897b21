"""A training's vectors in S3: CSV for the built-in algorithm, a model's archive for our own container."""

from __future__ import annotations

import io
import tarfile
import tempfile
from typing import Any

from common.wire import Vectors
from services.adapters.sagemaker_training.calls import call, described
from services.core.search.rows_file import ROWS_FILE, TrainedRows, encode_rows
from services.core.search.training import Note

# Rows of an object: with 512 numbers about 60 MB.
_ROWS = 10_000


def upload_csv(s3: Any, bucket: str, prefix: str, vectors: Vectors, note: Note) -> None:
    """Write the rows of float32 [rows, dim] under a prefix, in their order: a line each, its number first."""
    for start in range(0, len(vectors), _ROWS):
        part = vectors[start : start + _ROWS].tolist()
        lines = (
            f"{row},{','.join(f'{value:.8g}' for value in each)}" for row, each in enumerate(part, start)
        )
        key = f"{prefix}rows-{start // _ROWS:05}.csv"
        call(s3, "put_object", Bucket=bucket, Key=key, Body=("\n".join(lines) + "\n").encode())
        note("uploading rows", start + len(part), len(vectors))


def upload_model(s3: Any, bucket: str, key: str, rows: TrainedRows, note: Note) -> None:
    """Write the archive of a model that `serve` serves, unless it is there."""
    if described(s3, "head_object", Bucket=bucket, Key=key) is not None:
        return
    note("uploading the model", 0, len(rows.vectors))
    content = encode_rows(rows)
    entry = tarfile.TarInfo(ROWS_FILE)
    entry.size, entry.mode = len(content), 0o644
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
            archive.addfile(entry, io.BytesIO(content))
        file.seek(0)
        call(s3, "upload_fileobj", Fileobj=file, Bucket=bucket, Key=key)
    note("uploading the model", len(rows.vectors), len(rows.vectors))
