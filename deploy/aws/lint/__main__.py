"""`python -m deploy.aws.lint`: cfn-lint and checkov on the templates; both install what their locks name."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parents[2]
TEMPLATES = sorted(str(path.relative_to(CHECKOUT)) for path in FOLDER.parent.glob("*.yaml"))
UV = Path(sys.executable).with_name("uv")
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
        [_environment(tool) / "bin" / name, *arguments], cwd=CHECKOUT, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="", file=sys.stderr)
    print(f"{tool}: {'no warning' if not done.returncode else 'see above'}", flush=True)
    return done.returncode


def _environment(tool: str) -> Path:
    """The tool's environment, made again when its lock has changed."""
    lock = FOLDER / f"{tool}.lock"
    folder = CHECKOUT / "build" / "lint" / tool
    mark = folder / hashlib.sha256(lock.read_bytes()).hexdigest()
    if not mark.exists():
        print(f"installing {tool} in {folder.relative_to(CHECKOUT)}", flush=True)
        subprocess.run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        install: list[str | Path] = [
            UV,
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--python",
            folder,
            "-r",
            lock,
        ]
        subprocess.run(install, check=True)
        mark.touch()
    return folder


if __name__ == "__main__":
    sys.exit(main())
