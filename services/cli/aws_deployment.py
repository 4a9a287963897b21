"""`lookalike aws logs` and `cost`: a deployment's log and its bill."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from services.cli.printed import say, tell
from services.core.aws_month import PRICES_AS_OF, Use, parts, total
from services.core.errors import InputError

Name = Annotated[str, typer.Option(help="The deployment, `NAME` of `make deploy-aws`.")]
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FOLLOW_EVERY_S = 2.0


class Part(StrEnum):
    """What has a log."""

    SEARCH = "search"
    STATUS = "status"
    API = "api"
    IMPORT = "import"
    RULES = "rules"


def logs(
    part: Annotated[Part, typer.Argument(help="A function, or the rules and what they did not deliver.")],
    name: Name = "lookalike",
    since: Annotated[str, typer.Option(help="How far back: a number and s, m, h or d.")] = "10m",
    follow: Annotated[bool, typer.Option("--follow", help="Go on with new lines until Ctrl-C.")] = False,
) -> None:
    """Show the log of a function on AWS."""
    from services.bootstrap.deployment import read_log

    group = f"/lookalike/{name}/rules" if part is Part.RULES else f"/aws/lambda/{name}-{part}"
    since_ms = int((time.time() - _seconds(since)) * 1000)
    shown: set[str] = set()
    while True:
        for line in read_log(group, since_ms=since_ms):
            if line.id not in shown:
                shown.add(line.id)
                since_ms = max(since_ms, line.at_ms)
                say(_in_words(line.at_ms, line.text))
        if not follow:
            break
        time.sleep(_FOLLOW_EVERY_S)
    if not shown:
        tell(f"no lines within {since} in {group}")


def cost(
    endpoint: Annotated[bool, typer.Option("--endpoint", help="With a SageMaker endpoint.")] = False,
    serverless: Annotated[bool, typer.Option("--serverless", help="With ElastiCache Serverless.")] = False,
    commands: Annotated[bool, typer.Option("--commands", help="Functions reach cameras.")] = False,
    devices: Annotated[int, typer.Option(min=1, max=100_000, help="The number of cameras.")] = 1,
    queries: Annotated[
        float, typer.Option(min=0, max=100_000, help="Queries a second, of all cameras together.")
    ] = 1.0,
    page_hours: Annotated[float, typer.Option(min=0, max=24, help="Hours a day with a page open.")] = 8.0,
    viewers: Annotated[int, typer.Option(min=1, max=100_000, help="Browsers with a page open.")] = 1,
    messages: Annotated[
        bool, typer.Option("--messages", help="Cameras send messages, without LOOKALIKE_IOT_RULE.")
    ] = False,
    billed: Annotated[
        bool, typer.Option("--billed", help="What AWS has billed this month, in place of the estimate.")
    ] = False,
    name: Name = "lookalike",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; for --billed.")] = False,
) -> None:
    """Show what a month on AWS costs by parts, with the arithmetic; nothing is asked of AWS.

    With --billed: what Cost Explorer says of this month so far, by services. AWS takes $0.01 for a request.
    """
    if billed:
        _say_billed(name, agreed=yes)
        return
    use = Use(
        endpoint, serverless, commands, devices, queries, page_hours, viewers=viewers, direct=not messages
    )
    for each in parts(use):
        say(f"{each.dollars:8.2f}  {each.name}: {each.arithmetic}")
    say(f"{total(use):8.2f}  dollars a month")
    tell(f"prices of us-east-1 as of {PRICES_AS_OF}, without free amounts; check them against the price list")


def _say_billed(name: str, *, agreed: bool) -> None:
    from services.adapters.billed_costs import REQUEST_DOLLARS
    from services.bootstrap.deployment import read_billed

    if not agreed and not typer.confirm(
        f"AWS takes ${REQUEST_DOLLARS:.2f} for this request. Go on?", err=True
    ):
        return
    found = read_billed(name)
    for service, dollars in sorted(found.tagged.items(), key=lambda each: -each[1]):
        say(f"{dollars:8.2f}  {service}")
    say(f"{sum(found.tagged.values()):8.2f}  dollars since {found.since}, of what has the tag of {name}")
    if not found.tagged:
        tell(
            "AWS counts nothing by the tag lookalike:name: activate it in the console, Billing, Cost "
            "allocation tags. It counts from then on, and shows a day later"
        )
    for service, dollars in sorted(found.untagged.items(), key=lambda each: -each[1]):
        tell(f"{dollars:8.2f}  {service}, without a tag, of the whole account")


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if found is None:
        raise InputError(f"--since {text!a}; expected a number and s, m, h or d, such as 30m")
    return int(found[1]) * _UNITS[found[2]]


def _in_words(at_ms: int, text: str) -> str:
    """One line of ours or of Lambda's, which are JSON, as text."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    try:
        found = json.loads(text)
    except ValueError:
        return f"{at} {text.rstrip()}"
    if not isinstance(found, dict) or "message" not in found:
        return f"{at} {text.rstrip()}"
    return f"{at} {found.get('level', '')} {found['message']} {found.get('exception', '')}".rstrip()
