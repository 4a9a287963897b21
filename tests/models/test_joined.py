"""The projection over drawings and photographs keeps things apart, and crops of one thing together."""

import numpy as np
from numpy.typing import NDArray

from models.training.joined import join

THINGS, VIEWS, WIDTH = 300, 4, 520


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def test_a_crop_finds_its_own_thing_better_than_before() -> None:
    rng = np.random.default_rng(0)
    light = rng.normal(size=(8, WIDTH))

    def shown(things: NDArray[np.float64]) -> NDArray[np.float32]:
        """Things in changing light, which is stronger than what tells them apart."""
        lit = rng.normal(size=(*things.shape[:-1], 8)) @ light
        return (things + 0.7 * lit + 0.5 * rng.normal(size=things.shape) + 5).astype(np.float32)

    things = np.repeat(rng.normal(size=(THINGS, 1, WIDTH)), VIEWS, axis=1)
    real = np.repeat(rng.normal(size=(20, WIDTH)), 10, axis=0)
    weight = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0][:512].astype(np.float32)
    tensors = join(weight, shown(things[:200]), shown(real), np.repeat(np.arange(20), 10))
    assert {name: (each.shape, each.dtype.name) for name, each in tensors.items()} == {
        "weight": ((512, WIDTH), "float16"),
        "bias": ((512,), "float16"),
    }

    def right(weight: NDArray[np.float32], bias: NDArray[np.float32]) -> float:
        vectors = unit(shown(things[200:]) @ weight.T + bias)
        return float(((vectors[:, 1] @ vectors[:, 0].T).argmax(axis=1) == np.arange(100)).mean())

    before = right(weight, np.zeros(512, np.float32))
    after = right(tensors["weight"].astype(np.float32), tensors["bias"].astype(np.float32))
    assert after > before + 0.2
