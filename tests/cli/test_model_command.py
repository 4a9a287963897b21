"""`lookalike model …` as a process, on a copy of the models folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.featurizer import OnnxFeaturizer
from models.variants import VARIANTS
from services.cli.model import preparation
from services.core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
AS_TORCHVISION = ("--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225")


class Checkout:
    """The code with its own models folder, in which no model is built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "models", folder / "models", ignore=shutil.ignore_patterns("*.onnx", "golden"))
        (folder / "services").symlink_to(ROOT / "services")
        own = {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(folder)}
        self.environ = {name: value for name, value in os.environ.items() if "LOOKALIKE" not in name} | own

    def model(self, *arguments: str, chosen: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.cli", "model", *arguments]
        environ = self.environ | {"LOOKALIKE_MODEL": chosen}
        return subprocess.run(
            command, cwd=self.folder, env=environ, capture_output=True, text=True, timeout=60, check=False
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def _write_export(path: Path, *, seed: int = 1, dim: int = 7) -> None:
    """A backbone in small: one convolution over pictures of 16 x 16."""
    kernel = np.random.default_rng(seed).normal(size=(dim, 3, 4, 4)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "kernel"], ["map"], kernel_shape=[4, 4], strides=[4, 4])],
        "backbone",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 16, 16])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["batch", dim, 4, 4])],
        [numpy_helper.from_array(kernel, "kernel")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)


def test_an_export_is_added_listed_replaced_and_passed_on(checkout: Checkout, tmp_path: Path) -> None:
    _write_export(tmp_path / "shop.onnx")

    done = checkout.model("add", str(tmp_path / "shop.onnx"), *AS_TORCHVISION)

    assert (done.returncode, done.stderr) == (0, "")
    kept = tmp_path / "models" / "shop.onnx"
    added = OnnxFeaturizer(kept)
    path, facts, after = done.stdout.splitlines()
    assert path == f"added {kept}"
    assert facts.startswith(f"fingerprint {added.fingerprint}, dim 7, ")
    assert facts.endswith(" ms a picture of 1280x720 on one thread")
    assert "LOOKALIKE_MODEL=shop" in after
    assert "lookalike index rebuild" in after

    # Adding the same again changes nothing; a different one is not overwritten by accident.
    assert checkout.model("add", str(tmp_path / "shop.onnx"), *AS_TORCHVISION).returncode == 0
    _write_export(tmp_path / "shop.onnx", seed=2)
    refused = checkout.model("add", str(tmp_path / "shop.onnx"), *AS_TORCHVISION)
    assert refused.returncode == 2
    assert refused.stderr == (
        f"error: {kept} is there with another content; expected --replace or another --name\n"
    )
    assert OnnxFeaturizer(kept).fingerprint == added.fingerprint
    assert checkout.model("add", str(tmp_path / "shop.onnx"), *AS_TORCHVISION, "--replace").returncode == 0
    replaced = OnnxFeaturizer(kept)
    assert replaced.fingerprint != added.fingerprint

    # A file of our own form needs no words about its pictures.
    own = tmp_path / "Copy.onnx"
    shutil.copy(kept, own)
    assert checkout.model("add", str(own), "--name", "copy").returncode == 0
    assert (tmp_path / "models" / "copy.onnx").read_bytes() == kept.read_bytes()

    listed = [line.split() for line in checkout.model("list", chosen="copy").stdout.splitlines()]
    assert listed == [
        *([name, "not", "built", "yet"] for name in VARIANTS),
        ["*", "copy", replaced.fingerprint, "dim", "7"],
        ["shop", replaced.fingerprint, "dim", "7"],
    ]
    assert list((tmp_path / "models").glob(".*")) == []


def test_an_unknown_choice_is_named_below_the_list(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "models" / "broken.onnx").write_bytes(b"not an ONNX file")

    listed = checkout.model("list", chosen="lite9")

    assert listed.returncode == 2
    assert not any(line.startswith("*") for line in listed.stdout.splitlines())
    assert listed.stdout.splitlines()[-1].endswith("damaged")
    names = ", ".join([*VARIANTS, "broken"])
    error = f"error: LOOKALIKE_MODEL: unknown model 'lite9'; expected {names} or a path to an .onnx file\n"
    assert listed.stderr == error


@pytest.mark.parametrize(
    ("name", "dim", "message"),
    [
        ("Shop.onnx", 7, "error: --name 'Shop': expected 1 to 40 of a-z 0-9 . _ - "),
        ("wide.onnx", 30_000, "wide.onnx: dim 30000 does not fit into a message; expected up to "),
    ],
)
def test_what_cannot_be_added_is_one_line(
    name: str, dim: int, message: str, checkout: Checkout, tmp_path: Path
) -> None:
    _write_export(tmp_path / name, dim=dim)

    refused = checkout.model("add", str(tmp_path / name), *AS_TORCHVISION)

    assert refused.returncode == 2
    assert message in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert list((tmp_path / "models").glob("*.onnx")) == []


def test_a_fault_that_the_load_finds_names_the_users_file(checkout: Checkout, tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["image"], ["vector"])],
        "own",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", "height", "width", 3])],
        [helper.make_tensor_value_info("vector", TensorProto.UINT8, ["batch", "height", "width", 3])],
    )
    path = tmp_path / "own.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)

    refused = checkout.model("add", str(path))

    assert refused.stderr == f"error: {path}: inputs are ['image']; expected ['picture']\n"


def test_mean_and_std_are_what_torchvision_prints() -> None:
    wanted = preparation("0.485, 0.456, 0.406", "0.229,0.224,1", bgr=True)

    assert wanted is not None
    assert (wanted.mean, wanted.std, wanted.bgr) == ((0.485, 0.456, 0.406), (0.229, 0.224, 1), True)
    assert preparation("", "", bgr=False) is None


@pytest.mark.parametrize(
    ("mean", "std", "bgr", "message"),
    [
        ("0,0,0", "", False, "needs both --mean and --std"),
        ("", "1,1,1", False, "needs both --mean and --std"),
        ("", "", True, "needs both --mean and --std"),
        ("0.5", "1,1,1", False, "--mean '0.5': expected three numbers R,G,B"),
        ("0,0,0", "a,b,c", False, "--std 'a,b,c': expected three numbers R,G,B"),
        ("123.7,116.3,103.5", "1,1,1", False, "--mean .*: expected numbers from 0 to 1.*divide .* by 255"),
        ("0,0,0", "nan,1,1", False, "--std 'nan,1,1': expected numbers from 0 to 1"),
        ("0,0,0", "0,1,1", False, "--std '0,1,1': expected numbers above 0"),
    ],
)
def test_numbers_of_another_scale_are_refused(mean: str, std: str, bgr: bool, message: str) -> None:
    with pytest.raises(InputError, match=message):
        preparation(mean, std, bgr=bgr)
