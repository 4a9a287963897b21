"""LOCAL=1: greengrass-cli is called as it wants it, and its words about a failure are told."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.aws.errors import DeployError
from deploy.edge.local import deploy_local, find_cli, lay_out
from deploy.edge.recipe import in_virtual_environment

RECIPE = in_virtual_environment(uri="s3://local/0123/lookalike-edge.zip", model="balanced")
# Writes down its arguments, and answers as greengrass-cli does.
CLI = """#!/bin/sh
printf '%s\\n' "$@" >>{folder}/calls
case "$2" in
  create) echo "Local deployment submitted! Deployment Id: 44d89f46-1a29-4044-ad89-5151213dfcbc" ;;
  status) echo "$4: $(head -n 1 {folder}/answers)"; sed -i 1d {folder}/answers ;;
esac
"""


@pytest.fixture
def cli(tmp_path: Path) -> str:
    path = tmp_path / "greengrass-cli"
    path.write_text(CLI.format(folder=tmp_path))
    path.chmod(0o755)
    return str(path)


def run(cli: str, folder: Path, *answers: str, **settings: str) -> list[str]:
    (folder / "answers").write_text("".join(f"{each}\n" for each in answers))
    (folder / "artefact.zip").write_bytes(b"zip")
    into = folder / "local"
    version = lay_out(RECIPE, folder / "artefact.zip", into)
    told: list[str] = []
    deploy_local([cli], RECIPE, version, into, settings, tell=told.append, interval_s=0, wait_s=60)
    return told


def test_a_deployment_by_the_command_line(cli: str, tmp_path: Path) -> None:
    told = run(cli, tmp_path, "IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED", MaxFps="5")
    assert [line.partition(": ")[2] for line in told] == ["in progress", "succeeded"]
    calls = (tmp_path / "calls").read_text().splitlines()
    called = dict(pairwise(calls))
    version = called["--merge"].removeprefix("lookalike.Edge=")
    recipe = json.loads((Path(called["--recipeDir"]) / f"lookalike.Edge-{version}.json").read_text())
    assert recipe["ComponentVersion"] == version
    artefact = Path(called["--artifactDir"]) / "lookalike.Edge" / version / "lookalike-edge.zip"
    assert artefact.read_bytes() == b"zip"
    merged = json.loads(called["--update-config"])["lookalike.Edge"]["MERGE"]
    assert merged["MaxFps"] == "5"
    assert called["-i"] == "44d89f46-1a29-4044-ad89-5151213dfcbc"


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    versions = {
        lay_out(
            in_virtual_environment(uri=f"s3://local/{digest}/a.zip", model="balanced"), None, tmp_path / "x"
        )
        for digest in ("01", "02", "01")
    }
    assert len(versions) == 2


def test_a_failure_is_told_in_the_commands_words(cli: str, tmp_path: Path) -> None:
    with pytest.raises(
        DeployError, match=r"FAILED COMPONENT_BROKEN\nits log: /greengrass/v2/logs/lookalike\.Edge"
    ):
        run(cli, tmp_path, "FAILED COMPONENT_BROKEN")


def test_without_the_command_it_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeployError, match=r"LOCAL=1: greengrass-cli is neither .* aws\.greengrass\.Cli"):
        find_cli()


def test_a_command_that_can_not_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="No such file"):
        run(str(tmp_path / "none"), tmp_path)
