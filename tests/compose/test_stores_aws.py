"""Profiles `aws` and `scale`: items in DynamoDB, pictures in S3, and three search processes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.compose.project import Project, docker, project
from tests.system.pictures import picture
from tests.system.stack import ROOT, eventually

SEARCHES = ("search", "search-2", "search-3")
COUNT = """
import boto3, json
table = boto3.client("dynamodb").scan(TableName="lookalike", Select="COUNT")["Count"]
objects = boto3.client("s3").list_objects_v2(Bucket="lookalike-pictures")["Contents"]
# The health check writes an object of its own.
print(json.dumps([table, sum(not each["Key"].endswith("write-check") for each in objects)]))
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The system over the emulator."""
    with project(
        tmp_path_factory.mktemp("aws"),
        settings={"LOOKALIKE_SAMPLES": "0"},
        env_file=ROOT / "localstack" / "compose.env",
        profiles="aws,scale",
    ) as made:
        eventually(lambda: made.client.get("/healthz").status_code == 200, within_s=90, why=made.logs)
        yield made


def test_items_are_in_dynamodb_and_pictures_in_s3_and_both_survive_a_restart(cloud: Project) -> None:
    answer = cloud.post("/items", files={"image": picture(5)}, data={"title": "far away", "id": "far"})
    assert answer.status_code == 201, answer.text
    docker("restart", cloud.container("aws"))
    rows, pictures = json.loads(cloud.exec("api", "python", "-c", COUNT).stdout)
    assert rows > 0
    assert pictures == 1
    assert "items.sqlite" not in cloud.exec("api", "ls", "/data").stdout
    assert cloud.client.get("/items/far/image").content == picture(5)

    def found() -> bool:
        # A search that has not met the restarted store yet refuses.
        answer = cloud.post("/search", files={"image": picture(5)})
        return answer.status_code == 200 and [match["id"] for match in answer.json()["matches"]] == ["far"]

    eventually(found, within_s=10, why=cloud.logs)


def test_the_searches_share_the_frames(cloud: Project) -> None:
    for name in SEARCHES:
        eventually(lambda name=name: answered(cloud, name) > 0, within_s=20, why=cloud.logs)  # type: ignore[misc]


def test_one_search_after_the_other_may_be_killed(cloud: Project) -> None:
    for name in SEARCHES:
        before = cloud.newest()["id"]
        cloud.kill(name)
        eventually(lambda before=before: cloud.newest().get("id", 0) > before, within_s=3, why=cloud.logs)  # type: ignore[misc]


def test_the_api_asks_any_search_that_runs(cloud: Project) -> None:
    resolve = "import socket; print({each[4][0] for each in socket.getaddrinfo('search', 8081)})"
    for name in SEARCHES:
        eventually(lambda: all(is_ready(cloud, each) for each in SEARCHES), within_s=40, why=cloud.logs)
        assert cloud.exec("api", "python", "-c", resolve).stdout.count(".") == 3 * len(SEARCHES)
        docker("stop", "-t", "5", cloud.container(name))
        assert cloud.post("/search", files={"image": picture(5)}).status_code == 200
        assert cloud.client.get("/healthz").status_code == 200
        docker("start", cloud.container(name))


def test_the_table_needs_the_settings_of_the_emulator(cloud: Project) -> None:
    told = cloud.compose("run", "--rm", "-T", "-e", "LOOKALIKE_STORE=", "aws-create", check=False)
    assert told.returncode == 2
    line = json.loads(told.stdout)
    assert (line["level"], line["process"]) == ("ERROR", "aws-create")
    assert "localstack/compose.env" in line["message"]
    # A wrong setting does not mend itself.
    assert cloud.state("aws-create")["HostConfig"]["RestartPolicy"]["MaximumRetryCount"] == 5


def answered(stack: Project, name: str) -> float:
    """The number of observations that a search process has answered."""
    lines = fetched(stack, name, "metrics").splitlines()
    return sum(
        float(line.split()[-1]) for line in lines if line.startswith("lookalike_search_answered_total")
    )


def is_ready(stack: Project, name: str) -> bool:
    """Whether a search process has read the items and receives observations."""
    told = fetched(stack, name, "healthz")
    return bool(told and json.loads(told)["ok"])


def fetched(stack: Project, name: str, path: str) -> str:
    """A search process's answer, empty for none; from outside, each may answer to the shared name."""
    fetch = f"import httpx; print(httpx.get('http://127.0.0.1:8081/{path}').text)"
    return stack.exec(name, "python", "-c", fetch, check=False).stdout
