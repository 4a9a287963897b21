"""The page on AWS, where pictures and archives that are too large for a call go to S3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from services.bootstrap.lambdas.api import api_parts
from services.bootstrap.lambdas.importing import import_parts
from services.lambdas.api import ApiFunction
from services.lambdas.exchanged import MOST_BYTES
from services.lambdas.importing import ImportFunction
from tests.edge.kit import write_model
from tests.lambdas.function import Aws, FakeContext, golden, on_aws_at
from tests.lambdas.gateway import behind_gateway
from tests.servers import Server, redis_server
from tests.system.pictures import picture
from tests.system.stack import eventually
from tests.web.pages import Pages

VIEW = "#view=catalogue"
AUTHORIZED = {"Authorization": "Bearer s3cret"}
KNOWN_KEY = "sessionStorage.setItem('lookalike.key', 's3cret')"


@pytest.fixture(scope="module")
def on_aws(shared_aws: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The settings of functions, on an emulated AWS."""
    folder = tmp_path_factory.mktemp("function")
    model = write_model(folder / "means.onnx", box=(0.1, 0.1, 0.8, 0.8))
    with redis_server() as queue, on_aws_at(shared_aws.url, queue.url, model, folder) as ready:
        yield ready


@pytest.fixture(scope="module")
def address(on_aws: Aws) -> Iterator[str]:
    """The address of the page that the api function sends."""
    assert on_aws
    with closing(ApiFunction(api_parts())) as function, behind_gateway(function) as address:
        yield address


@pytest.fixture(scope="module")
def importing(on_aws: Aws) -> ImportFunction:
    assert on_aws
    return ImportFunction(import_parts())


def large_picture() -> bytes:
    """A picture of more bytes than a call takes."""
    file = io.BytesIO()
    levels = np.random.default_rng(1).integers(0, 255, (1200, 1300, 3), np.uint8)
    Image.fromarray(levels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def opened(pages: Pages, address: str) -> Page:
    """The catalogue; a function has no stream, and loads its index with the first calls."""
    for told in ("status of 501", "status of 503"):
        pages.forget_errors(told)
    page = pages.open(f"{address}/{VIEW}", script=KNOWN_KEY)
    page.locator(".catalogue-head").wait_for()
    return page


def import_files(page: Page, *files: Path) -> Locator:
    """Begin the import of these files; gives its dialog."""
    page.locator(".catalogue-head").get_by_role("button", name="Import").click()
    dialog = page.locator("dialog[open].import")
    dialog.locator("input[type=file]").first.set_input_files(list(files))
    dialog.locator(".plan").get_by_role("button", name="Import").click()
    return dialog


def uploads(page: Page) -> list[str]:
    """The folders to which the page uploads from now on."""
    folders = list[str]()

    def note(request: Request) -> None:
        if request.method == "PUT":
            folders.append(request.url.partition("/exchange/")[2].partition("/")[0])

    page.on("requestfinished", note)
    return folders


def test_a_table_with_a_large_picture_goes_in_and_an_archive_of_it_comes_back(
    address: str, importing: ImportFunction, on_aws: Aws, pages: Pages, tmp_path: Path
) -> None:
    (tmp_path / "shop.csv").write_text("id,title,image\ncup,A cup,cup.jpg\nmap,A map,map.png\n")
    (tmp_path / "cup.jpg").write_bytes(picture(1))
    (tmp_path / "map.png").write_bytes(large := large_picture())
    assert len(large) > MOST_BYTES
    page = opened(pages, address)
    sent = uploads(page)
    dialog = import_files(page, *(tmp_path / name for name in ("shop.csv", "cup.jpg", "map.png")))
    expect(dialog.locator(".progress-words")).to_contain_text("2 items imported")
    assert sent == ["pictures"]
    assert httpx.get(f"{address}/items/map/image", follow_redirects=True).content == large

    exported = importing({"do": "export"}, FakeContext(900))["exported"].removeprefix(
        f"s3://{on_aws.bucket}/"
    )
    archive = tmp_path / "shop.zip"
    on_aws.s3.download_file(on_aws.bucket, exported, str(archive))
    for item in ("cup", "map"):
        httpx.delete(f"{address}/items/{item}", headers=AUTHORIZED).raise_for_status()
    page.reload()
    dialog = import_files(page, archive)
    expect(dialog.locator(".progress-words")).to_contain_text("uploaded")
    eventually(lambda: page.evaluate("1") and sent == ["pictures", "work"], within_s=20)
    importing(_told_of_work(on_aws), FakeContext(900))
    expect(dialog.locator(".progress-words")).to_contain_text("2 items imported")
    dialog.locator(".progress").get_by_role("button", name="Close").click()
    expect(page.locator(".card-title")).to_have_text(["A cup", "A map"])


def _told_of_work(on_aws: Aws) -> Any:
    """S3's event of the object that waits for the import function."""
    (work,) = on_aws.s3.list_objects_v2(Bucket=on_aws.bucket, Prefix="exchange/work/")["Contents"]
    event = golden("s3-put")
    event["Records"][0]["s3"] |= {"bucket": {"name": on_aws.bucket}, "object": {"key": work["Key"]}}
    return event


def test_a_refusal_of_the_storage_is_told_beside_the_picture_that_can_be_sent_again(
    address: str, pages: Pages, tmp_path: Path
) -> None:
    (tmp_path / "poster.png").write_bytes(large_picture())
    page = opened(pages, address)
    refusing = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    page.route("**/exchange/pictures/**", lambda route: route.fulfill(status=403, headers=refusing))
    page.locator(".catalogue-head").get_by_role("button", name="Add an item").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("input[type=file]").first.set_input_files(tmp_path / "poster.png")
    dialog.get_by_role("button", name="Add it").click()
    expect(dialog.get_by_text("the storage refused the file (status 403)")).to_be_visible()
    pages.expect_errors("status of 403")
    page.unroute("**/exchange/pictures/**")
    dialog.get_by_role("button", name="Add it").click()
    eventually(lambda: page.evaluate("1") and dialog.count() == 0, within_s=20)
    found = httpx.get(f"{address}/items?text=poster", headers=AUTHORIZED).json()["items"]
    assert [item["title"] for item in found] == ["poster"]
