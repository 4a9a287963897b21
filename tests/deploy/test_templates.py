"""What the templates say twice: settings, paths and headers agree with the code."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from deploy.aws.template_files import DEVICES, STORAGE, SYSTEM
from services.adapters.dynamodb_history.layout import GONE_AT, SCHEMA
from services.api import guard
from services.bootstrap.lambdas.api import api_parts
from services.bootstrap.settings import known_names
from services.lambdas.api_app import build_app
from tests.aws_rehearsal.templates import resources

TEXT = SYSTEM.read_text(encoding="utf-8")
# What CreateChangeSet takes as a body.
MOST_BYTES = 51_200


def paths_of_the_api() -> list[str]:
    return re.findall(r"PathPattern: \"?([^\s,\"]+)", TEXT)


def test_the_templates_fit_into_a_call() -> None:
    assert max(len(path.read_bytes()) for path in (STORAGE, SYSTEM, DEVICES)) < MOST_BYTES


def test_the_table_of_the_history_is_the_one_that_its_code_uses() -> None:
    table = resources()["History"]["Properties"]
    made = {name: table[name] for name in SCHEMA}
    assert by_name(made) == by_name(SCHEMA)
    assert table["TimeToLiveSpecification"] == {"AttributeName": GONE_AT, "Enabled": True}


def by_name(value: Any) -> Any:
    """The same with each list in one order."""
    if isinstance(value, list):
        return sorted(map(by_name, value), key=str)
    return {key: by_name(each) for key, each in value.items()} if isinstance(value, dict) else value


def test_pictures_of_showings_expire_where_the_code_puts_them() -> None:
    rules = resources()["Pictures"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [each for each in rules if each["Id"] == "showings"]
    assert rule["Prefix"] == "showings/"
    assert rule["ExpirationInDays"] == {"Fn::If": ["KeepsHistory", {"Ref": "HistoryDays"}, 1]}


def test_each_variable_is_a_setting() -> None:
    names = set(re.findall(r"^ {10}(LOOKALIKE_\w+):", TEXT, re.MULTILINE))
    assert len(names) > 8
    assert names <= known_names()


def test_each_call_of_the_api_has_a_path_in_the_cdn(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "LOOKALIKE_API_KEY": "k" * 20,
        "LOOKALIKE_PUBLIC_URL": "https://page.example",
        "LOOKALIKE_STORE": "dynamodb://items",
        "LOOKALIKE_PICTURES": "s3://pictures/pictures",
    }.items():
        monkeypatch.setenv(name, value)
    called = set(build_app(api_parts()).openapi()["paths"]) | {"/docs", "/openapi.json"}
    missing = {path for path in called if not any(fnmatch(path, each) for each in paths_of_the_api())}
    assert missing == set()


def test_the_page_in_its_bucket_has_no_path_of_the_api() -> None:
    web = Path(guard.__file__).parents[2] / "web"
    page = [f"/{path.relative_to(web)}" for path in web.rglob("*") if path.suffix != ".md"]
    assert "/manifest.json" in page
    assert [path for path in page if any(fnmatch(path, each) for each in paths_of_the_api())] == []


def test_the_page_has_the_policy_of_the_api_and_its_bucket() -> None:
    found = re.search(r"!Sub >-\n(.*?manifest.*?)\n {2}Cdn:", TEXT, re.DOTALL)
    assert found
    buckets = "https://${Name}-%s-${AWS::AccountId}-${AWS::Region}.s3.${AWS::Region}.amazonaws.com"
    expected = guard.page_policy(pictures=buckets % "pictures", uploads=buckets % "exchange")
    assert " ".join(found[1].split()) == expected


def test_the_page_alone_may_upload_to_the_bucket_of_exchanged_files() -> None:
    rule = 'CorsRules: [{AllowedMethods: [PUT], AllowedOrigins: [!Sub "https://${Cdn.DomainName}"],'
    assert TEXT.count("CorsRules") == TEXT.count(rule) == 1


def test_unused_pictures_are_collected_once_an_hour() -> None:
    found = re.search(r"ScheduleExpression: (.*)\n.*ImportFunction.Arn, Input: '(.*)'", TEXT)
    assert found
    assert (found[1], json.loads(found[2])) == ("rate(1 hour)", {"do": "collect"})
