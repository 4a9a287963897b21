"""Further webhooks as a person writes them: a line each, with name, address, secret and rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.bootstrap.setting_types import webhook_address
from services.core.acting.rules import Rules
from services.core.errors import InputError

LEAST_SECRET = 16
MOST = 16
EXPECTED = (
    "expected lines of NAME ADDRESS SECRET RULES, such as `repair https://hooks.example/r SECRET no_match`"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """One webhook; address and secret are not shown."""

    name: str
    address: str = field(repr=False)
    secret: str = field(repr=False)
    rules: str


def read_webhooks(text: str) -> tuple[WebhookLine, ...]:
    """The webhooks of a text; empty lines and those that begin with `#` are none.

    Raises ValueError, which says in which line what is wrong, and quotes neither addresses nor secrets.
    """
    found = tuple(_lines(text))
    names = [each.name for each in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two webhooks are called {twice!r}; expected a name of its own for each")
    if len(found) > MOST:
        raise ValueError(f"there are {len(found)} webhooks; expected at most {MOST}")
    return found


def _lines(text: str) -> Iterator[WebhookLine]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield _line(line)
            except (ValueError, InputError) as error:
                raise ValueError(f"line {number}: {error}") from None


def _line(line: str) -> WebhookLine:
    parts = line.split(maxsplit=3)
    if len(parts) < 3:
        raise ValueError(f"it has {len(parts)} words; {EXPECTED}")
    name, address, secret, *rules = parts
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:40]!a} is no name (a to z, 0 to 9 and hyphens); {EXPECTED}")
    webhook_address(address)
    if len(secret) < LEAST_SECRET:
        raise ValueError(f"the secret has {len(secret)} characters; expected at least {LEAST_SECRET}")
    rule = rules[0] if rules else "match"
    Rules.parse(rule)
    return WebhookLine(name, address, secret, rule)
