"""`lookalike keys` and `lookalike audit`: the owner's list of keys, and who has changed what."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from services.cli.printed import say, tell
from services.cli.running_system import ask_system

app = typer.Typer(
    help="Keys of viewers and staff beside the owner's, on a running system.", no_args_is_help=True
)
_AT_ONCE = 500


class GivenRole(StrEnum):
    """A role that a key can be made for."""

    VIEWER = "viewer"
    STAFF = "staff"


@app.command("list")
def list_keys() -> None:
    """Print each key's name, its role, and when it was made, last used and revoked; no key itself."""
    for key in ask_system("GET", "/keys")["keys"]:
        used = f"last used {_minute(key['last_used_at'])}" if key["last_used_at"] else "never used"
        revoked = f"  revoked {_minute(key['revoked_at'])}" if key["revoked_at"] else ""
        say(f"{key['name']:24}  {key['role']:6}  made {_minute(key['made_at'])}  {used}{revoked}")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Whose it is, in any script; no other key has this name.")],
    role: Annotated[GivenRole, typer.Option(help="What it allows: to look, or to change things too.")],
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    made = ask_system("POST", "/keys", json={"name": name, "role": role.value})
    say(made["key"])
    tell(f"the key of {made['name']} ({made['role']}); it is not shown again")


@app.command("revoke")
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Revoke a key: its next call is refused, and its open streams end within seconds."""
    revoked = ask_system("DELETE", f"/keys/{quote(name, safe='')}")
    tell(f"the key of {revoked['name']} ({revoked['role']}) is revoked")


def audit(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many lines, the newest.")] = 50,
) -> None:
    """Print who has changed what, newest first: a line for each change of the last 90 days."""
    for line in itertools.islice(_lines(limit), limit):
        what = f"{line['action']}: {line['subject']}" if line["subject"] else line["action"]
        say(f"{line['at']}  {line['name']} ({line['role']})  {what}")


def _lines(limit: int) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = ask_system("GET", f"/audit?{urlencode({'limit': min(limit, _AT_ONCE), 'after': after})}")
        yield from page["lines"]
        after = page["next"]


def _minute(moment: str) -> str:
    """A time in UTC, to the minute."""
    return moment[:16].replace("T", " ")
