"""The recipes suit both nuclei, and what would not is named."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.version import VERSION
from deploy.aws.errors import DeployError
from deploy.edge.choices import SETTINGS, EdgeChoices, read_settings
from deploy.edge.recipe import (
    CONTAINER,
    RECIPE,
    Recipe,
    as_json,
    default,
    in_container,
    in_virtual_environment,
    read_recipe,
)
from deploy.edge.recipe_checks import problems

Change = Callable[[Recipe], None]
MANIFEST = "Manifests"
SOCKET = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"


def filled() -> Recipe:
    return in_virtual_environment(uri="s3://artefacts/edge/1/lookalike-edge.zip", model="balanced")


@pytest.mark.parametrize(
    "recipe", [filled(), in_container("shop/edge@sha256:0123")], ids=["venv", "container"]
)
def test_the_recipes_have_no_problems(recipe: Recipe) -> None:
    assert problems(recipe) == []
    assert recipe["ComponentVersion"] == VERSION


@pytest.mark.parametrize("path", [RECIPE, CONTAINER], ids=["venv", "container"])
def test_each_setting_is_one_of_the_edge(path: Path) -> None:
    names = set(default(read_recipe(path))) - {"accessControl", "DockerOptions"}
    assert names <= SETTINGS
    assert names >= {"Source", "Region", "MaxFps", "Provider"}


@pytest.mark.parametrize("path", [RECIPE, CONTAINER], ids=["venv", "container"])
def test_a_shell_takes_each_script(path: Path) -> None:
    for step in read_recipe(path)["Manifests"][0]["Lifecycle"].values():
        if script := step.get("Script"):
            replaced = re.sub(r"\{[^}]*\}", "/place", script)
            subprocess.run(["sh", "-n"], input=replaced, text=True, check=True)


def test_the_containers_script_as_a_nucleus_runs_it(tmp_path: Path) -> None:
    recipe = in_container("shop/edge:1")
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n[ "$1" = run ] || exit 1\nprintf "%s\\n" "$@"\n')
    docker.chmod(0o755)
    values = {"work:path": "/gg/work/edge", "configuration:/DockerOptions": default(recipe)["DockerOptions"]}
    script = lifecycle(recipe)["run"]["Script"]
    for name, value in values.items():
        script = script.replace("{" + name + "}", value)
    environ = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        SOCKET: "/gg/ipc.socket",
        "LOOKALIKE_IMAGE": "edge:1",
    }
    # Nucleus lite hands it over on the standard input.
    done = subprocess.run(["sh"], input=script, env=environ, capture_output=True, text=True, check=True)
    arguments = done.stdout.splitlines()
    assert arguments[0] == "run"
    assert arguments[-1] == "edge:1"
    assert {"--device=/dev/video0", "video", f"{os.getuid()}:{os.getgid()}"} <= set(arguments)
    assert {"/gg/ipc.socket:/gg/ipc.socket", "/gg/work/edge:/data", "SVCUID", SOCKET} <= set(arguments)


def lifecycle(recipe: Recipe) -> dict[str, Any]:
    found = recipe["Manifests"][0]["Lifecycle"]
    assert isinstance(found, dict)
    return found


def set_version(value: object) -> Change:
    return lambda recipe: recipe.update(ComponentVersion=value)


def set_step(name: str, key: str, value: object) -> Change:
    return lambda recipe: lifecycle(recipe)[name].update({key: value})


def rename(place: Callable[[Recipe], dict[str, Any]], key: str, other: str) -> Change:
    def change(recipe: Recipe) -> None:
        place(recipe)[other] = place(recipe).pop(key)

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (set_version("1.0"), "ComponentVersion is '1.0'"),
        (set_version("v1.0.0"), "ComponentVersion is 'v1.0.0'"),
        (set_version(1.0), "ComponentVersion is 1.0"),
        (set_version("01.0.0"), "ComponentVersion is '01.0.0'"),
        (rename(lambda recipe: recipe, MANIFEST, "manifests"), "key 'manifests'"),
        (lambda recipe: recipe["Manifests"][0].update(Lifecylce={}), "a manifest has the key 'Lifecylce'"),
        (rename(lifecycle, "install", "Install"), "Lifecycle has the key 'Install'"),
        (rename(lifecycle, "run", "rnu"), "Lifecycle has the key 'rnu'"),
        (rename(lifecycle, "run", "rnu"), "Lifecycle has no run"),
        (rename(lifecycle, "run", "shutdown"), "Lifecycle has the key 'shutdown'"),
        (rename(lambda recipe: lifecycle(recipe)["run"], "Script", "script"), "run has the key 'script'"),
        (set_step("run", "Skipif", "exists /x"), "run has the key 'Skipif'"),
        (set_step("install", "Timeout", "3600"), "install: Timeout is '3600'"),
        (set_step("install", "Timeout", 0), "install: Timeout is 0"),
        (set_step("run", "Script", "echo ${HOME}"), "run: Script has a {"),
        (set_step("run", "Script", "{dependency:artifacts:path}/x"), "run: Script has a {"),
        (set_step("run", "Script", "echo " + 9000 * "x"), "nucleus lite takes 9000"),
        (lambda recipe: lifecycle(recipe).update(run="exec python3"), "run is no map"),
        (lambda recipe: lifecycle(recipe)["Setenv"].update(A="two words"), "Setenv: A is 'two words'"),
        (lambda recipe: lifecycle(recipe)["Setenv"].update(A=1), "Setenv: A is 1"),
        (lambda recipe: recipe["Manifests"][0]["Platform"].pop("runtime"), 'no runtime: "*"'),
        (lambda recipe: recipe["Manifests"][0]["Artifacts"][0].update(URI="s3://x"), "the key 'URI'"),
        (
            lambda recipe: default(recipe).update(Thing="{iot:thingName}"),
            "holds a variable",
        ),
        (lambda recipe: recipe.update(ComponentType="aws.greengrass.plugin"), "ComponentType"),
        (lambda recipe: recipe.update(ComponentDescription=8192 * "x"), "nucleus lite reads 8192"),
    ],
)
def test_what_a_nucleus_would_not_take_is_named(change: Change, told: str) -> None:
    recipe = filled()
    change(recipe)
    assert any(told in line for line in problems(recipe)), problems(recipe)


def test_the_container_gets_its_image() -> None:
    recipe = in_container("1.dkr.ecr.eu-west-1.amazonaws.com/edge:1")
    assert recipe["Manifests"][0]["Artifacts"] == [{"Uri": "docker:1.dkr.ecr.eu-west-1.amazonaws.com/edge:1"}]
    assert b"IMAGE" not in as_json(recipe).replace(b"LOOKALIKE_IMAGE", b"")
    with pytest.raises(DeployError, match="IMAGE='edge; reboot'"):
        in_container("edge; reboot")


def test_choices_are_checked() -> None:
    assert read_settings(["MaxFps=5", "Source=rtsp://a:b@door/?x=y", "Region="]) == {
        "MaxFps": "5",
        "Source": "rtsp://a:b@door/?x=y",
        "Region": "",
    }
    with pytest.raises(DeployError, match="SET: 'MaxFps'"):
        read_settings(["MaxFps"])
    with pytest.raises(DeployError, match=r"SET: Maxfps; expected one of .*MaxFps"):
        EdgeChoices(settings={"Maxfps": "5"})
    with pytest.raises(DeployError, match="SET: Thing; expected"):
        EdgeChoices(settings={"Thing": "cam-1"})
    with pytest.raises(DeployError, match="THING='door 1'"):
        EdgeChoices(thing="door 1")
    assert EdgeChoices(image="edge", settings={"DockerOptions": ""}).settings == {"DockerOptions": ""}
