"""A device as a container: Debian's Python, and nothing of ours but the artefact that is brought to it."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.system.stack import ROOT

IMAGE = "python:3.11-slim-bookworm"
CLIP = "/media/clip.mp4"


class Device:
    """A container that waits for commands; it is gone after the block."""

    def __init__(
        self, *options: str, image: str = IMAGE, command: Sequence[str] = ("sleep", "infinity")
    ) -> None:
        # Not lookalike-test-…: tests/compose, which may run beside these, counts what is left of those.
        self.name = f"lookalike-device-{uuid.uuid4().hex[:8]}"
        clip = ("--volume", f"{ROOT}/samples/clip.mp4:{CLIP}:ro")
        self._command = ["run", "--detach", "--init", "--name", self.name, *clip, *options, image, *command]

    def __enter__(self) -> Self:
        docker(*self._command)
        return self

    def __exit__(self, *_: object) -> None:
        docker("rm", "--force", "--volumes", self.name)

    def run(
        self,
        *command: str,
        user: str = "root",
        environ: Mapping[str, str] | None = None,
        given: str = "",
        check: bool = True,
        detach: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it with this standard input; it must succeed unless `check` is False."""
        variables = [part for name, value in (environ or {}).items() for part in ("--env", f"{name}={value}")]
        how = ["--detach"] if detach else ["--interactive"]
        done = subprocess.run(
            ["docker", "exec", *how, "--user", user, *variables, self.name, *command],
            input=given,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0 or not check, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done

    def copy(self, source: Path, target: str) -> None:
        """Copy a file or a folder into it, for root."""
        docker("cp", str(source), f"{self.name}:{target}")

    def read(self, path: str) -> str:
        """A file's content, empty if there is none."""
        return self.run("cat", path, check=False).stdout

    def logs(self) -> str:
        """What its command has written."""
        done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True)
        return done.stdout + done.stderr


def docker(*arguments: str) -> str:
    """The output of a Docker command, which must succeed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"docker {arguments}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout
