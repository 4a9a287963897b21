"""The recipe's scripts: what they make, make again, and refuse.

The interpreter is a stand-in, because a real one takes seconds to make an environment; `make test-greengrass`
has the real ones and the packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "edge/greengrass"
# Answers as an interpreter does that suits; its pip refuses a lock that has the word "missing".
PYTHON = """#!/bin/sh
case "$1 $2" in
  "- ") cat >/dev/null; echo ok ;;
  "-c "*) echo 3.11 ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") for lock; do :; done; echo "pip: $*"; ! grep -q missing "$lock" ;;
  "-P -m") echo "runs $3|$0|$PYTHONPATH|$LOOKALIKE_EDGE_DATA|$(pwd)" ;;
esac
"""
OTHER_PYTHON = "#!/bin/sh\necho '{lack}'\n"


class Artefact:
    """An unpacked artefact, and the folder that the nucleus gives its component."""

    def __init__(self, folder: Path) -> None:
        self.root, self.work, self.python = folder / "lookalike-edge", folder / "work", folder / "python3"
        shutil.copytree(SCRIPTS, self.root / "edge/greengrass")
        self.lock("# no packages")
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def lock(self, text: str) -> None:
        """Give the artefact another lock."""
        (self.root / "edge/greengrass/requirements.lock").write_text(f"{text}\n")

    def run(self, script: str, *, python: str = "", ok: bool = True) -> str:
        """Run a script as a nucleus does: by sh, with a bare environment; gives what it says."""
        done = subprocess.run(
            ["sh", str(self.root / "edge/greengrass" / script), str(self.work)],
            env={"PATH": os.environ["PATH"], "PYTHON": python or str(self.python)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) == ok, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def environments(self) -> list[Path]:
        """The virtual environments that there are."""
        return sorted(self.work.glob("venv-*"))


@pytest.fixture
def artefact(tmp_path: Path) -> Artefact:
    return Artefact(tmp_path)


def test_an_environment_is_made_once_and_again_when_it_is_half_made(artefact: Artefact) -> None:
    # The run makes what is missing, too.
    said = artefact.run("run")
    assert "installing packages from the package index" in said
    (environment,) = artefact.environments
    work = str(artefact.work)
    assert f"runs edge|{environment}/bin/python|{artefact.root}|{work}/data|{work}\n" in said
    assert "installing" not in artefact.run("install")
    (environment / "ready").unlink()
    (artefact.work / "venv-000000000000").mkdir()
    assert "installing" in artefact.run("run")
    assert artefact.environments == [environment]


def test_the_environment_before_stays_for_a_deployment_that_is_taken_back(artefact: Artefact) -> None:
    artefact.run("install")
    (first,) = artefact.environments
    artefact.lock("# another")
    artefact.run("install")
    assert len(artefact.environments) == 2
    artefact.lock("# no packages")
    assert "installing" not in artefact.run("install")
    assert f"|{first}/bin/python|" in artefact.run("run")
    for n in range(3):
        artefact.lock(f"# number {n}")
        artefact.run("install")
    assert len(artefact.environments) == 2


def test_wheels_in_the_artefact_are_taken_instead_of_the_index(artefact: Artefact) -> None:
    (artefact.root / "wheelhouse").mkdir()
    said = artefact.run("install")
    assert "installing packages from the artefact" in said
    assert f"--no-index --find-links {artefact.root}/wheelhouse" in said
    assert "--require-hashes" in said
    assert "--only-binary :all:" in said


def test_packages_that_can_not_be_had_are_an_error_and_leave_nothing_ready(artefact: Artefact) -> None:
    artefact.lock("missing==1")
    said = artefact.run("install", ok=False)
    assert "error: the packages were not installed; the lines above say why" in said
    assert [each for each in artefact.environments if (each / "ready").exists()] == []
    assert not (artefact.work / "venv").exists()
    artefact.run("run", ok=False)


@pytest.mark.parametrize("lack", ["is Python 3.9.2", "has no module venv: install the package python3-venv"])
def test_what_each_python_lacks_is_said(artefact: Artefact, tmp_path: Path, lack: str) -> None:
    python = tmp_path / "python3.9"
    python.write_text(OTHER_PYTHON.format(lack=lack))
    python.chmod(0o755)
    said = artefact.run("install", python=f"{python} /bin/false /none/python3", ok=False)
    assert f"error: Python 3.11, 3.12 or 3.13 is needed; {python} {lack}; /bin/false does not start\n" in said
    assert not artefact.work.exists()
    assert "installing" in artefact.run("install", python=f"{python} {artefact.python}")


def test_a_folder_is_needed() -> None:
    for script in ("install", "run"):
        done = subprocess.run(["sh", str(SCRIPTS / script)], capture_output=True, text=True)
        assert done.returncode == 2
        assert f"error: {script} FOLDER" in done.stderr
