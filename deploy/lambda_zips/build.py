"""Building of one zip: gathered in a folder, compiled, checked, zipped."""

from __future__ import annotations

import tempfile
from pathlib import Path

from deploy.lambda_zips.archive import write_function
from deploy.lambda_zips.bytecode import compile_all, find_python
from deploy.lambda_zips.contents import add_own, leave_out
from deploy.lambda_zips.glibc import check_glibc
from deploy.lambda_zips.packages import install
from deploy.lambda_zips.targets import Target
from deploy.zip_file import Sizes


def build(target: Target, *, model: Path, into: Path) -> tuple[Path, Sizes]:
    """Build a zip and return its path and sizes; ZipError says why it can't be built.

    `model` is the model's file. Without the target's Python on this machine the zip has no bytecode.
    """
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{target.name}.zip"
    with tempfile.TemporaryDirectory(dir=into, prefix=f".{target.name}.") as folder:
        staged = Path(folder)
        install(target, staged)
        leave_out(staged)
        add_own(target.package, model, staged)
        check_glibc(staged, target.runtime)
        if python := find_python(target.runtime.python):
            compile_all(python, staged)
        return path, write_function(staged, path)
