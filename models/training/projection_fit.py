"""Fits the projection: a closed-form start, then training that brings pictures of one thing together."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from models.training.paint import Floats
from models.training.workdir import read_arrays

_DIM = 512
_REGULAR = 0.3  # share of the mean variance within an item, added to all
_STEPS, _BATCH, _WARM_UP_STEPS = 300, 640, 50
_RATE, _WEIGHT_DECAY = 5e-4, 0.05
_TEMPERATURE = 0.05
_NOISE = 0.2  # in units of the spread within an item


def fit_projection(trained: Path, held_out: Path) -> dict[str, NDArray[np.float16]]:
    """Fit to the statistics that `write_statistics` left; returns the tensors of a projection's .npz file."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # more would sum in another order
    statistics, others = (read_arrays(folder)["statistics"] for folder in (trained, held_out))
    statistics = np.array(statistics, np.float32)
    weight, bias = _start(statistics)
    print(f"projection, start: {_found_first(weight, bias, others):.1%} held out found first", flush=True)
    layer = nn.Linear(statistics.shape[-1], _DIM)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(bias))
    _train(layer, statistics)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    print(f"projection, end: {_found_first(weight, bias, others):.1%} held out found first", flush=True)
    return {"weight": weight.astype(np.float16), "bias": bias.astype(np.float16)}


def _start(statistics: Floats) -> tuple[Floats, Floats]:
    """Linear discriminant analysis: weight [512, d] and bias [512] under which items differ the most.

    The variation within an item is scaled to be equal in all directions; of that between items, the strongest
    directions are kept. The scale is such that vectors are of length 1 on average.
    """
    width = statistics.shape[-1]
    centre = statistics.reshape(-1, width).mean(0)
    within = _within(statistics)
    scatter = within.T @ within / len(within)
    scatter += _REGULAR * np.trace(scatter) / width * np.eye(width, dtype=np.float32)
    variances, axes = np.linalg.eigh(scatter)
    whitening = (axes * variances**-0.5).astype(np.float32)
    # Full, since a trial with fewer items than the vector has numbers would give too few directions.
    directions = np.linalg.svd((statistics.mean(1) - centre) @ whitening, full_matrices=True)[2]
    weight = (whitening @ directions[:_DIM].T).T
    length = np.linalg.norm((statistics - centre) @ weight.T, axis=-1).mean()
    weight = np.ascontiguousarray(weight / length, np.float32)
    return weight, -(weight @ centre)


def _within(statistics: Floats) -> Floats:
    """Differences of each picture from its item's mean: float32 [items x views, d]."""
    differences = statistics - statistics.mean(1, keepdims=True)
    return np.asarray(differences.reshape(-1, statistics.shape[-1]))


def _train(layer: nn.Linear, statistics: Floats) -> None:
    """Train each of a batch of items to find its own camera crops among all others', and the reverse."""
    items, views = statistics.shape[:2]
    batch = min(_BATCH, items)
    noise = torch.from_numpy(_within(statistics).std(0)) * _NOISE
    pictures, same = torch.from_numpy(statistics), torch.arange(batch)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0, weight_decay=_WEIGHT_DECAY)
    rng = np.random.default_rng(0)
    for step in range(_STEPS):
        rate = _RATE * min(1, step / _WARM_UP_STEPS) * 0.5 * (1 + np.cos(np.pi * step / _STEPS))
        optimizer.param_groups[0]["lr"] = rate
        rows = rng.permutation(items)[:batch]
        # Any picture against a camera's: view 0 is the catalogue's.
        first, second = (pictures[rows, rng.integers(low, views, batch)] for low in (0, 1))
        first, second = (x + torch.randn_like(x) * noise for x in (first, second))
        one, other = (functional.normalize(layer(x)) for x in (first, second))
        alike = one @ other.T / _TEMPERATURE
        loss = (functional.cross_entropy(alike, same) + functional.cross_entropy(alike.T, same)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _found_first(weight: Floats, bias: Floats, statistics: Floats) -> float:
    """The share of camera crops whose most similar catalogue picture is that of their own item."""
    vectors = statistics @ weight.T + bias
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    nearest = (vectors[:, 1:] @ vectors[:, 0].T).argmax(-1)
    return float((nearest == np.arange(len(vectors))[:, None]).mean())
