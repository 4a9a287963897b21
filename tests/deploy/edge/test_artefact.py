"""The artefact: the same bytes for the same sources, and all that a device needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy.aws.errors import DeployError
from deploy.edge import artefact


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small file in a model's place: the real one takes seconds to pack."""
    path = tmp_path / "small.onnx"
    path.write_bytes(b"model")
    return path


def test_it_holds_what_the_edge_imports_and_nothing_of_the_services(model: Path, tmp_path: Path) -> None:
    path, sizes = artefact.build(tmp_path / "built", model=str(model))
    assert path.name == "lookalike-edge.zip"
    assert sizes.zipped == path.stat().st_size
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        archive.extractall(unpacked)
    assert {"edge/greengrass/install", "edge/greengrass/run", "edge/greengrass/requirements.lock"} <= set(
        names
    )
    assert {"models/small.onnx", "samples/clip.mp4"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"common", "edge", "models", "samples"}
    assert [name for name in names if name.endswith((".md", ".in")) or "/training/" in name] == []
    # With nothing of the checkout on its path.
    imports = "import edge.app, edge.settings; print(edge.app.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(unpacked)!r}); {imports}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(unpacked / "edge/app.py")


def test_the_same_sources_give_the_same_bytes(model: Path, tmp_path: Path) -> None:
    first, second = (artefact.build(tmp_path / name, model=str(model))[0].read_bytes() for name in "ab")
    assert first == second
    model.write_bytes(b"another")
    assert artefact.build(tmp_path / "c", model=str(model))[0].read_bytes() != first


def test_a_model_is_found_by_its_name_on_the_device(tmp_path: Path) -> None:
    assert artefact.model_file("balanced").stem == "balanced"
    with pytest.raises(DeployError, match="MODEL: unknown model 'mugs'"):
        artefact.model_file("mugs")
    odd = tmp_path / "My Model.onnx"
    odd.write_bytes(b"model")
    with pytest.raises(DeployError, match=r"MODEL: My Model\.onnx; expected a file's name"):
        artefact.model_file(str(odd))
