"""Questions to the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

from deploy.aws.errors import DeployError


def asker(*, yes: bool) -> Callable[[str], bool]:
    """A function that asks a question; with `yes` each is agreed to. DeployError where nobody can answer."""

    def ask(question: str) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            raise DeployError(f"{question} Nobody is there to answer; YES=1 says yes")
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    return ask
