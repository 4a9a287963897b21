"""`python -m deploy.edge deploy | local | build`: what `make deploy-edge` runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deploy.aws.account import find_account
from deploy.aws.asking import asker
from deploy.aws.choices import Choices
from deploy.aws.errors import DeployError
from deploy.aws.uploads import digest
from deploy.edge import local, recipe
from deploy.edge.artefact import NAME
from deploy.edge.choices import EdgeChoices, read_settings
from deploy.edge.deploy import build, checked, deploy, model_name
from models.variants import DEFAULT_VARIANT
from services.cli.printed import say


def main() -> int:
    """Run the command that is asked for."""
    asked = _arguments()
    try:
        edge = EdgeChoices(
            thing=asked.thing,
            group=asked.group,
            settings=read_settings(asked.set),
            image=asked.image,
            model=asked.model,
            new_model=asked.new_model,
            wheels=tuple(asked.wheels),
            wait_s=60 * asked.wait,
            into=asked.into,
        )
        if asked.command == "build":
            build(edge, say)
        elif asked.command == "local":
            _local(edge)
        elif not edge.thing and not edge.group:
            raise DeployError("THING= is missing: the device's name, as of `lookalike aws things add`")
        elif not deploy(find_account(), Choices(name=asked.name), edge, ask=asker(yes=asked.yes), tell=say):
            say("nothing was changed")
            return 0
    except (DeployError, ClientError, BotoCoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the device goes on, and so does the same command", file=sys.stderr)
        return 130
    return 0


def _local(edge: EdgeChoices) -> None:
    cli = local.find_cli()
    if edge.image:
        artefact, made = None, checked(recipe.in_container(edge.image))
    else:
        artefact = build(edge, say)
        # Of a local deployment's address only the name counts; the digest makes a new version of new content.
        uri = f"s3://local/{digest(artefact)}/{NAME}"
        made = checked(recipe.in_virtual_environment(uri=uri, model=model_name(edge)))
    folder = edge.into / "local"
    version = local.lay_out(made, artefact, folder)
    local.deploy_local(cli, made, version, folder, edge.settings, tell=say, interval_s=2, wait_s=edge.wait_s)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.edge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("deploy", "local", "build"):
        each = commands.add_parser(name)
        each.add_argument("--thing", default="", help="the device")
        each.add_argument("--group", default="", help="the thing group, which the device joins")
        each.add_argument("--name", default="lookalike", help="the deployment, NAME of `make deploy-aws`")
        each.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting, as MaxFps=5"
        )
        each.add_argument("--image", default="", help="the image of a container, without artefact")
        each.add_argument("--model", default=DEFAULT_VARIANT, help="the artefact's model, as LOOKALIKE_MODEL")
        each.add_argument("--new-model", default="", help="a model that devices fetch, without a new version")
        each.add_argument(
            "--wheels", action="append", default=[], metavar="aarch64-py311", help="put these packages in"
        )
        each.add_argument("--wait", type=float, default=30, metavar="MINUTES", help="time for the devices")
        each.add_argument("--yes", action="store_true", help="answer every question with yes")
        each.add_argument("--into", type=Path, default=EdgeChoices.into, help="the folder of what is built")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
