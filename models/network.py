"""EfficientNet-Lite without its last layer, as nodes of an ONNX graph.

Architecture: Tan and Le, "EfficientNet" (arXiv 1905.11946), table 1, without squeeze-and-excitation and with
ReLU6, as in Google's efficientnet_lite_builder.py. Channel counts and kernel sizes are read off the weights.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from models.nodes import Nodes
from models.weights import Tensor

_STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the first block of each stage
_BATCH_NORM_EPSILON = 1e-3  # `batch_norm_epsilon` in efficientnet_lite_builder.py
MEAN, _SCALE = 127.0, 128.0  # MEAN_RGB, STDDEV_RGB in efficientnet_lite_builder.py
DIM = 1280


def _fold_batch_norm(weights: Mapping[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """Return float64 kernel and bias of a convolution that includes its batch norm."""
    gamma, beta, mean, variance = (
        weights[f"{norm}.{part}"].astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = gamma / np.sqrt(variance + _BATCH_NORM_EPSILON)
    kernel = weights[f"{conv}.weight"].astype(np.float64) * factor[:, None, None, None]
    return kernel, beta - mean * factor


def _same_padding(size_px: int, kernel_px: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME padding: when it is odd, the larger half comes after the picture."""
    out_px = -(-size_px // stride)
    total = max((out_px - 1) * stride + kernel_px - size_px, 0)
    return total // 2, total - total // 2


class Network:
    """Appends the convolutions and keeps track of the side of the feature map.

    `size_px` decides the padding alone: all multiples of 32 share theirs. `prefix` keeps two networks of one
    graph apart; networks of the same weights share these.
    """

    def __init__(
        self, nodes: Nodes, weights: Mapping[str, Tensor], size_px: int, *, prefix: str = ""
    ) -> None:
        self._nodes, self._weights, self._size_px, self._prefix = nodes, weights, size_px, prefix

    def conv(
        self, x: str, conv: str, norm: str, *, stride: int = 1, relu6: bool = True, from_picture: bool = False
    ) -> str:
        kernel, bias = _fold_batch_norm(self._weights, conv, norm)
        if from_picture:  # pictures are BGR and not yet divided; a power of two, so this is exact
            kernel = kernel[:, ::-1] / _SCALE
        side = kernel.shape[-1]
        before, after = _same_padding(self._size_px, side, stride)
        self._size_px = -(-self._size_px // stride)
        name = self._prefix + conv
        w = self._nodes.constant(f"{conv}.weight", kernel.astype(np.float32))
        b = self._nodes.constant(f"{conv}.bias", bias.astype(np.float32))
        x = self._nodes.add(
            "Conv", name, x, w, b,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=kernel.shape[0] if kernel.shape[1] == 1 else 1,
        )  # fmt: skip
        if not relu6:
            return x
        zero, six = self._nodes.floats("zero", 0.0), self._nodes.floats("six", 6.0)
        return self._nodes.add("Clip", f"{name}.relu6", x, zero, six)

    def block(self, x: str, name: str, *, stride: int, skip: bool) -> str:
        """Append one inverted residual block: expand, depthwise convolution, project."""
        start = x
        if f"{name}._expand_conv.weight" in self._weights:
            x = self.conv(x, f"{name}._expand_conv", f"{name}._bn0")
        x = self.conv(x, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
        x = self.conv(x, f"{name}._project_conv", f"{name}._bn2", relu6=False)
        return self._nodes.add("Add", f"{self._prefix}{name}.skip", x, start) if skip else x

    def stages(self, x: str, repeats: Sequence[int]) -> list[str]:
        """Append mean subtraction, stem and blocks on BGR from 0 to 255; returns the map of each stage's end.

        The mean is not folded into the stem's bias: the stem pads with zeros, which must mean it, not black.
        """
        x = self._nodes.add("Sub", f"{self._prefix}centred", x, self._nodes.floats("mean", MEAN))
        x = self.conv(x, "_conv_stem", "_bn0", stride=2, from_picture=True)
        index, ends = 0, []
        for stride, count in zip(_STRIDES, repeats, strict=True):
            for place in range(count):
                first = place == 0
                x = self.block(x, f"_blocks.{index}", stride=stride if first else 1, skip=not first)
                index += 1
            ends.append(x)
        return ends

    def head(self, x: str) -> str:
        """Append the last convolution; returns [batch, 1280, side, side]."""
        return self.conv(x, "_conv_head", "_bn1")
