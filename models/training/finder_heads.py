"""Trains the heads that find the thing in the frame; models/finder.py has the same heads as ONNX nodes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from models.projection import STAGES
from models.training.paint import Floats
from models.training.pools import SHAPES
from models.training.workdir import read_arrays

_WIDTH = 64
_BATCH, _EPOCHS = 32, 4
_RATE, _WARM_UP_STEPS, _WEIGHT_DECAY, _MOST_GRADIENT = 2e-3, 100, 1e-3, 5.0
_BOX_WEIGHT = 2.0  # weight of the sides' plain distances, beside overlap and mask
_SAID_STEPS = 200

# Tensors that the model needs: the mask's head only helps the others to learn.
_KEPT = ("l4", "l6", "c4", "box")

Maps = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
Pool = Mapping[str, NDArray[Any]]


def train_heads(maps: Path) -> dict[str, NDArray[np.float16]]:
    """Train on the maps that `write_maps` left; returns the tensors of models/trained/finder.npz."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # more would sum in another order
    pools = [read_arrays(maps / shape.name) for shape in SHAPES]
    held_out = read_arrays(maps / "held_out")
    counts = np.array([len(pool["boxes"]) for pool in pools])
    heads = _heads([pools[0][f"stage{index}"].shape[1] for index in STAGES])
    optimizer = torch.optim.AdamW(heads.parameters(), lr=0, weight_decay=_WEIGHT_DECAY)
    rng = np.random.default_rng(0)
    steps = int(_EPOCHS * counts.sum() / _BATCH)
    overlaps: list[float] = []
    for step in range(steps):
        rate = _RATE * min(1, step / _WARM_UP_STEPS) * 0.5 * (1 + np.cos(np.pi * step / steps))
        optimizer.param_groups[0]["lr"] = rate
        pool = pools[rng.choice(len(pools), p=counts / counts.sum())]
        rows = np.sort(rng.integers(0, len(pool["boxes"]), _BATCH))
        loss, overlap = _loss(heads, pool, rows)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(heads.parameters(), _MOST_GRADIENT)
        optimizer.step()
        overlaps.append(overlap)
        if (step + 1) % _SAID_STEPS == 0 or step + 1 == steps:
            recent = np.mean(overlaps[-_SAID_STEPS:])
            held = _held_out_overlap(heads, held_out)
            print(
                f"finder, step {step + 1} of {steps}: overlap {recent:.3f}, held out {held:.3f}", flush=True
            )
    return {
        name: tensor.numpy().astype(np.float16)
        for name, tensor in heads.state_dict().items()
        if name.split(".")[0] in _KEPT
    }


def _heads(channels: list[int]) -> nn.ModuleDict:
    """New heads, under the names that their tensors have in the file."""
    fine, middle, coarse = channels

    def mixed() -> nn.Sequential:
        depthwise = nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1, groups=_WIDTH)
        return nn.Sequential(depthwise, nn.Conv2d(_WIDTH, _WIDTH, 1), nn.ReLU())

    return nn.ModuleDict(
        {
            "l2": nn.Conv2d(fine, _WIDTH, 1),
            "l4": nn.Conv2d(middle, _WIDTH, 1),
            "l6": nn.Conv2d(coarse, _WIDTH, 1),
            "c4": mixed(),
            "c2": mixed(),
            "mask": nn.Conv2d(_WIDTH, 1, 1),
            "box": nn.Sequential(nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1), nn.ReLU(), nn.Conv2d(_WIDTH, 5, 1)),
        }
    )


def _applied(heads: nn.ModuleDict, maps: Maps) -> tuple[torch.Tensor, torch.Tensor]:
    """The mask's logits [batch, rows, columns], and the boxes [batch, 4]: means of what the cells guess."""
    fine, middle, coarse = maps
    x = heads["c4"](heads["l4"](middle) + _twice(heads["l6"](coarse)))
    mask = heads["mask"](heads["c2"](heads["l2"](fine) + _twice(x)))[:, 0]
    guesses = heads["box"](x)
    batch, _, rows, columns = guesses.shape
    ys, xs = torch.meshgrid(
        (torch.arange(rows) + 0.5) / rows, (torch.arange(columns) + 0.5) / columns, indexing="ij"
    )
    centres = torch.stack([xs.reshape(-1), ys.reshape(-1)])
    weights = torch.softmax(guesses[:, 4].reshape(batch, 1, -1), 2)
    away = guesses[:, :4].reshape(batch, 4, -1)
    sides = torch.cat([centres - away[:, :2], centres + away[:, 2:]], 1)
    return mask, (sides * weights).sum(2)


def _twice(x: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def _loss(heads: nn.ModuleDict, pool: Pool, rows: NDArray[np.int64]) -> tuple[torch.Tensor, float]:
    """The loss, and the overlap of the boxes with the true ones."""
    visible, true = _tensor(pool["visible"][rows]) / 255, _tensor(pool["boxes"][rows])
    mask, boxes = _applied(heads, _maps(pool, rows))
    overlap, generalised = _overlap(boxes, true)
    loss = functional.binary_cross_entropy_with_logits(mask, visible)
    loss = loss + (1 - generalised).mean() + _BOX_WEIGHT * (boxes - true).abs().mean()
    return loss, float(overlap.detach().mean())


def _held_out_overlap(heads: nn.ModuleDict, pool: Pool) -> float:
    with torch.no_grad():
        rows = np.arange(len(pool["boxes"]))
        boxes = torch.cat([_applied(heads, _maps(pool, part))[1] for part in np.split(rows, rows[64::64])])
        return float(_overlap(boxes, _tensor(pool["boxes"]))[0].mean())


def _overlap(ours: torch.Tensor, true: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Intersection over union, plain and generalised (arXiv 1902.09630), which also ranks separate boxes."""
    inner = (torch.minimum(ours[:, 2:], true[:, 2:]) - torch.maximum(ours[:, :2], true[:, :2])).clamp(0)
    outer = torch.maximum(ours[:, 2:], true[:, 2:]) - torch.minimum(ours[:, :2], true[:, :2])
    both = inner.prod(1)
    own = (ours[:, 2:] - ours[:, :2]).clamp(0).prod(1)
    union = own + (true[:, 2:] - true[:, :2]).prod(1) - both
    hull = outer.prod(1)
    overlap = both / union.clamp(1e-6)
    return overlap, overlap - (hull - union) / hull.clamp(1e-6)


def _maps(pool: Pool, rows: NDArray[np.int64]) -> Maps:
    fine, middle, coarse = (_tensor(pool[f"stage{index}"][rows]) for index in STAGES)
    return fine, middle, coarse


def _tensor(values: NDArray[Any]) -> torch.Tensor:
    floats: Floats = np.array(values, np.float32)
    return torch.from_numpy(floats)
