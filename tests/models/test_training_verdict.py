"""Learning of the verdict's numbers, on frames of which the chance is known."""

from pathlib import Path

import numpy as np
import pytest

from models.training.verdict import figures, learn, log_chances, read


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """400 frames of ten items: known things lead by their score, half of them by inliers too."""
    dice = np.random.default_rng(0)
    scores = np.sort(dice.normal(0.0, 0.1, (400, 10)), 1)[:, ::-1].copy()
    inliers = dice.integers(0, 6, (400, 10))
    known = np.arange(400) % 4 != 0
    scores[known, 0] += 0.3
    inliers[known & (np.arange(400) % 2 == 0), 0] = 30
    ids = np.tile(np.array([f"item-{n}" for n in range(10)]), (400, 1))
    path = tmp_path / "dump.npz"
    truth = np.where(known, "item-0", "")
    sets, fold = np.full(400, "shop"), np.arange(400) % 2
    np.savez(path, scores=scores, inliers=inliers, ids=ids, truth=truth, set=sets, fold=fold)
    return path


def test_what_tells_known_things_from_strangers_is_learned(dump: Path) -> None:
    frames, fold, sets = read(dump)
    assert (set(sets.tolist()), fold.sum(), (frames.truth >= 0).sum()) == ({"shop"}, 200, 300)
    numbers = learn(frames)
    assert numbers[2] > 2  # the lead
    assert numbers[6] > 0.2  # the inliers of the best
    shares, log_odds = log_chances(numbers, frames, detailed=True)
    chance = np.exp(shares.max(1)) / (1 + np.exp(-log_odds))
    assert chance[frames.known].mean() > 0.8 > 0.4 > chance[~frames.known].mean()


def test_figures_count_verdicts_and_the_error_of_the_scores() -> None:
    chance, right = np.array([0.9, 0.7, 0.05, 0.35]), np.array([True, False, False, False])
    told = figures(chance, right, np.array([True, True, True, False]))
    assert "known match 0.667 (right 0.500) no_match 0.333" in told
    assert "strangers match 0.000 no_match 0.000, error 0.300" in told
