"""From feature maps to the vector: pooled statistics of four stages, a trained projection, unit length.

The last map tells what kind of thing it is, earlier ones its colours and textures; the projection, learned on
photographs and on pictures that `models/training` makes, keeps what tells two things apart and drops what
light, ground and blur change.
"""

from collections.abc import Mapping, Sequence

from models.nodes import Nodes
from models.weights import Tensor

# The stages whose maps count, besides the last convolution's; of these also the spread over the map.
STAGES = (2, 4, 6)


def append_statistics(nodes: Nodes, stages: Sequence[str], last: str, *, prefix: str = "") -> str:
    """Append means and spreads of the maps, each of unit length; returns float32 [batch, statistics]."""
    parts = []
    for index, stage in zip(STAGES, stages, strict=True):
        name = f"{prefix}stage{index}"
        mean = _mean(nodes, name, stage)
        parts += [_unit(nodes, f"{name}.mean", mean), _spread(nodes, name, stage, mean)]
    name = f"{prefix}last"
    parts.append(_unit(nodes, f"{name}.mean", _mean(nodes, name, last)))
    return nodes.add("Concat", f"{prefix}statistics", *parts, axis=1)


def append_projection(nodes: Nodes, statistics: str, trained: Mapping[str, Tensor], *, batch: str) -> int:
    """Append the output `vector`, float32 [batch, dim] of length 1, and return its dimension.

    The statistics are of all pictures' first crops, then of their second ones, and so on; `batch` is the
    number of pictures, int64 [1]. A picture's vector is the mean direction of its crops'.
    """
    x = nodes.add(
        "Gemm", "projected", statistics,
        nodes.constant("projection.weight", trained["weight"]),
        nodes.constant("projection.bias", trained["bias"]),
        transB=1,
    )  # fmt: skip
    dim = len(trained["bias"])
    shape = nodes.add("Concat", "vectors.shape", nodes.ints(-1), batch, nodes.ints(dim), axis=0)
    each = nodes.add("Reshape", "vectors", _unit(nodes, "directions", x), shape)
    _unit(nodes, "vector", nodes.add("ReduceMean", "mean_direction", each, nodes.ints(0), keepdims=0))
    return dim


def _mean(nodes: Nodes, name: str, features: str) -> str:
    pooled = nodes.add("GlobalAveragePool", f"{name}.pooled", features)
    return nodes.add("Flatten", f"{name}.flat", pooled, axis=1)


def _spread(nodes: Nodes, name: str, features: str, mean: str) -> str:
    """The standard deviation over the map, as a unit vector."""
    squares = _mean(nodes, f"{name}.squares", nodes.add("Mul", f"{name}.squared", features, features))
    variance = nodes.add("Sub", f"{name}.variance", squares, nodes.add("Mul", f"{name}.mean2", mean, mean))
    # Rounding can push the variance of an even map just below 0.
    positive = nodes.add("Max", f"{name}.positive", variance, nodes.floats("tiny", 1e-12))
    return _unit(nodes, f"{name}.spread", nodes.add("Sqrt", f"{name}.deviation", positive))


def _unit(nodes: Nodes, name: str, x: str) -> str:
    length = nodes.add("ReduceL2", f"{name}.length", x, nodes.ints(1), keepdims=1)
    guarded = nodes.add("Max", f"{name}.guarded", length, nodes.floats("tiny", 1e-12))
    return nodes.add("Div", name, x, guarded)
