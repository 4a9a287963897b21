"""A data folder for imports by the command line, without a system, and with a model that costs no time."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from services.adapters.file_pictures import FilePictures
from services.adapters.sqlite_items import SqliteItems
from services.core.catalogue.paging import all_items
from services.core.domain import Item

ROOT = Path(__file__).resolve().parents[2]


def write_model(path: Path, *, last: float = 1.0) -> Path:
    """A model whose vector is mean blue, green, red and a constant; another `last` makes another model."""
    nodes = [
        helper.make_node("Cast", ["picture"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["pixels", "sides"], ["means"], keepdims=0),
        helper.make_node("Div", ["means", "white"], ["colours"]),
        helper.make_node("Pad", ["colours", "by", "last"], ["features"]),
        helper.make_node("LpNormalization", ["features"], ["vector"], axis=1, p=2),
    ]
    constants: dict[str, NDArray[Any]] = {
        "sides": np.array([1, 2], np.int64),
        "white": np.array(255, np.float32),
        "by": np.array([0, 0, 0, 1], np.int64),
        "last": np.array(last, np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, ["batch", "height", "width", 3])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", 4])],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, path)
    return path


@dataclass
class Shop:
    """A catalogue in a folder of its own."""

    data: Path
    model: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its commands."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
        own = {"LOOKALIKE_DATA_DIR": str(self.data), "LOOKALIKE_MODEL": str(self.model)}
        return clean | own | self.settings

    def items(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run `lookalike items …`."""
        return self.run("items", *arguments)

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run `lookalike …`."""
        return subprocess.run(
            [sys.executable, "-m", "services.cli", *map(str, arguments)],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Begin `lookalike items …`."""
        return subprocess.Popen(
            self.command(*arguments), cwd=ROOT, env=self.environ, stderr=subprocess.PIPE, text=True
        )

    def command(self, *arguments: object) -> list[str]:
        """The command line of `lookalike items …`."""
        return [sys.executable, "-m", "services.cli", "items", *map(str, arguments)]

    def kept(self) -> dict[str, Item]:
        """Items in the store, after checking that each has its pictures."""
        pictures = FilePictures(self.data / "pictures")
        with closing(SqliteItems(self.data / "items.sqlite", writable=False)) as store:
            found = {item.id: item for item in all_items(store)}
        for item in found.values():
            assert all(pictures.get(key) for key in item.pictures), item.id
        return found

    @property
    def store_line(self) -> str:
        """The last line of a command that writes while nothing runs."""
        return f"store: {self.data / 'items.sqlite'}\n"

    def journals(self) -> list[Path]:
        """Journals of imports that are not complete."""
        return sorted((self.data / "imports").glob("*"))


def without_twins(told: str) -> str:
    """What an import told, without the items whose drawn pictures look alike."""
    lines = told.splitlines(keepends=True)
    return "".join(line for line in lines if "look just like" not in line and not line.startswith("  "))
