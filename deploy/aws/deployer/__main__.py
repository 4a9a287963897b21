"""`python -m deploy.aws.deployer [--name NAME]`: writes the policies of the person who deploys.

Without a name: the files of this checkout. With one: into the folder that one is in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from deploy.aws.choices import Choices
from deploy.aws.deployer.policy import FILES, policies, text_of


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(prog="python -m deploy.aws.deployer", description=__doc__)
    parser.add_argument("--name", default="lookalike", help="the deployment's, NAME of `make deploy-aws`")
    parser.add_argument("--into", type=Path, default=FILES[0].parent, help="the folder of the files")
    asked = parser.parse_args()
    for path, policy in zip(FILES, policies(Choices(name=asked.name).name), strict=True):
        (asked.into / path.name).write_text(text_of(policy), encoding="utf-8")
        print(asked.into / path.name)


if __name__ == "__main__":
    main()
