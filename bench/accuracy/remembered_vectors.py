"""A featurizer that keeps what it made in a file, so that a second run of the bench takes minutes less."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from common.wire import Vectors
from models.featurizer import OnnxFeaturizer
from services.core.ports import Boxes, Picture


class RememberedVectors:
    """Wraps a featurizer; vectors are kept by the model's fingerprint, the picture's pixels and its box."""

    def __init__(self, featurizer: OnnxFeaturizer, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.model = featurizer
        # The maker of items has threads, one of which at a time runs the model.
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE IF NOT EXISTS made (key BLOB PRIMARY KEY, vector BLOB, box BLOB)")

    @property
    def fingerprint(self) -> str:
        """That of the model."""
        return self.model.fingerprint

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.model.dim

    @property
    def finds(self) -> bool:
        """Whether the model looks for the thing in the picture by itself."""
        return self.model.finds

    def embed(self, pictures: Sequence[Picture], /) -> Vectors:
        """As the model does."""
        keys = [self._key(b"embed", picture) for picture in pictures]
        lacking = [n for n, key in enumerate(keys) if self._find(key) is None]
        if lacking:
            made = self.model.embed([pictures[n] for n in lacking])
            for n, vector in zip(lacking, made, strict=True):
                self._keep(keys[n], vector, np.zeros(4, np.float32))
        return self._all(keys)[0]

    def look(self, pictures: Sequence[Picture], /, boxes: Boxes | None = None) -> tuple[Vectors, Boxes]:
        """As the model does."""
        known = [b""] * len(pictures) if boxes is None else [bytes(box) for box in boxes.astype(np.float32)]
        keys = [self._key(b"look" + box, picture) for picture, box in zip(pictures, known, strict=True)]
        lacking = [n for n, key in enumerate(keys) if self._find(key) is None]
        if lacking:
            given = None if boxes is None else boxes[lacking]
            made = self.model.look([pictures[n] for n in lacking], given)
            for n, vector, box in zip(lacking, *made, strict=True):
                self._keep(keys[n], vector, box)
        return self._all(keys)

    def _key(self, what: bytes, picture: Picture) -> bytes:
        start = f"{self.fingerprint} {picture.shape}".encode() + what
        return hashlib.sha256(start + np.ascontiguousarray(picture).tobytes()).digest()

    def _find(self, key: bytes) -> tuple[bytes, bytes] | None:
        row: tuple[bytes, bytes] | None = self._db.execute(
            "SELECT vector, box FROM made WHERE key = ?", (key,)
        ).fetchone()
        return row

    def _keep(self, key: bytes, vector: Vectors, box: Boxes) -> None:
        row = key, np.float32(vector).tobytes(), np.float32(box).tobytes()
        self._db.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?)", row)

    def _all(self, keys: Sequence[bytes]) -> tuple[Vectors, Boxes]:
        rows = [self._find(key) for key in keys]
        vectors = [np.frombuffer(row[0], np.float32) for row in rows if row]
        boxes = [np.frombuffer(row[1], np.float32) for row in rows if row]
        if not rows:
            return np.empty((0, self.dim), np.float32), np.empty((0, 4), np.float32)
        return np.stack(vectors), np.stack(boxes)
