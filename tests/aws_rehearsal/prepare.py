"""`python -m tests.aws_rehearsal.prepare`: what the rehearsal takes from elsewhere, before it is alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.aws import uploads
from deploy.aws.errors import DeployError
from tests.aws_rehearsal import kit
from tests.aws_rehearsal.credentials import refusal


def main() -> int:
    """Make the emulator's environment and the functions' zips."""
    if told := refusal(os.environ, Path.home()):
        print(f"error: {told}", file=sys.stderr)
        return 2
    try:
        kit.emulator_python()
        uploads.build_zips(kit.given_zips(), kit.BUILT)
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
