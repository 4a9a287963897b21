"""Bringing the edge to devices with Greengrass, or to what the checkout has by now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deploy.aws import uploads
from deploy.aws.account import Account
from deploy.aws.choices import Choices
from deploy.aws.deploy import Ask
from deploy.aws.errors import DeployError
from deploy.aws.stacks import Stacks, Tell
from deploy.aws.template_files import DEVICES
from deploy.edge import artefact, recipe
from deploy.edge.choices import EdgeChoices
from deploy.edge.component import Components
from deploy.edge.core_device import CoreDevices
from deploy.edge.deployment import Deployments, Target
from deploy.edge.follow import Follower
from deploy.edge.recipe_checks import problems
from deploy.zip_file import MIB


def deploy(account: Account, choices: Choices, edge: EdgeChoices, *, ask: Ask, tell: Tell) -> bool:
    """Deploy to a device or a group and follow it to its end; False if a question was denied. DeployError."""
    tell(f"account {account.number}, region {account.region}, as {account.who}")
    stacks = Stacks(account.client("cloudformation"), interval_s=account.interval_s, tags=choices.tags)
    if stacks.outputs(choices.storage) is None:
        raise DeployError(f"no deployment {choices.name} in this region; `make deploy-aws` makes one")
    alias = _bring_role(stacks, choices, ask=ask, tell=tell)
    if alias is None:
        return False
    made = _recipe(account, choices, edge, tell)
    follower = Follower(account, tell=tell)
    devices = CoreDevices(account, choices.name, role_alias=alias)
    if edge.thing and edge.group:
        devices.join(edge.thing, edge.group)
    target = _target(account, edge)
    deployments = Deployments(account, target)
    given = {**_published(account, choices, edge, stacks, tell), **edge.settings}
    settings = deployments.settings(made, given)
    if edge.thing:
        _prepare(devices, follower, edge, recipe.access(made, edge.thing, settings), tell)
    version, new = Components(account, tags=choices.tags).bring(made)
    tell(f"{made['ComponentName']} {version.text}: {'made' if new else 'nothing has changed'}")
    deployment, new = deployments.bring(made, version, settings)
    tell(f"deployment {deployment}: {'made' if new else 'is the newest already'}")
    follower.follow(target, deployment, wait_s=edge.wait_s)
    return True


def build(edge: EdgeChoices, tell: Tell) -> Path:
    """Build the artefact; raises DeployError."""
    path, sizes = artefact.build(edge.into, model=edge.model, wheels=edge.wheels)
    tell(f"{path}: {sizes.zipped / MIB:.1f} MiB, {sizes.unpacked / MIB:.1f} unpacked")
    return path


def checked(made: recipe.Recipe) -> recipe.Recipe:
    """The recipe; DeployError if a nucleus would not take it."""
    if found := problems(made):
        raise DeployError("\n".join([f"the recipe of {made['ComponentName']} is faulty:", *found]))
    return made


def _bring_role(stacks: Stacks, choices: Choices, *, ask: Ask, tell: Tell) -> str | None:
    """The alias of the role that devices have; None if the answer was no."""
    plan = stacks.plan(choices.devices, DEVICES, {"Name": choices.name})
    for change in plan.changes:
        tell(f"{change.action.lower():6} {plan.stack}: {change.name} ({change.kind})")
    if plan.changes and not ask("Deploy this?"):
        stacks.drop(plan)
        return None
    return stacks.carry_out(plan, tell)["RoleAlias"]


def _recipe(account: Account, choices: Choices, edge: EdgeChoices, tell: Tell) -> recipe.Recipe:
    """The recipe to deploy; the artefact that it names is uploaded."""
    if edge.image:
        return checked(recipe.in_container(edge.image))
    path = build(edge, tell)
    bucket, key = account.bucket(choices.name, "artefacts"), f"edge/{uploads.digest(path)}/{path.name}"
    if uploads.upload(account.client("s3"), bucket, key, path):
        tell(f"uploaded: s3://{bucket}/{key}")
    return checked(recipe.in_virtual_environment(uri=f"s3://{bucket}/{key}", model=model_name(edge)))


def _published(
    account: Account, choices: Choices, edge: EdgeChoices, stacks: Stacks, tell: Tell
) -> dict[str, str]:
    """The settings of a model that devices are to fetch, which is put beside the page; none without one."""
    if not edge.new_model:
        return {}
    outputs = stacks.outputs(choices.name)
    if outputs is None:
        raise DeployError(f"no deployment {choices.name} in this region; `make deploy-aws` makes one")
    file = artefact.model_file(edge.new_model)
    bucket = account.bucket(choices.name, "page")
    settings = uploads.upload_model(account.client("s3"), bucket, file, page=outputs["PageUrl"])
    tell(f"model {edge.new_model}: {settings['Model']}")
    return settings


def model_name(edge: EdgeChoices) -> str:
    """The name by which a device finds the artefact's model."""
    return artefact.model_file(edge.model).stem


def _target(account: Account, edge: EdgeChoices) -> Target:
    place = f"arn:{account.partition}:iot:{account.region}:{account.number}"
    if edge.group:
        return Target(f"{place}:thinggroup/{edge.group}", edge.thing, edge.group)
    return Target(f"{place}:thing/{edge.thing}", edge.thing, "")


def _prepare(
    devices: CoreDevices, follower: Follower, edge: EdgeChoices, granted: dict[str, Any], tell: Tell
) -> None:
    """Make the thing a core device, and say what is to be done on it while it has never reported."""
    if devices.allow(edge.thing, granted):
        tell(f"{edge.thing}: its certificate has the rights of a core device")
    heard = follower.last_heard(edge.thing)
    if heard:
        tell(f"{edge.thing}: {heard}")
        return
    for path in devices.configure(edge.thing, edge.into / edge.thing):
        tell(f"{edge.thing}: {path}")
    tell(f"{edge.thing} has never reported: install a nucleus with one of these files (docs/greengrass.md);")
    tell("this waits for it, and may be interrupted: what is deployed now comes once it reports")
