"""`python -m deploy.lambda_zips.lock [--check]`: compiles the locks of the zips, or says which do not fit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.checkout_files import CHECKOUT
from deploy.lambda_zips.packages import UV
from deploy.lambda_zips.targets import FOLDER, PACKAGES, RUNTIMES, Package, Runtime

_OPTIONS = ("--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--only-binary", ":all:")


def main() -> int:
    """Write the locks, or with --check compare them."""
    checks = "--check" in sys.argv[1:]
    pairs = [(package, runtime) for package in PACKAGES for runtime in RUNTIMES]
    with ThreadPoolExecutor(len(pairs)) as pool:  # they wait for the package index
        locks = pool.map(lambda pair: _compile(*pair, checks=checks), pairs)
        outdated = [lock for lock in locks if lock]
    for lock in outdated:
        print(f"error: {lock.relative_to(CHECKOUT)} does not fit; run `make lock`", file=sys.stderr)
    return 1 if outdated else 0


def _compile(package: Package, runtime: Runtime, *, checks: bool) -> Path | None:
    """Compile a lock; with `checks` leave it as it is, and return it if it would be another one."""
    lock = package.lock(runtime)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / lock.name
        if lock.exists():  # uv keeps the versions of the file that it writes
            shutil.copy(lock, out)
        subprocess.run([UV, *_arguments(package, runtime), "-o", out], check=True, cwd=CHECKOUT)
        same = lock.exists() and out.read_bytes() == lock.read_bytes()
        if not checks:
            shutil.copy(out, lock)
    return lock if checks and not same else None


def _arguments(package: Package, runtime: Runtime) -> list[str]:
    platform = f"x86_64-{runtime.uv_platform}"
    target = ["--python-version", runtime.python, "--python-platform", platform]
    versions = ["--constraints", "requirements.lock"] if runtime.as_locked else []
    overrides = ["--overrides", str(FOLDER / "overrides.txt")]
    return ["pip", "compile", *_OPTIONS, *target, *versions, *overrides, str(package.requirements)]


if __name__ == "__main__":
    sys.exit(main())
