"""What the deployed templates have: types of resources, and the rights of roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from deploy.aws.template_files import STORAGE, SYSTEM

_ROLES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
_BUCKET = re.compile(r"-(pictures|exchange)-[^/]*(/(?:index|showings)(?=/))?")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads the short forms of CloudFormation's functions as their long ones."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    construct = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: loader.construct_sequence,
        yaml.MappingNode: loader.construct_mapping,
    }[type(node)]
    value = construct(node) if isinstance(node, yaml.ScalarNode) else construct(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _function)


@dataclass(frozen=True)
class Right:
    """An action that a role of the template may do at one place; `policy` is that in which it says so."""

    role: str
    policy: str
    action: str
    place: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.role, self.action, self.place)))


@cache
def resources() -> dict[str, dict[str, Any]]:
    """The resources of both templates, by their names there."""
    return {
        name: resource
        for path in (STORAGE, SYSTEM)
        for name, resource in yaml.load(path.read_text(encoding="utf-8"), _Loader)["Resources"].items()
    }


def types() -> set[str]:
    """The types of all resources."""
    return {str(resource["Type"]) for resource in resources().values()}


@cache
def rights() -> dict[str, Right]:
    """The rights of all roles, under whatever condition, by their text."""
    roles = {name: each for name, each in resources().items() if each["Type"] in _ROLES}
    return {str(right): right for name, role in roles.items() for right in _of(name, role)}


def _of(role: str, resource: dict[str, Any]) -> Iterator[Right]:
    properties = resource["Properties"]
    documents = [(each["PolicyName"], each["PolicyDocument"]) for each in properties.get("Policies", [])]
    if "PolicyDocument" in properties:
        documents.append(("", properties["PolicyDocument"]))
    for policy, document in documents:
        for statement in map(_unconditional, document["Statement"]):
            for action in _as_list(statement["Action"]):
                for place in _as_list(statement["Resource"]):
                    yield Right(role, policy, action, place_of(place))


def _unconditional(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement that may stand under a condition."""
    chosen: dict[str, Any] = statement["Fn::If"][1] if "Fn::If" in statement else statement
    return chosen


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def place_of(resource: str | dict[str, Any]) -> str:
    """The bucket or topic of a resource, in a template or in AWS; "" where an action has one place alone."""
    text = str(resource["Fn::Sub"] if isinstance(resource, dict) and "Fn::Sub" in resource else resource)
    if bucket := _BUCKET.search(text):
        return bucket[1] + (bucket[2] or "")
    return text.partition(":topic/")[2]
