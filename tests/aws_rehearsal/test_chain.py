"""What was deployed: what the command said of it, its API and its page."""

from __future__ import annotations

from tests.aws_rehearsal.kit import NAME, Deployment


def test_the_command_said_what_it_did(deployment: Deployment) -> None:
    assert any(line.startswith("page: https://") for line in deployment.told)
    assert f"add    {NAME}: SearchFunction (AWS::Lambda::Function)" in deployment.told


def test_everything_that_the_api_needs_answers(deployment: Deployment) -> None:
    health = deployment.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (200, "ok"), health.text
    assert health.json()["checks"]["index"]["items"] == 61
    assert deployment.get("/items", origin="nobody").status_code == 403


def test_the_page_comes_from_its_bucket(deployment: Deployment) -> None:
    found = deployment.account.client("s3").get_object(
        Bucket=deployment.account.bucket(NAME, "page"), Key="index.html"
    )
    assert b"<title>Lookalike</title>" in found["Body"].read()
