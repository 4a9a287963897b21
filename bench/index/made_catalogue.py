"""Vectors like those of real catalogues and cameras, made without pictures, for measuring of indexes.

They are drawn from distributions with the numbers of 960 real things (five labelled sets, and drawings over
photographs) in the balanced model's vectors, own means taken off:

- the variance of things along their main axes: 20 % in the first 8, 43 % in 32, 76 % in 128, 92 % in 256;
- things in families of about 6 and kinds of about 40: the nearest other thing has a cosine of .57, the tenth
  .28, the fiftieth .15;
- views of a thing with cosines of .95 to .29 (5 % to 95 %), .67 in the middle; their differences lie along
  flatter axes than things do;
- camera pictures with a cosine of .5 with their thing (.12 to .64 in the sets' middles), and every fourth
  one of a thing that is in no catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors, unit

DIM = 512
_FAMILY, _KIND = 6, 40
# Shares of a thing's variance that its kind and its family have.
_KIND_SHARE, _FAMILY_SHARE = 0.22, 0.35
# Variance of a view about its thing, whose logarithm is normal; and that of a camera picture.
_VIEW_MIDDLE, _VIEW_SPREAD, _VIEW_MOST = 0.5, 1.1, 3.0
_CAMERA_VARIANCE, _STRANGERS = 2.2, 0.25
# The share of the latter that lies along the axes of views.
_CAMERA_AS_VIEWS = 0.5
# The variance along the main axis n is (n + offset) ** -power.
_THINGS, _VIEWS = (18.0, 1.35), (12.0, 0.95)
_CHUNK = 20_000


@dataclass(frozen=True)
class MadeCatalogue:
    """`rows` is float16 [items, views, DIM], unit vectors, perhaps of a file; `queries` float32 [n, DIM]."""

    rows: NDArray[np.float16]
    queries: Vectors


def made_catalogue(
    items: int, *, views: int, queries: int, seed: int = 23, path: Path | None = None
) -> MadeCatalogue:
    """The same catalogue each time, its rows in a new file, or in memory without `path`.

    Queries are of its items, evenly chosen, or of strangers.
    """
    dice = np.random.default_rng(seed)
    turn = np.linalg.qr(dice.standard_normal((DIM, DIM)))[0].astype(np.float32)
    things, differences = _axes(_THINGS, turn), _axes(_VIEWS, turn[::-1])
    kinds = _drawn(dice, max(2, items // _KIND), things)
    of_family = dice.integers(len(kinds), size=max(2, items // _FAMILY))
    families = _drawn(dice, len(of_family), things)
    rows: NDArray[np.float16] = (
        np.empty((items, views, DIM), np.float16)
        if path is None
        else np.memmap(path, np.float16, "w+", shape=(items, views, DIM))
    )
    for first in range(0, items, _CHUNK):
        count = min(_CHUNK, items - first)
        middles = _things(dice, count, kinds, families, of_family, things)
        rows[first : first + count] = _seen(dice, middles, views, differences)
    asked = rows[np.linspace(0, items - 1, queries).astype(int), dice.integers(views, size=queries)]
    strangers = dice.random(queries) < _STRANGERS
    shown = asked.astype(np.float32)
    shown[strangers] = _things(dice, int(strangers.sum()), kinds, families, of_family, things)
    along_things = np.sqrt(1 - _CAMERA_AS_VIEWS) * _drawn(dice, queries, things)
    along_views = np.sqrt(_CAMERA_AS_VIEWS) * _drawn(dice, queries, differences)
    noise = np.sqrt(_CAMERA_VARIANCE) * (along_things + along_views)
    return MadeCatalogue(rows, unit(shown + noise))


def _axes(law: tuple[float, float], turn: Vectors) -> Vectors:
    """float32 [DIM, DIM], which makes normal numbers into vectors of length about 1."""
    offset, power = law
    variances = (np.arange(DIM) + offset) ** -power
    return np.asarray(np.sqrt(variances / variances.sum())[:, None] * turn, np.float32)


def _drawn(dice: np.random.Generator, count: int, axes: Vectors) -> Vectors:
    return np.asarray(dice.standard_normal((count, DIM), np.float32) @ axes, np.float32)


def _things(
    dice: np.random.Generator,
    count: int,
    kinds: Vectors,
    families: Vectors,
    of_family: NDArray[np.int64],
    axes: Vectors,
) -> Vectors:
    family = dice.integers(len(families), size=count)
    own = np.sqrt(1 - _KIND_SHARE - _FAMILY_SHARE) * _drawn(dice, count, axes)
    shared = np.sqrt(_KIND_SHARE) * kinds[of_family[family]] + np.sqrt(_FAMILY_SHARE) * families[family]
    return unit(own + shared)


def _seen(dice: np.random.Generator, things: Vectors, views: int, axes: Vectors) -> Vectors:
    """float32 [things, views, DIM]."""
    variances = _VIEW_MIDDLE * np.exp(_VIEW_SPREAD * dice.standard_normal((len(things), 1, 1)))
    spread = np.sqrt(np.minimum(variances, _VIEW_MOST)).astype(np.float32)
    noise = _drawn(dice, len(things) * views, axes).reshape(len(things), views, DIM)
    return np.asarray(unit((things[:, None] + spread * noise).reshape(-1, DIM)).reshape(noise.shape))
