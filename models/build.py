"""`python -m models.build [--variant lite0|lite1|lite2] [--out FILE]`: builds a model file."""

import argparse
import sys
from pathlib import Path

from models.errors import ModelError
from models.files import FOLDER, fingerprint, write_atomically
from models.graph import build_model
from models.variants import DEFAULT_VARIANT, VARIANTS, Variant
from models.weights import load_weights


def build_bytes(variant: Variant) -> bytes:
    """Return the content of the variant's .onnx file, the same bytes every time."""
    data: bytes = build_model(variant, load_weights(variant)).SerializeToString(deterministic=True)
    return data


def build(variant: Variant, path: Path) -> str:
    """Write the variant's .onnx file atomically and return its fingerprint; ModelError if it cannot."""
    data = build_bytes(variant)
    write_atomically(path, data)
    return fingerprint(data)


def main() -> int:
    """Build the file that the command line names; prints path and fingerprint."""
    parser = argparse.ArgumentParser(
        prog="python -m models.build", description="Build a featurizer's ONNX file."
    )
    parser.add_argument("--variant", choices=list(VARIANTS), default=DEFAULT_VARIANT)
    parser.add_argument("--out", type=Path, help="default: models/<variant>.onnx")
    arguments = parser.parse_args()
    path = arguments.out or FOLDER / f"{arguments.variant}.onnx"
    try:
        print(path, build(VARIANTS[arguments.variant], path))
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
