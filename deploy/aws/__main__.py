"""`python -m deploy.aws deploy | destroy`: what `make deploy-aws` and `make destroy-aws` run."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deploy.aws.account import find_account
from deploy.aws.asking import asker
from deploy.aws.choices import Choices
from deploy.aws.deploy import deploy
from deploy.aws.destroy import destroy
from deploy.aws.errors import DeployError
from services.cli.printed import say


def main() -> int:
    """Run the command that is asked for."""
    asked = _arguments()
    try:
        names = {each.name for each in fields(Choices)}
        choices = Choices(**{key: value for key, value in vars(asked).items() if key in names})
        account, ask = find_account(), asker(yes=choices.yes)
        if asked.command == "destroy":
            done = destroy(account, choices, keep_data=asked.keep_data, ask=ask, tell=say)
        else:
            done = deploy(account, choices, ask=ask, tell=say)
    except (DeployError, ClientError, BotoCoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; what AWS has begun goes on there, and so does the same command", file=sys.stderr)
        return 130
    if not done:
        say("nothing was changed")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.aws", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up, down = commands.add_parser("deploy"), commands.add_parser("destroy")
    for each in (up, down):
        each.add_argument("--name", default="lookalike", help="what all names begin with")
        each.add_argument("--yes", action="store_true", help="answer every question with yes")
    up.add_argument("--search", choices=["lambda", "sagemaker", "sagemaker-faiss"])
    up.add_argument("--cache", choices=["t4g", "serverless"])
    up.add_argument("--commands", choices=["on", "off"], help="whether functions reach cameras")
    up.add_argument("--email", help="who is told of alarms")
    up.add_argument("--budget", metavar="DOLLARS", help="the account's month at which a warning is sent")
    up.add_argument("--history-days", metavar="DAYS", help="how long what cameras showed is kept; 0: not")
    up.add_argument("--history-pictures", choices=["on", "off"], help="whether with pictures")
    up.add_argument("--catalogue", help="what `lookalike items import` takes; [the samples]")
    up.add_argument("--zips", type=Path, help="the folder of built zips; [they are built]")
    up.add_argument("--built", default="arm64-py312", help="the processor and Python of the functions")
    down.add_argument("--keep-data", action="store_true", help="leave items, pictures and zips")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
