"""The direction of imports: import-linter's contracts, and rules that these cannot express."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def imports_of(folder: str) -> Iterator[tuple[Path, str]]:
    """Modules that a file of the folder imports, anywhere in it, as absolute names."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: imports are absolute here"
                yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_the_contracts_of_pyproject_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_services_import_cv2_in_one_adapter_alone() -> None:
    found = list(imports_of("services"))
    assert len(found) > 100
    assert {path.name for path, name in found if is_in(name, "cv2")} == {"opencv_points.py"}


def test_the_edge_imports_nothing_of_the_services() -> None:
    found = list(imports_of("edge"))
    assert len(found) > 100
    assert [(path, name) for path, name in found if is_in(name, "services")] == []


def test_the_edge_imports_the_sdk_of_greengrass_in_one_file_alone() -> None:
    found = {path.name for path, name in imports_of("edge") if is_in(name, "awsiot") or is_in(name, "awscrt")}
    assert found == {"greengrass_ipc.py"}
