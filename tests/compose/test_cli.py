"""The command line in the api's container, and the data that outlives a container."""

from __future__ import annotations

import pytest

from tests.compose.project import Project, docker
from tests.system.stack import eventually

pytestmark = pytest.mark.usefixtures("samples")


def test_the_command_line_finds_the_system(stack: Project) -> None:
    told = stack.exec("api", "lookalike", "doctor")
    assert "FAIL" not in told.stdout
    assert "mug-harbour" in stack.exec("api", "lookalike", "items", "list").stdout
    picture_of = "samples/pictures/mug-harbour.jpg"
    assert "mug-harbour" in stack.exec("api", "lookalike", "search", picture_of).stdout
    watch = "timeout 60 lookalike watch | grep -m 1 observation"
    assert stack.exec("api", "sh", "-c", watch, check=False).stdout


def test_a_shops_pictures_are_imported_from_a_folder_of_the_machine(
    stack: Project, folder_of_pictures: str
) -> None:
    mount = f"{folder_of_pictures}:/in:ro"
    run = ("run", "--rm", "-T", "-v", mount, "samples", "lookalike", "items", "import", "/in")
    told = stack.compose(*run)
    assert "2 items imported, 0 refused" in told.stderr
    assert "red block" in stack.exec("api", "lookalike", "items", "list", "--text", "red").stdout


def test_a_records_pictures_are_at_the_published_port(stack: Project) -> None:
    record = eventually(stack.newest, within_s=10, why=stack.logs)
    assert record["matches"][0]["url"].startswith(f"{stack.page}/items/")
    assert stack.client.get(record["matches"][0]["url"]).status_code == 200


def test_a_second_up_changes_nothing_and_what_was_deleted_stays_deleted(stack: Project) -> None:
    key, before = stack.key, docker("ps", "-q", "--no-trunc")
    stack.exec("api", "lookalike", "items", "delete", "ball-tennis")
    stack.compose("up", "-d")
    eventually(lambda: stack.state("samples")["State"]["Status"] == "exited", within_s=30, why=stack.logs)
    assert stack.exec("api", "lookalike", "key").stdout.strip() == key
    assert set(before.split()) <= set(docker("ps", "-q", "--no-trunc").split())
    assert stack.client.get("/items/ball-tennis").status_code == 404


def test_the_image_is_a_container_of_sagemaker_too(stack: Project) -> None:
    done = stack.exec("search", "serve", "/nowhere", check=False)
    assert (done.returncode, "/nowhere/rows.npz can't be read" in done.stdout + done.stderr) == (2, True)
