"""Joins the projection learned on drawings with one that has seen photographs.

The second one is a linear discriminant analysis in closed form. What it takes for mere difference in light,
ground and camera is half that of drawn things over photographs, half that of photographs of real things.
"""

import numpy as np
from numpy.typing import NDArray

from models.training.paint import Floats

_DIM = 512
_REGULAR = 1.0  # share of the mean variance within a thing, added to all


def join(
    weight: Floats, drawn: Floats, real: Floats, things: NDArray[np.int64]
) -> dict[str, NDArray[np.float16]]:
    """Join a projection's weight [512, d] with the analysis; returns the tensors of models/trained's file.

    `drawn` is float32 [items, views, d], the catalogue's view first; `real` is [n, d] with its `things` [n].
    """
    within = np.asarray((_spread(drawn) + _scatter(_centred(real, things))) / 2, np.float32)
    analysis = _discriminant(drawn, within)
    rows = drawn.reshape(-1, drawn.shape[-1])
    rows = rows - rows.mean(0)
    both = np.concatenate([_evened(weight.T, rows), _evened(analysis, rows)], 1)
    # Both say much the same: their strongest common directions are kept.
    strongest = np.linalg.eigh(_scatter(rows @ both))[1][:, ::-1][:, :_DIM]
    joined = (both @ strongest).astype(np.float32)
    seen = (drawn[:, 1:].reshape(-1, drawn.shape[-1]).mean(0) + real.mean(0)) / 2
    return {"weight": joined.T.astype(np.float16), "bias": -(seen @ joined).astype(np.float16)}


def _spread(drawn: Floats) -> Floats:
    """The scatter within a thing among its camera crops, and between catalogue's picture and their mean."""
    catalogue, crops = drawn[:, 0], drawn[:, 1:]
    means = crops.mean(1)
    among = (crops - means[:, None]).reshape(-1, drawn.shape[-1])
    between = (catalogue - catalogue.mean(0)) - (means - means.mean(0))
    return np.asarray((_scatter(among) + _scatter(between)) / 2, np.float32)


def _discriminant(drawn: Floats, within: Floats) -> Floats:
    """The directions [d, 512] in which things differ most beside the scatter within one."""
    width = drawn.shape[-1]
    within = within + _REGULAR * np.trace(within) / width * np.eye(width, dtype=np.float32)
    variances, axes = np.linalg.eigh(within)
    whitening = axes * variances**-0.5
    catalogue, means = drawn[:, 0], drawn[:, 1:].mean(1)
    things = np.concatenate([means - means.mean(0), catalogue - catalogue.mean(0)])
    directions = np.linalg.svd((things @ whitening).astype(np.float32), full_matrices=False)[2]
    return np.asarray(whitening @ directions[:_DIM].T, np.float32)


def _centred(rows: Floats, things: NDArray[np.int64]) -> Floats:
    """Rows less the mean of their thing's."""
    centred = rows.copy()
    for thing in np.unique(things):
        centred[things == thing] -= rows[things == thing].mean(0)
    return centred


def _evened(projection: Floats, rows: Floats) -> Floats:
    """A projection [d, n] scaled so that rows are of length 1 on average."""
    return np.asarray(projection / np.linalg.norm(rows @ projection, axis=-1).mean(), np.float32)


def _scatter(rows: Floats) -> Floats:
    return np.asarray(rows.T @ rows / len(rows), np.float32)
