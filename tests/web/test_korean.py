"""The server's and the cameras' messages in Korean on the page."""

from __future__ import annotations

import errno
import os

from playwright.sync_api import Page, expect

from edge.cameras.sources.webcam import why_no_device
from tests.system.played import PlayedCamera
from tests.system.stack import Stack, stopped
from tests.web.pages import Pages, text
from tests.web.shelf import MUG, VIEW, dialog


def opened(pages: Pages, address: str) -> Page:
    page = pages.open(address, locale="ko-KR")
    page.get_by_role("button", name="도움말").wait_for()
    return page


def test_why_a_camera_gives_no_picture(without_camera: Stack, pages: Pages) -> None:
    missing = why_no_device("/dev/video77", OSError(errno.ENOENT, os.strerror(errno.ENOENT)))
    with PlayedCamera(without_camera, "door") as camera:
        camera.say("no_camera", reason=missing)
        page = opened(pages, f"{without_camera.page}#camera=door")
        page.get_by_role("heading", name="door 카메라에 영상이 없습니다").wait_for()
        assert text(page, "#notice-reason").startswith("/dev/video77(이)라는 카메라가 없습니다. 있는 것: ")
        # A message without a translation is shown as it is.
        camera.say("no_camera", reason="the lens cap is on")
        expect(page.locator("#notice-reason")).to_have_text("the lens cap is on")


def test_why_an_item_is_refused(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, f"{without_camera.page}{VIEW}")
    page.locator(f'[data-id="{MUG}"] .card').click()
    item = dialog(page)
    link = item.get_by_label("링크")
    link.fill("ftp://a.shop/mug")
    item.get_by_role("button", name="저장").click()
    trouble = item.locator(".form-trouble:visible")
    why = "링크 'ftp://a.shop/mug'은(는) http나 https 주소가 아닙니다"
    expect(trouble).to_have_text(f"할 수 없습니다: {why}.")
    # Beside its field, which is found by the server's own words.
    expect(link).to_be_focused()
    pages.expect_errors("status of 400")


def test_which_part_does_not_answer(without_camera: Stack, pages: Pages) -> None:
    with stopped(without_camera.pid("services.search")):
        page = opened(pages, without_camera.page)
        reason = page.locator("#notice-reason", has_text="검색이 응답하지 않습니다")
        reason.wait_for()
        page.locator("#notice-details > summary").click()
        assert text(page, "#notice-detail").startswith("색인: http://")
    without_camera.wait_well()
    pages.forget_errors("status of 503")
