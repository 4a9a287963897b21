"""`lookalike doctor`: checks each step from camera to page, and finds which ones fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from services.bootstrap.settings import CliSettings, load
from services.cli.doctor_checks import Checks, NoCameraError, StepError
from services.cli.printed import say
from services.cli.running_system import runs_here
from services.core.errors import InputError, LoadingError, UnavailableError

# The end of the reason for steps that are not checked.
_FAILS = " fails"


def doctor() -> None:
    """Check each step from camera to page; says which ones fail, how to fix them, and where the log is.

    A system without a camera is well, and so is a search that is still reading the catalogue: both are said.
    A step that needs one that failed is not checked; all others are.
    """
    settings = load(CliSettings)
    checks = Checks(settings)
    unchecked: dict[str, str] = {}
    failed = False
    for name, step in checks.steps().items():
        if missing := next((each for each in step.needs if each in unchecked), None):
            unchecked[name] = unchecked[missing]
            say(f"  --    {name}: not checked, because {unchecked[missing]}")
            continue
        why = _try(name, step.check)
        if why is not None:
            unchecked[name] = why
            failed = failed or why.endswith(_FAILS)
    _tell_damaged(checks.damaged())
    if trouble := checks.history_trouble():
        say(f"  note  the history can't be written; matches go on without it: {trouble}")
    if failed:
        say(f"  log   {log_place(settings)}")
    raise typer.Exit(1 if failed else 0)


def _try(name: str, check: Callable[[], str]) -> str | None:
    """Make one check and print its finding; gives why what needs it can't be checked, None if it is ok."""
    try:
        say(f"  ok    {name}: {check()}")
    except NoCameraError:
        say(
            f"  none  {name}: no camera is connected",
            "        if one should be: set LOOKALIKE_SOURCE, or use this device's camera on the page",
        )
        return "there is no camera"
    except StepError as error:
        say(f"  FAIL  {name}: {error}", f"        {error.remedy}")
    except LoadingError as error:
        say(f"  wait  {name}: {error}", "        no match comes before all are read; nothing to do")
        return "the index is loading"
    except (InputError, UnavailableError) as error:
        say(f"  FAIL  {name}: {error}", "        look for its lines in the log")
    else:
        return None
    return f"{name}{_FAILS}"


def log_place(settings: CliSettings) -> str:
    """Where the processes' lines are, in words."""
    if runs_here(settings):
        redis_log = settings.data_dir / "redis" / "redis.log"
        return f"what `make run` prints in its terminal; of its Redis: {redis_log}"
    return (
        "what `make run` prints in its terminal; of containers `docker compose logs NAME`, of a service "
        "`journalctl -u NAME`, on AWS `lookalike aws logs NAME`"
    )


def _tell_damaged(damaged: dict[str, Any]) -> None:
    """Name the damaged items, whatever else fails: the rest of the catalogue works."""
    if damaged["count"]:
        say(f"  note  {damaged['count']} items are damaged and left out; put them again, or delete them")
    for each in damaged["first"]:
        say(f"        {each['id']!a}: {each['reason']}")
