"""A camera with a certificate of its own: the clip goes through AWS, and the page shows what matches."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import sync_playwright

from common.wire import from_iso, ingested
from deploy.aws.choices import SAMPLES
from tests.aws_rehearsal.camera import CameraFolder, Device, add_camera, command, started
from tests.aws_rehearsal.cdn import BY_TLS, served_page
from tests.aws_rehearsal.kit import NAME, Deployment
from tests.aws_rehearsal.polling import PagePoll
from tests.servers import until
from tests.system.record import Second, expect_right, read_truth, seconds_of_two_loops
from tests.system.stack import eventually
from tests.web.pages import chromium, text

RULE = f"{NAME}_features"


@pytest.fixture(scope="module")
def camera(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> CameraFolder:
    """The folder of cam-1."""
    return add_camera(deployment, "cam-1", tmp_path_factory.mktemp("cameras"))


@pytest.fixture(scope="module")
def page(deployment: Deployment) -> Iterator[str]:
    """The page's address."""
    with served_page(deployment) as address:
        yield address


@pytest.fixture(scope="module")
def poll(
    deployment: Deployment, camera: CameraFolder, page: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PagePoll]:
    """A page that is open while the camera plays the clip."""
    for function in ("search", "status"):
        # The clip's first seconds would be too old after a cold start.
        assert "FunctionError" not in deployment.invoke(function, b"{}")
    log = tmp_path_factory.mktemp("edge") / "log"
    with PagePoll(page, deployment.aws.trust) as poll, started(camera, log, preview="0", max_fps="4"):
        until(lambda: poll.records, what="a match record")
        yield poll


@pytest.mark.parametrize("topic", ["lookalike/{}/features", ingested("lookalike/{}/features", rule=RULE)])
def test_a_certificate_is_of_use_on_its_cameras_topics_alone(camera: CameraFolder, topic: str) -> None:
    with Device(camera, "cam-1") as owner:
        assert owner.hears() == "connected"
        assert owner.publish(topic.format("cam-1"), b"{}") == "taken"
        assert owner.publish(topic.format("cam-2"), b"{}") == "closed"


def test_a_certificate_is_of_use_under_its_cameras_name_alone(camera: CameraFolder) -> None:
    with Device(camera, "cam-2") as other:
        assert other.hears() == "closed"


def test_the_match_is_seen_on_the_page(poll: PagePoll, page: str) -> None:
    with SAMPLES.open(newline="", encoding="utf-8") as file:
        titles = {row["id"]: row["title"] for row in csv.DictReader(file)}

    def recent() -> set[str]:
        """Titles of the best matches of the last five seconds."""
        return {titles[record["matches"][0]["id"]] for record in poll.records[-50:]}

    with sync_playwright() as driver, chromium(driver) as pages:
        # AWS has no stream, and this camera shows no pictures, least of all to who has no key.
        pages.forget_errors("status of 501")
        pages.forget_errors("/preview")
        shown = pages.open(page, ignore_https_errors=True, extra_http_headers=BY_TLS)
        shown.locator('#best[data-holds="match"][data-verdict="match"] .best-title').wait_for()
        eventually(lambda: text(shown, ".best-title") in recent(), within_s=10, why=lambda: str(recent()))
        picture = shown.locator("#best-item img")
        eventually(lambda: picture.evaluate("(image) => image.naturalWidth") > 100, within_s=10)
        assert text(shown, "#badge") == "Live"


def test_the_item_before_the_camera_is_the_best_match(poll: PagePoll) -> None:
    truth = read_truth()
    (seen,) = poll.get("/cameras")["cameras"]
    # On a busy machine messages are late, as those of a clock that is behind.
    assert (seen["thing"], seen["state"]) in (("cam-1", "online"), ("cam-1", "clock_wrong"))
    began_s = from_iso(seen["since"])

    def played(loops: int) -> bool:
        return from_iso(poll.records[-1]["captured_at"]) > began_s + loops * truth[-1].to_s + 1

    def answers() -> list[Second]:
        return seconds_of_two_loops(poll.records, truth, began_s=began_s)

    until(lambda: played(1), within_s=truth[-1].to_s + 30, what="the clip has been answered")
    until(
        lambda: all(each.best for each in answers()) or played(2),
        within_s=truth[-1].to_s + 30,
        what="what was lost is answered in the second loop",
    )
    expect_right(answers())


def test_what_the_camera_showed_is_kept_and_read_back(
    deployment: Deployment, poll: PagePoll, page: str
) -> None:
    key = {"Authorization": f"Bearer {deployment.variables['LOOKALIKE_API_KEY']}"}

    def kept(query: str) -> list[dict[str, Any]]:
        answer = httpx.get(
            f"{page}/history?{query}", headers=BY_TLS | key, verify=deployment.aws.trust, timeout=60
        )
        found: list[dict[str, Any]] = answer.raise_for_status().json()["showings"]
        return found

    shown = kept("thing=cam-1&verdict=match&limit=100")
    items = {each["item"]["id"] for each in shown}
    assert len(items & {scene.id for scene in read_truth()}) >= 3
    # One row a showing, not one a record.
    assert len(shown) < len(poll.records) / 2
    (first, *_) = sorted(items)
    assert {each["item"]["id"] for each in kept(f"item={first}")} == {first}


def test_a_camera_that_is_removed_connects_no_more(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    camera = add_camera(deployment, "cam-3", tmp_path_factory.mktemp("cameras"))
    with Device(camera, "cam-3") as known:
        assert known.hears() == "connected"
    assert command(deployment, "remove", "cam-3") == "cam-3 is removed, with 1 certificates\n"
    with Device(camera, "cam-3") as removed:
        assert removed.hears() == "closed"
