"""Marks of scenes: near for near vectors, far for others, and the same on every machine."""

import numpy as np
import pytest

from services.core.scene_marks import BITS, differing, mark_of, read_mark

MARK = "859fd467795b8dffe1fc7764ba785c1f9d36306778e4c042732ccdc8ff121f6e"


def near(vector: np.ndarray, cosine: float, seed: int) -> np.ndarray:
    """A vector with this cosine to another of unit length."""
    other = np.random.default_rng(seed).normal(size=len(vector))
    other -= vector * (vector @ other)
    across = other / np.linalg.norm(other)
    return np.asarray(cosine * vector + np.sqrt(1 - cosine**2) * across, np.float32)


@pytest.mark.parametrize(
    ("cosine", "least", "most"), [(1.0, 0, 0), (0.9, 15, 60), (0.5, 60, 115), (0, 95, 160)]
)
def test_the_more_bits_differ_the_less_alike_are_the_scenes(cosine: float, least: int, most: int) -> None:
    scene = np.random.default_rng(7).normal(size=1280)
    scene /= np.linalg.norm(scene)
    found = [_bits(scene, near(scene, cosine, seed)) for seed in range(20)]
    assert least <= min(found)
    assert max(found) <= most


def test_a_mark_is_the_same_anywhere() -> None:
    scene = np.arange(-8, 8, dtype=np.float32)
    assert mark_of(scene) == MARK
    assert len(MARK) == BITS // 4


@pytest.mark.parametrize("text", [None, 7, "", "0" * 63, "0" * 65, "g" * 64, "٠" * 64, "0X" + "0" * 62])
def test_anything_else_is_no_mark(text: object) -> None:
    assert read_mark(text) is None
    assert read_mark("0" * 63 + "f") == 15


def _bits(one: np.ndarray, other: np.ndarray) -> int:
    marks = [read_mark(mark_of(each)) for each in (one, other)]
    assert marks[0] is not None
    assert marks[1] is not None
    return differing(marks[0], marks[1])
