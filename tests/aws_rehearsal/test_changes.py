"""The deployment, changed: only what is new changes, items survive, and a failure is taken back."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.aws.choices import Choices
from deploy.aws.deploy import deploy
from deploy.aws.errors import DeployError
from tests.aws_rehearsal import calls
from tests.aws_rehearsal.kit import BUILT, Deployment
from tests.servers import until

_CHANGE = re.compile(r"(add|modify|remove) +(\S+): (\w+) \(")


def test_the_same_command_again_changes_nothing(deployment: Deployment) -> None:
    told = again(deployment, deployment.choices, asked=[])
    assert changes(told) == set()
    name = deployment.choices.name
    assert {f"stack {name} is as it should be", f"stack {name}-storage is as it should be"} <= set(told)


def test_new_code_changes_its_functions_and_broken_code_is_taken_back(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = hash_of(deployment, "search")
    choices = replace(deployment.choices, zips=tmp_path)
    given = deployment.choices.zips
    assert given is not None
    search, api = (tmp_path / f"{name}-{BUILT}.zip" for name in ("search", "api"))
    shutil.copy(given / search.name, search)
    with zipfile.ZipFile(search, "a") as code:
        code.writestr("newer.txt", "newer")
    api.symlink_to((given / api.name).resolve())
    told = again(deployment, choices, asked=["Deploy this?"])
    assert changes(told) == {"modify SearchFunction"}
    assert hash_of(deployment, "search") != before
    assert calls.search_starts_and_answers(deployment) == ""

    api.unlink()
    api.write_bytes(b"PK, but no zip")
    with pytest.raises(DeployError) as failed:
        again(deployment, choices, asked=["Deploy this?"])
    first, *reasons = str(failed.value).splitlines()
    name = deployment.choices.name
    assert first == f"stack {name} failed (update rollback complete): the stack is as it was before"
    functions = tuple(f"  {each}Function (AWS::Lambda::Function): " for each in ("Api", "Import", "Status"))
    assert any(each.startswith(functions) and "Could not unzip uploaded file" in each for each in reasons)
    check_it_answers(deployment)

    told = again(deployment, deployment.choices, asked=["Deploy this?"])
    assert changes(told) == {"modify SearchFunction"}
    assert hash_of(deployment, "search") == before


def test_an_import_that_fails_twice_leaves_a_letter(deployment: Deployment) -> None:
    asked = {"do": "nothing that it knows"}
    function = f"{deployment.choices.name}-import"
    deployment.account.client("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(asked).encode()
    )
    queues = deployment.account.client("sqs")
    queue = queues.get_queue_url(QueueName=f"{deployment.choices.name}-failed-imports")["QueueUrl"]
    letters: list[dict[str, str]] = []

    def come() -> bool:
        letters.extend(queues.receive_message(QueueUrl=queue).get("Messages", []))
        return bool(letters)

    until(come, what="the letter is there")
    assert json.loads(letters[0]["Body"])["requestPayload"] == asked


def test_a_function_writes_its_log_into_its_group(deployment: Deployment) -> None:
    assert "FunctionError" in deployment.invoke("import", b'{"do": "a test of the log"}')
    logs, group = deployment.account.client("logs"), f"/aws/lambda/{deployment.choices.name}-import"
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 14
    events = logs.filter_log_events(logGroupName=group)["events"]
    assert any("a test of the log" in event["message"] for event in events)


def again(deployment: Deployment, choices: Choices, *, asked: list[str]) -> list[str]:
    """What the command says when it is run once more, and asks these questions."""
    told, questions = list[str](), list[str]()

    def agree(question: str) -> bool:
        questions.append(question)
        return True

    try:
        assert deploy(deployment.account, choices, ask=agree, tell=told.append)
    finally:
        assert questions == asked
    return told


def changes(told: list[str]) -> set[str]:
    """The changes of all stacks that were shown, such as `modify ApiFunction`."""
    return {f"{found[1]} {found[3]}" for line in told if (found := _CHANGE.match(line))}


def hash_of(deployment: Deployment, function: str) -> str:
    """The hash of a function's code."""
    found = deployment.account.client("lambda").get_function_configuration(
        FunctionName=f"{deployment.choices.name}-{function}"
    )
    return str(found["CodeSha256"])


def check_it_answers(deployment: Deployment) -> None:
    """The system does its work, with the items that it had."""
    health = deployment.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (200, "ok"), health.text
    assert health.json()["checks"]["index"]["items"] == 61
    assert calls.api_shows_a_picture(deployment) == ""
    assert calls.search_answers(deployment) == ""
