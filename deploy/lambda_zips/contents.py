"""The files of a zip: our code, the model, and what running needs of each package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deploy.checkout_files import CHECKOUT, copy_file, files_below, matches
from deploy.lambda_zips.targets import Package

# Parts of packages that no function needs.
_LEFT_OUT = (
    "*/tests/*",
    "*.pyi",
    "*/.agents/*",
    # Commands, the hashes of all files with these, and uv's own file.
    "bin/*",
    "*.dist-info/RECORD",
    ".lock",
    # For those who compile against NumPy; FAISS 1.9 asks numpy/distutils for arm64's instructions.
    "numpy/f2py/*",
    "numpy/*/include/*",
    "numpy/*/lib/*.a",
    # For programs in C; Python has a copy in onnxruntime_pybind11_state. 34 MB.
    "onnxruntime/capi/libonnxruntime.so*",
    "onnxruntime/transformers/*",
    "onnxruntime/tools/*",
    "onnxruntime/quantization/*",
    # Lambda's processors have AVX2 at least, which FAISS takes without these 38 MB.
    "faiss/*avx512*",
)
# Our code, without what starts processes, and without what builds and trains models.
_CODE = ("common", "services", "models")
_CODE_SUFFIXES = {".py", ".lua", ".sql"}
_CODE_LEFT_OUT = ("services/run/*", "models/golden/*", "models/training/*")
_SPACES = "models/trained/space-*.npz"


def leave_out(folder: Path) -> None:
    """Delete what no function needs of the packages in a folder."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if matches(path.relative_to(folder).as_posix(), _LEFT_OUT):
            path.unlink()


def add_own(package: Package, model: Path, into: Path) -> None:
    """Copy our code into a folder, and the model's file for a package that has it."""
    for path in _own_files(package):
        copy_file(CHECKOUT / path, into / path)
    if package.has_model:
        copy_file(model, into / "models" / model.name)


def _own_files(package: Package) -> Iterator[Path]:
    for folder in _CODE:
        for path in files_below(folder):
            if path.suffix in _CODE_SUFFIXES and not matches(str(path), _CODE_LEFT_OUT):
                yield path
    yield from (path.relative_to(CHECKOUT) for path in CHECKOUT.glob(_SPACES))
    for folder in package.folders:
        yield from files_below(folder)
