"""What a person chooses of the edge's deployment to devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.wire import is_thing
from deploy.aws.errors import DeployError
from deploy.checkout_files import CHECKOUT
from edge.settings import EdgeSettings
from models.variants import DEFAULT_VARIANT

# A component's setting, as MaxFps, is the edge's LOOKALIKE_MAX_FPS.
SETTINGS = {name.title().replace("_", "") for name in EdgeSettings.model_fields} - {"Thing"}
_OF_THE_CONTAINER = {"DockerOptions"}


@dataclass(frozen=True)
class EdgeChoices:
    """Where the edge is deployed to, and with what.

    With `group` the deployment is the thing group's, which `thing` joins; else the thing's own. `settings`
    are those that change; the others stay as they were deployed. `image` chooses the container. `wheels` are
    what packages are put into the artefact for. `model` is the artefact's; `new_model` is put beside the
    page, from where devices fetch it without a new version. `wait_s` is the time that the devices get, `into`
    the folder of what is built.
    """

    thing: str = ""
    group: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    image: str = ""
    model: str = DEFAULT_VARIANT
    new_model: str = ""
    wheels: tuple[str, ...] = ()
    wait_s: float = 1800.0
    into: Path = CHECKOUT / "build/greengrass"

    def __post_init__(self) -> None:
        for name, value in (("THING", self.thing), ("GROUP", self.group)):
            if value and not is_thing(value):
                raise DeployError(f"{name}={value!a}; expected 1 to 128 of the characters a-z A-Z 0-9 : _ -")
        known = SETTINGS | (_OF_THE_CONTAINER if self.image else set())
        if unknown := sorted(set(self.settings) - known):
            raise DeployError(f"SET: {', '.join(unknown)}; expected one of {', '.join(sorted(known))}")


def read_settings(pairs: Iterable[str]) -> dict[str, str]:
    """Settings out of texts such as MaxFps=5; raises DeployError."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise DeployError(f"SET: {name!a}; expected such as MaxFps=5")
        found[name] = value
    return found
