"""`python -m tests.aws_rehearsal.prepare`: what the rehearsal takes from elsewhere, before it is alone."""

from __future__ import annotations

import sys

from deploy.aws import uploads
from deploy.aws.errors import DeployError
from tests.aws_rehearsal import kit


def main() -> int:
    """Make the emulator's environment and the functions' zips."""
    try:
        kit.emulator_python()
        uploads.build_zips(kit.given_zips(), kit.BUILT)
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
