"""`python -m deploy.aws.lint`: cfn-lint and checkov on the templates; both install what their locks name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deploy.aws.own_environment import own_environment
from deploy.checkout_files import CHECKOUT

FOLDER = Path(__file__).parent
TEMPLATES = sorted(str(path.relative_to(CHECKOUT)) for path in FOLDER.parent.glob("*.yaml"))
COMMANDS = {
    "cfn-lint": ["cfn-lint", "--regions", "us-east-1", "eu-west-1", "--", *TEMPLATES],
    "checkov": ["checkov", "--config-file", str(FOLDER / "checkov.yaml"), "--file", *TEMPLATES],
}


def main() -> int:
    """The exit code: 0 if neither tool finds anything."""
    return max(_check(tool) for tool in COMMANDS)


def _check(tool: str) -> int:
    name, *arguments = COMMANDS[tool]
    done = subprocess.run(
        [own_environment(FOLDER / f"{tool}.lock", f"lint/{tool}") / "bin" / name, *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="", file=sys.stderr)
    print(f"{tool}: {'no warning' if not done.returncode else 'see above'}", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
