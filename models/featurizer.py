"""Turns pictures into vectors with a model file; the one featurizer of edge, api and import."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.errors import ModelError, OtherFormError
from models.files import fingerprint, read_model
from models.pictures import batches, check_pictures, checked_boxes, cut, stack
from models.session import first_line, open_session

_UNIT_TOLERANCE = 1e-3
_TRIAL_SHAPES = ((2, 48, 64, 3), (1, 75, 33, 3))


class OnnxFeaturizer:
    """A model file, checked at load; threads may share it, as ONNX Runtime's sessions are thread-safe."""

    def __init__(self, path: Path, *, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        """Load and check the file; `providers` is a preference order, CPU alone by default.

        ModelError: missing or no ONNX file, wrong names, types or ranks, vectors that are not finite or not
        of unit length, a provider that is absent or does not start.
        """
        data = read_model(path)
        self._fingerprint = fingerprint(data)
        # From bytes: what runs is exactly what was fingerprinted.
        self._session = open_session(path, data, threads=threads, providers=providers)
        self._dim, self._finds = _check_signature(path, self._session)
        self._takes_boxes = _takes_boxes(self._session)
        self._check_trial(path)

    @property
    def fingerprint(self) -> str:
        """The first 12 hex digits of the file's sha-256."""
        return self._fingerprint

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._dim

    @property
    def finds(self) -> bool:
        """Whether the model looks for the thing by itself, and says where (its output `box`)."""
        return self._finds

    @property
    def providers(self) -> list[str]:
        """The execution providers that are really in use, first choice first."""
        return list(self._session.get_providers())

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return unit-length vectors float32 [n, dim], in order, of pictures of nothing but the thing.

        They are BGR uint8 [height, width, 3], and sizes may differ. ValueError for another dtype or shape;
        ModelError if the model fails on a picture.
        """
        return self._run_all(pictures, _whole(len(pictures)), alone=True)[0]

    def look(
        self, pictures: Sequence[NDArray[np.uint8]], boxes: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the vectors of camera frames float32 [n, dim], and the box of the thing in each, [n, 4].

        A box is left, top, width and height in shares of the picture; the whole one for a model that does
        not find the thing by itself. With `boxes` the thing is there, and is not searched for. Pictures and
        errors as of `embed`; ValueError also for boxes of another form.
        """
        if boxes is None:
            return self._run_all(pictures, None)
        known = checked_boxes(boxes, len(pictures))
        if self._takes_boxes:
            return self._run_all(pictures, known)
        check_pictures(pictures)
        cuts = [cut(picture, box) for picture, box in zip(pictures, known, strict=True)]
        return self._run_all(cuts, None)[0], known

    def _run_all(
        self, pictures: Sequence[NDArray[np.uint8]], known: NDArray[np.float32] | None, *, alone: bool = False
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        check_pictures(pictures)
        vectors = np.empty((len(pictures), self._dim), np.float32)
        boxes = np.empty((len(pictures), 4), np.float32)
        for indices in batches(pictures):
            batch = stack([pictures[index] for index in indices])
            given = None if known is None else known[indices]
            vectors[indices], boxes[indices] = self._run(batch, given, alone=alone)
        return vectors, boxes

    def _run(
        self, batch: NDArray[np.uint8], known: NDArray[np.float32] | None = None, *, alone: bool = False
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        feed: dict[str, NDArray[Any]] = {"picture": batch}
        if self._takes_boxes and known is not None:
            feed |= {"known": known, "alone": np.array(alone)}
        try:
            vectors, *boxes = self._session.run(["vector", "box"][: 1 + self._finds], feed)
        except Exception as error:  # onnxruntime's exceptions share no class of their own
            raise ModelError(f"model failed on pictures {batch.shape}: {first_line(error)}") from error
        expected = (len(batch), self._dim)
        if vectors.shape != expected:
            raise ModelError(
                f"model gave vectors {vectors.shape} for pictures {batch.shape}; expected {expected}"
            )
        return vectors, boxes[0] if boxes else _whole(len(batch))

    def _check_trial(self, path: Path) -> None:
        noise = np.random.default_rng(0)
        for shape in _TRIAL_SHAPES:
            vectors, boxes = self._run(noise.integers(0, 256, shape, np.uint8))
            if boxes.shape != (shape[0], 4) or not np.isfinite(boxes).all():
                raise ModelError(
                    f"{path}: box of a trial picture is {boxes.tolist()!r:.80}; expected 4 finite numbers"
                )
            if not np.isfinite(vectors).all():
                raise ModelError(f"{path}: vector of a trial picture is not finite; expected finite numbers")
            lengths = np.linalg.norm(vectors, axis=1)
            if np.abs(lengths - 1).max() > _UNIT_TOLERANCE:
                raise ModelError(f"{path}: vector of a trial picture has length {lengths[0]:.4g}; expected 1")


def _check_signature(path: Path, session: ort.InferenceSession) -> tuple[int, bool]:
    """Return the vectors' length, and whether there is a box, after checking names, types and shapes."""
    picture = _shapes(path, "input", session.get_inputs(), {"picture": "tensor(uint8)"})["picture"]
    if len(picture) != 4 or any(isinstance(side, int) for side in picture[:3]) or picture[3] != 3:
        raise ModelError(
            f"{path}: input picture is {picture}; expected ['batch', 'height', 'width', 3], free but 3"
        )
    expected = {"vector": "tensor(float)", "box": "tensor(float)"}
    outputs = _shapes(path, "output", session.get_outputs(), expected, optional="box")
    vector, box = outputs["vector"], outputs.get("box")
    if len(vector) != 2 or isinstance(vector[0], int):
        raise ModelError(f"{path}: output vector is {vector}; expected ['batch', dim], batch free")
    if box is not None and (len(box) != 2 or box[1] != 4):
        raise ModelError(f"{path}: output box is {box}; expected ['batch', 4]")
    dim = vector[1]
    if not isinstance(dim, int) or dim < 1:
        raise ModelError(f"{path}: output vector has dim {dim}; expected a fixed number")
    return dim, box is not None


def _shapes(
    path: Path, kind: str, values: Sequence[Any], expected: dict[str, str], *, optional: str = ""
) -> dict[str, list[Any]]:
    """Return the shapes of the inputs or outputs by name, after checking names and types."""
    names = [value.name for value in values]
    if set(names) not in (set(expected), set(expected) - {optional}):
        text = f"{path}: {kind}s are {names}; expected {list(expected)}"
        raise OtherFormError(text) if kind == "input" else ModelError(text)
    for value in values:
        if value.type != expected[value.name]:
            raise ModelError(f"{path}: {kind} {value.name} is {value.type}; expected {expected[value.name]}")
    return {value.name: list(value.shape) for value in values}


def _takes_boxes(session: ort.InferenceSession) -> bool:
    """Whether a box and that a picture is of nothing but the thing may be told to the model."""
    optional = {value.name: value.type for value in session.get_overridable_initializers()}
    return (optional.get("known"), optional.get("alone")) == ("tensor(float)", "tensor(bool)")


def _whole(count: int) -> NDArray[np.float32]:
    return np.tile(np.array([0, 0, 1, 1], np.float32), (count, 1))
