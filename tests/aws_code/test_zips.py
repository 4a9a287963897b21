"""What is in the zips: within Lambda's limits, the same bytes each time, and whole."""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy.checkout_files import CHECKOUT
from deploy.lambda_zips.archive import MOST_DIRECT, MOST_UNPACKED
from deploy.lambda_zips.bytecode import find_python
from deploy.lambda_zips.targets import TARGETS, Target
from deploy.zip_file import MIB, sizes_of
from tests.aws_code.zipped import Unpacked

# e_machine of ELF files.
_MACHINES = {"x86_64": 62, "arm64": 183}
_ABSENT = {"boto3", "botocore", "cv2", "onnx", "edge", "tests"}
each_zip = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


@each_zip
def test_a_zip_is_within_lambdas_limits(target: Target, zips: dict[str, Path]) -> None:
    sizes = sizes_of(zips[target.name])
    print(f"{target.name}: {sizes.zipped / MIB:.1f} MiB, {sizes.unpacked / MIB:.1f} unpacked")
    assert sizes.unpacked <= MOST_UNPACKED
    # A search that is uploaded directly takes no bucket.
    assert target.package.name != "search" or sizes.zipped <= MOST_DIRECT


@each_zip
def test_native_modules_are_for_its_processor(target: Target, zips: dict[str, Path]) -> None:
    with zipfile.ZipFile(zips[target.name]) as archive:
        modules = [name for name in archive.namelist() if ".so" in Path(name).suffixes]
        machines = {struct.unpack_from("<H", archive.open(name).read(20), 18)[0] for name in modules}
    assert len(modules) > 10
    assert machines == {_MACHINES[target.architecture]}


@each_zip
def test_a_zip_has_what_runs_and_nothing_of_the_runtime(target: Target, zips: dict[str, Path]) -> None:
    with zipfile.ZipFile(zips[target.name]) as archive:
        names = set(archive.namelist())
    for handler in target.package.handlers:
        assert handler.removesuffix(".handler").replace(".", "/") + ".py" in names
    assert ("models/balanced.onnx" in names) == target.package.has_model
    assert ("web/index.html" in names) == (target.package.name == "api")
    assert not {name.partition("/")[0] for name in names} & _ABSENT
    assert not [name for name in names if name.startswith("onnxruntime/capi/libonnxruntime.so")]
    compiled = {name for name in names if name.endswith(".pyc")}
    sources = {name for name in names if name.endswith(".py")}
    assert len(compiled) == (len(sources) if find_python(target.runtime.python) else 0)


def test_two_builds_from_different_folders_are_the_same_bytes(zips: dict[str, Path], tmp_path: Path) -> None:
    name = "search-arm64-py312"
    other = tmp_path / "another checkout"
    copied = ("common", "services", "models", "deploy", "web")
    for folder in copied:
        subprocess.run(["cp", "--recursive", "--parents", folder, _made(other)], check=True, cwd=CHECKOUT)
    subprocess.run([sys.executable, "-m", "deploy.lambda_zips", "--only", name], check=True, cwd=other)
    assert _digest(other / f"build/lambda/{name}.zip") == _digest(zips[name])
    shutil.rmtree(other)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_faiss_finds_what_it_asks_for_on_arm64(search_zip: Unpacked, api_zip: Unpacked) -> None:
    code = "import platform; platform.machine = lambda: 'aarch64'; import faiss; print(faiss.METRIC_L2)"
    for zipped in (search_zip, api_zip):
        command = zipped.command("-c", code)
        done = subprocess.run(command, env=zipped.environ({}), capture_output=True, text=True)
        assert done.stdout == "1\n", done.stderr


def test_handlers_load_beside_boto3_alone(search_zip: Unpacked, api_zip: Unpacked) -> None:
    for zipped, package in ((search_zip, "search"), (api_zip, "api")):
        (handlers,) = {target.package.handlers for target in TARGETS if target.package.name == package}
        modules = ", ".join(handler.removesuffix(".handler") for handler in handlers)
        # Lambda's own host brings some packages of its own, on which nothing of ours may rest.
        code = f"import sys; sys.modules.update(awslambdaric=None, simplejson=None); import {modules}"
        done = subprocess.run(
            zipped.command("-W", "error", "-c", code), env=zipped.environ({}), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
