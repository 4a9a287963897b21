"""The page of the command line's commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from docs.generator.markdown import table, wrapped
from services.cli.app import app


def commands() -> str:
    """A section a command: its usage, its effect, its arguments and options."""
    root = typer.main.get_command(app)
    return "\n\n".join(_section(name, command) for name, command in _walk("lookalike", root))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Each command that is no group, with its whole name, and the root for its own options."""
    inner: dict[str, Any] = getattr(command, "commands", {})
    if not inner or name == "lookalike":
        yield name, command
    for each in inner.values():
        yield from _walk(f"{name} {each.name}", each)


def _section(name: str, command: Any) -> str:
    told = [each for each in command.params if not each.hidden]
    usage = " ".join([name, *filter(None, map(_usage, told))])
    rows = [(f"`{_usage(each).strip('[]')}`", _meaning(each)) for each in told]
    heading = name.removeprefix("lookalike ")
    parts = [f"## {heading}", f"    {usage}", _paragraphs(command.help)]
    if rows:
        parts.append(table(("argument or option", "what"), rows))
    return "\n\n".join(parts)


def _paragraphs(text: str) -> str:
    return "\n\n".join(wrapped(re.sub(r"\s+", " ", part.strip())) for part in text.split("\n\n"))


def _usage(each: Any) -> str:
    if each.param_type_name == "argument":
        return str(each.metavar or each.name.upper())
    value = "" if each.is_flag else f" {each.metavar or each.name.upper()}"
    return f"{each.opts[0]}{value}" if each.required else f"[{each.opts[0]}{value}]"


def _meaning(each: Any) -> str:
    assert each.help, f"{each.name} has no help"
    text = str(each.help)
    if getattr(each, "min", None) is not None:
        text += f" From {each.min} to {each.max}."
    if each.param_type_name == "option" and not each.is_flag and each.default:
        text += f" Default: {each.default}."
    return text
