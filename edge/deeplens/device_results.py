"""The results that a DeepLens program gets from an inference: Python 2's dicts, and their parsed forms."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

K = TypeVar("K")
V = TypeVar("V")
_ROW = ("image", "label", "prob", "xmin", "ymin", "xmax", "ymax")


class DeviceDict(dict[K, V]):
    """A dict with the methods that Python 3 removed, because the device's programs call them."""

    def iteritems(self) -> Iterator[tuple[K, V]]:
        """Pairs of keys and values."""
        return iter(self.items())

    def iterkeys(self) -> Iterator[K]:
        """The keys."""
        return iter(self.keys())

    def itervalues(self) -> Iterator[V]:
        """The values."""
        return iter(self.values())

    def has_key(self, key: object) -> bool:
        """Whether the key is there."""
        return key in self


Parsed = DeviceDict[str, list[DeviceDict[str, int | float]]]


def parse(kind: str, raw: object, *, size_px: tuple[int, int]) -> Parsed:
    """Return {kind: findings}, most probable first, of an inference's result {layer: float32 [n]}.

    `classification` is the probability of each label; a finding has `label` and `prob`. `ssd` is rows of
    image, label, prob, xmin, ymin, xmax, ymax, the corners as shares, up to a row whose image is below 0; a
    finding has also the corners in pixels of the model's input, `size_px` (width, height).
    ValueError for another kind, more layers than one, and values of another shape.
    """
    values = _only_layer(raw)
    if kind == "classification":
        findings = _classification(values)
    elif kind == "ssd":
        findings = _ssd(values, size_px)
    else:
        raise ValueError(f"model type is {kind!r}; expected 'classification' or 'ssd'")
    return DeviceDict({kind: sorted(findings, key=lambda finding: -finding["prob"])})


def _only_layer(raw: object) -> NDArray[np.float64]:
    layers = list(raw.values()) if isinstance(raw, Mapping) else [raw]
    if len(layers) != 1:
        named = ", ".join(map(str, raw)) if isinstance(raw, Mapping) else ""
        raise ValueError(f"the result has {len(layers)} layers ({named}); expected one to parse")
    values = np.asarray(layers[0])
    if values.ndim != 1 or not np.issubdtype(values.dtype, np.number):
        raise ValueError(f"the layer is {values.dtype} {values.shape}; expected numbers in one dimension")
    if not np.isfinite(values).all():
        raise ValueError("the layer holds NaN or infinity; expected finite numbers")
    return values.astype(np.float64)


def _classification(values: NDArray[np.float64]) -> list[DeviceDict[str, int | float]]:
    if not values.size:
        raise ValueError("the layer is empty; expected a probability for each label")
    return [DeviceDict({"label": label, "prob": prob}) for label, prob in enumerate(values.tolist())]


def _ssd(values: NDArray[np.float64], size_px: tuple[int, int]) -> list[DeviceDict[str, int | float]]:
    if values.size % len(_ROW):
        raise ValueError(
            f"the layer has {values.size} values; expected rows of {len(_ROW)}: {', '.join(_ROW)}"
        )
    if 0 in size_px:
        raise ValueError("the size of the model's input is free, and known only after a first inference")
    width_px, height_px = size_px
    findings: list[DeviceDict[str, int | float]] = []
    for image, label, prob, *corners in values.reshape(-1, len(_ROW)).tolist():
        if image < 0:
            break
        finding: DeviceDict[str, int | float] = DeviceDict({"label": round(label), "prob": prob})
        # Whole pixels, as programs draw and crop with them.
        for name, share, side_px in zip(_ROW[3:], corners, [width_px, height_px] * 2, strict=True):
            finding[name] = round(share * side_px)
        findings.append(finding)
    return findings
