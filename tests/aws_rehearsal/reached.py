"""A deployment with COMMANDS=on, as far as the emulator goes."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.aws.stacks import KEEP, Stacks
from deploy.aws.template_files import SYSTEM
from services.adapters.stack_outputs import stack_outputs
from tests.aws_rehearsal.kit import Deployment, know_host

# Its address is that of a network's endpoint, and the emulator's endpoints have none.
LEFT_OUT = "IotRecord"


def reach_cameras(deployment: Deployment, folder: Path) -> None:
    """Let a deployment's functions reach cameras, by the template without LEFT_OUT, written into a folder."""
    name, client = deployment.choices.name, deployment.account.client("cloudformation")
    stacks = Stacks(client, interval_s=deployment.account.interval_s, tags=deployment.choices.tags)
    text, count = re.subn(rf"  {LEFT_OUT}:\n( {{4}}.*\n)+", "", SYSTEM.read_text(encoding="utf-8"))
    assert count == 1
    template = folder / "system.yaml"
    template.write_text(text, encoding="utf-8")
    parameters: dict[str, str | None] = dict.fromkeys(stacks.parameters(name), KEEP)
    stacks.carry_out(stacks.plan(name, template, parameters | {"Commands": "on"}), lambda _: None)
    know_host(stack_outputs(client, name)["IotEndpoint"].partition(":")[0])
