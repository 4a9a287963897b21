"""`python -m deploy.lambda_zips`: builds the zips of all functions into build/lambda."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.checkout_files import CHECKOUT
from deploy.lambda_zips.archive import MOST_DIRECT
from deploy.lambda_zips.build import build
from deploy.lambda_zips.bytecode import find_python
from deploy.lambda_zips.errors import ZipError
from deploy.lambda_zips.targets import RUNTIMES, TARGETS, Target
from deploy.zip_file import MIB
from models.errors import ModelError
from models.locate import resolve
from models.variants import DEFAULT_VARIANT


def main() -> int:
    """Build the zips that are asked for, all by default, side by side."""
    asked = _arguments()
    targets = [target for target in TARGETS if asked.only in target.name]
    if not targets:
        print(f"error: no zip's name has {asked.only!r} in it; expected one of {_names()}", file=sys.stderr)
        return 2
    for runtime in {target.runtime for target in targets}:
        if find_python(runtime.python) is None:
            print(_no_bytecode(runtime.python), file=sys.stderr)
    try:
        model = resolve(asked.model, build=True)
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            list(pool.map(lambda target: _report(target, model, asked), targets))
    except (ZipError, ModelError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.lambda_zips", description=__doc__)
    parser.add_argument("--only", default="", metavar="PART", help="only zips with this in their name")
    parser.add_argument(
        "--model", default=DEFAULT_VARIANT, help="the model of the api's zips, as LOOKALIKE_MODEL"
    )
    parser.add_argument("--into", type=Path, default=CHECKOUT / "build/lambda", help="the folder of the zips")
    return parser.parse_args()


def _report(target: Target, model: Path, asked: argparse.Namespace) -> None:
    path, sizes = build(target, model=model, into=asked.into)
    upload = "" if sizes.zipped <= MOST_DIRECT else ", to be uploaded through S3"
    print(f"{path}: {sizes.zipped / MIB:.1f} MiB, {sizes.unpacked / MIB:.1f} unpacked{upload}", flush=True)


def _names() -> str:
    return ", ".join(target.name for target in TARGETS)


def _no_bytecode(version: str) -> str:
    tag = next(runtime.tag for runtime in RUNTIMES if runtime.python == version)
    return (
        f"Python {version} is not on this machine: the {tag} zips get no bytecode, and cold starts take "
        f"seconds longer. `.venv/bin/uv python install {version}` gets it."
    )


if __name__ == "__main__":
    sys.exit(main())
