"""Both ways to install the edge on a device, as docs/edge.md and the recipe have them."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.greengrass.device import CLIP, Device
from tests.system.stack import ROOT

RECIPE = ROOT / "edge/greengrass/recipe.yaml"
USER = "ggc_user"
UNPACKED = "/root/lookalike-edge"
INSTALL = f"{UNPACKED}/edge/install.sh"
_ZIP = f"{UNPACKED}.zip"
_ARTIFACTS = "/greengrass/v2/packages/artifacts-unarchived/lookalike.Edge/0.1.0"
_WORK = "/greengrass/v2/work/lookalike.Edge"


def nucleus_installs(device: Device, artefact: Path) -> str:
    """Unpack the artefact, which the component's user can read alone, and run the recipe's install script."""
    device.copy(artefact, _ZIP)
    device.run("useradd", "--system", USER)
    device.run("install", "-d", "-o", USER, _WORK)
    folder = f"{_ARTIFACTS}/lookalike-edge"
    device.run("python3", "-m", "zipfile", "-e", _ZIP, folder)
    device.run("sh", "-ec", f"chown -R {USER} {_ARTIFACTS}; chmod -R a=,u=rX {_ARTIFACTS}")
    script, environ = step("install", thing="classic")
    return device.run("sh", user=USER, environ=environ, given=script).stdout


def user_installs(device: Device, artefact: Path, broker: str) -> str:
    """Unpack the artefact, and install it with the folder of a camera.

    The packages are those of the component, which `install` finds where it would put them.
    """
    device.run("sh", "-ec", f"mkdir /opt/lookalike-edge; cp -al {_WORK}/venv-* /opt/lookalike-edge")
    device.copy(artefact, _ZIP)
    device.run("python3", "-m", "zipfile", "-e", _ZIP, UNPACKED)
    settings = f"LOOKALIKE_THING=service\nLOOKALIKE_MQTT_URL={broker}\n"
    device.run("sh", "-ec", "mkdir /root/door; cat >/root/door/edge.env", given=f"# a camera\n\n{settings}")
    further = (f"LOOKALIKE_SOURCE={CLIP}", "LOOKALIKE_PACE=fast", "LOOKALIKE_GATE=0")
    return device.run("sh", INSTALL, "/root/door", *further).stdout


def step(name: str, *, thing: str) -> tuple[str, dict[str, str]]:
    """A script of the recipe's lifecycle and its environment, with a nucleus' values for the variables."""
    (manifest,) = yaml.safe_load(RECIPE.read_text())["Manifests"]
    lifecycle = manifest["Lifecycle"]
    values = {
        "{artifacts:decompressedPath}": _ARTIFACTS,
        "{work:path}": _WORK,
        "{iot:thingName}": thing,
    }

    def filled(text: str) -> str:
        for variable, value in values.items():
            text = text.replace(variable, value)
        assert "{" not in text
        return text

    return filled(lifecycle[name]["Script"]), {
        variable: filled(value) for variable, value in lifecycle["Setenv"].items()
    }
