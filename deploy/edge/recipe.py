"""The recipes: read, filled in, and their access narrowed to one device."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.aws.errors import DeployError
from deploy.checkout_files import CHECKOUT

Recipe = dict[str, Any]
RECIPE, CONTAINER = (CHECKOUT / f"edge/greengrass/recipe{kind}.yaml" for kind in ("", "-container"))
# What stands for the image in the recipe of the container, and what a shell takes as one word.
_IMAGE, _IMAGE_NAME = "IMAGE", re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")
_SERVICE = "aws.greengrass.ipc.mqttproxy"


def read_recipe(path: Path) -> Recipe:
    """A recipe as it is in the checkout."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def in_virtual_environment(*, uri: str, model: str) -> Recipe:
    """The recipe of the artefact at an address in S3, which holds this model; still without a version."""
    recipe = read_recipe(RECIPE)
    recipe["Manifests"][0]["Artifacts"][0]["Uri"] = uri
    default(recipe)["Model"] = model
    return recipe


def in_container(image: str) -> Recipe:
    """The recipe of an image, as `docker pull` takes it; still without a version. Raises DeployError."""
    if not _IMAGE_NAME.fullmatch(image):
        raise DeployError(f"IMAGE={image!a}; expected such as ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG")
    recipe = read_recipe(CONTAINER)
    (manifest,) = recipe["Manifests"]
    manifest["Artifacts"][0]["Uri"] = f"docker:{image}"
    manifest["Lifecycle"]["Setenv"]["LOOKALIKE_IMAGE"] = image
    return recipe


def default(recipe: Recipe) -> dict[str, Any]:
    """The configuration of a recipe, which can be changed in place."""
    found = recipe["ComponentConfiguration"]["DefaultConfiguration"]
    assert isinstance(found, dict)
    return found


def as_json(recipe: Recipe, version: str = "") -> bytes:
    """The recipe as AWS gets it, without comments, the same bytes for the same recipe."""
    filled = recipe | {"ComponentVersion": version or recipe["ComponentVersion"]}
    return json.dumps(filled, separators=(",", ":"), ensure_ascii=False).encode()


def access(recipe: Recipe, thing: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """The access of a device, or with a star of all in a group: the recipe's, and what settings need."""
    granted = copy.deepcopy(default(recipe)["accessControl"])
    messages, commands = granted[_SERVICE].values()
    for each in (messages, commands):
        each["resources"] = [name.replace("*", thing, 1) for name in each["resources"]]
    if rule := settings.get("IotRule"):
        messages["resources"].append(f"$aws/rules/{rule}/lookalike/{thing}/features")
    if settings.get("HomeAssistant", "0").lower() in ("1", "true", "yes", "on"):
        # A part of such a topic has no colon.
        messages["resources"].append(f"homeassistant/*/lookalike_{thing.replace(':', '_')}/*/config")
    return dict(granted)
