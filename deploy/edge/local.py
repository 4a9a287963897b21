"""A deployment by greengrass-cli on the device itself, without AWS."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from common.version import VERSION
from deploy.aws.errors import DeployError
from deploy.aws.stacks import Tell
from deploy.edge.artefact import NAME
from deploy.edge.component import content_of
from deploy.edge.recipe import Recipe, access, as_json

_INSTALLED = Path("/greengrass/v2/bin/greengrass-cli")
_ID = re.compile(r"Deployment Id: ([0-9A-Za-z-]+)")
_STATE = re.compile(r"\b(QUEUED|IN_PROGRESS|SUCCEEDED|FAILED|CANCELED)\b")


def find_cli() -> list[str]:
    """The command of greengrass-cli, by sudo unless root asks; raises DeployError where there is none."""
    found = shutil.which("greengrass-cli") or (str(_INSTALLED) if _INSTALLED.exists() else None)
    if found is None:
        told = (
            "deploy the component aws.greengrass.Cli to this device first; nucleus lite has no such command"
        )
        raise DeployError(f"LOCAL=1: greengrass-cli is neither in the PATH nor {_INSTALLED}; {told}")
    return [found] if os.geteuid() == 0 else ["sudo", found]


def lay_out(recipe: Recipe, artefact: Path | None, into: Path) -> str:
    """Write the folders `recipes` and `artifacts` as greengrass-cli reads them; gives the version.

    The version changes with the content, because a nucleus does not install one again that it has.
    """
    version = f"{VERSION}-c{content_of(recipe)}"
    name = recipe["ComponentName"]
    shutil.rmtree(into, ignore_errors=True)
    recipes, artefacts = into / "recipes", into / "artifacts" / name / version
    recipes.mkdir(parents=True)
    artefacts.mkdir(parents=True)
    (recipes / f"{name}-{version}.json").write_bytes(as_json(recipe, version))
    if artefact:
        shutil.copyfile(artefact, artefacts / NAME)
    return version


def deploy_local(
    cli: Sequence[str],
    recipe: Recipe,
    version: str,
    folder: Path,
    settings: Mapping[str, str],
    *,
    tell: Tell,
    interval_s: float,
    wait_s: float,
) -> None:
    """Deploy what was laid out, and follow it; DeployError with what greengrass-cli says of a failure."""
    name = recipe["ComponentName"]
    command = ["deployment", "create", "--recipeDir", str(folder / "recipes")]
    command += ["--artifactDir", str(folder / "artifacts"), "--merge", f"{name}={version}"]
    if settings:
        merged = {**settings, "accessControl": access(recipe, "*", settings)}
        command += ["--update-config", json.dumps({name: {"MERGE": merged}})]
    answer = _run([*cli, *command])
    found = _ID.search(answer)
    if found is None:
        raise DeployError(f"greengrass-cli names no deployment:\n{answer}")
    before, until_s = "", time.monotonic() + wait_s
    while True:
        answer = _run([*cli, "deployment", "status", "-i", found[1]])
        named = _STATE.search(answer)
        state = named[1] if named else "QUEUED"
        if state != before:
            tell(f"{name} {version}: {state.lower().replace('_', ' ')}")
        if state == "SUCCEEDED":
            return
        if state in ("FAILED", "CANCELED"):
            raise DeployError(f"{answer.strip()}\nits log: /greengrass/v2/logs/{name}.log")
        if time.monotonic() > until_s:
            raise DeployError(f"not done within {wait_s / 60:g} minutes ({state.lower().replace('_', ' ')})")
        before = state
        time.sleep(interval_s)


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise DeployError(f"{command[0]}: {error.strerror}") from None
    if done.returncode:
        raise DeployError(f"{' '.join(command[:4])} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
