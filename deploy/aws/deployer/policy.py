"""The policy of the person who deploys."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

from deploy.aws.deployer.calls import actions_of_calls
from deploy.aws.deployer.handlers import HANDLERS
from deploy.aws.deployer.scopes import SCOPES, Scope
from deploy.aws.template_files import DEVICES, STORAGE, SYSTEM

# For the name `lookalike`. Three, because IAM takes at most 6,144 characters each, spaces not counted.
FILES = tuple(Path(__file__).parents[1] / f"deployer-policy-{number}.json" for number in (1, 2, 3))
MOST_CHARACTERS = 6144


def types_of_templates() -> set[str]:
    """The types of all resources that CloudFormation makes for us."""
    text = "".join(path.read_text(encoding="utf-8") for path in (STORAGE, SYSTEM, DEVICES))
    return set(re.findall(r"^    Type: (AWS::\S+)$", text, re.MULTILINE))


def policies(name: str) -> list[dict[str, Any]]:
    """The policies of those who may deploy under a name, with nothing that they do not need."""
    actions = actions_of_calls().union(*(HANDLERS[each].split() for each in types_of_templates()))
    # Calls that need no right.
    actions.discard("sts:GetCallerIdentity")
    scoped = sorted((_scope(action), action) for action in actions)
    statements = [
        _statement(SCOPES[at], [action for _, action in found], name)
        for at, found in groupby(scoped, key=lambda each: each[0])
    ]
    made: list[list[dict[str, Any]]] = [[] for _ in FILES]
    for statement in sorted(statements, key=_size, reverse=True):
        min(made, key=_size).append(statement)
    return [{"Version": "2012-10-17", "Statement": each} for each in made]


def text_of(policy: dict[str, Any]) -> str:
    """A policy as its file has it."""
    return json.dumps(policy, indent=2) + "\n"


def characters(policy: dict[str, Any]) -> int:
    """The size of a policy as IAM counts it."""
    return len(re.sub(r"\s", "", json.dumps(policy)))


def _scope(action: str) -> int:
    found = [at for at, scope in enumerate(SCOPES) if scope.has(action)]
    if not found:
        raise ValueError(f"deploy/aws/deployer/scopes.py says nothing of {action}")
    return found[0]


def _statement(scope: Scope, actions: list[str], name: str) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": "Allow", "Action": actions}
    made["Resource"] = [each.replace("{name}", name) for each in scope.resources]
    return made | ({"Condition": scope.condition} if scope.condition else {})


def _size(made: Any) -> int:
    return len(json.dumps(made))
