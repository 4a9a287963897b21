"""What a verdict is made from, frame by frame, for fitting its coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.accuracy.answers import ShownAnswer

FIRST = 10


def write_dump(path: Path, answers: Sequence[ShownAnswer]) -> None:
    """Arrays with a row for each answer.

    `ids`, `scores` and `inliers` [n, 10] are of the first ten items by score ("", NaN and -1 where there are
    fewer, or no second look); `truth` is "" for a stranger; `fold`, 0 or 1, is the same for a thing's frames.
    """
    count = len(answers)
    scores = np.full((count, FIRST), np.nan, np.float32)
    inliers = np.full((count, FIRST), -1, np.int32)
    ids = np.full((count, FIRST), "", object)
    for row, answer in enumerate(answers):
        for place, (item_id, score, fits) in enumerate(answer.nearest[:FIRST]):
            ids[row, place], scores[row, place], inliers[row, place] = item_id, score, fits
    np.savez(
        path,
        set=np.array([a.of for a in answers], str),
        frame=np.array([a.frame for a in answers], str),
        group=np.array([a.group for a in answers], str),
        fold=np.array([a.half for a in answers], np.int8),
        truth=np.array([a.id for a in answers], str),
        score=np.array([a.score for a in answers], np.float32),
        verdict=np.array([str(a.verdict) for a in answers], str),
        ids=ids.astype(str),
        scores=scores,
        inliers=inliers,
    )
