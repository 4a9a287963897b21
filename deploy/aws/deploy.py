"""Bringing a deployment up, or to what the checkout has by now."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.aws import uploads
from deploy.aws.account import Account
from deploy.aws.choices import Choices
from deploy.aws.errors import DeployError
from deploy.aws.plans import Plan
from deploy.aws.stacks import KEEP, Stacks, Tell
from deploy.aws.template_files import STORAGE, SYSTEM
from services.core.aws_month import PRICES_AS_OF, Use, parts, total

SECRETS = ("ApiKey", "RedisPassword", "OriginKey")
# Whether a person agrees to a question.
Ask = Callable[[str], bool]


def deploy(account: Account, choices: Choices, *, ask: Ask, tell: Tell) -> bool:
    """Deploy after a look and a question; False if the answer was no. Raises DeployError."""
    stacks = Stacks(account.client("cloudformation"), interval_s=account.interval_s, tags=choices.tags)
    tell(f"account {account.number}, region {account.region}, as {account.who}")
    zips = uploads.build_zips(choices.zips, choices.built)
    before = stacks.parameters(choices.name)
    wished = _parameters(account, choices, before, zips)
    plans: list[Plan] = []
    try:
        kept = dict.fromkeys(stacks.parameters(choices.storage), KEEP)
        plans.append(stacks.plan(choices.storage, STORAGE, {**kept, "Name": choices.name, **choices.kept}))
        plans.append(stacks.plan(choices.name, SYSTEM, wished))
        for line in _shown(plans, before | choices.chosen):
            tell(line)
        agreed = not any(plan.changes for plan in plans) or ask("Deploy this?")
    except BaseException:
        _drop(stacks, plans)
        raise
    if not agreed:
        _drop(stacks, plans)
        return False
    storage, system = plans
    stacks.carry_out(storage, tell)
    stacks.protect(choices.storage, on=True)
    s3 = account.client("s3")
    for path in zips.values():
        if uploads.upload(s3, account.bucket(choices.name, "artefacts"), uploads.key_of(path), path):
            tell(f"uploaded: {path.name}")
    try:
        outputs = stacks.carry_out(system, tell)
    except DeployError:
        tell(f"what is kept stays (stack {choices.storage}); `make destroy-aws` removes it")
        raise
    _fill(account, choices, outputs, tell)
    for line in _ending(account, choices, outputs):
        tell(line)
    return True


def _parameters(
    account: Account, choices: Choices, before: dict[str, str], zips: dict[str, Path]
) -> dict[str, str | None]:
    """The template's parameters: what is chosen, what changes by itself, and all else as it is deployed."""
    found = account.client("iot").describe_endpoint(endpointType="iot:Data-ATS")
    new = {name: secrets.token_hex(20) for name in SECRETS} if not before else {}
    return {
        **dict.fromkeys(before, KEEP),
        **new,
        "Name": choices.name,
        "IotEndpoint": found["endpointAddress"],
        **{name: uploads.key_of(path) for name, path in zips.items()},
        **choices.chosen,
    }


def _shown(plans: list[Plan], parameters: dict[str, str]) -> Iterator[str]:
    """The changes, and the month's cost."""
    for plan in plans:
        for change in plan.changes:
            lost = ", replaced: what it holds is lost" if change.replaced else ""
            if not change.follows:
                yield f"{change.action.lower():6} {plan.stack}: {change.name} ({change.kind}){lost}"
        if following := [change.name for change in plan.changes if change.follows]:
            yield f"if one of these gets another name, also: {', '.join(following)}"
        if not plan.changes:
            yield f"stack {plan.stack} is as it should be"
    use = use_of(parameters)
    yield ""
    yield f"a month at one camera, one query a second and pages open {use.page_hours:g} hours a day:"
    for part in parts(use):
        yield f"  {part.dollars:7.2f}  {part.name}: {part.arithmetic}"
    yield f"  {total(use):7.2f}  dollars together; prices of us-east-1 as of {PRICES_AS_OF}, check them"
    if use.on_endpoint:
        yield "  of which SageMaker's from `lookalike aws train` on"


def use_of(parameters: dict[str, str]) -> Use:
    """What a deployment's parameters mean for its cost."""
    return Use(
        on_endpoint=parameters.get("Search", "lambda") != "lambda",
        serverless=parameters.get("Cache") == "serverless",
        commands=parameters.get("Commands") == "on",
    )


def _drop(stacks: Stacks, plans: list[Plan]) -> None:
    for plan in plans:
        stacks.drop(plan)


def _fill(account: Account, choices: Choices, outputs: dict[str, str], tell: Tell) -> None:
    """Upload the page and the catalogue."""
    count = uploads.upload_page(account.client("s3"), account.bucket(choices.name, "page"))
    tell(f"uploaded: the page, {count} files")
    account.client("cloudfront").create_invalidation(
        DistributionId=outputs["Distribution"],
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": secrets.token_hex(8),
        },
    )
    source = uploads.catalogue_of(account, choices)
    if source is not None:
        tell(f"importing {source}")
        uploads.import_catalogue(account, choices, source)


def _ending(account: Account, choices: Choices, outputs: dict[str, str]) -> Iterator[str]:
    """What a person needs now."""
    found = account.client("lambda").get_function_configuration(FunctionName=f"{choices.name}-api")
    name = "" if choices.name == "lookalike" else f" --name {choices.name}"
    yield ""
    yield f"page: {outputs['PageUrl']}"
    yield f"key:  {found['Environment']['Variables']['LOOKALIKE_API_KEY']}"
    if "SageMakerRole" in outputs:
        store = f"LOOKALIKE_STORE=dynamodb://{choices.name}-items"
        index = f"LOOKALIKE_INDEX=s3://{account.bucket(choices.name, 'pictures')}/index"
        yield f"next: {store} {index} .venv/bin/lookalike aws train --role {outputs['SageMakerRole']}"
        if "ImageRepository" in outputs:
            yield f"      --image {outputs['ImageRepository']}:TAG, once services/Dockerfile's is there"
    yield f"next: .venv/bin/lookalike aws things add cam-1{name}    (a folder for a camera)"
