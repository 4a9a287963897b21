"""Real credentials within reach, with which a rehearsal must not begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

# What names neither a person nor a role, nor where those are kept.
HARMLESS = {
    "AWS_CA_BUNDLE", "AWS_CLI_AUTO_PROMPT", "AWS_DEFAULT_OUTPUT", "AWS_DEFAULT_REGION", "AWS_MAX_ATTEMPTS",
    "AWS_EC2_METADATA_DISABLED", "AWS_PAGER", "AWS_REGION", "AWS_RETRY_MODE", "AWS_STS_REGIONAL_ENDPOINTS",
}  # fmt: skip
# A container or an instance whose role boto3 would take, and boto's own files.
_OTHERS = ("ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4", "BOTO_CONFIG")
_FILES = (".aws/credentials", ".aws/config", ".aws/login", ".aws/sso", ".boto")


def refusal(environ: Mapping[str, str], home: Path, *, system: Path = Path("/etc")) -> str | None:
    """What to tell a person instead of the rehearsal, None without credentials within reach.

    Values are not looked at: those of an emulator look as real ones do.
    """
    found = [*_variables(environ), *map(str, _files(home, system))]
    if not found:
        return None
    variables = "".join(f" -u {name}" for name in _variables(environ))
    return (
        f"the rehearsal does not begin with credentials of AWS within reach: {', '.join(found)}\n"
        "It makes its own for the emulator, and must not find others. Nothing was done. This hides them:\n"
        f'  env{variables} HOME="$(mktemp -d)" make rehearse-aws'
    )


def _variables(environ: Mapping[str, str]) -> list[str]:
    return sorted(
        name
        for name, value in environ.items()
        if value and (name in _OTHERS or (name.startswith("AWS_") and name not in HARMLESS))
    )


def _files(home: Path, system: Path) -> Iterator[Path]:
    for path in (*(home / name for name in _FILES), system / "boto.cfg"):
        if path.exists():
            yield path
