"""What both nuclei need of a recipe, beyond the schema that AWS publishes, which lets it pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from deploy.edge.recipe import Recipe, as_json, default

_VERSION = re.compile(r"(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?")
_KEYS = {
    "RecipeFormatVersion",
    "ComponentName",
    "ComponentVersion",
    "ComponentType",
    "ComponentDescription",
    "ComponentPublisher",
    "ComponentConfiguration",
    "ComponentDependencies",
    "Manifests",
}
_MANIFEST = {"Name", "Platform", "Artifacts", "Lifecycle"}
_ARTEFACT = {"Uri", "Unarchive", "Permission"}
_PLATFORM = {"os", "architecture", "runtime"}
_DEPENDENCY = {"VersionRequirement", "DependencyType"}
# In this case nucleus lite reads them; it has neither shutdown nor recover, nor Skipif in a step.
_STEPS = {"bootstrap", "install", "startup", "run"}
_STEP = {"Script", "Timeout", "Setenv", "RequiresPrivilege"}
_VARIABLE = re.compile(
    r"\{(artifacts:(path|decompressedPath)|kernel:rootPath|iot:thingName|work:path|configuration:/\w+)\}"
)
# Nucleus lite writes `export NAME=VALUE` without quotes.
_SHELL = re.compile(r"[\s\"'$`\\|&;<>()*?#~]")
# The largest recipe, and the largest accessControl, that nucleus lite reads.
MOST_BYTES, MOST_SCRIPT = 8192, 9000


def problems(recipe: Recipe) -> list[str]:
    """What is wrong with a recipe, in words; the empty list if nothing is."""
    return [*_top(recipe), *(line for each in recipe.get("Manifests", []) for line in _manifest(each))]


def _top(recipe: Recipe) -> Iterator[str]:
    yield from _unknown("the recipe", recipe, _KEYS)
    version = recipe.get("ComponentVersion")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        yield f"ComponentVersion is {version!r}; expected such as 1.0.3"
    if recipe.get("ComponentType") != "aws.greengrass.generic":
        yield "ComponentType: nucleus lite runs only aws.greengrass.generic"
    for name, each in recipe.get("ComponentDependencies", {}).items():
        yield from _unknown(f"the dependency {name}", each, _DEPENDENCY)
    if any("{" in text for text in _texts(default(recipe))):
        yield "DefaultConfiguration holds a variable, which nucleus lite does not replace"
    if len(as_json(recipe)) > MOST_BYTES:
        yield f"the recipe has {len(as_json(recipe))} bytes; nucleus lite reads {MOST_BYTES}"


def _manifest(manifest: dict[str, Any]) -> Iterator[str]:
    yield from _unknown("a manifest", manifest, _MANIFEST)
    platform = manifest.get("Platform", {})
    yield from _unknown("Platform", platform, _PLATFORM)
    if platform.get("runtime") != "*":
        yield 'Platform has no runtime: "*", so nucleus lite passes over it'
    for each in manifest.get("Artifacts", []):
        yield from _unknown("an artefact", each, _ARTEFACT)
    lifecycle = manifest.get("Lifecycle", {})
    yield from _unknown("Lifecycle", lifecycle, _STEPS | {"Setenv"})
    if "run" not in lifecycle:
        yield "Lifecycle has no run"
    yield from _setenv(lifecycle)
    for name in _STEPS & set(lifecycle):
        yield from _step(name, lifecycle[name])


def _step(name: str, step: object) -> Iterator[str]:
    if not isinstance(step, dict):
        yield f"{name} is no map; expected Script and what else it needs"
        return
    yield from _unknown(name, step, _STEP)
    yield from _setenv(step)
    timeout = step.get("Timeout", 1)
    if isinstance(timeout, bool) or not isinstance(timeout, int) or timeout < 1:
        yield f"{name}: Timeout is {timeout!r}; expected a number of seconds"
    script = step.get("Script", "")
    if not isinstance(script, str) or not script:
        yield f"{name} has no Script"
    elif "{" in _VARIABLE.sub("", script):
        yield f"{name}: Script has a {{ that begins no variable known to both nuclei"
    elif len(script) > MOST_SCRIPT:
        yield f"{name}: Script has {len(script)} bytes; nucleus lite takes {MOST_SCRIPT}"


def _setenv(step: dict[str, Any]) -> Iterator[str]:
    for name, value in step.get("Setenv", {}).items():
        if not isinstance(value, str) or _SHELL.search(value) or "{" in _VARIABLE.sub("", value):
            yield f"Setenv: {name} is {value!r}; expected a text that a shell takes as one word"


def _unknown(where: str, found: dict[str, Any], known: set[str]) -> Iterator[str]:
    for key in sorted(set(found) - known):
        yield f"{where} has the key {key!r}; expected one of {', '.join(sorted(known))}"


def _texts(value: object) -> Iterator[str]:
    """All texts in a configuration."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value
